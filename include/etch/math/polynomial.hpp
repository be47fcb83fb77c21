#pragma once
#include <cstddef>

#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT::math::internal {

/// c0 + c1 x + c2 x^2 + ..., the coefficients from the lowest: Horner's rule in x^2 over the pairs (c0 + c1 x), (c2 +
/// c3 x), ..., which takes one fma per coefficient, like Horner's rule in x, but with a dependency chain half as long.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> polynomial(float_lanes<N>, float_lanes<N>, float c0) noexcept {
    return c0;
}
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> polynomial(float_lanes<N> x, float_lanes<N>, float c0, float c1) noexcept {
    return fma(float_lanes<N>(c1), x, float_lanes<N>(c0));
}
template <std::size_t N, class... Rest>
ETCH_INLINE constexpr float_lanes<N> polynomial(float_lanes<N> x, float_lanes<N> square, float c0, float c1,
                                                Rest... rest) noexcept {
    return fma(polynomial(x, square, rest...), square, polynomial(x, square, c0, c1));
}

/// A function of double applied lane by lane. Doubles are for gradient checks, so these may be slow and use libm.
template <std::size_t N, class Function>
ETCH_INLINE lanes<double, N> each_lane(lanes<double, N> x, Function f) noexcept {
    double numbers[N];
    x.store(numbers);
    for (double& number : numbers) number = f(number);
    return lanes<double, N>::load(numbers);
}

}  // namespace etch::inline ETCH_VARIANT::math::internal
