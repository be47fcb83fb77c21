#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/tensor/elementwise.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT {

/// The rows of all parts, one below the other.
template <class First, class... Rest>
struct stack_expression : expression {
    using value_type = typename First::value_type;
    static constexpr std::size_t rows = (First::rows + ... + Rest::rows), columns = First::columns;
    static constexpr std::size_t partial_sums = (std::max)({First::partial_sums, Rest::partial_sums...});
    static constexpr std::size_t operations = (std::max)({First::operations, Rest::operations...});
    static constexpr std::size_t widest = (std::min)({First::widest, Rest::widest...});

    internal::operand_list<First, Rest...> parts;

    template <class... Parts>
    ETCH_INLINE constexpr explicit stack_expression(const Parts&... p) noexcept : parts{p...} {}

    ETCH_INLINE constexpr void prepare() const noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
            (internal::operand_of<I>(parts).prepare(), ...);
        }(std::index_sequence_for<First, Rest...>{});
    }

    /// Each part separately, into its rows of the destination.
    template <class Destination>
        requires(internal::is_view<Destination>)
    ETCH_INLINE constexpr void assign_to(const Destination& to) const noexcept {
        assign_parts<0, 0>(to);
    }

    [[nodiscard]] constexpr value_type operator()(std::size_t row, std::size_t column) const noexcept {
        return at<lanes<value_type, 1>, 1, 1>(row, column).value[0][0].value;
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return at_from<0, 0, V, P, C>(row, column);
    }

private:
    static constexpr std::size_t count = 1 + sizeof...(Rest);
    template <std::size_t I>
    using part = std::remove_cvref_t<decltype(internal::operand_of<I>(
        std::declval<const internal::operand_list<First, Rest...>&>()))>;

    template <std::size_t I, std::size_t Before, class Destination>
    ETCH_INLINE constexpr void assign_parts(const Destination& to) const noexcept {
        if constexpr (I < count) {
            internal::assign(etch::rows<Before, part<I>::rows>(to), internal::operand_of<I>(parts));
            assign_parts<I + 1, Before + part<I>::rows>(to);
        }
    }

    /// A tile that begins in part I or later; `Before` rows come before that part.
    template <std::size_t I, std::size_t Before, class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at_from(std::size_t row, std::size_t column) const noexcept {
        constexpr std::size_t tile_rows = (P - 1) * V::size + V::count, end = Before + part<I>::rows;
        if constexpr (tile_rows <= part<I>::rows) {
            if (I + 1 == count || row + tile_rows <= end)
                return internal::operand_of<I>(parts).template at<V, P, C>(row - Before, column);
        }
        if constexpr (I + 1 < count) {
            if (row >= end) return at_from<I + 1, end, V, P, C>(row, column);
        }
        if constexpr (tile_rows > 1)  // it begins in one part and ends in another
            return internal::gathered_tile<V, P, C>(*this, row, column);
        else
            return {};
    }
};

/// One matrix of all rows of a, then all of b, ...: the parts have the same number of columns. When assigned to a
/// matrix, each part is computed directly into its rows.
template <Expression First, Expression... Rest>
[[nodiscard]] ETCH_INLINE constexpr auto stack(First&& first, Rest&&... rest) noexcept {
    using A = std::remove_cvref_t<First>;
    static_assert(((A::columns == std::remove_cvref_t<Rest>::columns &&
                    std::same_as<typename A::value_type, typename std::remove_cvref_t<Rest>::value_type>) &&
                   ...),
                  "etch: stack(a, b, ...) needs parts with the same number of columns and the same element type");
    return stack_expression<internal::operand_t<First>, internal::operand_t<Rest>...>{
        internal::as_operand<First>(first), internal::as_operand<Rest>(rest)...};
}

}  // namespace etch::inline ETCH_VARIANT
