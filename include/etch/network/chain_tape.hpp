#pragma once
#include <array>
#include <cstddef>

#include <etch/network/chain.hpp>

namespace etch::inline ETCH_VARIANT {

/// One step of training through the first `Depth` layers of a chain, over memory owned by someone else: what the
/// forward pass leaves for the backward pass. (The tape that owns its memory is in tape.hpp.)
///
/// `Extras` is void, or step_extras if a layer carries a state or counts samples.
template <class Chain, class T, std::size_t Columns, std::size_t Depth, class Extras = void>
struct chain_tape;

namespace internal {

/// Extras as a member that takes no space if there are none.
template <class Extras>
struct extras_of_tape {
    Extras extras;
};
template <>
struct extras_of_tape<void> {};

}  // namespace internal

template <class Chain, class T, std::size_t Columns, std::size_t Depth, class Extras>
struct chain_tape {
    static constexpr std::size_t columns = Columns;
    static constexpr bool training = true;
    static constexpr auto& infos = Chain::infos;
    static constexpr auto plan =
        internal::plan_training(infos, Chain::template scratch_sizes<Columns, true>(), Depth, Columns);
    template <std::size_t I>
    using layer = typename Chain::template layer<I>;

    parameter_memory<const T> parameters;
    T* gradients;
    matrix_view<const T, Chain::input_shape.size(), Columns> x;
    T* memory;  ///< plan.size numbers
    seed from;
    [[no_unique_address]] internal::extras_of_tape<Extras> more{};

    /// The forward pass; stores what the backward pass needs. Returns the output.
    ETCH_INLINE constexpr auto forward() const noexcept {
        forward_from<0>();
        return output<Depth - 1>();
    }

    /// The backward pass, from the gradient of the output, an expression: adds to the gradients of the parameters
    /// (`Overwrite`: sets them), and returns the gradient of the input as an expression, which costs nothing unless it
    /// is evaluated.
    template <bool Overwrite = false, class G>
    ETCH_INLINE constexpr auto backward(const G& grad_output) const noexcept {
        return backward_from<Overwrite, Depth, 0>(grad_output);
    }

    template <std::size_t I>
    ETCH_INLINE constexpr auto output() const noexcept {
        if constexpr (internal::is_stored(infos, I, Depth, true))
            return matrix_view<T, infos[I].output.size(), Columns>{memory + plan.output[I]};
        else
            return internal::not_stored{};
    }
    template <std::size_t I>
    ETCH_INLINE constexpr auto input() const noexcept {
        if constexpr (I == 0)
            return x;
        else
            return output<I - 1>();
    }

private:
    static constexpr bool is_small = Chain::template is_small<Columns>;

    /// From a stored input to the next stored output, and on from there.
    template <std::size_t First>
    ETCH_INLINE constexpr void forward_from() const noexcept {
        if constexpr (First < Depth) {
            constexpr std::size_t stored = internal::next_stored(infos, First, Depth, true);
            if constexpr (std::is_void_v<Extras>)
                Chain::store(memory + plan.output[stored], Chain::template compose<chain_tape, First, stored>(
                                                               parameters, memory, from, input<First>()));
            else
                Chain::store(memory + plan.output[stored], Chain::template compose<chain_tape, First, stored>(
                                                               parameters, memory, from, input<First>(), more.extras));
            if constexpr (is_small)
                forward_from<stored + 1>();
            else
                call_forward_from<stored + 1>();
        }
    }
    template <std::size_t First>
    constexpr void call_forward_from() const noexcept {
        forward_from<First>();
    }

    template <std::size_t I>
    ETCH_INLINE constexpr void clear_gradients_of() const noexcept {
        if constexpr (infos[I].trained > 0 && !layer<I>::writes_gradient_once)
            for (std::size_t i = 0; i < infos[I].trained; ++i) gradients[infos[I].trained_before + i] = 0;
    }

    /// From the gradient of the output of layer I - 1 down; `Buffer` is the one that is free.
    template <bool Overwrite, std::size_t I, std::size_t Buffer, class G>
    ETCH_INLINE constexpr auto backward_from(const G& g) const noexcept {
        if constexpr (I == 0) {
            return g;
        } else {
            if constexpr (Overwrite) clear_gradients_of<I - 1>();
            constexpr std::size_t rows = infos[I - 1].output.size();
            if constexpr (infos[I - 1].lazy_backward() && G::rows == rows && Tiled<G>) {
                return go_on<Overwrite, I - 1, Buffer>(backward_of<Overwrite, I - 1>(g));
            } else {
                Chain::store(memory + plan.gradient[Buffer], g);
                const matrix_view<T, rows, Columns> stored{memory + plan.gradient[Buffer]};
                return go_on<Overwrite, I - 1, 1 - Buffer>(backward_of<Overwrite, I - 1>(stored));
            }
        }
    }
    template <bool Overwrite, std::size_t I, class G>
    ETCH_INLINE constexpr auto backward_of(const G& g) const noexcept {
        if constexpr (std::is_void_v<Extras>)
            return backward_of<I>(Chain::template backward_context_of<I, Columns, Overwrite>(
                                      parameters, gradients, memory + plan.scratch[I], from),
                                  g);
        else
            return backward_of<I>(Chain::template backward_context_of<I, Columns, Overwrite>(
                                      parameters, gradients, memory + plan.scratch[I], from, more.extras),
                                  g);
    }
    template <std::size_t I, class Context, class G>
    ETCH_INLINE constexpr auto backward_of(const Context& handed, const G& g) const noexcept {
        static_assert(
            requires { layer<I>::backward(handed, input<I>(), output<I>(), g); },
            "etch: a layer that is trained, or follows one that is, needs backward(const auto& layer, "
            "const auto& x, const auto& y, const auto& grad_y)");
        return layer<I>::backward(handed, input<I>(), output<I>(), g);
    }
    template <bool Overwrite, std::size_t I, std::size_t Buffer, class G>
    ETCH_INLINE constexpr auto go_on(const G& g) const noexcept {
        if constexpr (is_small)
            return backward_from<Overwrite, I, Buffer>(g);
        else
            return call_backward_from<Overwrite, I, Buffer>(g);
    }
    template <bool Overwrite, std::size_t I, std::size_t Buffer, class G>
    constexpr auto call_backward_from(const G& g) const noexcept {
        return backward_from<Overwrite, I, Buffer>(g);
    }
};

namespace internal {

/// After a training step's forward pass through the first `Depth` layers of a chain, over the memory of its tape:
/// layers whose statistics training updates, such as batch_norm, update them from this batch.
template <class Chain, std::size_t Columns, std::size_t Depth = Chain::depth, class T>
constexpr void absorb_statistics(parameter_memory<T> parameters, T* memory, const step_extras<T>& extras) noexcept {
    for_each_index<Depth>([&]<std::size_t I>() {
        using layer = typename Chain::template layer<I>;
        if constexpr (Chain::infos[I].fitted > 0 && layer::counts_samples) {
            constexpr std::size_t scratch = chain_tape<Chain, T, Columns, Depth>::plan.scratch[I];
            const auto handed =
                Chain::template context_of<I, Columns, true>(parameters, memory + scratch, seed{}, extras);
            if constexpr (requires { layer::absorb(handed); }) layer::absorb(handed);
        }
    });
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
