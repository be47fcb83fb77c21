#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/layer/frozen.hpp>
#include <etch/layer/identity.hpp>
#include <etch/network/inner_layers.hpp>
#include <etch/tensor/stack.hpp>

namespace etch::inline ETCH_VARIANT {

/// One of the lists of layers in `parallel`.
template <class... Layers>
struct branch {
    static_assert(sizeof...(Layers) > 0,
                  "etch: a branch needs at least one layer: branch<identity> passes its input on unchanged");
    static_assert((std::derived_from<Layers, layer_defaults> && ...),
                  "etch: a branch is a list of layers, without input: branch<dense<8>, relu>");

    static constexpr const char* name = "branch";
    static constexpr bool holds_list = true;
    static constexpr bool counts_samples = (Layers::counts_samples || ...);
    static constexpr std::size_t depth = sizeof...(Layers);

    /// The layers, for the input shape In.
    template <shape In>
    using list = layer_list<In, Layers...>;
    template <class T, shape In>
    using chain = etch::chain<T, In, Layers...>;

    static constexpr shape output(shape input) {
        ((input = Layers::output(input)), ...);
        return input;
    }
    template <class L>
    static constexpr bool ends_in() {
        return std::is_same_v<std::tuple_element_t<depth - 1, std::tuple<Layers...>>, L>;
    }
};

namespace internal {

template <class B>
inline constexpr bool is_branch = false;
template <class... Layers>
inline constexpr bool is_branch<branch<Layers...>> = true;

/// Where a branch begins: among the rows of the output, and in each kind of the layer's memory.
struct branch_place {
    std::size_t row = 0, trained = 0, fixed = 0, words = 0, state = 0;
};

}  // namespace internal

/// Lists of layers with the same input; their outputs are stacked in the output. For networks with several heads, for
/// different layers on different parts of the input (see slice), and for skip connections.
///
///     forward     y  = [f1(x); f2(x); ...]
///     backward    dx = Σ (∂fi/∂x)ᵀ dyi        dyi: the rows of dy that belong to branch i
///
///     parallel<branch<dense<16>, relu, dense<4>>, branch<dense<8>, relu, dense<1>>>       // two heads: 4 + 1 outputs
///     parallel<branch<slice<0, 48>, dense<32>, relu>, branch<slice<48, 3>>>               // [f(x1); x2]
///
/// Each branch ends in a vector. The parameters are named "0.1.weight": branch, layer, tensor. A loss that is fused
/// with an activation looks for it at the end of the network, not in a branch: see sum_of.
template <class... Branches>
struct parallel : layer_defaults {
    static_assert(sizeof...(Branches) > 0 && (internal::is_branch<Branches> && ...),
                  "etch: parallel is made of branches: parallel<branch<dense<8>, relu>, branch<dense<1>>>");

    static constexpr const char* name = "parallel";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool stored_output = true;
    static constexpr bool counts_samples = (Branches::counts_samples || ...);
    static constexpr std::size_t count = sizeof...(Branches);
    template <std::size_t I>
    using branch_at = std::tuple_element_t<I, std::tuple<Branches...>>;
    /// The layers of branch I.
    template <shape In, std::size_t I>
    using list = typename branch_at<I>::template list<In>;

    template <shape In>
    static constexpr void(check)() {
        static_assert(((Branches::template list<In>::output_shape.rank == 1) && ...),
                      "etch: each branch of parallel must end in a vector: put flatten at its end");
        static_assert((internal::fits_nothing<typename Branches::template list<In>>() && ...),
                      "etch: standardize, normalize and clip must be before or after parallel, not inside it");
    }

    static constexpr shape output(shape input) { return {(Branches::output(input).size() + ...)}; }

    /// Whether L is the last layer of a branch.
    template <class L>
    static constexpr bool a_branch_ends_in() {
        return (Branches::template ends_in<L>() || ...);
    }

    template <shape In>
    static constexpr auto parameters() {
        return internal::tensors_of_all<parameter, count>(
            [](auto i) { return internal::parameters_of_all<list<In, i.value>>(); });
    }
    template <shape In>
    static constexpr auto state() {
        return internal::tensors_of_all<named_tensor, count>(
            [](auto i) { return internal::states_of_all<list<In, i.value>>(); });
    }
    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return (Branches::template list<In>::totals.multiply_adds + ...);
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        if constexpr (Training) {
            std::array<named_tensor, 2 * count> held{};
            internal::for_each_index<count>([&]<std::size_t I>() {
                using layers = list<In, I>;
                constexpr auto own = layers::template scratch_sizes<Columns, true>();
                held[I] = {tensor_name{"branch "}.append(I),
                           {internal::plan_training(layers::infos, own, layers::depth, Columns).size}};
                held[count + I] = {tensor_name{"input gradient "}.append(I),
                                   {internal::input_gradient_size<layers, Columns>}};
            });
            return held;
        } else {  // one tensor: the outputs, then the memory of one branch after the other
            std::size_t inner = 0;
            internal::for_each_index<count>([&]<std::size_t I>() {
                using layers = list<In, I>;
                constexpr auto own = layers::template scratch_sizes<Columns, false>();
                constexpr auto plan = internal::plan_inference(layers::infos, own, layers::depth, Columns);
                if (plan.size > inner) inner = plan.size;
            });
            return std::array{named_tensor{"branches", {output(In).size() * Columns + inner}}};
        }
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        using T = typename X::value_type;
        return each([&](auto... i) ETCH_INLINE_LAMBDA {
            if constexpr (Context::training)
                return stack(tape_of<i.value, T>(layer, x, nullptr).forward()...);
            else
                return stack(infer<i.value, T>(layer, x)...);
        });
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return true;
    }
    /// The outputs, then the memory of one branch after the other.
    template <shape In, std::size_t Steps>
    static constexpr auto block_scratch() {
        std::size_t inner = 0;
        internal::for_each_index<count>(
            [&]<std::size_t I>() { inner = (std::max)(inner, block<float, In, I, Steps>::size); });
        return std::array{named_tensor{"branches", {output(In).size() * Steps + inner}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        return each([&](auto... i) ETCH_INLINE_LAMBDA { return stack(run_block<i.value>(layer, x)...); });
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& x, const auto& /*y*/, const DY& dy) {
        using T = typename DY::value_type;
        return each([&](auto... i) ETCH_INLINE_LAMBDA { return (... + backward_of<i.value, T>(layer, x, dy)); });
    }

    /// Statistics that training updates, as those of batch_norm.
    template <class Context>
    static constexpr void absorb(const Context& layer) {
        using T = typename Context::number;
        internal::for_each_index<count>([&]<std::size_t I>() {
            constexpr std::size_t state = places<Context::input>[I].state * Context::columns;
            internal::absorb_statistics<typename branch_at<I>::template chain<T, Context::input>, Context::columns>(
                memory_of<I>(layer), get<I>(layer.scratch).data(),
                step_extras<T>{layer.states, layer.count}.from(state));
        });
    }
    static constexpr bool fitted(const auto&) { return true; }
    static constexpr problem fit(const auto&, std::size_t, const auto&) { return {}; }

private:
    template <shape In>
    static constexpr std::array<internal::branch_place, count> places = [] {
        std::array<internal::branch_place, count> all{};
        internal::branch_place next;
        internal::for_each_index<count>([&]<std::size_t I>() {
            constexpr auto& totals = list<In, I>::totals;
            all[I] = next;
            next.row += list<In, I>::output_shape.size();
            next.trained += totals.trained;
            next.fixed += totals.fitted + totals.frozen;
            next.words += totals.words;
            next.state += totals.state;
        });
        return all;
    }();

    /// f(0, 1, ...), with a number of its own type for each branch.
    template <class F>
    ETCH_INLINE static constexpr auto each(const F& f) noexcept {
        return [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
            return f(std::integral_constant<std::size_t, I>{}...);
        }(std::make_index_sequence<count>{});
    }
    template <shape In, std::size_t I, class DY>
    ETCH_INLINE static constexpr auto rows_of(const DY& dy) noexcept {
        return rows<places<In>[I].row, list<In, I>::output_shape.size()>(dy);
    }

    /// The memory of branch I, for parameters and states.
    template <std::size_t I, class Context>
    ETCH_INLINE static constexpr auto memory_of(const Context& layer) noexcept {
        constexpr internal::branch_place at = places<Context::input>[I];
        return layer.memory.from(at.trained, at.fixed, at.words);
    }
    template <std::size_t I, class Context, class F>
    ETCH_INLINE static constexpr auto with_extras_of(const Context& layer, const F& f) noexcept {
        constexpr std::size_t at = places<Context::input>[I].state * Context::columns;
        return internal::with_extras_of(
            layer, [&](const auto&... extras) ETCH_INLINE_LAMBDA { return f(extras.from(at)...); });
    }

    template <std::size_t I, class T, class Context, class X>
    ETCH_INLINE static constexpr auto infer(const Context& layer, const X& x) {
        using layers = typename branch_at<I>::template chain<T, Context::input>;
        constexpr shape in = Context::input;
        T* const memory = get<0>(layer.scratch).data();
        const matrix_view<T, layers::output_shape.size(), X::columns> y{memory + places<in>[I].row * X::columns};
        with_extras_of<I>(layer, [&](const auto&... extras) ETCH_INLINE_LAMBDA {
            layers::infer(memory_of<I>(layer), matrix_view<const T, X::rows, X::columns>{x.data()}, y,
                          memory + output(in).size() * X::columns, extras...);
        });
        return y;
    }

    template <class T, shape In, std::size_t I, std::size_t Steps>
    using block = internal::chain_block<typename branch_at<I>::template chain<T, In>, T, Steps>;

    template <std::size_t I, class Context, class X>
    ETCH_INLINE static constexpr auto run_block(const Context& layer, const X& x) {
        using T = typename Context::number;
        constexpr shape in = Context::input;
        constexpr internal::branch_place at = places<in>[I];
        T* const memory = get<0>(layer.scratch).data();
        const matrix_view<T, list<in, I>::output_shape.size(), X::columns> y{memory + at.row * X::columns};
        block<T, in, I, X::columns>::run(memory_of<I>(layer), x.data(), y.data(),
                                         memory + output(in).size() * X::columns,
                                         step_extras<T>{layer.states, layer.count}.from(at.state));
        return y;
    }

    template <std::size_t I, class T, class Context, class X, class DY>
    ETCH_INLINE static constexpr auto backward_of(const Context& layer, const X& x, const DY& dy) {
        constexpr shape in = Context::input;
        return internal::input_gradient<list<in, I>, DY::columns>(
            tape_of<I, T>(layer, x, layer.gradient_memory + places<in>[I].trained).backward(rows_of<in, I>(dy)),
            get<count + I>(layer.scratch).data());
    }

    template <std::size_t I, class T, class Context, class X>
    ETCH_INLINE static constexpr auto tape_of(const Context& layer, const X& x, T* gradients) {
        using layers = typename branch_at<I>::template chain<T, Context::input>;
        return with_extras_of<I>(layer, [&]<class... Extras>(const Extras&... extras) ETCH_INLINE_LAMBDA {
            return chain_tape<layers, T, X::columns, layers::depth, Extras...>{
                memory_of<I>(layer),
                gradients,
                matrix_view<const T, X::rows, X::columns>{x.data()},
                get<I>(layer.scratch).data(),
                derive(layer.seed, I),
                {extras}...};
        });
    }
};

/// y = [x; f(x)]: the output of the layers is stacked below their input, so that the layers after it see both. For
/// vectors.
/// Source: G. Huang, Z. Liu, L. van der Maaten, K. Weinberger, "Densely Connected Convolutional Networks", 2017.
template <class... Layers>
using concat = parallel<branch<identity>, branch<Layers...>>;

namespace internal {

template <class... Branches>
struct frozen_form<parallel<Branches...>> {
    using type = parallel<typename frozen_form<Branches>::type...>;
};
template <class... Layers>
struct frozen_form<branch<Layers...>> {
    using type = branch<frozen<Layers>...>;
};

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
