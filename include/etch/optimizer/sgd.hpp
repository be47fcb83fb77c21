#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/option.hpp>

namespace etch::inline ETCH_VARIANT {

/// Gradient descent, the rule that all others refine: a step against the gradient.
///
///     g = dL/dp + weight_decay * p
///     p = p - learning_rate * g
///
/// Stochastic, mini-batch and batch descent differ only in the number of samples over which the gradient is summed.
/// Source: H. Robbins, S. Monro, "A Stochastic Approximation Method", 1951.
struct sgd {
    double learning_rate = 1e-3;
    double weight_decay = 0;

    static constexpr const char* name = "sgd";
    static constexpr std::size_t state_slots = 0;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::must_not_be_negative("weight_decay", weight_decay);
    }

    template <class T>
    struct constants {
        T learning_rate, weight_decay;
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t /*step*/, T rate) const noexcept {
        return {rate, static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& /*state*/,
                                             const constants<typename V::value_type>& c) noexcept {
        const V g = fma(c.weight_decay, parameter, gradient);
        parameter = fma(-c.learning_rate, g, parameter);
    }
};

}  // namespace etch::inline ETCH_VARIANT
