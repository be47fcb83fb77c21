#pragma once
#include <cmath>
#include <cstddef>
#include <numbers>

#include <etch/math/polynomial.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::math {

/// cos(pi x) for |x| < 2^22, exactly 1, 0 and -1 at the multiples of a half, even to the bit, never outside [-1, 1].
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> cos_pi(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const V a = abs(x);
    const V periods = fma(a, V(0.5f), V(0x1.8p+23f)) - V(0x1.8p+23f);
    const V rest = abs(fma(periods, V(-2.0f), a));  // in [0, 1]
    // cos(pi rest) = sin(pi b); b is exact where the result is small.
    const V b = V(0.5f) - rest;
    const V p =
        internal::polynomial(b * b, 0x1.921fb6p+1f, -0x1.4abbd8p+2f, 0x1.466b26p+1f, -0x1.328004p-1f, 0x1.40799p-4f);
    return min(V(1.0f), max(V(-1.0f), b * p));  // also keeps compilers from fusing b * p with a sum of the caller's
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> cos_pi(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::cos(std::numbers::pi * number); });
}

}  // namespace etch::math
