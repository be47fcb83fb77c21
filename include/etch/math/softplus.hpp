#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>

namespace etch::math {

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which neither overflows nor cancels.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> softplus(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    const auto [n, r] = internal::exp_reduce(max(V(-104.0f), -abs(x)));
    const V r_square = r * r;
    const V above_one = fma(internal::exp_tail(r, r_square), r_square, r);
    const V p = above_one + V(1.0f);
    const V z = internal::scale(p, n, r - r);
    // log(1 + z) = log(1 + f), or log 2 + log(1 + f) with f = (1 + z) / 2 - 1. What z, f and log 2 + f lose by rounding
    // is carried on, or the errors would add up to 2.1 ulp. Where z is tiny it is the result, and 2^n may be no float.
    const V half = V(0.5f);
    const auto upper = z > V(0x1.555556p-2f);
    const V power = select(z < V(0x1p-25f), V(0.0f), as_float((n << 23) + integer_lanes<N>(0x3f800000)));
    const V z_lost = (above_one - (p - V(1.0f))) * power;
    const V f = select(upper, fma(z, half, -half), z);
    const V f_lost = select(upper, fma(z_lost, half, fma(z, half, -(f + half))), z_lost);
    const V base = select(upper, V(0x1.62e43p-1f), V(0.0f));
    const V sum = base + f;
    const V lost = fma(f_lost, -f, f_lost) + ((base - sum) + f);  // 1 / (1 + f) is 1 - f, nearly
    const V square = f * f;
    const V log_part = sum + fma(internal::log_tail(f, square), square, lost);
    return max(V(0.0f), x) + log_part;
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> softplus(lanes<double, N> x) noexcept {
    return internal::each_lane(
        x, [](double number) { return std::fmax(number, 0.0) + std::log1p(std::exp(-std::fabs(number))); });
}

}  // namespace etch::math
