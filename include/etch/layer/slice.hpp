#pragma once
#include <cstddef>

#include <etch/layer/layer.hpp>
#include <etch/tensor/stack.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Zeros with a given shape.
template <class T, std::size_t Rows, std::size_t Columns>
struct zero_rows : expression {
    using value_type = T;
    static constexpr std::size_t rows = Rows, columns = Columns, partial_sums = 1;

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return constant<T>{T{0}}.template at<V, P, C>(row, column);
    }
};

}  // namespace internal

/// Count consecutive elements of a vector, starting at From. In a branch of `parallel`, so that different layers use
/// different parts of an input.
///
///     forward     y  = x[From .. From + Count)
///     backward    dx = dy at these elements, 0 elsewhere
template <std::size_t From, std::size_t Count>
struct slice : layer_defaults {
    static_assert(Count > 0, "etch: slice<From, Count> needs at least one number");

    static constexpr const char* name = "slice";
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr std::size_t passes_from = From, passes = Count;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: slice needs a vector for its input: put flatten before it");
        static_assert(
            From <= In.size() && Count <= In.size() - From,
            "etch: slice<From, Count> ends beyond its input: From + Count must not exceed the number of inputs");
    }

    static constexpr shape output(shape) { return {Count}; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& x) { return rows<From, Count>(x); }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context&, const auto&, const auto&, const DY& dy) {
        constexpr std::size_t below = Context::input.size() - From - Count;
        using T = typename DY::value_type;
        if constexpr (From > 0 && below > 0)
            return stack(internal::zero_rows<T, From, DY::columns>{}, dy, internal::zero_rows<T, below, DY::columns>{});
        else if constexpr (From > 0)
            return stack(internal::zero_rows<T, From, DY::columns>{}, dy);
        else if constexpr (below > 0)
            return stack(dy, internal::zero_rows<T, below, DY::columns>{});
        else
            return dy;
    }
};

}  // namespace etch::inline ETCH_VARIANT
