#pragma once
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

/// A tile: the part of an expression that is computed at a time. `Packs` registers down the rows, side by side in
/// `Columns` columns; small enough to stay in registers from the first load to the only store. V determines how many
/// numbers a register contains: `lanes`, or `partial_lanes` if the rows end before it is full.
template <class V, std::size_t Packs, std::size_t Columns>
struct tile {
    typename V::pack value[Columns][Packs];
};

/// What every expression derives from.
struct expression {
    /// Called once before the first tile: the place to evaluate what the tiles read.
    constexpr void prepare() const noexcept {}

    static constexpr std::size_t operations = 1;
    static constexpr std::size_t widest = 16;
    static constexpr std::size_t run_length = 0;
};

/// An expression is a matrix that has not been computed yet. It has
/// - `value_type`, `rows` and `columns` (a vector is a matrix of one column; more extents count as columns);
/// - `operations`: about how many an element takes (default 1);
/// - `partial_sums`: how many accumulators an element needs (1 unless it is a product);
/// - `widest`: the number of lanes beyond which wider registers do not help (default 16);
/// - `template <V, Packs, Columns> at(row, column)`: the tile whose first element is (row, column);
/// - `run_length`: if columns can be computed side by side (side_by_side.hpp), how many follow each other (default 0);
/// - `prepare()`, called once before the first tile.
template <class E>
concept Expression = std::derived_from<std::remove_cvref_t<E>, expression> && requires {
    typename std::remove_cvref_t<E>::value_type;
    { std::remove_cvref_t<E>::rows } -> std::convertible_to<std::size_t>;
    { std::remove_cvref_t<E>::columns } -> std::convertible_to<std::size_t>;
};

/// Can be computed tile by tile, as part of a larger expression. Others are only evaluated as a whole, by `assign_to`.
template <class E>
concept Tiled = Expression<E> && requires(const E& e) {
    e.template at<lanes<typename E::value_type, 1>, 1, 1>(std::size_t{}, std::size_t{});
};

/// The same numbers of rows and columns, and the same element type.
template <class A, class B>
concept SameShape =
    A::rows == B::rows && A::columns == B::columns && std::same_as<typename A::value_type, typename B::value_type>;

/// Can fill Rows x Columns elements of type T: each of its extents is the same, or 1 and then repeated.
template <class E, class T, std::size_t Rows, std::size_t Columns>
concept Fills = (E::rows == Rows || E::rows == 1) && (E::columns == Columns || E::columns == 1) &&
                std::same_as<typename E::value_type, T>;

namespace internal {

/// The tile of an operand inside an expression of Rows x Columns: extents of 1 are repeated.
template <std::size_t Rows, std::size_t Columns, class V, std::size_t P, std::size_t C, class E>
ETCH_INLINE constexpr tile<V, P, C> broadcast_tile(const E& operand, std::size_t row, std::size_t column) noexcept {
    constexpr bool repeat_rows = E::rows == 1 && Rows > 1;
    constexpr bool repeat_columns = E::columns == 1 && Columns > 1;
    if constexpr (!repeat_rows && !repeat_columns) {
        return operand.template at<V, P, C>(row, column);
    } else {
        using Part = std::conditional_t<repeat_rows, lanes<typename E::value_type, 1>, V>;
        constexpr std::size_t part_packs = repeat_rows ? 1 : P, part_columns = repeat_columns ? 1 : C;
        const auto part =
            operand.template at<Part, part_packs, part_columns>(repeat_rows ? 0 : row, repeat_columns ? 0 : column);
        tile<V, P, C> result;
        ETCH_UNROLL(c, C) {
            ETCH_UNROLL(p, P) {
                const auto& from = part.value[repeat_columns ? 0 : c][repeat_rows ? 0 : p];
                if constexpr (repeat_rows)
                    result.value[c][p] = typename V::pack(from.value);
                else
                    result.value[c][p] = from;
            }
        }
        return result;
    }
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
