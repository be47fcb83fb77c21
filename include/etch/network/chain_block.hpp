#pragma once
#include <array>
#include <cstddef>

#include <etch/layer/block_context.hpp>
#include <etch/network/chain.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// How many steps of a stream are computed together, and the most memory of the stack, in bytes, that this may take.
inline constexpr std::size_t block_steps = 32, most_block_memory = 65'536;

/// `Steps` steps of a stream through the layers of a chain, layer after layer: a block is a matrix with a column per
/// step. To a layer without state it is a batch. One with state gets it whole if it `takes_blocks`; otherwise that
/// layer runs step by step, together with the elementwise layers after it, and the others are computed as before.
///
/// The bits are those of single steps: layers are joined to expressions in the same places, a batch has the bits of its
/// samples, and `forward_block` those of `forward`.
template <class Chain, class T, std::size_t Steps>
class chain_block {
    static constexpr std::size_t depth = Chain::depth;
    static constexpr auto& infos = Chain::infos;
    template <std::size_t I>
    using layer = typename Chain::template layer<I>;

    /// Whether layer I can be computed for all steps together.
    template <std::size_t I>
    static constexpr bool takes_whole = infos[I].state == 0 || layer<I>::template takes_blocks<infos[I].input>();

    /// Whether the expression of which layer `i` is a part is computed step by step.
    static constexpr std::array<bool, depth> step_by_step = [] {
        std::array<bool, depth> whole{}, result{};
        for_each_index<depth>([&]<std::size_t I>() { whole[I] = takes_whole<I>; });
        for (std::size_t first = 0; first < depth;) {
            const std::size_t stored = next_stored(infos, first, depth, false);
            bool all = true;
            for (std::size_t i = first; i <= stored; ++i) all = all && whole[i];
            for (std::size_t i = first; i <= stored; ++i) result[i] = !all;
            first = stored + 1;
        }
        return result;
    }();

    template <std::size_t I>
    static constexpr std::size_t scratch_of() {
        constexpr shape in = infos[I].input;
        if constexpr (step_by_step[I])
            return size_of(layer<I>::template scratch<in, 1, false>());
        else if constexpr (infos[I].state > 0)
            return size_of(layer<I>::template block_scratch<in, Steps>());
        else
            return size_of(layer<I>::template scratch<in, Steps, false>());
    }
    static constexpr std::array<std::size_t, depth> scratch_sizes() {
        std::array<std::size_t, depth> sizes{};
        for_each_index<depth>([&]<std::size_t I>() { sizes[I] = scratch_of<I>(); });
        return sizes;
    }
    static constexpr auto plan = plan_inference(infos, scratch_sizes(), depth, Steps);

    struct one_step {
        static constexpr std::size_t columns = 1;
        static constexpr bool training = false;
        static constexpr auto& plan = chain_block::plan;
    };

public:
    /// The memory that `run` needs, in numbers.
    static constexpr std::size_t size = plan.size;

    /// Whether steps are computed in blocks: on a target with SIMD, if a layer is faster so, and if the memory is small
    /// enough for the stack.
    static constexpr bool pays = [] {
        bool any = false;
        for (const bool single : step_by_step) any = any || !single;
        return any && has_simd && size * sizeof(T) <= most_block_memory;
    }();

    /// From `from`, inputs x Steps, to `to`, outputs x Steps; updates the states in `extras`.
    static constexpr void run(parameter_memory<const T> parameters, const T* from, T* to, T* memory,
                              const step_extras<T>& extras) noexcept {
        run_from<0, 0>(parameters, from, to, memory, extras);
    }

    /// As many whole blocks as `steps` has, if they pay; returns how many steps these are. If the outputs are computed
    /// from the inputs in one expression and overwrite them, none: a step would read what the one before has written.
    template <class... Extras>
    static constexpr std::size_t run_all(parameter_memory<const T> parameters, const T* from, T* to, std::size_t steps,
                                         const Extras&... extras) noexcept {
        if constexpr (pays) {
            constexpr bool is_one_expression = next_stored(infos, 0, depth, false) + 1 == depth;
            if (is_one_expression && from == to) return 0;
            const std::size_t whole = steps / Steps * Steps;
            for (std::size_t i = 0; i < whole; i += Steps)
                run_on_stack(parameters, from + i * Chain::rows_after(0), to + i * Chain::rows_after(depth),
                             step_extras<T>{extras...});
            return whole;
        } else {
            return 0;
        }
    }

private:
    static constexpr void run_on_stack(parameter_memory<const T> parameters, const T* from, T* to,
                                       const step_extras<T>& extras) noexcept {
        alignas(storage_alignment<T, 64>) T memory[size == 0 ? 1 : size];
        run(parameters, from, to, memory, extras);
    }

    template <std::size_t First, std::size_t Buffer>
    static constexpr void run_from(parameter_memory<const T> parameters, const T* from, T* to, T* memory,
                                   const step_extras<T>& extras) noexcept {
        constexpr std::size_t inputs = Chain::rows_after(First);
        constexpr std::size_t stored = next_stored(infos, First, depth, false);
        T* const next = stored + 1 == depth ? to : memory + plan.buffer[Buffer];
        if constexpr (step_by_step[First]) {
            for (std::size_t t = 0; t < Steps; ++t)
                Chain::store(next + t * infos[stored].output.size(),
                             Chain::template compose<one_step, First, stored>(
                                 parameters, memory, seed{}, vector_view<const T, inputs>{from + t * inputs}, extras));
        } else {
            Chain::store(next,
                         compose<First, stored>(parameters, memory, matrix_view<const T, inputs, Steps>{from}, extras));
        }
        if constexpr (stored + 1 < depth) run_from<stored + 1, 1 - Buffer>(parameters, next, to, memory, extras);
    }

    /// The layers First ... Stored as one expression of all steps.
    template <std::size_t First, std::size_t Stored, class X>
    ETCH_INLINE static constexpr auto compose(parameter_memory<const T> parameters, T* memory, const X& x,
                                              const step_extras<T>& extras) noexcept {
        if constexpr (First == Stored)
            return forward<First>(parameters, memory, x, extras);
        else
            return compose<First + 1, Stored>(parameters, memory, forward<First>(parameters, memory, x, extras),
                                              extras);
    }

    template <std::size_t I, class X>
    ETCH_INLINE static constexpr auto forward(parameter_memory<const T> parameters, T* memory, const X& x,
                                              const step_extras<T>& extras) noexcept {
        using L = layer<I>;
        const auto own = Chain::own(infos[I], parameters);
        T* const scratch = memory + plan.scratch[I];
        if constexpr (infos[I].state > 0)
            return L::forward_block(
                block_context<L, infos[I].input, T, Steps>{own, scratch, extras.from(infos[I].state_before)}, x);
        else if constexpr (infos[I].takes_extras)
            return L::forward(layer_context<L, infos[I].input, const T, Steps>{own, scratch, derive(seed{}, I),
                                                                               step_extras<T>{.count = Steps}},
                              x);
        else
            return L::forward(layer_context<L, infos[I].input, const T, Steps>{own, scratch, derive(seed{}, I)}, x);
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
