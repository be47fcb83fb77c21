#pragma once
#include <cstddef>

#include <etch/tensor/transpose.hpp>

// The order in which the terms of a product's elements are added. It is fixed by the left factor's shape and by which
// factors are transposed, so an element has the same bits on every instruction set and by every kernel. In a forward
// pass the left factor is the weights, so the number of columns, the batch, plays no part. (The one use of
// Right::columns below is for a transposed right factor, which only backward passes have.) Reductions within
// a sample, as in softmax and layer_norm, go down its rows in 16 virtual lanes (virtual_lanes.hpp); everything else is
// computed element by element. In full: docs/numerics.md.
namespace etch::inline ETCH_VARIANT::internal {

/// Whether the elements of a product are dot products (see virtual_lanes.hpp for their order): if the rows of the left
/// factor and the columns of the right one are contiguous in memory, that is for a transposed left factor, or one of a
/// single row.
template <class Left, class Right>
inline constexpr bool uses_dot_products = Left::columns > 1 &&
                                          (is_transpose<Left> || (Left::rows == 1 && Stored<Left>)) && InMemory<Right>;

/// The number of interleaved partial sums of an element of a product: term k belongs to partial sum k % partial_sums,
/// and these are added as a tree.
///
/// A multiply-add takes 4 cycles, and one (of 16 lanes) or two (of 8 lanes) start per cycle, so about 64 sums must be
/// in progress. An L of 64 rows or more supplies them with one chain per row; fewer rows need more chains each: 64 /
/// rows, rounded up to a power of two and at most 8, and each with at least four terms. A transposed right factor (in
/// the gradient of weights, a sum over the samples of a batch) has columns enough, so one chain is used; a single row
/// has as many chains as the column in whose place it is computed (see transposed_row.hpp), also inside a larger
/// expression.
template <class Left, class Right>
constexpr std::size_t partial_sums_of() noexcept {
    constexpr bool is_row = Left::rows == 1 && is_transpose<Right>;  // computed as a column
    if (uses_dot_products<Left, Right> || (is_transpose<Right> && !is_row)) return 1;
    constexpr std::size_t rows = is_row ? Right::columns : Left::rows;
    constexpr std::size_t wanted = rows >= 64 ? 1 : rows >= 32 ? 2 : rows >= 16 ? 4 : 8;
    std::size_t sums = wanted;
    while (sums > 1 && sums * 4 > Left::columns) sums /= 2;  // at least four terms in each
    return sums;
}

/// The definition of one element, term by term, for constant expressions: few steps for the compiler.
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
