#pragma once
#include <etch/layer/activation.hpp>
#include <etch/math/tanh.hpp>

namespace etch::inline ETCH_VARIANT {

/// The hyperbolic tangent: a = (eᶻ - e⁻ᶻ) / (eᶻ + e⁻ᶻ),  g'(z) = 1 - a².
struct tanh : activation<tanh> {
    static constexpr const char* name = "tanh";
    static constexpr output_range range{-1, 1};
    static constexpr initializer preferred = glorot_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;

    ETCH_INLINE static constexpr auto value(auto z) { return math::tanh(z); }
    ETCH_INLINE static constexpr auto derivative(auto a) { return fma(-a, a, decltype(a)(1)); }
};

}  // namespace etch::inline ETCH_VARIANT
