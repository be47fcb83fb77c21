#pragma once
#include <cstddef>

#include <etch/simd/permute.hpp>
#include <etch/tensor/in_memory.hpp>

// Columns side by side: an expression of few rows leaves most of a register empty if lanes run down its rows. If the
// numbers that neighbouring columns are computed from are neighbours in memory, as the pixels of an image are for a
// convolution, lanes run along the columns instead: a register for each row, and the registers are interleaved before
// they are stored. Each element is computed by the same operations in the same order, so the bits are the same.
namespace etch::inline ETCH_VARIANT::internal {

/// The number of columns in a register.
template <class T>
inline constexpr std::size_t side_by_side_lanes = widest_lanes<T>;

/// Whether `rows` rows of so many columns in a run are computed faster side by side, although they must be interleaved:
/// if the columns fill a third of a register, and a column would not fill more than three quarters of one.
template <class T>
constexpr bool pays_off_side_by_side(std::size_t rows, std::size_t run_length) noexcept {
    constexpr std::size_t size = side_by_side_lanes<T>;
    if (size < 4 || 3 * run_length < size) return false;
    return rows == 1 || (can_interleave<lanes<T, size>> && 4 * rows <= 3 * size);
}

template <class Destination, class E>
constexpr bool fits_side_by_side() noexcept {
    return E::run_length > 0 && Stored<Destination>;
}

/// One register of columns, and as many numbers as they have.
template <class V, class E>
ETCH_INLINE void store_side_by_side(typename E::value_type* to, const E& from, std::size_t column) noexcept {
    constexpr std::size_t rows = E::rows, count = rows * V::count, size = V::size;
    tile<V, 1, rows> result = from.template beside<V>(column);
    interleave<rows>(result.value[0]);
    to += rows * column;
    ETCH_UNROLL(i, count / size) result.value[i][0].store(to + i * size);
    if constexpr (count % size > 0) store_first<count % size>(result.value[count / size][0], to + count / size * size);
}

/// Run by run.
template <class E>
ETCH_INLINE void assign_side_by_side(typename E::value_type* to, const E& from) noexcept {
    using T = typename E::value_type;
    constexpr std::size_t size = side_by_side_lanes<T>, whole = E::run_length / size * size,
                          rest = E::run_length - whole;
    for (std::size_t first = 0; first < E::columns; first += E::run_length) {
        for (std::size_t i = 0; i < whole; i += size) store_side_by_side<lanes<T, size>>(to, from, first + i);
        if constexpr (rest > 0) store_side_by_side<partial_lanes<T, size, rest>>(to, from, first + whole);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
