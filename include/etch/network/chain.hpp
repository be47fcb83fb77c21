#pragma once
#include <array>
#include <cstddef>
#include <utility>

#if !__has_include(<boost/hana/basic_tuple.hpp>)
#error \
    "etch: the headers of Boost.Hana are not found. Install them (Debian: libboost-dev), or name the folder that holds boost/ with -I; nothing of Boost is linked"
#endif
#include <boost/hana/at.hpp>
#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/type.hpp>

#include <etch/network/plan.hpp>

namespace etch::inline ETCH_VARIANT {

/// Layers one after another, over memory that somebody else owns: the forward and the backward pass of a network, and
/// of a layer that holds layers.
///
/// The list of types is folded once, into values: the shape that each layer meets, and where its numbers lie. From them
/// follows which outputs are stored; what stands between two stored outputs is one expression, evaluated in one pass.
/// `Last` below is how many of the layers run: a loss that takes over the last one leaves it out.
template <class T, shape Input, class... Layers>
class chain {
    static_assert((Layer<Layers> && ...),
                  "etch: every entry after input must be a layer: a struct with name, output(shape), "
                  "forward and backward (see etch/layer/layer.hpp)");

public:
    static constexpr std::size_t depth = sizeof...(Layers);

private:
    static constexpr auto list = boost::hana::make_basic_tuple(boost::hana::type_c<Layers>...);

    struct folded {
        std::array<internal::layer_facts, depth> layers{};
        std::size_t count = 0, trained = 0, statistics = 0, rounded = 0, words = 0, multiply_adds = 0;
        shape current = Input;
    };

    static constexpr folded fold = boost::hana::fold_left(list, folded{}, [](folded before, auto type) {
        using L = typename decltype(type)::type;
        const auto facts = internal::facts_of<L>(before.current, before.trained, before.statistics, before.words);
        before.layers[before.count++] = facts;
        before.trained += facts.trained;
        before.statistics += facts.statistics;
        before.rounded += facts.rounded;
        before.words += facts.words;
        before.multiply_adds += facts.multiply_adds;
        before.current = facts.output;
        return before;
    });

public:
    /// Layer I; the layer after `input` is 0.
    template <std::size_t I>
    using layer = typename std::remove_cvref_t<decltype(boost::hana::at_c<I>(list))>::type;

    static constexpr const std::array<internal::layer_facts, depth>& facts = fold.layers;
    static constexpr shape input_shape = Input, output_shape = fold.current;
    static constexpr std::size_t trained_count = fold.trained, statistic_count = fold.statistics;
    static constexpr std::size_t rounded_count = fold.rounded, word_count = fold.words;

    static_assert([]<std::size_t... I>(std::index_sequence<I...>) {
        return (internal::check_layer<layer<I>, facts[I].input>() && ...);
    }(std::make_index_sequence<depth>{}));
    // A constant, since clang prints a condition in full before the sentence.
    static constexpr bool units_come_last = []<std::size_t... I>(std::index_sequence<I...>) {
        return ((I + 1 == depth || !internal::fits_targets<layer<I>>()) && ...);
    }(std::make_index_sequence<depth>{});
    static_assert(units_come_last,
                  "etch: unstandardize gives the answer in the units of the targets, so no layer may follow it");

private:
    template <std::size_t Last>
    static constexpr auto inference_memory(std::size_t columns) {
        return internal::plan_inference(facts, workspaces(columns, false), Last, columns);
    }

    static constexpr std::size_t rows_after(std::size_t last) {
        return last == 0 ? Input.size() : facts[last - 1].output.size();
    }

    static constexpr std::array<std::size_t, depth> workspaces(std::size_t columns, bool training) {
        std::size_t i = 0;
        return {internal::workspace_of<Layers>(facts[i++].input, columns, training)...};
    }

    static constexpr std::size_t first_kept(std::size_t from, std::size_t last, bool training) {
        while (!internal::is_kept(facts, from, last, training)) ++from;
        return from;
    }

    /// What the activation after layer `i` prefers.
    static constexpr initializer preferred_after(std::size_t i) {
        for (++i; i < depth; ++i) {
            if (facts[i].preferred != automatic) return facts[i].preferred;
            if (facts[i].trained != 0) break;
        }
        return glorot_uniform;
    }

public:
    /// How many numbers of memory the passes need beside parameters and gradients.
    template <std::size_t Last>
    static constexpr std::size_t training_size(std::size_t columns) {
        return internal::plan_training(facts, workspaces(columns, true), Last, columns).size;
    }
    template <std::size_t Last>
    static constexpr std::size_t inference_size(std::size_t columns) {
        return inference_memory<Last>(columns).size;
    }

    /// The tensors that layer I holds, each with the initialiser that it really gets.
    template <std::size_t I>
    static constexpr auto parameters() {
        auto held = internal::parameters_of<layer<I>>(facts[I].input);
        for (auto& p : held)
            if (p.begin == automatic) p.begin = preferred_after(I);
        return held;
    }

    /// Draws every parameter. Each layer and each of its tensors has a random sequence of its own.
    static constexpr void initialize(parameter_memory<T> memory, seed from) noexcept {
        for_each_layer([&]<std::size_t I>() {
            constexpr auto held = parameters<I>();
            for (std::size_t p = 0; p < held.size(); ++p) {
                random_generator generator{derive(derive(from, I), p)};
                T*& next = held[p].trained ? memory.trained : memory.statistics;
                for (std::size_t i = 0; i < held[p].extents.size(); ++i)
                    *next++ = internal::draw<T>(held[p].begin, generator, held[p].fan_in, held[p].fan_out);
            }
        });
    }

    template <class F>
    static constexpr void for_each_layer(F&& f) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (f.template operator()<I>(), ...);
        }(std::make_index_sequence<depth>{});
    }

    /// What layer I is handed.
    template <std::size_t I, bool Training, bool Fresh = false, class U>
    ETCH_INLINE static constexpr auto pass(parameter_memory<U> memory, T* gradients, T* workspace, seed from) noexcept {
        constexpr auto f = facts[I];
        return layer_pass<layer<I>, f.input, U, Training, Fresh && internal::adds_once<layer<I>>()>{
            {memory.trained + f.trained_before, memory.statistics + f.statistics_before,
             memory.rounded + f.words_before},
            gradients == nullptr ? nullptr : gradients + f.trained_before,
            workspace,
            derive(from, I)};
    }

    /// y = f(x) outside of training, for a batch of any size. `workspace`: inference_size<Last>(columns) numbers.
    template <std::size_t Last = depth, std::size_t Columns>
    ETCH_INLINE static constexpr void infer(parameter_memory<const T> memory,
                                            matrix_view<const T, Input.size(), Columns> x,
                                            matrix_view<T, rows_after(Last), Columns> y, T* workspace) noexcept {
        infer_from<0, 0, Last, Columns>(memory, x.data(), y.data(), workspace);
    }

    /// Whether a pass of so many columns is small enough to be inlined as a whole, layer after layer, into the function
    /// that asks for it: the few nanoseconds that a call costs count there, and independent passes overlap better.
    template <std::size_t Columns>
    static constexpr bool is_small = fold.multiply_adds * Columns <= 1024 && depth <= 16;

    /// One step of training: what its passes share. `Fresh`: the gradients hold nothing yet, whatever their numbers are.
    template <std::size_t Last, std::size_t Columns, bool Fresh = false>
    struct step {
        static constexpr auto plan = internal::plan_training(facts, workspaces(Columns, true), Last, Columns);

        parameter_memory<const T> memory;
        T* gradients;
        matrix_view<const T, Input.size(), Columns> x;
        T* workspace;
        seed from;

        /// The forward pass; keeps what the backward pass reads. Gives the output.
        ETCH_INLINE constexpr auto forward() const noexcept {
            forward_from<0>();
            return output<Last - 1>();
        }

        /// The backward pass, from the gradient of the output, an expression: adds to the gradients of the parameters,
        /// and gives that of the input as an expression, which costs nothing unless it is evaluated.
        template <class G>
        ETCH_INLINE constexpr auto backward(const G& grad_output) const noexcept {
            return backward_from<Last, 0>(grad_output);
        }

        template <std::size_t I>
        ETCH_INLINE constexpr auto output() const noexcept {
            if constexpr (internal::is_kept(facts, I, Last, true))
                return matrix_view<T, facts[I].output.size(), Columns>{workspace + plan.output[I]};
            else
                return internal::not_kept{};
        }
        template <std::size_t I>
        ETCH_INLINE constexpr auto input() const noexcept {
            if constexpr (I == 0)
                return x;
            else
                return output<I - 1>();
        }

    private:
        template <std::size_t I>
        ETCH_INLINE constexpr auto pass() const noexcept {
            return chain::pass<I, true, Fresh>(memory, gradients, workspace + plan.workspace[I], from);
        }

        /// From a stored input to the next stored output, and on from there.
        template <std::size_t First>
        ETCH_INLINE constexpr void forward_from() const noexcept {
            if constexpr (First < Last) {
                constexpr std::size_t kept = first_kept(First, Last, true);
                output<kept>() = compose<First, kept>(input<First>());
                if constexpr (is_small<Columns>)
                    forward_from<kept + 1>();
                else
                    call_forward_from<kept + 1>();
            }
        }
        template <std::size_t First>
        constexpr void call_forward_from() const noexcept {
            forward_from<First>();
        }
        template <std::size_t I, std::size_t Kept, class E>
        ETCH_INLINE constexpr auto compose(const E& x_or_expression) const noexcept {
            if constexpr (I == Kept)
                return layer<I>::forward(pass<I>(), x_or_expression);
            else
                return compose<I + 1, Kept>(layer<I>::forward(pass<I>(), x_or_expression));
        }

        template <std::size_t I>
        ETCH_INLINE constexpr void clear_gradients_of() const noexcept {
            if constexpr (Fresh && facts[I].trained > 0 && !internal::adds_once<layer<I>>())
                for (std::size_t i = 0; i < facts[I].trained; ++i) gradients[facts[I].trained_before + i] = 0;
        }

        /// From the gradient of the output of layer I - 1 down; `Turn` is the buffer that is free.
        template <std::size_t I, std::size_t Turn, class G>
        ETCH_INLINE constexpr auto backward_from(const G& g) const noexcept {
            if constexpr (I > 0) clear_gradients_of<I - 1>();
            if constexpr (I == 0) {
                return g;
            } else if constexpr (facts[I - 1].lazy_backward()) {
                return go_on_backward<I - 1, Turn>(
                    layer<I - 1>::backward(pass<I - 1>(), input<I - 1>(), output<I - 1>(), g));
            } else {
                const matrix_view<T, facts[I - 1].output.size(), Columns> stored{workspace + plan.gradient[Turn]};
                stored = g;
                return go_on_backward<I - 1, 1 - Turn>(
                    layer<I - 1>::backward(pass<I - 1>(), input<I - 1>(), output<I - 1>(), stored));
            }
        }
        template <std::size_t I, std::size_t Turn, class G>
        ETCH_INLINE constexpr auto go_on_backward(const G& g) const noexcept {
            if constexpr (is_small<Columns>)
                return backward_from<I, Turn>(g);
            else
                return call_backward_from<I, Turn>(g);
        }
        template <std::size_t I, std::size_t Turn, class G>
        constexpr auto call_backward_from(const G& g) const noexcept {
            return backward_from<I, Turn>(g);
        }
    };

private:
    /// From a stored input to the next stored output, and on from there. What is called gets its arguments as pointers,
    /// which lie in registers.
    template <std::size_t First, std::size_t Turn, std::size_t Last, std::size_t Columns>
    ETCH_INLINE static constexpr void infer_from(parameter_memory<const T> memory, const T* from, T* to,
                                                 T* workspace) noexcept {
        const matrix_view<const T, rows_after(First), Columns> x{from};
        if constexpr (First == Last) {
            matrix_view<T, rows_after(Last), Columns>{to} = x;
        } else {
            constexpr std::size_t kept = first_kept(First, Last, false);
            // A constant by its word: clang would plan the memory anew in each call, which took 20 ns.
            constexpr std::size_t at = inference_memory<Last>(Columns).buffer[Turn];
            T* const next = kept + 1 == Last ? to : workspace + at;
            matrix_view<T, rows_after(kept + 1), Columns>{next} =
                compose<First, kept, Last, Columns>(memory, x, workspace);
            if constexpr (kept + 1 == Last)
                return;
            else if constexpr (is_small<Columns>)
                infer_from<kept + 1, 1 - Turn, Last, Columns>(memory, next, to, workspace);
            else
                call_infer_from<kept + 1, 1 - Turn, Last, Columns>(memory, next, to, workspace);
        }
    }
    template <std::size_t First, std::size_t Turn, std::size_t Last, std::size_t Columns>
    static constexpr void call_infer_from(parameter_memory<const T> memory, const T* from, T* to,
                                          T* workspace) noexcept {
        infer_from<First, Turn, Last, Columns>(memory, from, to, workspace);
    }
    template <std::size_t I, std::size_t Kept, std::size_t Last, std::size_t Columns, class E>
    ETCH_INLINE static constexpr auto compose(parameter_memory<const T> memory, const E& e, T* workspace) noexcept {
        constexpr std::size_t at = inference_memory<Last>(Columns).workspace[I];
        if constexpr (I == Kept)
            return layer<I>::forward(pass<I, false>(memory, nullptr, workspace + at, seed{}), e);
        else
            return compose<I + 1, Kept, Last, Columns>(
                memory, layer<I>::forward(pass<I, false>(memory, nullptr, workspace + at, seed{}), e), workspace);
    }
};

}  // namespace etch::inline ETCH_VARIANT
