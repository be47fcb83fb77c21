#pragma once
// Rejects, as far as a header can detect them, the flags under which a compiler may compute something other than what
// is written; docs/numerics.md lists those that cannot be detected. ETCH_ALLOW_FAST_MATH accepts all of them except
// excess precision, under which the elementary functions are not just off in the last place but wrong.
#include <etch/core/config.hpp>

#if !defined(ETCH_ALLOW_FAST_MATH)
#if defined(__FAST_MATH__)
#error \
    "etch: -ffast-math lets the compiler reorder sums and assume that there is no NaN, so a network would no longer give the same outputs everywhere; etch is fast without it. Remove the flag (-Ofast implies it), or define ETCH_ALLOW_FAST_MATH to give the promise up"
#elif defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error \
    "etch: -ffinite-math-only lets the compiler assume that there is no NaN and no infinity, so a network would no longer give the same outputs everywhere. Remove the flag, or define ETCH_ALLOW_FAST_MATH to give the promise up"
#elif defined(__ASSOCIATIVE_MATH__)
#error \
    "etch: -fassociative-math lets the compiler reorder sums, so a network would no longer give the same outputs everywhere; etch is fast without it. Remove the flag (-funsafe-math-optimizations implies it), or define ETCH_ALLOW_FAST_MATH to give the promise up"
#elif defined(__RECIPROCAL_MATH__)
#error \
    "etch: -freciprocal-math lets the compiler multiply where a division is written, so a network would no longer give the same outputs everywhere. Remove the flag, or define ETCH_ALLOW_FAST_MATH to give the promise up"
#elif defined(__NO_SIGNED_ZEROS__)
#error \
    "etch: -fno-signed-zeros lets the compiler ignore the sign of a zero, so a network would no longer give the same outputs everywhere. Remove the flag, or define ETCH_ALLOW_FAST_MATH to give the promise up"
#elif defined(_M_FP_FAST)
#error \
    "etch: /fp:fast lets the compiler reorder sums, so a network would no longer give the same outputs everywhere. Use /fp:precise, or define ETCH_ALLOW_FAST_MATH to give the promise up"
#endif
#endif

#if defined(__FLT_EVAL_METHOD__)
#if __FLT_EVAL_METHOD__ == 1 || __FLT_EVAL_METHOD__ == 2 || \
    (__FLT_EVAL_METHOD__ == -1 && !defined(ETCH_ALLOW_FAST_MATH))
#error \
    "etch: this target computes floats with more digits than they have (x87), so a network's outputs would be wrong. On x86 use -msse2 -mfpmath=sse, elsewhere -fexcess-precision=fast or a floating-point unit without excess precision"
#endif
#elif defined(_M_IX86_FP) && _M_IX86_FP < 2
#error \
    "etch: x87 computes floats with more digits than they have, so a network's outputs would be wrong. Use /arch:SSE2"
#endif

namespace etch::inline ETCH_VARIANT::internal {

#if !defined(ETCH_ALLOW_FAST_MATH)
static_assert(
    0.1 < double{0.1f},
    "etch: -fsingle-precision-constant turns the doubles in which learning rates and powers are computed into "
    "floats, so training would no longer give the same weights everywhere. Remove the flag, or define "
    "ETCH_ALLOW_FAST_MATH to give the promise up");

// clang defines no macro for the parts of -ffast-math, and no compiler defines one for pragmas that enable them
// (`#pragma GCC optimize("Ofast")`, `#pragma float_control(precise, off)`). Under such a flag the optimizer knows the
// results of these comparisons; without it they are unknown, and the calls are removed as dead code. If a result is
// known, the call of a function that is never defined remains, which is an error. Nobody calls watch_optimizer; it is
// compiled into each file and takes one instruction.
#if defined(__has_attribute)
#if __has_attribute(__error__) && __has_attribute(__used__)
// clang-format off
__attribute__((__error__("etch: this file is compiled with -funsafe-math-optimizations or a part of it "
                     "(-fassociative-math, -freciprocal-math, -fno-signed-zeros), or with a pragma to that effect, so "
                     "a network would no longer give the same outputs everywhere. Remove it, or define "
                     "ETCH_ALLOW_FAST_MATH to give the promise up")))
void refuse_unsafe_math();
__attribute__((__error__("etch: this file is compiled with -fno-honor-nans or -fno-honor-infinities, or with a pragma "
                     "to that effect, so a network would no longer give the same outputs everywhere. Remove it, or "
                     "define ETCH_ALLOW_FAST_MATH to give the promise up")))
void refuse_finite_math();
// clang-format on

__attribute__((__used__)) inline void watch_optimizer(float x, float y) {
    if (__builtin_constant_p((x + y) - x < y)) refuse_unsafe_math();  // sums reordered
    if (__builtin_constant_p(__builtin_signbit(x + 0.0f) - __builtin_signbit(x))) refuse_unsafe_math();  // -0 is 0
    const float quotient = x / 3.0f, product = x * (1.0f / 3.0f);
    if (__builtin_constant_p(!(quotient < product || quotient > product))) refuse_unsafe_math();  // reciprocals
    if (__builtin_constant_p(__builtin_isnan(x))) refuse_finite_math();
    if (__builtin_constant_p(__builtin_isinf(x))) refuse_finite_math();
}
#endif
#endif
#endif

}  // namespace etch::inline ETCH_VARIANT::internal
