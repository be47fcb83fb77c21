#pragma once
#include <array>
#include <cstddef>
#include <utility>

#include <etch/layer/layer_context.hpp>
#include <etch/network/layer_list.hpp>
#include <etch/network/memory_plan.hpp>

namespace etch::inline ETCH_VARIANT {

/// Layers one after another, over memory owned by someone else: the passes of a network, and of a layer that contains
/// layers. All layers between two stored outputs form one expression, evaluated in one pass over its destination.
///
/// `Depth` below is how many of the layers run: a loss that is fused with the last one leaves it out. `Extras` are
/// empty, or step_extras if a layer carries a state or counts samples.
template <class T, shape In, class... Layers>
class chain : public layer_list<In, Layers...> {
    using list = layer_list<In, Layers...>;

public:
    using list::depth, list::infos;
    template <std::size_t I>
    using layer = typename list::template layer<I>;

    /// Draws every parameter. Each tensor of each layer has a random sequence of its own.
    static constexpr void initialize(parameter_memory<T> memory, seed from) noexcept {
        list::for_each_layer([&]<std::size_t I>() {
            constexpr auto held = list::template parameters<I>();
            for (std::size_t p = 0; p < held.size(); ++p) {
                random_generator generator{derive(derive(from, I), p)};
                T*& next = held[p].role == parameter_role::trained ? memory.trained : memory.fixed;
                for (std::size_t i = 0; i < held[p].extents.size(); ++i) {
                    const bool begins_at_1 = i - held[p].first_one < held[p].ones;
                    const initializer how = begins_at_1 ? ones : held[p].initializer;
                    *next++ = internal::draw<T>(how, generator, held[p].fan_in, held[p].fan_out);
                }
            }
        });
    }

    /// A layer's part of the parameters.
    template <class U>
    ETCH_INLINE static constexpr parameter_memory<U> own(const layer_info& info, parameter_memory<U> memory) noexcept {
        return memory.from(info.trained_before, info.fixed_before, info.words_before);
    }

    /// The tensors of layer I.
    template <std::size_t I, class U>
    ETCH_INLINE static constexpr auto parameter_views(parameter_memory<U> memory) noexcept {
        return internal::parameter_views<layer<I>, infos[I].input, U>::at(own(infos[I], memory));
    }

    /// The context of layer I in a forward pass. `memory` is that of the chain, `scratch` is the layer's own.
    template <std::size_t I, std::size_t Columns, bool Training = false, class U, class... Extras>
    ETCH_INLINE static constexpr auto context_of(parameter_memory<U> memory, T* scratch, seed from,
                                                 const Extras&... extras) noexcept {
        using context = layer_context<layer<I>, infos[I].input, U, Columns, Training>;
        if constexpr (!infos[I].takes_extras)
            return context{own(infos[I], memory), scratch, derive(from, I)};
        else if constexpr (sizeof...(Extras) == 0)  // for callers that only use the parameters
            return context{own(infos[I], memory), scratch, derive(from, I), step_extras<T>{}};
        else
            return context{own(infos[I], memory), scratch, derive(from, I),
                           extras.from(infos[I].state_before * Columns)...};
    }

    /// And in a backward pass: with its gradients, which are a part of the chain's.
    template <std::size_t I, std::size_t Columns, bool Overwrite, class... Extras>
    ETCH_INLINE static constexpr auto backward_context_of(parameter_memory<const T> memory, T* gradients, T* scratch,
                                                          seed from, const Extras&... extras) noexcept {
        using context =
            backward_context<layer<I>, infos[I].input, T, Columns, Overwrite && layer<I>::writes_gradient_once>;
        if constexpr (infos[I].takes_extras)
            return context{own(infos[I], memory), gradients + infos[I].trained_before, scratch, derive(from, I),
                           extras.from(infos[I].state_before * Columns)...};
        else
            return context{own(infos[I], memory), gradients + infos[I].trained_before, scratch, derive(from, I)};
    }

    /// Whether a pass over this many columns is small enough to be inlined as a whole, layer after layer, into its
    /// caller: then the few nanoseconds of a call matter, and independent passes overlap better.
    template <std::size_t Columns>
    static constexpr bool is_small = list::totals.multiply_adds * Columns <= 1024 && depth <= 16;

    /// The memory that `infer` needs, in numbers.
    template <std::size_t Columns, std::size_t Depth>
    static constexpr std::size_t inference_size() {
        return inference<Columns, Depth>::plan.size;
    }

    /// y = f(x) outside training, for a batch of any size. `memory` has inference_size<Columns, Depth>() numbers.
    template <std::size_t Columns, std::size_t Depth = depth, class... Extras>
    ETCH_INLINE static constexpr void infer(parameter_memory<const T> parameters,
                                            matrix_view<const T, In.size(), Columns> x,
                                            matrix_view<T, list::rows_after(Depth), Columns> y, T* memory,
                                            const Extras&... extras) noexcept {
        infer_from<0, 0, Columns, Depth>(parameters, x.data(), y.data(), memory, extras...);
    }

    /// The forward passes of layers First ... Stored as one expression. Pass determines how many columns there are,
    /// whether this is training, and where the layers' scratch memory is in `memory`.
    template <class Pass, std::size_t First, std::size_t Stored, class X, class... Extras>
    ETCH_INLINE static constexpr auto compose(parameter_memory<const T> parameters, T* memory, seed from, const X& x,
                                              const Extras&... extras) noexcept {
        using L = layer<First>;
        const auto handed = context_of<First, Pass::columns, Pass::training>(
            parameters, memory + Pass::plan.scratch[First], from, extras...);
        static_assert(
            requires { L::forward(handed, x); },
            "etch: forward of a layer takes its context and its input: forward(const auto& layer, const auto& x)");
        using Y = std::remove_cvref_t<decltype(L::forward(handed, x))>;
        // A constant, since clang prints a condition in full before the message.
        constexpr bool fits = [] {
            if constexpr (Expression<Y>) return Y::rows * Y::columns == infos[First].output.size() * Pass::columns;
            return false;
        }();
        static_assert(fits,
                      "etch: forward of a layer must return an expression with as many elements as output(shape)");
        if constexpr (First == Stored)
            return L::forward(handed, x);
        else
            return compose<Pass, First + 1, Stored>(parameters, memory, from, L::forward(handed, x), extras...);
    }

    /// Stores an expression, whatever its shape.
    template <class E>
    ETCH_INLINE static constexpr void store(T* to, const E& from) noexcept {
        matrix_view<T, E::rows, E::columns>{to} = from;
    }

private:
    /// A pass outside training.
    template <std::size_t Columns, std::size_t Depth>
    struct inference {
        static constexpr std::size_t columns = Columns;
        static constexpr bool training = false;
        static constexpr auto plan =
            internal::plan_inference(infos, list::template scratch_sizes<Columns, false>(), Depth, Columns);
    };

    /// From a stored input to the next stored output, and on from there. Arguments are passed as pointers, which stay
    /// in registers.
    template <std::size_t First, std::size_t Buffer, std::size_t Columns, std::size_t Depth, class... Extras>
    ETCH_INLINE static constexpr void infer_from(parameter_memory<const T> parameters, const T* from, T* to, T* memory,
                                                 const Extras&... extras) noexcept {
        const matrix_view<const T, list::rows_after(First), Columns> x{from};
        if constexpr (First == Depth) {
            store(to, x);
        } else {
            using pass = inference<Columns, Depth>;
            constexpr std::size_t stored = internal::next_stored(infos, First, Depth, false);
            T* const next = stored + 1 == Depth ? to : memory + pass::plan.buffer[Buffer];
            store(next, compose<pass, First, stored>(parameters, memory, seed{}, x, extras...));
            if constexpr (stored + 1 == Depth)
                return;
            else if constexpr (is_small<Columns>)
                infer_from<stored + 1, 1 - Buffer, Columns, Depth>(parameters, next, to, memory, extras...);
            else
                call_infer_from<stored + 1, 1 - Buffer, Columns, Depth>(parameters, next, to, memory, extras...);
        }
    }
    template <std::size_t First, std::size_t Buffer, std::size_t Columns, std::size_t Depth, class... Extras>
    static constexpr void call_infer_from(parameter_memory<const T> parameters, const T* from, T* to, T* memory,
                                          const Extras&... extras) noexcept {
        infer_from<First, Buffer, Columns, Depth>(parameters, from, to, memory, extras...);
    }
};

}  // namespace etch::inline ETCH_VARIANT
