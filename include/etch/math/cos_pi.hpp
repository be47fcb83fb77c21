#pragma once
#include <cmath>
#include <cstddef>
#include <numbers>

#include <etch/math/polynomial.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT::math {

/// cos(pi x) for |x| < 2^22: exactly 1, 0 and -1 at the multiples of 1/2, even to the bit, never outside [-1, 1].
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> cos_pi(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const V a = magnitude(x);
    const V periods = fma(a, V(0.5f), V(0x1.8p+23f)) - V(0x1.8p+23f);
    const V rest = magnitude(fma(periods, V(-2.0f), a));  // in [0, 1]
    // Near a zero of the cosine: sin(pi b), b exact. Otherwise +-cos(pi c) with the distance c from 0 or 1.
    const V b = V(0.5f) - rest;
    const V u = b * b;
    // b (4 + p) rather than b p: 4 b is exact, and pi - 4 has more digits in a float than pi.
    const V sine = fma(internal::polynomial(u, u * u, -0x1.b7812ap-1f, -0x1.4abbdp+2f, 0x1.466492p+1f, -0x1.2e731ap-1f),
                       b, b * V(4.0f));
    const V c = smaller(rest, V(1.0f) - rest);
    const V v = c * c;
    const V cosine = fma(
        internal::polynomial(v, v * v, -0x1.3bd3ccp+2f, 0x1.03c1aep+2f, -0x1.55b146p+0f, 0x1.d47d4ap-3f), v, V(1.0f));
    return select(c < V(0.25f), copysign(cosine, b), sine);
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> cos_pi(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::cos(std::numbers::pi * number); });
}

}  // namespace etch::inline ETCH_VARIANT::math
