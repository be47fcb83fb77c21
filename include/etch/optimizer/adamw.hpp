#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/optimizer/adam.hpp>

namespace etch::inline ETCH_VARIANT {

/// Adam with decoupled weight decay, which is not divided by the gradient's size: every parameter shrinks by the same
/// factor.
///
///     p = p - learning_rate * weight_decay * p
///     p = Adam's step from there, without weight decay
///
/// Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", 2019.
struct adamw {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2;

    static constexpr const char* name = "adamw";
    static constexpr std::size_t state_slots = adam::state_slots;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return (adam{learning_rate, beta1, beta2, epsilon, weight_decay}.check)();
    }

    template <class T>
    struct constants {
        adam::constants<T> step;
        T shrink;  // learning_rate * weight_decay
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t step, T rate) const noexcept {
        const adam plain{.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon};
        return {plain.at(step, rate), rate * static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        parameter = fma(-c.shrink, parameter, parameter);
        adam::update(parameter, gradient, state, c.step);
    }
};

}  // namespace etch::inline ETCH_VARIANT
