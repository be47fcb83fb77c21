#pragma once
#include <etch/layer/layer.hpp>

namespace etch {

/// What the activations share: a = g(z), element by element, and by the chain rule dz = da ⊙ g'(z).
///
/// An activation gives `value(z)` over lanes, and its derivative either as `derivative(a)` of its output, so that z need
/// not be kept, or as `derivative_at(z)` of its input.
template <class Activation>
struct activation {
    static constexpr bool elementwise = true;

    static constexpr shape output(shape input) { return input; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& z) {
        return map([](auto lane) ETCH_INLINE_LAMBDA { return Activation::value(lane); }, z);
    }

    ETCH_INLINE static constexpr auto backward(const auto&, [[maybe_unused]] const auto& z, [[maybe_unused]] const auto& a,
                                               const auto& da) {
        if constexpr (Activation::backward_reads == reads::output)
            return hadamard(da, map([](auto lane) ETCH_INLINE_LAMBDA { return Activation::derivative(lane); }, a));
        else
            return hadamard(da, map([](auto lane) ETCH_INLINE_LAMBDA { return Activation::derivative_at(lane); }, z));
    }
};

}  // namespace etch
