#pragma once
#include <cstddef>

#include <etch/layer/layer.hpp>
#include <etch/tensor/recut.hpp>
#include <etch/tensor/stack.hpp>

namespace etch::inline ETCH_VARIANT {

/// Feature-wise linear modulation: each feature is scaled and shifted by numbers that other layers compute, from a
/// control input for example.
///
///     forward     y  = x ⊙ s + t                           input: [x; s; t]
///     backward    dx = dy ⊙ s,  ds = dy ⊙ x,  dt = dy
///
/// Shapes: the input has 3 N channels, its first extent: x, then the scale s, then the shift t. y has N; the other
/// extents stay. What computes s and t from the condition is a branch beside the one that computes x. A signal of 8
/// features that two knobs control, the last two of the inputs:
///
///     input<10>, parallel<branch<slice<0, 8>, dense<16>, tanh>, branch<slice<8, 2>, dense<2 * 16>>>, film
///
/// That is the FiLM of Neural Amp Modeler's A2 networks too, whose 1 x 1 convolution of the condition gives s, then t.
/// FiLM without a shift is gated<identity, identity>.
/// Source: E. Perez et al., "FiLM: Visual Reasoning with a General Conditioning Layer", 2018.
struct film : layer_defaults {
    static constexpr const char* name = "film";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.extent[0] % 3 == 0,
                      "etch: film needs three times as many channels as it has outputs, in the first extent of its "
                      "input: the features, then their scales, then their shifts");
    }

    static constexpr shape output(shape input) {
        input.extent[0] = third(input);
        return input;
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context&, const auto& input) {
        constexpr shape in = Context::input;
        return hadamard(part<in, 0>(input), part<in, 1>(input)) + part<in, 2>(input);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto backward(const Context&, const auto& input, const auto& /*y*/, const auto& dy) {
        constexpr shape in = Context::input;
        const auto grad = recut<third(in)>(dy);
        return stack(hadamard(grad, part<in, 1>(input)), hadamard(grad, part<in, 0>(input)), grad);
    }

private:
    static constexpr std::size_t third(shape input) { return input.extent[0] < 3 ? 1 : input.extent[0] / 3; }

    /// x, s or t.
    template <shape In, std::size_t I>
    ETCH_INLINE static constexpr auto part(const auto& input) {
        return rows<I * third(In), third(In)>(recut<In.extent[0]>(input));
    }
};

}  // namespace etch::inline ETCH_VARIANT
