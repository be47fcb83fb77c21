#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/exp.hpp>

namespace etch::inline ETCH_VARIANT::math {

/// log(1 + e^x) = max(x, 0) + log(1 + z) with z = e^-|x| in [0, 1], which neither overflows nor cancels.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> softplus(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const auto parts = internal::exp_reduce(larger(V(-104.0f), -magnitude(x)));
    const V t = internal::exp_rest(parts);
    const V z = scale_one_plus(t, parts.n, parts.shifted);
    // What 1 + t loses by rounding changes the logarithm by about half of that, relative to z. Without this: 2.1 ulp.
    const V lost = t - ((t + V(1.0f)) - V(1.0f));
    // (log(1 + z) - z) / z^2 in powers of z - 1/2, which decrease faster than those of z and therefore round less.
    // Minimax for the relative error of log(1 + z): 2^-27.
    const V v = z - V(0.5f);
    const V tail =
        internal::polynomial(v, v * v, -0x1.833704p-2f, 0x1.6f0d78p-3f, -0x1.7de114p-4f, 0x1.a28448p-5f,
                             -0x1.d978dap-6f, 0x1.10fc9ap-6f, -0x1.4ecfaep-7f, 0x1.c56718p-8f, -0x1.a870f8p-9f);
    // In this order only the last rounding affects the whole sum.
    return z + fma(fma(tail, z, lost * V(0.5f)), z, larger(V(0.0f), x));
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> softplus(lanes<double, N> x) noexcept {
    return internal::each_lane(
        x, [](double number) { return std::fmax(number, 0.0) + std::log1p(std::exp(-std::fabs(number))); });
}

}  // namespace etch::inline ETCH_VARIANT::math
