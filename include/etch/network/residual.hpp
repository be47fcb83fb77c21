#pragma once
#include <array>
#include <cstddef>

#include <etch/network/inner_layers.hpp>

namespace etch::inline ETCH_VARIANT {

/// Layers with a skip connection: y = x + f(x), so that the gradient reaches the layers before undiminished.
///
///     forward     y  = x + f(x)
///     backward    dx = dy + (∂f/∂x)ᵀ dy
///
/// f is the list of layers; its output has the shape of its input. Its parameters are named "0.weight", "0.bias", ...
/// It is in the folder network because it contains a list of layers, as a network does.
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", 2016.
template <class... Layers>
struct residual : layer_defaults {
    static_assert(sizeof...(Layers) > 0, "etch: residual needs at least one layer");

    static constexpr const char* name = "residual";
    static constexpr bool holds_list = true;
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool counts_samples = (Layers::counts_samples || ...);

    /// The layers of f, for the input shape In.
    template <shape In>
    using inner = layer_list<In, Layers...>;

    template <shape In>
    static constexpr void(check)() {
        static_assert(inner<In>::output_shape == In,
                      "etch: the layers of a residual must preserve their input's shape");
        static_assert(internal::fits_nothing<inner<In>>(),
                      "etch: standardize, normalize and clip must be before or after a residual, not inside it");
    }

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr auto parameters() {
        return internal::parameters_of_all<inner<In>>();
    }
    template <shape In>
    static constexpr auto state() {
        return internal::states_of_all<inner<In>>();
    }
    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return inner<In>::totals.multiply_adds;
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        using layers = chain<float, In, Layers...>;
        if constexpr (Training)
            return std::array{named_tensor{"inner", {chain_tape<layers, float, Columns, layers::depth>::plan.size}},
                              named_tensor{"input gradient", {internal::input_gradient_size<layers, Columns>}}};
        else  // one tensor: f(x), then the layers' own memory
            return std::array{named_tensor{
                "inner", {In.size() * Columns + layers::template inference_size<Columns, layers::depth>()}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        using T = typename X::value_type;
        if constexpr (Context::training) {
            return tape_of<T>(layer, x, nullptr).forward() + x;
        } else {
            const matrix_view<T, X::rows, X::columns> y{get<0>(layer.scratch).data()};
            T* const memory = y.end();
            internal::with_extras_of(layer, [&](const auto&... extras) ETCH_INLINE_LAMBDA {
                chain<T, Context::input, Layers...>::infer(
                    layer.memory, matrix_view<const T, X::rows, X::columns>{x.data()}, y, memory, extras...);
            });
            return y + x;
        }
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return true;
    }
    template <shape In, std::size_t Steps>
    static constexpr auto block_scratch() {
        using block = internal::chain_block<chain<float, In, Layers...>, float, Steps>;
        return std::array{named_tensor{"inner", {In.size() * Steps + block::size}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        using T = typename Context::number;
        const matrix_view<T, X::rows, X::columns> y{get<0>(layer.scratch).data()};
        internal::chain_block<chain<T, Context::input, Layers...>, T, X::columns>::run(
            layer.memory, x.data(), y.data(), y.end(), {layer.states, layer.count});
        return y + x;
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& x, const auto& /*y*/, const DY& dy) {
        return internal::input_gradient<layer_list<Context::input, Layers...>, DY::columns>(
                   tape_of<typename DY::value_type>(layer, x, layer.gradient_memory).backward(dy),
                   get<1>(layer.scratch).data()) +
               dy;
    }

    /// Statistics that training updates, as those of batch_norm.
    template <class Context>
    static constexpr void absorb(const Context& layer) {
        using T = typename Context::number;
        internal::absorb_statistics<chain<T, Context::input, Layers...>, Context::columns>(
            layer.memory, get<0>(layer.scratch).data(), step_extras<T>{layer.states, layer.count});
    }
    static constexpr bool fitted(const auto&) { return true; }
    static constexpr problem fit(const auto&, std::size_t, const auto&) { return {}; }

private:
    template <class T, class Context, class X>
    ETCH_INLINE static constexpr auto tape_of(const Context& layer, const X& x, T* gradients) {
        using layers = chain<T, Context::input, Layers...>;
        T* const memory = get<0>(layer.scratch).data();
        return internal::with_extras_of(layer, [&]<class... Extras>(const Extras&... extras) ETCH_INLINE_LAMBDA {
            return chain_tape<layers, T, X::columns, layers::depth, Extras...>{
                layer.memory, gradients,  matrix_view<const T, X::rows, X::columns>{x.data()},
                memory,       layer.seed, {extras}...};
        });
    }
};

}  // namespace etch::inline ETCH_VARIANT
