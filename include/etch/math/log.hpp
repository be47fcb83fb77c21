#pragma once
#include <cmath>
#include <cstddef>
#include <limits>

#include <etch/math/polynomial.hpp>
#include <etch/simd/exponent.hpp>

namespace etch::inline ETCH_VARIANT::math {

namespace internal {

/// (log(1 + f) - f) / f^2 for f in [-1/4, 1/2]. Minimax for the relative error of log(1 + f): 2^-27.6.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log_tail(float_lanes<N> f, float_lanes<N> square) noexcept {
    return polynomial(f, square, -0.5f, 0x1.5555a4p-2f, -0x1.000044p-2f, 0x1.99697p-3f, -0x1.54eed4p-3f, 0x1.2885dcp-3f,
                      -0x1.0d93fcp-3f, 0x1.aca446p-4f, -0x1.71428ep-5f);
}

/// log(1 + f) + exponent ln2.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log_sum(float_lanes<N> f, float_lanes<N> exponent, float ln2) noexcept {
    const float_lanes<N> square = f * f;
    return fma(exponent, float_lanes<N>(ln2), fma(log_tail(f, square), square, f));
}

}  // namespace internal

/// The natural logarithm: minus infinity at zero, NaN below.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log(float_lanes<N> x) noexcept {
    const auto [fraction, exponent] = split(x);  // the exponent distinguishes zero, infinity, NaN and negative numbers
    return internal::log_sum(fraction - float_lanes<N>(1.0f), exponent, 0x1.62e43p-1f * split_float<N>::unit);
}

/// log(1 + x) without the cancellation at small x: minus infinity at -1, NaN below.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log1p(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const V v = larger(x, V(-0x1.fffffep-1f));  // arguments without a logarithm are handled at the end
    // The rounded 1 + x only determines the scale.
    const I exponent =
        (as_integer(v + V(1.0f)) - I(etch::internal::three_quarters_bits)) & I(etch::internal::exponent_bits);
    // f = (1 + x) / 2^e - 1 = x / 2^e + (1 / 2^e - 1); 4 / 2^e, unlike 1 / 2^e, is a normal float for every e.
    const V inverse = as_float(I(0x40800000) - exponent);
    const V f = as_float(as_integer(v) - exponent) + fma(V(0.25f), inverse, V(-1.0f));
    const V y =
        internal::log_sum(f, to_float(exponent), 0x1.62e43p-24f);  // the exponent is still in a float's exponent bits
    const V below = select(x == V(-1.0f), V(-infinity), V(std::numeric_limits<float>::quiet_NaN()));
    const V above = select(x == V(infinity), x, y);
    return select(magnitude(x) < V(0x1p-25f), x, select(x > V(-1.0f), above, below));
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> log(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::log(number); });
}
template <std::size_t N>
ETCH_INLINE lanes<double, N> log1p(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::log1p(number); });
}

}  // namespace etch::inline ETCH_VARIANT::math
