#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/exp.hpp>

namespace etch::inline ETCH_VARIANT::math {

/// The logistic function 1 / (1 + e^-x), here e^x / (1 + e^x), which keeps its relative accuracy down to the denormals.
/// With e^x = 2^n + 2^n t numerator and denominator are one fma each, and depend only on t. Cost: one division.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> sigmoid(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const auto parts = internal::exp_reduce(smaller(V(20.0f), larger(V(-104.0f), x)));
    // What the higher powers lose by `early` is 1 ulp at n = -126, where the divisor is 1 and loses nothing.
    const V square = parts.early * parts.early;
    const V t = fma(internal::exp_tail(parts.early, square), square, parts.r);
    // Numerator and denominator times 2^64, so that a denormal can only arise in the division.
    const V s = as_float((as_integer(parts.shifted) << 23) + I((127 + 64) << 23));
    return fma(s, t, s) / fma(s, t, s + V(0x1p+64f));
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> sigmoid(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return 1.0 / (1.0 + std::exp(-number)); });
}

}  // namespace etch::inline ETCH_VARIANT::math
