#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <etch/math/polynomial.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT::math {

/// The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x; odd to the bit. No division: a
/// polynomial in x^2 below 0.86, and 1 - 2^-g(|x|) with a polynomial g above; both are computed, then one is selected.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> erf(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    const I sign = as_integer(x) & I(INT32_MIN);
    const V a = smaller(V(3.95f), as_float(as_integer(x) ^ sign));  // from 3.8325 on the nearest float is 1
    const V u = a * a;
    const V below = fma(internal::polynomial(u, u * u, 0x1.06eba8p-3f, -0x1.812722p-2f, 0x1.ce247cp-4f, -0x1.b724d2p-6f,
                                             0x1.4afb4ep-8f, -0x1.4a7c02p-11f),
                        a, a);
    // erfc a = 2^(g a); rounding to an integer as in exp.
    const V g = internal::polynomial(a, u, -0x1.a0cc58p+0f, -0x1.d58d58p-1f, -0x1.372798p-3f, 0x1.0ee492p-5f,
                                     -0x1.30e09ap-8f, 0x1.457684p-12f);
    const V shifted = fma(g, a, V(0x1.8p+23f));
    const V r = fma(g, a, V(0x1.8p+23f) - shifted);
    const V p = internal::polynomial(r, r * r, -1.0f, -0x1.62e42ap-1f, -0x1.ebf9c2p-3f, -0x1.c6b6d8p-5f,
                                     -0x1.3ce8aep-7f, -0x1.5bda54p-10f);
    const V large = fma(p, as_float((as_integer(shifted) << 23) + I(0x3f800000)), V(1.0f));
    return as_float(as_integer(select(a > V(0.86f), large, below)) ^ sign);
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> erf(lanes<double, N> x) noexcept {
    return internal::each_lane(x, [](double number) { return std::erf(number); });
}

}  // namespace etch::inline ETCH_VARIANT::math
