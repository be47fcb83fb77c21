#pragma once
#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// One line about what makes a build slow, or nothing. `fused` is whether the target multiplies and adds in one
/// instruction; only x86 has a remedy if not, since there the compiler's default is a processor of 2003.
constexpr const char* notice_of_build(bool optimized, bool fused, bool x86) noexcept {
    if (!optimized) return "etch: compiled without optimization, which makes it some 200 times slower: add -O2\n";
    if (!fused && x86)
        return "etch: compiled for every x86 processor, which makes it up to 3 times slower: add -march=x86-64-v3, or "
               "-march=native for this machine\n";
    return "";
}

#if defined(__OPTIMIZE__) || (defined(_MSC_VER) && !defined(__clang__) && !defined(_DEBUG))
inline constexpr bool optimized_build = true;
#else
inline constexpr bool optimized_build = false;
#endif

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64) || defined(_M_IX86)
inline constexpr bool x86_build = true;
#else
inline constexpr bool x86_build = false;
#endif

}  // namespace internal

/// What the progress bar and `print(summary)` print if a build is slower than it needs to be: a line, or "".
inline constexpr const char* build_notice =
    internal::notice_of_build(internal::optimized_build, ETCH_HARDWARE_FMA != 0, internal::x86_build);

}  // namespace etch::inline ETCH_VARIANT
