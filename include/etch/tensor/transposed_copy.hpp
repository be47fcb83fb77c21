#pragma once
#include <cstddef>
#include <utility>

#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT {

/// A transpose that is copied into scratch memory only if and when an expression that contains it is evaluated. Pays
/// off as the left factor of a product with many columns, whose packs are then contiguous.
template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension = Rows>
struct transposed_copy : tensor_view<const T, Columns, Rows> {
    const T* from;
    T* scratch;

    constexpr transposed_copy(const T* numbers, T* memory) noexcept
        : tensor_view<const T, Columns, Rows>{memory}, from{numbers}, scratch{memory} {}

    ETCH_INLINE constexpr void prepare() const noexcept {
        if constexpr (has_lanes<T, 4>) {
            if (!ETCH_CONSTANT_EVALUATED) {
                constexpr std::size_t whole_rows = Rows / 4 * 4, whole_columns = Columns / 4 * 4;
                for (std::size_t column = 0; column < whole_columns; column += 4)
                    for (std::size_t row = 0; row < whole_rows; row += 4) copy_block(row, column);
                copy_rest(whole_rows, whole_columns);
                return;
            }
        }
        copy_rest(0, 0);
    }

private:
    /// 4 x 4 elements, in registers: an Adam step of 17-64-64-6 takes 425 ns per sample, 450 when copying one by one.
    ETCH_INLINE void copy_block(std::size_t row, std::size_t column) const noexcept {
        lanes<T, 4> block[4];
        ETCH_UNROLL(i, 4) block[i] = lanes<T, 4>::load(from + (column + i) * LeadingDimension + row);
        internal::transpose_four(block);
        ETCH_UNROLL(i, 4) block[i].store(scratch + (row + i) * Columns + column);
    }

    /// All but the first `whole_rows` x `whole_columns`.
    constexpr void copy_rest(std::size_t whole_rows, std::size_t whole_columns) const noexcept {
        for (std::size_t row = 0; row < Rows; ++row)
            for (std::size_t column = row < whole_rows ? whole_columns : 0; column < Columns; ++column)
                scratch[row * Columns + column] = from[column * LeadingDimension + row];
    }
};

/// Aᵀ, copied into `scratch` (as many numbers as A has elements) upon evaluation, unless A is a row or a column.
template <InMemory E>
[[nodiscard]] ETCH_INLINE constexpr auto transpose(const E& e,
                                                   [[maybe_unused]] typename E::value_type* scratch) noexcept {
    if constexpr (internal::has_transposed_view<E>)
        return internal::transposed_view(std::as_const(e));
    else
        return transposed_copy<typename E::value_type, E::rows, E::columns, leading_dimension<E>>{e.data(), scratch};
}

}  // namespace etch::inline ETCH_VARIANT
