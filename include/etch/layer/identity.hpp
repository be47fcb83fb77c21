#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// a = z,  dz = da. For a network whose outputs may be any numbers.
struct identity : layer_defaults {
    static constexpr const char* name = "identity";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool passes_through = true;

    static constexpr shape output(shape input) { return input; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& z) { return z; }
    ETCH_INLINE static constexpr auto backward(const auto&, const auto&, const auto&, const auto& da) { return da; }
};

}  // namespace etch::inline ETCH_VARIANT
