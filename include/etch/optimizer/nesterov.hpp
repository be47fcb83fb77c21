#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/option.hpp>

namespace etch::inline ETCH_VARIANT {

/// Momentum that looks ahead: the step includes the one that the velocity would take next, so the gradient corrects the
/// velocity before it overshoots.
///
///     g = dL/dp + weight_decay * p
///     v = momentum * v + g
///     p = p - learning_rate * (g + momentum * v)
///
/// Source: Y. Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)", 1983; in
/// the form of I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep
/// learning", 2013, with the parameters taken at the point ahead, as PyTorch does.
struct nesterov {
    double learning_rate = 1e-3;
    double momentum = 0.9;
    double weight_decay = 0;

    static constexpr const char* name = "nesterov";
    static constexpr std::size_t state_slots = 1;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_be_below_one("momentum", momentum),
                                     internal::must_not_be_negative("weight_decay", weight_decay));
    }

    template <class T>
    struct constants {
        T learning_rate, momentum, weight_decay;
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t /*step*/, T rate) const noexcept {
        return {rate, static_cast<T>(momentum), static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        auto& [v] = state;
        const V g = fma(c.weight_decay, parameter, gradient);
        v = fma(c.momentum, v, g);
        parameter = fma(-c.learning_rate, fma(c.momentum, v, g), parameter);
    }
};

}  // namespace etch::inline ETCH_VARIANT
