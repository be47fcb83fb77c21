#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/option.hpp>

namespace etch::inline ETCH_VARIANT {

/// Divides the gradient by its recent size, so that every parameter moves at about the learning rate.
///
///     g = dL/dp + weight_decay * p
///     s = alpha * s + (1 - alpha) * g^2
///     p = p - learning_rate * g / (sqrt(s) + epsilon)
///
/// Source: T. Tieleman, G. Hinton, "Lecture 6.5: RMSProp", 2012. Epsilon is outside the root, as in PyTorch.
struct rmsprop {
    double learning_rate = 1e-2;
    double alpha = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0;

    static constexpr const char* name = "rmsprop";
    static constexpr std::size_t state_slots = 1;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_be_below_one("alpha", alpha),
                                     internal::must_not_be_negative("epsilon", epsilon),
                                     internal::must_not_be_negative("weight_decay", weight_decay));
    }

    template <class T>
    struct constants {
        T learning_rate, share, epsilon, weight_decay;  // share: weight of the new square, 1 - alpha
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t /*step*/, T rate) const noexcept {
        return {rate, static_cast<T>(1 - alpha), static_cast<T>(epsilon), static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        auto& [s] = state;
        const V g = fma(c.weight_decay, parameter, gradient);
        s = fma(c.share, fma(g, g, -s), s);
        parameter = fma(-c.learning_rate, g / (sqrt(s) + c.epsilon), parameter);
    }
};

/// RMSProp with the rest of PyTorch's options and three numbers of state per parameter instead of one: a velocity and,
/// if `centered`, the mean gradient m, so that the divisor is a standard deviation.
///
///     g = dL/dp + weight_decay * p
///     s = alpha * s + (1 - alpha) * g^2
///     m = alpha * m + (1 - alpha) * g                            (centered; otherwise m = 0)
///     v = momentum * v + g / (sqrt(s - m^2) + epsilon)
///     p = p - learning_rate * v
///
/// If the gradient hardly changes, rounding can take s - m^2 below zero; it then counts as zero.
/// Source: A. Graves, "Generating Sequences With Recurrent Neural Networks", 2013, section 4.2.
struct rmsprop_extended {
    double learning_rate = 1e-2;
    double alpha = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0;
    double momentum = 0;
    bool centered = false;

    static constexpr const char* name = "rmsprop_extended";
    static constexpr std::size_t state_slots = 3;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_be_below_one("alpha", alpha),
                                     internal::must_not_be_negative("epsilon", epsilon),
                                     internal::must_not_be_negative("weight_decay", weight_decay),
                                     internal::must_be_below_one("momentum", momentum));
    }

    template <class T>
    struct constants {
        T learning_rate, share, mean_share, epsilon, weight_decay, momentum;
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t /*step*/, T rate) const noexcept {
        const T share = static_cast<T>(1 - alpha);
        return {rate,
                share,
                centered ? share : T{0},
                static_cast<T>(epsilon),
                static_cast<T>(weight_decay),
                static_cast<T>(momentum)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        auto& [s, m, v] = state;
        const V g = fma(c.weight_decay, parameter, gradient);
        s = fma(c.share, fma(g, g, -s), s);
        m = fma(c.mean_share, g - m, m);
        v = fma(c.momentum, v, g / (sqrt(larger(fma(-m, m, s), V(0))) + c.epsilon));
        parameter = fma(-c.learning_rate, v, parameter);
    }
};

}  // namespace etch::inline ETCH_VARIANT
