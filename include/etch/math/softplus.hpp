#pragma once
#include <cmath>
#include <cstddef>

#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>

namespace etch::math {

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which neither overflows nor cancels.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> softplus(float_lanes<N> x) noexcept {
    return max(float_lanes<N>(0.0f), x) + log1p(exp(-abs(x)));
}

template <std::size_t N>
ETCH_INLINE lanes<double, N> softplus(lanes<double, N> x) noexcept {
    return internal::each_lane(
        x, [](double number) { return std::fmax(number, 0.0) + std::log1p(std::exp(-std::fabs(number))); });
}

}  // namespace etch::math
