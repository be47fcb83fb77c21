#pragma once
// What a layer gets in a pass.
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/core/list.hpp>
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
    ETCH_INLINE constexpr no_gradient(const void*) noexcept {}
    ETCH_INLINE constexpr const no_gradient& operator+=(const auto&) const noexcept { return *this; }
};

/// Stands for a value that training does not keep because the layer's backward pass does not need it.
struct not_stored {};

/// The type of a parameter's view, which part of the memory it is in, and where in that part it begins.
template <class L, shape In, class T, std::size_t I, memory_part Part = part_of(L::template parameters<In>()[I])>
struct parameter_place {
    using view = typename view_of<T, L::template parameters<In>()[I].extents>::type;
    static constexpr auto part =
        Part == memory_part::trained ? &parameter_memory<T>::trained : &parameter_memory<T>::fixed;
    static constexpr std::size_t begin = taken(L::template parameters<In>(), Part, I);
};
template <class L, shape In, class T, std::size_t I>
struct parameter_place<L, In, T, I, memory_part::packed> {
    static constexpr shape extents = L::template parameters<In>()[I].extents;
    using view =
        bf16_matrix_view<typename parameter_memory<T>::word, extents.extent[0], extents.size() / extents.extent[0]>;
    static constexpr auto part = &parameter_memory<T>::packed;
    static constexpr std::size_t begin = taken(L::template parameters<In>(), memory_part::packed, I);
};

/// The parameters of a layer as views of its memory, in the order of the layer's list.
template <class Indices, class L, shape In, class T>
struct parameter_views_of;
template <class L, shape In, class T, std::size_t... I>
struct parameter_views_of<std::index_sequence<I...>, L, In, T> {
    using type = list<typename parameter_place<L, In, T, I>::view...>;
    ETCH_INLINE static constexpr type at([[maybe_unused]] parameter_memory<T> memory) noexcept {
        return {{typename parameter_place<L, In, T, I>::view{memory.*parameter_place<L, In, T, I>::part +
                                                             parameter_place<L, In, T, I>::begin}}...};
    }
};
template <class L, shape In, class T>
struct parameter_views : parameter_views_of<std::make_index_sequence<L::template parameters<In>().size()>, L, In, T> {};

/// Which parameters of a layer are not fitted: gradient `i` is that of parameter which[i].
template <class L, shape In>
struct with_gradient {
    static constexpr auto all = L::template parameters<In>();
    static constexpr std::size_t count = [] {
        std::size_t sum = 0;
        for (const parameter& p : all) sum += p.role != parameter_role::fitted;
        return sum;
    }();
    static constexpr std::array<std::size_t, count> which = [] {
        std::array<std::size_t, count> places{};
        std::size_t next = 0;
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].role != parameter_role::fitted) places[next++] = i;
        return places;
    }();
};

/// The type of a gradient, and where in the gradients' memory it begins.
template <class L, shape In, class T, bool Overwrite, std::size_t I,
          bool Frozen = with_gradient<L, In>::all[I].role == parameter_role::frozen>
struct gradient_place {
    using added = typename parameter_place<L, In, T, I, memory_part::trained>::view;
    using view = typename std::conditional_t<Overwrite, overwritten<added>, std::type_identity<added>>::type;
    static constexpr std::size_t begin = parameter_place<L, In, T, I, memory_part::trained>::begin;
};
template <class L, shape In, class T, bool Overwrite, std::size_t I>
struct gradient_place<L, In, T, Overwrite, I, true> {
    using view = no_gradient;
    static constexpr std::size_t begin = 0;
};

/// The gradients of the parameters that are not fitted.
template <class Indices, class L, shape In, class T, bool Overwrite>
struct gradient_views_of;
template <class L, shape In, class T, bool Overwrite, std::size_t... I>
struct gradient_views_of<std::index_sequence<I...>, L, In, T, Overwrite> {
    template <std::size_t G>
    using place = gradient_place<L, In, T, Overwrite, with_gradient<L, In>::which[G]>;

    using type = list<typename place<I>::view...>;
    ETCH_INLINE static constexpr type at([[maybe_unused]] T* memory) noexcept {
        return {{typename place<I>::view{memory + place<I>::begin}}...};
    }
};
template <class L, shape In, class T, bool Overwrite>
struct gradient_views : gradient_views_of<std::make_index_sequence<with_gradient<L, In>::count>, L, In, T, Overwrite> {
};

/// The scratch memory of a layer as views, in the order of the layer's list.
template <class Indices, class L, shape In, class T, std::size_t Columns, bool Training>
struct scratch_views_of;
template <class L, shape In, class T, std::size_t Columns, bool Training, std::size_t... I>
struct scratch_views_of<std::index_sequence<I...>, L, In, T, Columns, Training> {
    static constexpr auto held = L::template scratch<In, Columns, Training>();

    using type = list<typename view_of<T, held[I].extents>::type...>;
    ETCH_INLINE static constexpr type at([[maybe_unused]] T* memory) noexcept {
        return {{typename view_of<T, held[I].extents>::type{memory + size_of(held, I)}}...};
    }
};
template <class L, shape In, class T, std::size_t Columns, bool Training>
struct scratch_views : scratch_views_of<std::make_index_sequence<L::template scratch<In, Columns, Training>().size()>,
                                        L, In, T, Columns, Training> {};

/// The state of a layer as views, one column per sample. The gradients of a state are there in training only.
template <class Indices, class L, shape In, class T, std::size_t Columns, bool Wanted>
struct state_views_of;
template <class L, shape In, class T, std::size_t Columns, bool Wanted, std::size_t... I>
struct state_views_of<std::index_sequence<I...>, L, In, T, Columns, Wanted> {
    static constexpr auto held = L::template state<In>();

    using type = list<tensor_view<T, held[I].extents.size(), Columns>...>;
    ETCH_INLINE static constexpr type at([[maybe_unused]] T* memory) noexcept {
        return {{tensor_view<T, held[I].extents.size(), Columns>{
            memory == nullptr ? nullptr : memory + size_of(held, I) * Columns}}...};
    }
};
template <class L, shape In, class T, std::size_t Columns, bool Wanted = true>
struct state_views
    : state_views_of<std::make_index_sequence<Wanted ? L::template state<In>().size() : 0>, L, In, T, Columns, Wanted> {
};

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
    typename state_views<L, In, const T, Columns>::type state;
    typename state_views<L, In, T, Columns>::type next_state;
    typename state_views<L, In, const T, Columns, Training>::type grad_next_state;
    typename state_views<L, In, T, Columns, Training>::type grad_state;

    explicit ETCH_INLINE constexpr context_of_step(const step_extras<T>& extras) noexcept
        : count{extras.count},
          states{extras.states},
          state(state_views<L, In, const T, Columns>::at(states.before)),
          next_state(state_views<L, In, T, Columns>::at(states.after)),
          grad_next_state(state_views<L, In, const T, Columns, Training>::at(states.grad_after)),
          grad_state(state_views<L, In, T, Columns, Training>::at(states.grad_before)) {}
};

}  // namespace internal

/// What a layer gets in a pass of `Columns` samples. T is const if the pass only reads the parameters.
///
/// | member | what it is |
/// |---|---|
/// | `parameters` | a list of views (1), in the order of the layer's `parameters` |
/// | `gradients` | in backward: the same for those that are not fitted; `+=` adds, or assigns if `Overwrite` |
/// | `scratch` | a list of views, in the order of the layer's `scratch`; backward finds what forward wrote there |
/// | `state`, `next_state` | lists of views, a column per sample: as the last step left it, and to be written (2) |
/// | `grad_next_state`, `grad_state` | in training: from the step after this one, and written for the one before |
/// | `count` | if the layer `counts_samples`: how many of the columns, from the first on, are real samples |
/// | `seed` | for this layer in this step |
/// | `input`, `columns`, `training` | the shape of a sample, the number of samples, whether a backward pass follows |
///
/// (1) `const auto& [W, b] = layer.parameters`, or get<0>(layer.parameters).
///
/// (2) Outside training both are the same memory: read an element before you write it.
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
          parameters(views::at(memory_)),  // in parentheses: made in place
          scratch(internal::scratch_views<L, In, number, Columns, Training>::at(scratch_)),
          memory{memory_},
          seed{seed_} {}

    typename views::type parameters;
    typename internal::scratch_views<L, In, number, Columns, Training>::type scratch;
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
          gradients(views::at(gradients_)),
          gradient_memory{gradients_} {}

private:
    using views = internal::gradient_views<L, In, T, Overwrite>;

public:
    typename views::type gradients;
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
