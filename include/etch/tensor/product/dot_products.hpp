#pragma once
#include <cstddef>

#include <etch/tensor/product/order.hpp>
#include <etch/tensor/virtual_lanes.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// start + L R, with each element one dot product of a row of L and a column of R, both contiguous in memory: for a
/// transposed L, or an L of one row. Four dot products of up to 16 lanes are folded to 4 lanes each, and the last steps
/// of all four are done together.
struct dot_products_kernel {
    template <class V, std::size_t P, std::size_t C, class Left, class Right>
    ETCH_INLINE static constexpr tile<V, P, C> add(const tile<V, P, C>& start, const Left& left, const Right& right,
                                                   std::size_t row, std::size_t column) noexcept {
        tile<V, P, C> result;
        for (std::size_t c = 0; c < C; ++c)
            for (std::size_t p = 0; p < P; ++p)
                result.value[c][p] =
                    start.value[c][p] +
                    dots<V>(left, right.data() + (column + c) * leading_dimension<Right>, row + p * V::size);
        return result;
    }

private:
    /// The elements of a row of L, contiguous.
    template <class Left>
    ETCH_INLINE static constexpr auto row_of(const Left& left, std::size_t row) noexcept {
        if constexpr (is_transpose<Left>)
            return left.column_of_original(row);
        else
            return left.data();  // the only row
    }

    /// The dot products of the rows from `row` on with a column.
    template <class V, class Left, class T>
    ETCH_INLINE static constexpr typename V::pack dots(const Left& left, const T* column, std::size_t row) noexcept {
        constexpr std::size_t depth = Left::columns;
        if constexpr (V::count == 1) {
            return typename V::pack(dot<depth>(row_of(left, row), column));
        } else if constexpr (V::size == 4 && virtual_lanes<depth> >= 4) {
            typename V::pack four[4];
            ETCH_UNROLL(i, 4) four[i] = dot_to_four<depth>(row_of(left, i < V::count ? row + i : row), column);
            return add_across(four);
        } else {
            T numbers[V::size] = {};
            for (std::size_t i = 0; i < V::count; ++i) numbers[i] = dot<depth>(row_of(left, row + i), column);
            return V::pack::load(numbers);
        }
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
