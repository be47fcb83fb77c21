#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/exp.hpp>

namespace etch::math {

/// The logistic function 1 / (1 + e^-x), here e^x / (1 + e^x), which keeps its relative accuracy down to the denormals.
/// Cost: one division.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> sigmoid(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const auto [n, r] = internal::exp_reduce(min(V(20.0f), max(V(-104.0f), x)));
    const V square = r * r;
    const V p = fma(internal::exp_tail(r, square), square, r) + V(1.0f);
    // Numerator and denominator times 2^64, so that a denormal can only arise in the division.
    const V scaled = p * as_float((n << 23) + I((127 + 64) << 23));
    return scaled / (scaled + V(0x1p+64f));
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> sigmoid(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return 1.0 / (1.0 + std::exp(-number)); });
}

}  // namespace etch::math
