#pragma once
// WebAssembly with -msimd128 -msse2, for which Emscripten translates the intrinsics of sse2.hpp.
#include <type_traits>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

#if defined(__clang__) && __clang_major__ < 19
/// clang 15 merges the broadcast of a number with its load, and moves both past later stores to the same address.
/// (clang 19 does not.)
template <class Number>
    requires(std::is_arithmetic_v<Number>)
ETCH_INLINE void keep_load_here(Number& number) noexcept {
    if (!__builtin_constant_p(number)) asm("" : "+r"(number));
}
#endif

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
