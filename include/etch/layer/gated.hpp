#pragma once
#include <cstddef>

#include <etch/layer/layer.hpp>
#include <etch/tensor/recut.hpp>
#include <etch/tensor/stack.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// An elementwise layer that needs nothing but its input.
template <class L>
constexpr bool is_activation() noexcept {
    if constexpr (Layer<L>)
        return L::elementwise && L::template parameters<shape{1}>().empty() &&
               L::template scratch<shape{1}, 1, true>().empty() && !takes_extras<L, shape{1}>;
    else
        return false;
}

}  // namespace internal

/// One half of the input as a gate for the other: gated<tanh, sigmoid> is that of WaveNet.
///
///     forward     y  = f(x1) ⊙ g(x2)                       x1, x2: the first and the second half of the channels
///     backward    dx1 = dy ⊙ g(x2) ⊙ f'(x1)
///                 dx2 = dy ⊙ f(x1) ⊙ g'(x2)
///
/// Shapes: x has 2 N channels, the first extent of the input, y has N; the other extents stay. F and G are activations.
/// gated<identity, sigmoid> is the GLU (torch.nn.GLU), gated<silu, identity> and gated<gelu, identity> are SwiGLU and
/// GEGLU, and gated<identity, identity> multiplies one half by the other: FiLM without a shift. The layer before it
/// has twice as many outputs:
///
///     dense<2 * 16>, gated<tanh, sigmoid>
///
/// Source: A. van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016; Y. Dauphin et al., "Language
/// Modeling with Gated Convolutional Networks", 2017.
template <class F, class G>
struct gated : layer_defaults {
    static constexpr bool of_activations = internal::is_activation<F>() && internal::is_activation<G>();
    static_assert(of_activations, "etch: gated<F, G> is made of two activations: gated<etch::tanh, etch::sigmoid>");

    static constexpr const char* name = "gated";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.extent[0] % 2 == 0,
                      "etch: gated needs an even number of channels, the first extent of its input: the second half is "
                      "the gate of the first");
    }

    static constexpr shape output(shape input) {
        input.extent[0] = half(input);
        return input;
    }

    /// In training: f(x1), g(x2).
    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        if constexpr (Training)
            return std::array{named_tensor{"activated", {2 * half(In), In.size() / In.extent[0] * Columns}}};
        else
            return std::array<named_tensor, 0>{};
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& x) {
        constexpr shape in = Context::input;
        const auto first = first_of<in>(x), second = second_of<in>(x);
        if constexpr (Context::training) {
            const auto& [activated] = layer.scratch;
            const auto f = first_of<in>(activated), g = second_of<in>(activated);
            f = F::forward(layer, first);
            g = G::forward(layer, second);
            return hadamard(f, g);
        } else {
            return hadamard(F::forward(layer, first), G::forward(layer, second));
        }
    }

    template <class Context>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        constexpr shape in = Context::input;
        const auto& [activated] = layer.scratch;
        const auto f = first_of<in>(activated), g = second_of<in>(activated);
        const auto grad = recut<half(in)>(dy);
        return stack(F::backward(layer, first_of<in>(x), f, hadamard(grad, g)),
                     G::backward(layer, second_of<in>(x), g, hadamard(grad, f)));
    }

private:
    static constexpr std::size_t half(shape input) { return input.extent[0] < 2 ? 1 : input.extent[0] / 2; }

    template <shape In>
    ETCH_INLINE static constexpr auto first_of(const auto& e) {
        return rows<0, half(In)>(recut<In.extent[0]>(e));
    }
    template <shape In>
    ETCH_INLINE static constexpr auto second_of(const auto& e) {
        return rows<half(In), half(In)>(recut<In.extent[0]>(e));
    }
};

}  // namespace etch::inline ETCH_VARIANT
