#pragma once
#include <etch/layer/activation.hpp>
#include <etch/math/erf.hpp>
#include <etch/math/exp.hpp>

namespace etch::inline ETCH_VARIANT {

/// The Gaussian error linear unit: a = z Φ(z) with Φ(z) = (1 + math::erf(z / √2)) / 2, the normal distribution; g'(z) =
/// Φ(z) + z φ(z) with φ(z) = e^(-z² / 2) / √(2π), its density. The exact form, which is PyTorch's default.
/// Source: D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units", 2016.
struct gelu : activation<gelu> {
    static constexpr const char* name = "gelu";
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::input;

    template <class V>
    ETCH_INLINE static constexpr V cumulative(V z) {
        using T = typename V::value_type;
        const V half(T{0.5});
        return fma(half, math::erf(z * V(static_cast<T>(0.70710678118654752440))), half);
    }
    template <class V>
    ETCH_INLINE static constexpr V value(V z) {
        return z * cumulative(z);
    }
    template <class V>
    ETCH_INLINE static constexpr V derivative_at(V z) {
        using T = typename V::value_type;
        const V density = V(static_cast<T>(0.39894228040143267794)) * math::exp(z * z * V(T{-0.5}));
        return fma(z, density, cumulative(z));
    }
};

}  // namespace etch::inline ETCH_VARIANT
