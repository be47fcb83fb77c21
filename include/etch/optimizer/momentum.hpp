#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/option.hpp>

namespace etch::inline ETCH_VARIANT {

/// Gradient descent with inertia: the velocity v accumulates past gradients, so that steps along a valley add up and
/// steps across it cancel.
///
///     g = dL/dp + weight_decay * p
///     v = momentum * v + (1 - dampening) * g                 (v = g in the first step)
///     p = p - learning_rate * v
///
/// Along a constant gradient a step grows to learning_rate / (1 - momentum) times that gradient.
/// Source: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; in PyTorch's form,
/// with the learning rate outside the velocity.
struct momentum {
    double learning_rate = 1e-3;
    double momentum = 0.9;
    double dampening = 0;
    double weight_decay = 0;

    static constexpr const char* name = "momentum";
    static constexpr std::size_t state_slots = 1;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_be_below_one("momentum", momentum),
                                     internal::must_be_below_one("dampening", dampening),
                                     internal::must_not_be_negative("weight_decay", weight_decay));
    }

    template <class T>
    struct constants {
        T learning_rate, momentum, share, weight_decay;  // share: weight of the new gradient
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t step, T rate) const noexcept {
        return {rate, static_cast<T>(momentum), step <= 1 ? T{1} : static_cast<T>(1 - dampening),
                static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        auto& [v] = state;
        const V g = fma(c.weight_decay, parameter, gradient);
        v = fma(c.momentum, v, fma(c.share, g, V(0)));
        parameter = fma(-c.learning_rate, v, parameter);
    }
};

}  // namespace etch::inline ETCH_VARIANT
