#pragma once
#include <cmath>
#include <cstddef>
#include <limits>

#include <etch/math/polynomial.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::math {

namespace internal {

/// (log(1 + f) - f) / f^2 for f in [-1/3, 1/3]. Minimax for the relative error of log(1 + f): 2^-27.7.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log_tail(float_lanes<N> f, float_lanes<N> square) noexcept {
    return polynomial(f, square, -0.5f, 0x1.555506p-2f, -0x1.fffefap-3f, 0x1.99d052p-3f, -0x1.559c60p-3f,
                      0x1.1ed510p-3f, -0x1.f334a8p-4f, 0x1.1e6f48p-3f, -0x1.07bd00p-3f);
}

/// log(1 + f) + exponent 2^-23 ln 2; the exponent still stands where a float keeps it.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log_sum(float_lanes<N> f, integer_lanes<N> exponent) noexcept {
    const float_lanes<N> square = f * f;
    return fma(to_float(exponent), float_lanes<N>(0x1.62e43p-24f), fma(log_tail(f, square), square, f));
}

inline constexpr std::int32_t log_lowest = 0x3f2aaaab;  // the bits of 2/3: arguments are scaled into [2/3, 4/3)
inline constexpr std::int32_t exponent_bits = static_cast<std::int32_t>(0xff800000u);

}  // namespace internal

/// The natural logarithm: minus infinity at zero, NaN below.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const V v = abs(x);  // what has no logarithm is replaced at the end
    // The fraction of a denormal, put into a float of exponent 2^-103: the difference from 2^-103 is 2^23 times the
    // denormal; its exponent is then lowered by 23.
    const V scaled = as_float((as_integer(v) & I(0x007fffff)) | I(0x0c000000)) - V(0x1p-103f);
    const I bits = as_integer(select(v < V(0x1p-126f), as_float(as_integer(scaled) - I(23 << 23)), v));
    const I exponent = (bits - I(internal::log_lowest)) & I(internal::exponent_bits);
    const V y = internal::log_sum(as_float(bits - exponent) - V(1.0f), exponent);
    const V below = select(x == V(0.0f), V(-infinity), V(std::numeric_limits<float>::quiet_NaN()));
    return select(x > V(0.0f), select(x == V(infinity), x, y), below);
}

/// log(1 + x) without the cancellation at small x: minus infinity at -1, NaN below.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> log1p(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const V v = max(x, V(-0x1.fffffep-1f));  // what has no logarithm is replaced at the end
    // The rounded 1 + x only chooses the scale.
    const I exponent = (as_integer(v + V(1.0f)) - I(internal::log_lowest)) & I(internal::exponent_bits);
    // f = (1 + x) / 2^e - 1 = x / 2^e + (1 / 2^e - 1); it is 4 / 2^e that is a normal float for every e.
    const V inverse = as_float(I(0x40800000) - exponent);
    const V f = as_float(as_integer(v) - exponent) + fma(V(0.25f), inverse, V(-1.0f));
    const V y = internal::log_sum(f, exponent);
    const V below = select(x == V(-1.0f), V(-infinity), V(std::numeric_limits<float>::quiet_NaN()));
    const V above = select(x == V(infinity), x, y);
    return select(abs(x) < V(0x1p-25f), x, select(x > V(-1.0f), above, below));
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> log(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::log(number); });
}
template <std::size_t N>
ETCH_INLINE lanes<double, N> log1p(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::log1p(number); });
}

}  // namespace etch::math
