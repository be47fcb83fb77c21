#pragma once
#include <etch/layer/activation.hpp>
#include <etch/math/sigmoid.hpp>

namespace etch::inline ETCH_VARIANT {

/// The logistic function: a = 1 / (1 + e⁻ᶻ),  g'(z) = a (1 - a). As the last layer it gives the probability of each of
/// several independent labels; use it with binary_cross_entropy.
struct sigmoid : activation<sigmoid> {
    static constexpr const char* name = "sigmoid";
    static constexpr output_kind predicts = output_kind::label_probabilities;
    static constexpr output_range range{0, 1};
    static constexpr initializer preferred = glorot_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;

    ETCH_INLINE static constexpr auto value(auto z) { return math::sigmoid(z); }
    ETCH_INLINE static constexpr auto derivative(auto a) { return a * (decltype(a)(1) - a); }
};

}  // namespace etch::inline ETCH_VARIANT
