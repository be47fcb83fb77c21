#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/reduction.hpp>
#include <etch/tensor/transpose.hpp>

namespace etch {

namespace internal {

template <class E>
inline constexpr bool is_transpose = false;
template <class T, std::size_t Rows, std::size_t Columns>
inline constexpr bool is_transpose<transpose_expression<T, Rows, Columns>> = true;

/// In how many interleaved partial sums an element of a product is added. One chain of multiply-adds runs at the
/// latency of 4 cycles; at two a cycle, 8 chains of a register are wanted, and a register is taken to hold 16 rows
/// whatever the target's width. A function of the factors' shapes alone, so that the order of additions is the same on
/// every instruction set and for every batch. With a transposed right factor (the gradient of weights: a sum over the
/// samples of a batch) there are columns enough, and one chain serves.
template <class Left, class Right>
constexpr std::size_t partial_sums_of() noexcept {
    if (is_transpose<Right>) return 1;
    constexpr std::size_t wanted = Left::rows >= 128 ? 1 : Left::rows >= 64 ? 2 : Left::rows >= 32 ? 4 : 8;
    std::size_t sums = wanted;
    while (sums > 1 && sums * 4 > Left::columns) sums /= 2;  // at least four turns of each
    return sums;
}

}  // namespace internal

/// start + L * R, the matrix product that every layer rests on:
///
///     y(i, j) = start(i, j) + Σₖ L(i, k) R(k, j)
///
/// Shapes: L is rows x depth, R is depth x columns, start is rows x columns (or one column, repeated; or absent).
/// Column k of L is read in packs, R number by number with any stride, so that the sum of a tile stays in registers
/// from its start to its only store. Each step is one fma; k runs upward in `partial_sums` interleaved chains, which
/// are added as a tree at the end. A transposed left factor makes each element a dot product instead (see dot).
template <class Left, class Right, class Start>
struct product_expression : expression {
    using value_type = typename Left::value_type;
    static constexpr std::size_t rows = Left::rows, columns = Right::columns, depth = Left::columns;
    static constexpr bool has_start = !std::is_void_v<Start>;
    static constexpr std::size_t partial_sums = internal::partial_sums_of<Left, Right>();
    static constexpr std::size_t operations = depth;
    using start_type = std::conditional_t<has_start, Start, constant<value_type>>;

    static_assert(Fills<start_type, value_type, rows, columns>,
                  "etch: what is added to a matrix product needs the product's shape and element type, "
                  "or one row or column to repeat");

    Left left;
    Right right;
    start_type start;

    ETCH_INLINE constexpr product_expression(Left l, Right r, start_type s) noexcept : left{l}, right{r}, start{s} {}

    ETCH_INLINE constexpr void prepare() const noexcept {
        left.prepare();
        right.prepare();
        start.prepare();
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        if constexpr (internal::is_transpose<Left> && !internal::is_transpose<Right>)
            return at_by_dots<V, P, C>(row, column);
        else
            return at_by_columns<V, P, C>(row, column);
    }

private:
    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at_by_columns(std::size_t row, std::size_t column) const noexcept {
        constexpr std::size_t S = partial_sums;
        // A turn of the loop takes S steps of k, or a few more where that only saves counting.
        constexpr std::size_t turn = S >= 4 || depth < 4 ? S : 4;
        tile<V, P, C> sum[S];
        sum[0] = internal::broadcast_tile<rows, columns, V, P, C>(start, row, column);
        ETCH_UNROLL(s, S - 1) {
            ETCH_UNROLL(c, C) {
                ETCH_UNROLL(p, P) sum[s + 1].value[c][p] = V(value_type{0});
            }
        }
        const auto step = [&](std::size_t s, std::size_t k) ETCH_INLINE_LAMBDA {
            const tile<V, P, 1> l = left.template at<V, P, 1>(row, k);
            ETCH_UNROLL(c, C) {
                const V r(right(k, column + c));
                ETCH_UNROLL(p, P) sum[s].value[c][p] = fma(l.value[0][p], r, sum[s].value[c][p]);
            }
        };
        constexpr std::size_t whole = depth / turn * turn;
        for (std::size_t k = 0; k < whole; k += turn)
            ETCH_UNROLL(i, turn) step(i % S, k + i);
        ETCH_UNROLL(i, depth - whole) step(i % S, whole + i);
        add_tree<V, P, C, S / 2>(sum);
        return sum[0];
    }

    template <class V, std::size_t P, std::size_t C, std::size_t Half>
    ETCH_INLINE static constexpr void add_tree(tile<V, P, C>* sum) noexcept {
        if constexpr (Half > 0) {
            ETCH_UNROLL(s, Half)
                ETCH_UNROLL(c, C)
                    ETCH_UNROLL(p, P) sum[s].value[c][p] = sum[s].value[c][p] + sum[s + Half].value[c][p];
            add_tree<V, P, C, Half / 2>(sum);
        }
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at_by_dots(std::size_t row, std::size_t column) const noexcept {
        const tile<V, P, C> from = internal::broadcast_tile<rows, columns, V, P, C>(start, row, column);
        tile<V, P, C> result;
        for (std::size_t c = 0; c < C; ++c)
            for (std::size_t p = 0; p < P; ++p) {
                value_type dots[V::size];
                for (std::size_t i = 0; i < V::size; ++i)
                    dots[i] = internal::dot<depth>(left.of + (row + p * V::size + i) * depth,
                                                   right.data() + (column + c) * depth);
                result.value[c][p] = from.value[c][p] + V::load(dots);
            }
        return result;
    }
};

namespace internal {

template <class L, class R>
inline constexpr bool takes_start<product_expression<L, R, void>> = true;

/// Factors are read many times, so one that is not stored is evaluated first, into the node itself.
template <class E>
ETCH_INLINE constexpr auto factor(std::remove_reference_t<E>& e) noexcept {
    using Plain = std::remove_cvref_t<E>;
    if constexpr (requires { e(std::size_t{}, std::size_t{}); })
        return operand_t<E>(hold<E>(e));
    else
        return tensor<typename Plain::value_type, Plain::rows, Plain::columns>(e);
}

template <class L, class R>
concept Multipliable = L::columns == R::rows && std::same_as<typename L::value_type, typename R::value_type>;

}  // namespace internal

/// The matrix product. Lazy: `W * a + b` is one pass.
template <Expression L, Expression R>
ETCH_INLINE constexpr auto operator*(L&& l, R&& r) noexcept {
    static_assert(internal::Multipliable<std::remove_cvref_t<L>, std::remove_cvref_t<R>>,
                  "etch: a matrix product needs as many columns on the left as there are rows on the right, "
                  "and the same element type; the product element by element is hadamard(a, b)");
    using T = element_of<L>;
    using Left = decltype(internal::factor<L>(l));
    using Right = decltype(internal::factor<R>(r));
    return product_expression<Left, Right, void>{internal::factor<L>(l), internal::factor<R>(r), constant<T>{T{0}}};
}

/// L * R + b: the sum starts from b. (One that has its start already is added to like any other expression.)
template <class L, class R, Expression B>
ETCH_INLINE constexpr auto operator+(const product_expression<L, R, void>& p, B&& b) noexcept {
    using Start = internal::operand_t<B>;
    return product_expression<L, R, Start>{p.left, p.right, internal::hold<B>(b)};
}
template <class L, class R, Expression B>
    requires(!internal::takes_start<std::remove_cvref_t<B>>)
ETCH_INLINE constexpr auto operator+(B&& b, const product_expression<L, R, void>& p) noexcept {
    using Start = internal::operand_t<B>;
    return product_expression<L, R, Start>{p.left, p.right, internal::hold<B>(b)};
}

}  // namespace etch
