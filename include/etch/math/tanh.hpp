#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <etch/math/polynomial.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT::math {

/// The hyperbolic tangent, odd to the bit. |x| = n ln(2) / 2 + b, and with t = tanh b the addition theorem gives
///     tanh |x| = ((s - 1) + (s + 1) t) / ((s + 1) + (s - 1) t),   s = 2^n.
/// If that is above 1/2 it is computed as 1 - 2 (1 - t) / ((s + 1) + (s - 1) t), which reduces the effect of the
/// quotient's rounding errors. b is in [-0.0902, 0.2566], which puts the last x of n = 0 and of n = 1, where an error
/// would matter most, beyond tanh x = 1/4 and 1/2: for n = 0 the quotient is 2 t / 2, exact. Cost: one division.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> tanh(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const I sign = as_integer(x) & I(INT32_MIN);
    const V a = smaller(V(9.02f), as_float(as_integer(x) ^ sign));  // from 9.0110 on the nearest float is 1
    // Adding 1.5 * 2^15 leaves n and eight fraction bits at the end of the sum; the fraction bits are cut off: n is the
    // floor.
    const I bits = as_integer(fma(a, V(0x1.715476p+1f), V(49152.2578125f))) & I(-256);
    const V b = fma(as_float(bits) - V(49152.0f), V(-0x1.62e43p-2f), a);
    const V u = b * b;
    const V tail = fma(fma(u, V(-0x1.a3a332p-5f), V(0x1.10d942p-3f)), u, V(-0x1.555506p-2f));
    const V t = fma(b * u, tail, b);
    // Half of everything above. t takes longest, so both parts of the fraction are one fma after it.
    const V half = as_float((bits << 15) + I(0x3f000000));
    const V less = half - V(0.5f), more = half + V(0.5f);
    const auto large = a > V(0.54930615f);
    const V numerator = fma(select(large, V(1.0f), more), t, select(large, V(-1.0f), less));
    const V y = select(large, V(1.0f), V(0.0f)) + numerator / fma(less, t, more);
    return as_float(as_integer(y) ^ sign);
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> tanh(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::tanh(number); });
}

}  // namespace etch::inline ETCH_VARIANT::math
