#pragma once
// Everything that depends on the compiler or on a setting of the user: the only file of etch that defines macros.
//
// Settings, each a macro that the user may define before the first include (or as a compile definition):
//   ETCH_NO_SIMD           plain numbers instead of SIMD registers; xsimd is not even included
//   ETCH_FMA               1: a multiply that feeds an add is fused, rounded once (the first numeric contract);
//                          0: it is rounded in between (the second). Where unset, what the target's hardware has
//   ETCH_ALLOW_FAST_MATH   accept -ffast-math, and with it give up the promise of one answer everywhere

#include <cstddef>

#define ETCH_VERSION_MAJOR 0
#define ETCH_VERSION_MINOR 1
#define ETCH_VERSION_PATCH 0

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "etch: C++20 is needed, for example -std=c++20"
#endif

#if defined(__FAST_MATH__)
#define ETCH_FAST_MATH 1
#elif defined(__FINITE_MATH_ONLY__)
#define ETCH_FAST_MATH __FINITE_MATH_ONLY__
#else
#define ETCH_FAST_MATH 0
#endif
#if ETCH_FAST_MATH && !defined(ETCH_ALLOW_FAST_MATH)
#error \
    "etch: -ffast-math lets the compiler reorder sums and assume that there is no NaN, so a network would no longer give the same answer everywhere; etch is fast without it. Remove the flag, or define ETCH_ALLOW_FAST_MATH to give the promise up"
#endif

// The kernels are built from small functions that must vanish into their caller, at -O2 and at -O0 of other files
// alike.
//
// ETCH_UNROLL(i, count) statement; runs the statement for i = 0 ... count - 1, written out: every index becomes a
// literal, so that arrays which it indexes become registers. Asked for by name, since -O2 unrolls nothing by itself;
// count is at most 64.
//
// Under AddressSanitizer calls stay calls and loops stay loops: else each access is checked by code of its own, and a
// file that took 9 s took 219 s to compile.
#if defined(__SANITIZE_ADDRESS__)
#define ETCH_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ETCH_ADDRESS_SANITIZER 1
#endif
#endif

#if defined(ETCH_ADDRESS_SANITIZER)
#define ETCH_INLINE inline
#define ETCH_INLINE_LAMBDA
#define ETCH_UNROLL_NEXT
#elif defined(_MSC_VER) && !defined(__clang__)
#define ETCH_INLINE __forceinline
#define ETCH_INLINE_LAMBDA [[msvc::forceinline]]
#define ETCH_UNROLL_NEXT
#elif defined(__clang__)
#define ETCH_INLINE inline __attribute__((always_inline))
#define ETCH_INLINE_LAMBDA __attribute__((always_inline))
#define ETCH_UNROLL_NEXT _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define ETCH_INLINE inline __attribute__((always_inline))
#define ETCH_INLINE_LAMBDA __attribute__((always_inline))
#define ETCH_UNROLL_NEXT _Pragma("GCC unroll 64")
#else
#define ETCH_INLINE inline
#define ETCH_INLINE_LAMBDA
#define ETCH_UNROLL_NEXT
#endif
#define ETCH_UNROLL(index, count) ETCH_UNROLL_NEXT for (std::size_t index = 0; index != (count); ++index)

#if defined(_MSC_VER) && !defined(__clang__)
#define ETCH_NO_INLINE __declspec(noinline)
#elif defined(__GNUC__)
#define ETCH_NO_INLINE __attribute__((noinline))
#else
#define ETCH_NO_INLINE
#endif

// Whether this is evaluated in a constant expression. By the name that g++, clang and MSVC share, since they know its
// answer when they read it; std::is_constant_evaluated() is a call like any other until the optimiser runs, and the
// functions behind it, never called at run time, were 5 % of the time that a network takes to compile.
#define ETCH_CONSTANT_EVALUATED __builtin_is_constant_evaluated()

// xsimd knows batches for these targets; elsewhere it must not be included.
#if !defined(ETCH_NO_SIMD)
#if defined(__SSE2__) || defined(_M_X64) || defined(__aarch64__) || defined(_M_ARM64)
#define ETCH_HAS_XSIMD 1
#endif
#endif
#if !defined(ETCH_HAS_XSIMD)
#define ETCH_HAS_XSIMD 0
#endif

#if defined(__FMA__) || defined(__AVX2__) && defined(_MSC_VER) || defined(__aarch64__) || defined(_M_ARM64) || \
    defined(__ARM_FEATURE_FMA) || defined(__riscv_flen)
#define ETCH_HARDWARE_FMA 1
#else
#define ETCH_HARDWARE_FMA 0
#endif
#if !defined(ETCH_FMA)
#define ETCH_FMA ETCH_HARDWARE_FMA
#endif

// A program may hold several builds of etch, one file for each instruction set: all of etch lies in an inline namespace
// that is named after what the build depends on, so that the linker never takes a function of one for that of another.
#define ETCH_VARIANT this_build

namespace etch::inline ETCH_VARIANT {

/// Whether a multiply that feeds an add is fused, rounded once (the first numeric contract), or not (the second).
inline constexpr bool fused_multiply_add = ETCH_FMA != 0;

/// Whether kernels run in SIMD registers, or on plain numbers.
inline constexpr bool has_simd = ETCH_HAS_XSIMD != 0;

}  // namespace etch
