#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/exp.hpp>

namespace etch::math {

/// The hyperbolic tangent, odd to the bit. tanh x = (e^2x - 1) / (e^2x + 1), and with e^2x = 2^n (1 + p) neither the
/// numerator nor the denominator cancels. Cost: one division.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> tanh(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const V magnitude = min(V(9.02f), abs(x));  // from 9.0110 on the nearest float is 1
    const V twice = magnitude + magnitude;
    // n stays below 27, so ln 2 in one piece will do.
    const V shifted = fma(twice, V(0x1.715476p+0f), V(0x1.8p+23f));
    const V r = fma(shifted - V(0x1.8p+23f), V(-0x1.62e43p-1f), twice);
    const V p = fma(internal::exp_tail(r), r * r, r);
    const V scale = as_float((as_integer(shifted) << 23) + I(0x3f800000));
    const V numerator = fma(scale, p, scale - V(1.0f));
    return copysign(numerator / (numerator + V(2.0f)),
                    x);  // a shared rounding error cancels where the result is near 1
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> tanh(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::tanh(number); });
}

}  // namespace etch::math
