#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// How many operations an activation takes; by default, as many as an exponential.
template <class Activation>
constexpr std::size_t activation_operations() noexcept {
    if constexpr (requires { Activation::operations; })
        return Activation::operations;
    else
        return 24;
}

template <class Activation>
struct value_of {
    static constexpr std::size_t operations = activation_operations<Activation>();
    ETCH_INLINE constexpr auto operator()(auto z) const noexcept { return Activation::value(z); }
};
template <class Activation>
struct derivative_of {  // from the input usually expensive, from the output cheap
    static constexpr std::size_t operations =
        Activation::saved_for_backward == saved_values::output ? 4 : activation_operations<Activation>();
    ETCH_INLINE constexpr auto operator()(auto at) const noexcept {
        if constexpr (Activation::saved_for_backward == saved_values::output)
            return Activation::derivative(at);
        else
            return Activation::derivative_at(at);
    }
};

}  // namespace internal

/// The common part of activations: a = g(z), element by element, and by the chain rule dz = da ⊙ g'(z).
///
/// An activation has `value(z)`, over lanes, and its derivative either as `derivative(a)`, a function of its output, so
/// that z need not be saved, or as `derivative_at(z)`, a function of its input.
template <class Activation>
struct activation : layer_defaults {
    static constexpr bool elementwise = true;

    static constexpr shape output(shape input) { return input; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& z) {
        return map(internal::value_of<Activation>{}, z);
    }

    ETCH_INLINE static constexpr auto backward(const auto&, [[maybe_unused]] const auto& z,
                                               [[maybe_unused]] const auto& a, const auto& da) {
        constexpr internal::derivative_of<Activation> derivative;
        if constexpr (Activation::saved_for_backward == saved_values::output)
            return hadamard(da, map(derivative, a));
        else
            return hadamard(da, map(derivative, z));
    }
};

}  // namespace etch::inline ETCH_VARIANT
