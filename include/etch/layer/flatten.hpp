#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// The same elements as one vector: {28, 28} becomes {784}. Moves nothing and costs nothing.
struct flatten : layer_defaults {
    static constexpr const char* name = "flatten";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;

    static constexpr shape output(shape input) { return {input.size()}; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& x) { return x; }
    ETCH_INLINE static constexpr auto backward(const auto&, const auto&, const auto&, const auto& grad_y) {
        return grad_y;
    }
};

}  // namespace etch::inline ETCH_VARIANT
