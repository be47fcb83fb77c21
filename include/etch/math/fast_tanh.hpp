#pragma once
#include <cstddef>

#include <etch/math/sigmoid.hpp>
#include <etch/math/tanh.hpp>

namespace etch::inline ETCH_VARIANT::math {

/// The hyperbolic tangent with an absolute error below 5e-5, a thousand times that of tanh: x p(x^2) / q(x^2), minimax
/// for the absolute error up to |x| = 5, constant from there. Odd to the bit, never outside (-1, 1). Cost: one
/// division.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> fast_tanh(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const V a = smaller(V(5.0f), larger(V(-5.0f), x));  // with the operands in this order NaN stays NaN
    const V u = a * a;
    const V p = fma(fma(u, V(0x1.57616p-11f), V(0x1.a0a88ap-4f)), u, V(0x1.ffe71ep-1f));
    const V q = fma(fma(u, V(0x1.9e2958p-7f), V(0x1.bceeaap-2f)), u, V(1.0f));
    return a * p / q;
}

/// The logistic function with an absolute error below 2.5e-5: 1/2 + fast_tanh(x / 2) / 2, with the halves in the
/// coefficients. The relative error is not small: below x = -10 the result stays at 2.4e-5.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> fast_sigmoid(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const V a = smaller(V(10.0f), larger(V(-10.0f), x));
    const V u = a * a;
    const V p = fma(fma(u, V(0x1.57616p-17f), V(0x1.a0a88ap-8f)), u, V(0x1.ffe71ep-3f));
    const V q = fma(fma(u, V(0x1.9e2958p-11f), V(0x1.bceeaap-4f)), u, V(1.0f));
    return a * p / q + V(0.5f);
}

/// For doubles, which are for gradient checks: the exact functions.
template <std::size_t N>
ETCH_INLINE lanes<double, N> fast_tanh(lanes<double, N> x) noexcept {
    return tanh(x);
}
template <std::size_t N>
ETCH_INLINE lanes<double, N> fast_sigmoid(lanes<double, N> x) noexcept {
    return sigmoid(x);
}

}  // namespace etch::inline ETCH_VARIANT::math
