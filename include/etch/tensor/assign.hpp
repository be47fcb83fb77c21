#pragma once
#include <cstddef>

#include <etch/tensor/side_by_side.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// How a result is divided into tiles: packs of lanes down the rows, and columns side by side.
struct tiling {
    std::size_t packs, columns;
};

/// Chooses tiles so that accumulators, one column of the left factor and a broadcast scalar fit in the registers, and
/// enough of them are in flight: 2 multiply-adds per cycle with a latency of 4 need 8. Affects only speed, never bits.
template <std::size_t Lanes>
constexpr tiling choose_tiling(std::size_t rows, std::size_t columns, std::size_t partial_sums) noexcept {
    constexpr std::size_t budget = register_count >= 32 ? 24 : 12;
    const std::size_t available = (rows + Lanes - 1) / Lanes == 1 ? 1 : rows / Lanes;
    if (columns == 1) {
        // If a register contains one number, more registers use each number of the right factor, whose loads matter.
        constexpr std::size_t in_flight = Lanes == 1 && register_count >= 32 ? 16 : 8;
        const std::size_t wanted = partial_sums >= in_flight ? 1 : in_flight / partial_sums;
        return {available < wanted ? available : wanted, 1};
    }
    const std::size_t most_packs = budget >= 24 ? 4 : 2;
    const std::size_t packs = available < most_packs ? available : most_packs;
    std::size_t width = budget / (packs * partial_sums);
    width = width < 1 ? 1 : width > 12 ? 12 : width;
    if (columns <= width) return {packs, columns};
    const std::size_t tiles = (columns + width - 1) / width;
    return {packs, (columns + tiles - 1) / tiles};  // as even as possible
}

/// The columns of one block of rows.
template <class V, std::size_t P, std::size_t C, class Destination, class E>
ETCH_INLINE constexpr void assign_block(Destination to, const E& from, std::size_t row) noexcept {
    constexpr std::size_t whole = E::columns / C * C, rest = E::columns - whole;
    for (std::size_t column = 0; column < whole; column += C)
        to.template put<V, P, C>(row, column, from.template at<V, P, C>(row, column));
    if constexpr (rest > 0) to.template put<V, P, rest>(row, whole, from.template at<V, P, rest>(row, whole));
}

/// The rows from `Row` on: as many blocks of whole registers as possible, then the rest in one register that is not
/// full, or in narrower ones.
template <std::size_t Row, class Destination, class E>
ETCH_INLINE constexpr void assign_rows(Destination to, const E& from) noexcept {
    using T = typename E::value_type;
    constexpr std::size_t left = E::rows - Row;
    if constexpr (left > 0) {
        constexpr std::size_t width = lanes_for<T>(left < E::widest ? left : E::widest);
        constexpr tiling tiles = choose_tiling<width>(left, E::columns, E::partial_sums);
        if constexpr (left < width) {
            assign_block<partial_lanes<T, width, left>, 1, tiles.columns>(to, from, Row);
        } else {
            constexpr std::size_t block = tiles.packs * width, blocks = left / block;
            for (std::size_t row = Row; row < Row + blocks * block; row += block)
                assign_block<lanes<T, width>, tiles.packs, tiles.columns>(to, from, row);
            assign_rows<Row + blocks * block>(to, from);
        }
    }
}

/// Element by element, for constant expressions: the size of the tiles does not affect the bits.
template <class Destination, class E>
constexpr void assign_elements(Destination to, const E& from) noexcept {
    using V = lanes<typename E::value_type, 1>;
    for (std::size_t column = 0; column < E::columns; ++column)
        for (std::size_t row = 0; row < E::rows; ++row)
            to.template put<V, 1, 1>(row, column, from.template at<V, 1, 1>(row, column));
}

/// Evaluates an expression into a destination of the same shape, tile by tile. The destination may itself be an operand
/// if the expression reads it only at the element that it writes; it must not be a factor of a product.
template <class Destination, class E>
ETCH_INLINE constexpr void assign(Destination to, const E& from) noexcept {
    static_assert(
        SameShape<Destination, E>,
        "etch: both sides of an assignment need the same number of rows and of columns, and the same element type");
    if constexpr (requires { from.assign_to(to); }) {
        from.assign_to(to);
    } else {
        from.prepare();
        if (ETCH_CONSTANT_EVALUATED)
            assign_elements(to, from);
        else if constexpr (fits_side_by_side<Destination, E>())
            assign_side_by_side(to.data(), from);
        else
            assign_rows<0>(to, from);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
