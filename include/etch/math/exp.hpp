#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/polynomial.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::math {

namespace internal {

/// x = n ln 2 + r with an integer n and |r| <= ln 2 / 2. Adding 1.5 * 2^23 rounds to an integer and leaves it in the
/// low bits of the sum: `n << 23` of those bits is what 2^n needs, and the sum's own exponent is shifted out.
template <std::size_t N>
struct exp_parts {
    integer_lanes<N> n;  // modulo 2^9, which is all that a float's exponent has room for
    float_lanes<N> r;
};

template <std::size_t N>
ETCH_INLINE constexpr exp_parts<N> exp_reduce(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const V shifted = fma(x, V(0x1.715476p+0f), V(0x1.8p+23f));  // x / ln 2 + 1.5 * 2^23
    const V n = shifted - V(0x1.8p+23f);
    // ln 2 in two pieces; n times the first is exact, since that has 15 bits and n has 8.
    const V r = fma(n, V(-0x1.62e4p-1f), x);
    return {as_integer(shifted), fma(n, V(-0x1.7f7d1cp-20f), r)};
}

/// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2. Minimax for the relative error of e^r - 1, which it keeps below 2^-26.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> exp_tail(float_lanes<N> r, float_lanes<N> square) noexcept {
    return polynomial(r, square, 0x1.fffffep-2f, 0x1.5554b2p-3f, 0x1.555702p-5f, 0x1.1226a6p-7f, 0x1.6b8cb6p-10f);
}

/// p 2^n for p between 1/2 and 2, plus `nothing`, a zero or the NaN that came in. 2^n may be no float where p 2^n is
/// one, so it is applied in halves: the first is exact, the second rounds once.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> scale(float_lanes<N> p, integer_lanes<N> n, float_lanes<N> nothing) noexcept {
    const integer_lanes<N> half = (n >> 1) << 23;
    const integer_lanes<N> other = (n << 23) - half + integer_lanes<N>(0x3f800000);
    return fma(as_float(as_integer(p) + half), as_float(other), nothing);
}

}  // namespace internal

/// e^x. Infinite above 88.72283, denormal below -87.33654, zero below -103.97208.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> exp(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    // In this order of operands min and max let a NaN through.
    const auto [n, r] = internal::exp_reduce(min(V(89.0f), max(V(-104.0f), x)));
    const V square = r * r;
    const V p = fma(internal::exp_tail(r, square), square, r) + V(1.0f);
    return internal::scale(p, n, r - r);
}

/// e^x - 1 without the cancellation at small x.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> expm1(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const auto [n, r] = internal::exp_reduce(min(V(89.0f), max(V(-18.0f), x)));
    const V square = r * r;
    const V p = fma(internal::exp_tail(r, square), square, r);
    const V half = as_float((n << 23) + I(0x3f000000));  // 2^n / 2, since 2^128 is no float
    const V y = fma(half, p, half - V(0.5f));
    return select(abs(x) < V(0x1p-24f), x, y + y);
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> exp(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::exp(number); });
}
template <std::size_t N>
ETCH_INLINE lanes<double, N> expm1(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::expm1(number); });
}

}  // namespace etch::math
