#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/polynomial.hpp>
#include <etch/simd/exponent.hpp>

namespace etch::inline ETCH_VARIANT::math {

namespace internal {

/// x = n ln 2 + r with an integer n and |r| <= ln 2 / 2. Adding 1.5 * 2^23 rounds to an integer and leaves it in the
/// low bits of the sum: `shifted << 23` puts these bits where 2^n needs them, and shifts the sum's own exponent out.
template <std::size_t N>
struct exp_parts {
    float_lanes<N> shifted;  // n + 1.5 * 2^23
    float_lanes<N> n;
    float_lanes<N> early;  // r up to |n| 2^-29: known earlier, and exact enough in the higher powers if |n| is small
    float_lanes<N> r;
};

template <std::size_t N>
ETCH_INLINE constexpr exp_parts<N> exp_reduce(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const V shifted = fma(x, V(0x1.715476p+0f), V(0x1.8p+23f));  // x / ln 2 + 1.5 * 2^23
    const V n = shifted - V(0x1.8p+23f);
    // ln 2 in two parts; x minus n times the first is exact. If n times that is rounded, it must have few bits.
    if constexpr (fused_multiply_add) {
        const V early = fma(n, V(-0x1.62e43p-1f), x);
        return {shifted, n, early, fma(n, V(0x1.05c61p-29f), early)};
    } else {
        const V r = fma(n, V(-0x1.7f7d1cp-20f), fma(n, V(-0x1.62e4p-1f), x));
        return {shifted, n, r, r};
    }
}

/// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2. Minimax for the relative error of e^r - 1, which it keeps below 2^-26.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> exp_tail(float_lanes<N> r, float_lanes<N> square) noexcept {
    return polynomial(r, square, 0x1.fffffep-2f, 0x1.5554b2p-3f, 0x1.555702p-5f, 0x1.1226a6p-7f, 0x1.6b8cb6p-10f);
}

/// e^r - 1.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> exp_rest(const exp_parts<N>& parts) noexcept {
    const float_lanes<N> square = parts.r * parts.r;
    return fma(exp_tail(parts.r, square), square, parts.r);
}

}  // namespace internal

/// e^x. Infinite above 88.72283, denormal below -87.33654, zero below -103.97208.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> exp(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    // With the operands in this order min and max preserve NaN.
    const auto parts = internal::exp_reduce(smaller(V(89.0f), larger(V(-104.0f), x)));
    return scale_one_plus(internal::exp_rest(parts), parts.n, parts.shifted);
}

/// e^x - 1 without the cancellation at small x.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> expm1(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const auto parts = internal::exp_reduce(smaller(V(89.0f), larger(V(-18.0f), x)));
    const V p = internal::exp_rest(parts);
    const V half = as_float((as_integer(parts.shifted) << 23) + I(0x3f000000));  // 2^n / 2, since 2^128 is not a float
    const V y = fma(half, p, half - V(0.5f));
    return select(magnitude(x) < V(0x1p-24f), x, y + y);
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> exp(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::exp(number); });
}
template <std::size_t N>
ETCH_INLINE lanes<double, N> expm1(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::expm1(number); });
}

}  // namespace etch::inline ETCH_VARIANT::math
