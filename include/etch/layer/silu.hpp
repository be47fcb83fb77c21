#pragma once
#include <etch/layer/activation.hpp>
#include <etch/math/sigmoid.hpp>

namespace etch::inline ETCH_VARIANT {

/// The sigmoid linear unit, also called swish: a = z σ(z),  g'(z) = σ(z) (1 + z (1 - σ(z))).
/// Source: S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-Weighted Linear Units for Neural Network Function Approximation in
/// Reinforcement Learning", 2018.
struct silu : activation<silu> {
    static constexpr const char* name = "silu";
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::input;

    ETCH_INLINE static constexpr auto value(auto z) { return z * math::sigmoid(z); }
    template <class V>
    ETCH_INLINE static constexpr V derivative_at(V z) {
        const V s = math::sigmoid(z);
        return s * fma(z, V(1) - s, V(1));
    }
};

}  // namespace etch::inline ETCH_VARIANT
