#pragma once
#include <cstddef>

#include <etch/simd/lanes.hpp>

namespace etch::math::internal {

/// c0 + c1 x + c2 x^2 + ... by Horner's rule, the coefficients from the lowest: one fma a coefficient.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> polynomial(float_lanes<N>, float c0) noexcept {
    return c0;
}
template <std::size_t N, class... Rest>
ETCH_INLINE constexpr float_lanes<N> polynomial(float_lanes<N> x, float c0, Rest... rest) noexcept {
    return fma(polynomial(x, rest...), x, float_lanes<N>(c0));
}

/// A function of double applied lane by lane. Doubles exist for gradient checks, so these may be slow and use libm.
template <std::size_t N, class Function>
ETCH_INLINE lanes<double, N> each_lane(lanes<double, N> x, Function f) noexcept {
    double numbers[N];
    x.store(numbers);
    for (double& number : numbers) number = f(number);
    return lanes<double, N>::load(numbers);
}

}  // namespace etch::math::internal
