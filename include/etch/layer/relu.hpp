#pragma once
#include <etch/layer/activation.hpp>

namespace etch::inline ETCH_VARIANT {

/// The rectified linear unit: a = max(z, 0),  g'(z) = 1 if z > 0, otherwise 0.
/// Source: V. Nair, G. E. Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010.
struct relu : activation<relu> {
    static constexpr const char* name = "relu";
    static constexpr output_range range{.low = 0};
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;
    static constexpr std::size_t operations = 1;

    /// With the operands in this order NaN stays NaN.
    ETCH_INLINE static constexpr auto value(auto z) { return larger(decltype(z)(0), z); }
    ETCH_INLINE static constexpr auto derivative(auto a) {
        return select(a > decltype(a)(0), decltype(a)(1), decltype(a)(0));
    }
};

/// relu that leaks: a = z if z > 0, otherwise s z;  g'(z) = 1 or s. The slope s is Numerator / Denominator, below 1.
/// Source: A. L. Maas, A. Y. Hannun, A. Y. Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.
template <int Numerator = 1, int Denominator = 100>
struct leaky_relu : activation<leaky_relu<Numerator, Denominator>> {
    static_assert(Numerator >= 0 && Numerator < Denominator,
                  "etch: the slope of leaky_relu must be at least 0 and below 1");

    static constexpr const char* name = "leaky_relu";
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;
    static constexpr std::size_t operations = 1;

    template <class T>
    static constexpr T slope = static_cast<T>(Numerator) / static_cast<T>(Denominator);

    template <class V>
    ETCH_INLINE static constexpr V value(V z) {
        return larger(z * V(slope<typename V::value_type>), z);
    }
    template <class V>
    ETCH_INLINE static constexpr V derivative(V a) {
        return select(a > V(0), V(1), V(slope<typename V::value_type>));
    }
};

/// a = z between -L and L, and the nearer of the two outside;  g'(z) = 1 inside, otherwise 0. L is Numerator /
/// Denominator. For observations that were clipped in training after they were standardized.
template <int Numerator = 1, int Denominator = 1>
struct clamp : activation<clamp<Numerator, Denominator>> {
    static_assert(Numerator > 0 && Denominator > 0, "etch: the limit of clamp must be positive");

    static constexpr const char* name = "clamp";
    static constexpr output_range range{-static_cast<double>(Numerator) / Denominator,
                                        static_cast<double>(Numerator) / Denominator};
    static constexpr initializer preferred = glorot_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;
    static constexpr std::size_t operations = 1;

    template <class T>
    static constexpr T limit = static_cast<T>(Numerator) / static_cast<T>(Denominator);

    template <class V>
    ETCH_INLINE static constexpr V value(V z) {
        constexpr auto most = limit<typename V::value_type>;
        return larger(V(-most), smaller(V(most), z));
    }
    template <class V>
    ETCH_INLINE static constexpr V derivative(V a) {
        constexpr auto most = limit<typename V::value_type>;
        return select(a > V(-most), select(a < V(most), V(1), V(0)), V(0));
    }
};

/// a = z between -1 and 1, and the nearer of the two outside: clamp<1> under PyTorch's name.
struct hard_tanh : clamp<1> {
    static constexpr const char* name = "hard_tanh";
};

}  // namespace etch::inline ETCH_VARIANT
