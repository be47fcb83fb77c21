#pragma once
#include <cstddef>

#include <etch/tensor/transpose.hpp>

// In which order the terms of a product's elements are added: a function of the factors' shapes, and of whether they are
// transposed. So an element has the same bits on every instruction set, by every kernel, and for every batch.
namespace etch::inline ETCH_VARIANT::internal {

/// Whether the elements of a product are dot products (see virtual_lanes.hpp for their order): if the rows of the left
/// factor and the columns of the right one are contiguous in memory, that is for a transposed left factor, or one of a
/// single row.
template <class Left, class Right>
inline constexpr bool uses_dot_products = Left::columns > 1 &&
                                          (is_transpose<Left> || (Left::rows == 1 && Stored<Left>)) && InMemory<Right>;

/// In how many interleaved partial sums an element of a product is added: term k belongs to partial sum k % partial_sums,
/// and these are added as a tree. A chain of multiply-adds runs at the latency of 4 cycles, so 4 registers of 16 rows are
/// wanted in flight if one is computed per cycle, or 8 of 8 rows if two are: 64 numbers, and fewer rows make up for it in
/// partial sums. With a transposed right factor (the gradient of weights: a sum over the samples of a batch) there are
/// columns enough, and one chain serves; a single row has the sums of the column that it is computed as (see
/// transposed_row.hpp), also inside a larger expression.
template <class Left, class Right>
constexpr std::size_t partial_sums_of() noexcept {
    constexpr bool is_row = Left::rows == 1 && is_transpose<Right>;  // which is computed as a column
    if (uses_dot_products<Left, Right> || (is_transpose<Right> && !is_row)) return 1;
    constexpr std::size_t rows = is_row ? Right::columns : Left::rows;
    constexpr std::size_t wanted = rows >= 64 ? 1 : rows >= 32 ? 2 : rows >= 16 ? 4 : 8;
    std::size_t sums = wanted;
    while (sums > 1 && sums * 4 > Left::columns) sums /= 2;  // at least four turns of each
    return sums;
}

/// One element as it is defined, number by number, for constant expressions: in few steps of the compiler.
template <std::size_t PartialSums, class Left, class Right, class One>
constexpr One element_of_product(One start, const Left& left, const Right& right, std::size_t row,
                                 std::size_t column) noexcept {
    One sum[PartialSums] = {};
    sum[0] = start;
    for (std::size_t k = 0; k < Left::columns; ++k)
        sum[k % PartialSums] = fma(One(left(row, k)), One(right(k, column)), sum[k % PartialSums]);
    for (std::size_t half = PartialSums / 2; half > 0; half /= 2)
        for (std::size_t s = 0; s < half; ++s) sum[s] = sum[s] + sum[s + half];
    return sum[0];
}

}  // namespace etch::inline ETCH_VARIANT::internal
