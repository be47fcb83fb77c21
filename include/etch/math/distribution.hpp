#pragma once
#include <concepts>
#include <cstdint>

#include <etch/core/random.hpp>
#include <etch/math/cos_pi.hpp>
#include <etch/math/log.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

/// Uniform between low and high (low < high), from one number of the generator: low + (high - low) * k / 2^24 with a
/// random integer k below 2^24, rounded; the result may round to `high`.
template <std::floating_point T>
constexpr T uniform(random_generator& generator, T low, T high) noexcept {
    return internal::fma_number(high - low, generator.uniform<T>(), low);
}

/// Normal with mean 0 and deviation 1, from one number of the generator: its upper 40 bits determine the radius, the
/// others the angle, so the magnitude is at most 7.45. A double has the same value as a float.
/// Source: G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958.
template <std::floating_point T = float>
constexpr T normal(random_generator& generator) noexcept {
    using V = float_lanes<1>;
    const std::uint64_t bits = generator();
    const V uniform{static_cast<float>((bits >> 24) + 1) * 0x1p-40f};                            // in (0, 1]
    const V angle{static_cast<float>(static_cast<std::uint32_t>(bits & 0xffffffu)) * 0x1p-23f};  // in [0, 2)
    const V radius = sqrt(math::log(uniform) * V(-2.0f));
    // The bounds change nothing, but prevent compilers from fusing the product with a sum of the caller.
    return static_cast<T>(smaller(V(8.0f), larger(V(-8.0f), radius * math::cos_pi(angle))).value);
}

}  // namespace etch::inline ETCH_VARIANT
