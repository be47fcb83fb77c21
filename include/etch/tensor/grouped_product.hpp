#pragma once
#include <cstddef>

#include <etch/tensor/patches.hpp>
#include <etch/tensor/virtual_lanes.hpp>

// Products with patches in which each group of rows sees only its group of channels: grouped and depthwise
// convolutions. Lanes run along the rows, one chain of additions each, so that the order is that of k.
namespace etch::inline ETCH_VARIANT {

/// The patches that Rows rows see, of images whose channels are divided into groups: as many as the rows have groups.
/// Element k is channel + channels of a group * (x + Window.width * y).
template <class T, shape Image, sliding_window Window, std::size_t Groups, std::size_t Images, std::size_t Rows>
struct grouped_patches {
    using layout = internal::patch_layout<Image, Window, Groups>;
    using value_type = T;
    static constexpr std::size_t rows = layout::size, columns = layout::positions * Images;
    static constexpr std::size_t rows_of_group = Rows / Groups;

    const T* of;

    /// Element k of the patch that begins at `start`, as the rows from `row` on see it.
    template <class V>
    ETCH_INLINE constexpr typename V::pack seen_by(std::size_t row, std::size_t k, std::size_t start) const noexcept {
        using pack = typename V::pack;
        const T* const first = of + start + layout::offset[k];
        if constexpr (rows_of_group == 1 && layout::seen_channels == 1) {
            return V::load(first + row);
        } else if constexpr (rows_of_group % V::size == 0) {
            return pack(first[row / rows_of_group * layout::seen_channels]);
        } else {
            T gathered[V::size] = {};
            ETCH_UNROLL(i, V::count) gathered[i] = first[(row + i) / rows_of_group * layout::seen_channels];
            return pack::load(gathered);
        }
    }
};

/// start + W * patches, where row i of W is multiplied by what row i sees: y(i, j) = start(i) + Σₖ W(i, k) patch(k, j).
template <class Left, class Right, class Start>
struct grouped_product_expression : expression {
    using value_type = typename Left::value_type;
    static constexpr std::size_t rows = Left::rows, columns = Right::columns, partial_sums = 1;
    static constexpr std::size_t operations = Left::columns;

    Left left;
    Right right;
    Start start;

    constexpr grouped_product_expression(const Left& l, const Right& r, const Start& s) noexcept
        : left{l}, right{r}, start{s} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> sum = internal::broadcast_tile<rows, columns, V, P, C>(start, row, column);
        std::size_t first[C];
        ETCH_UNROLL(c, C) first[c] = Right::layout::start(column + c);
        for (std::size_t k = 0; k < Left::columns; ++k) {
            const tile<V, P, 1> w = left.template at<V, P, 1>(row, k);
            ETCH_UNROLL(c, C) {
                ETCH_UNROLL(p, P)
                    sum.value[c][p] =
                        fma(w.value[0][p], right.template seen_by<V>(row + p * V::size, k, first[c]), sum.value[c][p]);
            }
        }
        return sum;
    }
};

/// The gradient of W there: Σⱼ dy(i, j) patch(k, j) for each i and k.
template <class Left, class Right>
struct grouped_gradient_expression : expression {
    using value_type = typename Left::value_type;
    static constexpr std::size_t rows = Left::rows, columns = Right::rows, partial_sums = 1;
    static constexpr std::size_t operations = Left::columns;

    Left left;
    Right right;

    constexpr grouped_gradient_expression(const Left& l, const Right& r) noexcept : left{l}, right{r} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> sum = constant<value_type>{value_type{0}}.template at<V, P, C>(row, column);
        for (std::size_t j = 0; j < Left::columns; ++j) {
            const tile<V, P, 1> dy = left.template at<V, P, 1>(row, j);
            const std::size_t first = Right::layout::start(j);
            ETCH_UNROLL(c, C) {
                ETCH_UNROLL(p, P)
                    sum.value[c][p] =
                        fma(dy.value[0][p], right.template seen_by<V>(row + p * V::size, column + c, first),
                            sum.value[c][p]);
            }
        }
        return sum;
    }
};

}  // namespace etch::inline ETCH_VARIANT
