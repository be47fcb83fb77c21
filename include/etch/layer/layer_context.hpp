#pragma once
// What a layer gets in a pass.
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/layer/layer.hpp>
#include <etch/tensor/bf16.hpp>
#include <etch/tensor/product.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class T, shape Extents>
struct view_of;
template <class T, shape Extents>
    requires(Extents.rank == 1)
struct view_of<T, Extents> {
    using type = tensor_view<T, Extents.extent[0]>;
};
template <class T, shape Extents>
    requires(Extents.rank >= 2)
struct view_of<T, Extents> {
    using type = tensor_view<T, Extents.extent[0], Extents.size() / Extents.extent[0]>;
};

/// A gradient whose previous value is to be overwritten: += assigns.
template <class T, std::size_t Rows, std::size_t... Extents>
struct overwritten_gradient : tensor_view<T, Rows, Extents...> {
    using tensor_view<T, Rows, Extents...>::tensor_view;

    template <Expression E>
    ETCH_INLINE constexpr const overwritten_gradient& operator+=(const E& from) const noexcept {
        assign(static_cast<const tensor_view<T, Rows, Extents...>&>(*this), from);
        return *this;
    }
};
template <class View>
struct overwritten;
template <class T, std::size_t Rows, std::size_t... Extents>
struct overwritten<tensor_view<T, Rows, Extents...>> {
    using type = overwritten_gradient<T, Rows, Extents...>;
};

/// The gradient of a frozen parameter: expressions added to it are never evaluated.
struct no_gradient {
    ETCH_INLINE constexpr const no_gradient& operator+=(const auto&) const noexcept { return *this; }
};

/// Stands for a value that training does not keep because the layer's backward pass does not need it.
struct not_stored {};

/// The parameters of a layer as views of its memory, in the order of the layer's list.
template <class L, shape In, class T>
struct parameter_views {
    static constexpr auto held = L::template parameters<In>();

    template <std::size_t I>
    ETCH_INLINE static constexpr auto one(parameter_memory<T> from) noexcept {
        constexpr parameter p = held[I];
        constexpr std::size_t at = taken(held, part_of(p), I);
        if constexpr (part_of(p) == memory_part::packed)
            return bf16_matrix_view<typename parameter_memory<T>::word, p.extents.extent[0], p.extents.extent[1]>{
                from.packed + at};
        else
            return typename view_of<T, p.extents>::type{
                (part_of(p) == memory_part::trained ? from.trained : from.fixed) + at};
    }
    ETCH_INLINE static constexpr auto all(parameter_memory<T> from) noexcept {
        return [&]<std::size_t... I>(std::index_sequence<I...>)
                   ETCH_INLINE_LAMBDA { return std::tuple{one<I>(from)...}; }(std::make_index_sequence<held.size()>{});
    }

    /// The places of the parameters that are not fitted.
    static constexpr std::size_t gradient_count = [] {
        std::size_t count = 0;
        for (const parameter& p : held) count += p.role != parameter_role::fitted;
        return count;
    }();
    static constexpr std::array<std::size_t, gradient_count> with_gradient = [] {
        std::array<std::size_t, gradient_count> places{};
        std::size_t count = 0;
        for (std::size_t i = 0; i < held.size(); ++i)
            if (held[i].role != parameter_role::fitted) places[count++] = i;
        return places;
    }();

    template <std::size_t I, bool Overwrite>
    ETCH_INLINE static constexpr auto one_gradient([[maybe_unused]] T* gradients) noexcept {
        if constexpr (held[I].role == parameter_role::frozen) {
            return no_gradient{};
        } else {
            using view = decltype(one<I>({gradients, nullptr}));
            using gradient = typename std::conditional_t<Overwrite, overwritten<view>, std::type_identity<view>>::type;
            return gradient{gradients + taken(held, memory_part::trained, I)};
        }
    }
    template <bool Overwrite>
    ETCH_INLINE static constexpr auto gradients([[maybe_unused]] T* memory) noexcept {
        return [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
            return std::tuple{one_gradient<with_gradient[I], Overwrite>(memory)...};
        }(std::make_index_sequence<gradient_count>{});
    }
};

/// The scratch memory of a layer as views, in the order of the layer's list.
template <class L, shape In, class T, std::size_t Columns, bool Training>
ETCH_INLINE constexpr auto scratch_views([[maybe_unused]] T* memory) noexcept {
    constexpr auto held = L::template scratch<In, Columns, Training>();
    return [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
        return std::tuple{typename view_of<T, held[I].extents>::type{memory + size_of(held, I)}...};
    }(std::make_index_sequence<held.size()>{});
}

/// The state of a layer as views, one column per sample.
template <class L, shape In, class T, std::size_t Columns, bool Wanted = true>
ETCH_INLINE constexpr auto state_views([[maybe_unused]] T* memory) noexcept {
    constexpr auto held = [] {
        if constexpr (Wanted)
            return L::template state<In>();
        else
            return std::array<named_tensor, 0>{};
    }();
    return [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
        return std::tuple{tensor_view<T, held[I].extents.size(), Columns>{
            memory == nullptr ? nullptr : memory + size_of(held, I) * Columns}...};
    }(std::make_index_sequence<held.size()>{});
}

}  // namespace internal

/// The memory of the states in a step: as the previous step left them, and as this step leaves them; in training also
/// their gradients. Outside training `before` and `after` are the same memory.
template <class T>
struct state_memory {
    const T* before = nullptr;
    T* after = nullptr;
    const T* grad_after = nullptr;  ///< from the step after this one
    T* grad_before = nullptr;       ///< to the step before

    /// The part that begins at offset `numbers`.
    [[nodiscard]] ETCH_INLINE constexpr state_memory from(std::size_t numbers) const noexcept {
        return {before + numbers, after + numbers, grad_after == nullptr ? nullptr : grad_after + numbers,
                grad_before == nullptr ? nullptr : grad_before + numbers};
    }
};

/// What only some layers need to know about a step.
template <class T>
struct step_extras {
    state_memory<T> states{};
    std::size_t count =
        0;  ///< how many samples are real; a batch that is not full repeats some, which count for nothing

    /// The part whose states begin at offset `numbers`.
    [[nodiscard]] ETCH_INLINE constexpr step_extras from(std::size_t numbers) const noexcept {
        return {states.from(numbers), count};
    }
};

namespace internal {

template <class L, shape In, class T, std::size_t Columns, bool Training>
struct context_of_step {};
template <class L, shape In, class T, std::size_t Columns, bool Training>
    requires takes_extras<L, In>
struct context_of_step<L, In, T, Columns, Training> {
    std::size_t count;
    state_memory<T> states;  ///< the same numbers as one block, for a layer that contains layers
    decltype(state_views<L, In, const T, Columns>(nullptr)) state;
    decltype(state_views<L, In, T, Columns>(nullptr)) next_state;
    decltype(state_views<L, In, const T, Columns, Training>(nullptr)) grad_next_state;
    decltype(state_views<L, In, T, Columns, Training>(nullptr)) grad_state;

    explicit ETCH_INLINE constexpr context_of_step(const step_extras<T>& extras) noexcept
        : count{extras.count},
          states{extras.states},
          state(state_views<L, In, const T, Columns>(states.before)),
          next_state(state_views<L, In, T, Columns>(states.after)),
          grad_next_state(state_views<L, In, const T, Columns, Training>(states.grad_after)),
          grad_state(state_views<L, In, T, Columns, Training>(states.grad_before)) {}
};

}  // namespace internal

/// What a layer gets in a pass of `Columns` samples. T is const if the pass only reads the parameters.
///
/// | member | what it is |
/// |---|---|
/// | `parameters` | a tuple of views, in the order of the layer's `parameters` |
/// | `gradients` | in backward: the same for those that are not fitted; `+=` adds, or assigns if `Overwrite` |
/// | `scratch` | a tuple of views, in the order of the layer's `scratch`; backward finds what forward wrote there |
/// | `state`, `next_state` | tuples of views, a column per sample: as the last step left it, and to be written (1) |
/// | `grad_next_state`, `grad_state` | in training: from the step after this one, and written for the one before |
/// | `count` | if the layer `counts_samples`: how many of the columns, from the first on, are real samples |
/// | `seed` | for this layer in this step |
/// | `input`, `columns`, `training` | the shape of a sample, the number of samples, whether a backward pass follows |
///
/// (1) Outside training both are the same memory: read an element before you write it.
template <class L, shape In, class T, std::size_t Columns, bool Training = false>
struct layer_context : internal::context_of_step<L, In, std::remove_const_t<T>, Columns, Training> {
    using number = std::remove_const_t<T>;
    static constexpr shape input = In;
    static constexpr std::size_t columns = Columns;
    static constexpr bool training = Training;

private:
    using views = internal::parameter_views<L, In, T>;
    using step = internal::context_of_step<L, In, number, Columns, Training>;

public:
    template <class... Extras>
    ETCH_INLINE constexpr layer_context(parameter_memory<T> memory_, number* scratch_, etch::seed seed_,
                                        const Extras&... extras) noexcept
        : step{extras...},
          parameters(views::all(memory_)),  // in parentheses: made in place
          scratch(internal::scratch_views<L, In, number, Columns, Training>(scratch_)),
          memory{memory_},
          seed{seed_} {}

    decltype(views::all(std::declval<parameter_memory<T>>())) parameters;
    decltype(internal::scratch_views<L, In, number, Columns, Training>(nullptr)) scratch;
    parameter_memory<T> memory;  ///< the same numbers as one block, for a layer that contains layers
    etch::seed seed;
};

/// The same for backward, with the gradients.
template <class L, shape In, class T, std::size_t Columns, bool Overwrite = false>
struct backward_context : layer_context<L, In, const T, Columns, true> {
    template <class... Extras>
    ETCH_INLINE constexpr backward_context(parameter_memory<const T> memory_, T* gradients_, T* scratch_,
                                           etch::seed seed_, const Extras&... extras) noexcept
        : layer_context<L, In, const T, Columns, true>{memory_, scratch_, seed_, extras...},
          gradients(views::template gradients<Overwrite>(gradients_)),
          gradient_memory{gradients_} {}

private:
    using views = internal::parameter_views<L, In, T>;

public:
    decltype(views::template gradients<Overwrite>(nullptr)) gradients;
    T* gradient_memory;  ///< the same as one block
};

namespace internal {

/// f(step_extras) if the context has any, otherwise f(): for a layer that contains layers.
template <class Context, class F>
ETCH_INLINE constexpr auto with_extras_of(const Context& layer, const F& f) noexcept {
    if constexpr (requires { layer.states; })
        return f(step_extras<typename Context::number>{layer.states, layer.count});
    else
        return f();
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
