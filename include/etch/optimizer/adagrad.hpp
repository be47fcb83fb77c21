#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/option.hpp>

namespace etch::inline ETCH_VARIANT {

/// Each parameter has its own rate, which decreases with the gradients so far: parameters that rarely get one continue
/// to learn.
///
///     g = dL/dp + weight_decay * p
///     s = s + g^2
///     p = p - learning_rate / (1 + (t - 1) * learning_rate_decay) * g / (sqrt(s) + epsilon)        (t = 1, 2, ...)
///
/// Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
/// Optimization", 2011.
struct adagrad {
    double learning_rate = 1e-2;
    double learning_rate_decay = 0;
    double epsilon = 1e-10;
    double weight_decay = 0;

    static constexpr const char* name = "adagrad";
    static constexpr std::size_t state_slots = 1;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_not_be_negative("learning_rate_decay", learning_rate_decay),
                                     internal::must_not_be_negative("epsilon", epsilon),
                                     internal::must_not_be_negative("weight_decay", weight_decay));
    }

    template <class T>
    struct constants {
        T learning_rate, epsilon, weight_decay;
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t step, T rate) const noexcept {
        // 1 + (t - 1) * decay as a product with a sum, so that there is nothing to contract.
        const double passed = static_cast<double>(step - 1);
        const double slowdown = learning_rate_decay == 0 ? 1 : (1 / learning_rate_decay + passed) * learning_rate_decay;
        return {rate / static_cast<T>(slowdown), static_cast<T>(epsilon), static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        auto& [s] = state;
        const V g = fma(c.weight_decay, parameter, gradient);
        s = fma(g, g, s);
        parameter = fma(-c.learning_rate, g / (sqrt(s) + c.epsilon), parameter);
    }
};

}  // namespace etch::inline ETCH_VARIANT
