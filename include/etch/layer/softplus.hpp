#pragma once
#include <etch/layer/activation.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/softplus.hpp>

namespace etch::inline ETCH_VARIANT {

/// The smooth relu: a = log(1 + eᶻ),  g'(z) = σ(z) = 1 - e⁻ᵃ.
/// Source: C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau, R. Garcia, "Incorporating Second-Order Functional Knowledge for
/// Better Option Pricing", 2000.
struct softplus : activation<softplus> {
    static constexpr const char* name = "softplus";
    static constexpr output_range range{.low = 0};
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;

    ETCH_INLINE static constexpr auto value(auto z) { return math::softplus(z); }
    ETCH_INLINE static constexpr auto derivative(auto a) { return -math::expm1(-a); }
};

}  // namespace etch::inline ETCH_VARIANT
