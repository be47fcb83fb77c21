#pragma once
#include <etch/layer/activation.hpp>
#include <etch/math/exp.hpp>

namespace etch::inline ETCH_VARIANT {

/// The exponential linear unit: a = z if z > 0, otherwise α (eᶻ - 1);  g'(z) = 1 if z > 0, otherwise a + α. α is
/// Numerator / Denominator. Written with max and min, so that it has no branches.
/// Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear
/// Units", 2015.
template <int Numerator = 1, int Denominator = 1>
struct elu : activation<elu<Numerator, Denominator>> {
    static_assert(Numerator > 0 && Denominator > 0, "etch: the alpha of elu must be positive");

    static constexpr const char* name = "elu";
    static constexpr output_range range{.low = -static_cast<double>(Numerator) / Denominator};
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;

    template <class T>
    static constexpr T alpha = static_cast<T>(Numerator) / static_cast<T>(Denominator);

    template <class V>
    ETCH_INLINE static constexpr V value(V z) {
        return fma(V(alpha<typename V::value_type>), math::expm1(smaller(z, V(0))), larger(V(0), z));
    }
    template <class V>
    ETCH_INLINE static constexpr V derivative(V a) {
        return select(a > V(0), V(1), a + V(alpha<typename V::value_type>));
    }
};

/// The self-normalizing unit: a = λ z if z > 0, otherwise λ α (eᶻ - 1);  g'(z) = λ if z > 0, otherwise a + λ α.
/// Source: G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, "Self-Normalizing Neural Networks", 2017.
struct selu : activation<selu> {
    static constexpr const char* name = "selu";
    static constexpr initializer preferred = lecun_normal;
    static constexpr saved_values saved_for_backward = saved_values::output;

    static constexpr double lambda = 1.0507009873554804934193349852946;
    static constexpr double alpha = 1.6732632423543772848170429916717;

    template <class V>
    ETCH_INLINE static constexpr V value(V z) {
        using T = typename V::value_type;
        return fma(V(static_cast<T>(lambda * alpha)), math::expm1(smaller(z, V(0))),
                   V(static_cast<T>(lambda)) * larger(V(0), z));
    }
    template <class V>
    ETCH_INLINE static constexpr V derivative(V a) {
        using T = typename V::value_type;
        return select(a > V(0), V(static_cast<T>(lambda)), a + V(static_cast<T>(lambda * alpha)));
    }
};

}  // namespace etch::inline ETCH_VARIANT
