#pragma once
#include <etch/network/chain.hpp>

namespace etch::inline ETCH_VARIANT {

/// Layers with a way around them: y = x + f(x), so that the gradient reaches what stands before undiminished.
///
///     forward     y  = x + f(x)
///     backward    dx = dy + (∂f/∂x)ᵀ dy
///
/// f is the list of layers; its output has the shape of its input. Its parameters are named "0.weight", "0.bias", ...
/// It stands in the network's room because it holds a list, as a network does.
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", 2016.
template <class... Layers>
struct residual {
    static_assert(sizeof...(Layers) > 0, "etch: residual needs at least one layer");

    static constexpr const char* name = "residual";
    static constexpr reads backward_reads = reads::input;

    template <shape Input>
    static constexpr void(check)() {
        static_assert(chain<float, Input, Layers...>::output_shape == Input,
                      "etch: the layers of a residual must give the shape that they get");
        static_assert(chain<float, Input, Layers...>::statistic_count == 0,
                      "etch: standardize, normalize and clip stand before or after a residual, not inside it");
    }

    static constexpr shape output(shape input) { return input; }

    static constexpr auto parameters(shape input) {
        constexpr std::size_t none = 0;
        std::array<parameter, (none + ... + internal::parameters_of<Layers>(shape{1}).size())> all{};
        std::size_t count = 0, index = 0;
        const auto add = [&]<class L>(L*) {
            for (parameter p : internal::parameters_of<L>(input)) {
                p.name = label{}.append(index).append(".").append(p.name.text);
                all[count++] = p;
            }
            input = L::output(input);
            ++index;
        };
        (add(static_cast<Layers*>(nullptr)), ...);
        // The initialisers follow from the activations inside.
        constexpr initializer preferred[] = {internal::preferred_by<Layers>()...};
        constexpr std::size_t held[] = {internal::parameters_of<Layers>(shape{1}).size()...};
        for (std::size_t layer = 0, p = 0; layer < sizeof...(Layers); ++layer)
            for (std::size_t i = 0; i < held[layer]; ++i, ++p)
                if (all[p].begin == automatic) {
                    all[p].begin = glorot_uniform;
                    for (std::size_t next = layer + 1; next < sizeof...(Layers); ++next) {
                        if (preferred[next] != automatic) all[p].begin = preferred[next];
                        if (preferred[next] != automatic || held[next] != 0) break;
                    }
                }
        return all;
    }

    static constexpr std::size_t multiply_adds(shape input) {
        std::size_t sum = 0;
        ((sum += internal::multiply_adds_of<Layers>(input), input = Layers::output(input)), ...);
        return sum;
    }

    template <class Pass, class X>
    ETCH_INLINE static constexpr auto forward(const Pass& layer, const X& x) {
        using T = typename X::value_type;
        if constexpr (Pass::training) {
            return step_of<T, Pass::input>(layer, x).forward() + x;
        } else {
            const matrix_view<T, X::rows, X::columns> y{layer.workspace};
            chain<T, Pass::input, Layers...>::infer(layer.memory, matrix_view<const T, X::rows, X::columns>{x.data()},
                                                    y, layer.workspace + y.size());
            return y + x;
        }
    }

    template <class Pass, class X, class DY>
    ETCH_INLINE static constexpr auto backward(const Pass& layer, const X& x, const auto& /*y*/, const DY& dy) {
        using T = typename DY::value_type;
        return step_of<T, Pass::input>(layer, x).backward(dy) + dy;
    }

    static constexpr std::size_t workspace(shape input, std::size_t columns, bool training) {
        std::array<internal::layer_facts, sizeof...(Layers)> facts{};
        std::array<std::size_t, sizeof...(Layers)> workspaces{};
        shape current = input;
        std::size_t i = 0;
        ((facts[i] = internal::facts_of<Layers>(current, 0, 0, 0),
          workspaces[i] = internal::workspace_of<Layers>(current, columns, training), current = facts[i].output, ++i),
         ...);
        return training ? internal::plan_training(facts, workspaces, sizeof...(Layers), columns).size
                        : input.size() * columns +
                              internal::plan_inference(facts, workspaces, sizeof...(Layers), columns).size;
    }

private:
    template <class T, shape Input, class X>
    ETCH_INLINE static constexpr auto step_of(const auto& layer, const X& x) {
        using step = typename chain<T, Input, Layers...>::template step<sizeof...(Layers), X::columns>;
        return step{layer.memory, layer.gradient_memory, matrix_view<const T, X::rows, X::columns>{x.data()},
                    layer.workspace, layer.seed};
    }
};

}  // namespace etch::inline ETCH_VARIANT
