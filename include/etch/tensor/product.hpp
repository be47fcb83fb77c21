#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/narrow.hpp>
#include <etch/tensor/reduction.hpp>
#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class E>
inline constexpr bool is_transpose = false;
template <class T, std::size_t Rows, std::size_t Columns>
inline constexpr bool is_transpose<transpose_expression<T, Rows, Columns>> = true;

/// Whether the elements of a product are dot products: where the rows of the left factor and the columns of the right
/// one stand in memory, that is for a transposed left factor, or for one of a single row.
template <class Left, class Right>
inline constexpr bool by_dots = Left::columns > 1 &&
                                (is_transpose<Left> || (Left::rows == 1 && Stored<Left>)) && Stored<Right>;

/// In how many interleaved partial sums an element of a product is added. A chain of multiply-adds runs at the latency of
/// 4 cycles, so 4 registers of 16 rows are wanted in flight where one is computed a cycle, or 8 of 8 rows at two: 64
/// numbers, and fewer rows make up for it in partial sums. A function of the factors' shapes alone, so that the order of
/// additions is the same on every instruction set and for every batch. With a transposed right factor (the gradient of
/// weights: a sum over the samples of a batch) there are columns enough, and one chain serves;
/// a single row has the sums of the column that it is computed as, also inside of a larger expression.
template <class Left, class Right>
constexpr std::size_t partial_sums_of() noexcept {
    constexpr bool is_row = Left::rows == 1 && is_transpose<Right>;  // which is computed as a column
    if (by_dots<Left, Right> || (is_transpose<Right> && !is_row)) return 1;
    constexpr std::size_t rows = is_row ? Right::columns : Left::rows;
    constexpr std::size_t wanted = rows >= 64 ? 1 : rows >= 32 ? 2 : rows >= 16 ? 4 : 8;
    std::size_t sums = wanted;
    while (sums > 1 && sums * 4 > Left::columns) sums /= 2;  // at least four turns of each
    return sums;
}

/// How many neighbours of a row share a word of memory: 2 where they are half as wide (see bf16.hpp), 0 where the factor
/// does not lie in memory.
template <class E>
inline constexpr std::size_t columns_in_word = Stored<E> ? 1 : 0;
template <class E>
    requires requires { E::columns_in_word; }
inline constexpr std::size_t columns_in_word<E> = E::columns_in_word;

/// For how many columns of a left factor a register V may be loaded whole. One that is not full ends within the columns
/// of memory that come next, as long as there are any: its other lanes hold their numbers, and nobody looks at their sums.
template <class Left, class V>
constexpr std::size_t loaded_whole() noexcept {
    constexpr std::size_t together = columns_in_word<Left>;
    constexpr std::size_t beyond = (V::size - V::count + Left::rows - 1) / Left::rows;
    if constexpr (beyond == 0) {
        return Left::columns;
    } else if constexpr (together == 0) {
        return 0;
    } else {
        constexpr std::size_t in_memory = (Left::columns + together - 1) / together;
        return in_memory > beyond ? (in_memory - beyond) * together : 0;
    }
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
/// The destination must not be one of the factors: C = C * D reads what it has overwritten.
template <class Left, class Right, class Start>
struct product_expression : expression {
    using value_type = typename Left::value_type;
    static constexpr std::size_t rows = Left::rows, columns = Right::columns, depth = Left::columns;
    static constexpr bool has_start = !std::is_void_v<Start>;
    static constexpr std::size_t partial_sums = internal::partial_sums_of<Left, Right>();
    static constexpr std::size_t operations = depth;
    static constexpr std::size_t widest = internal::by_dots<Left, Right> ? 4 : 16;
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

    /// A row is computed as the column that it is in memory: (L R)ᵀ = Rᵀ Lᵀ has rows for lanes to run along.
    static constexpr bool lies = rows == 1 && columns > 1 && internal::can_turn<Left>&& internal::can_turn<Right> &&
                                 (!has_start || internal::can_turn<start_type>);

    template <class Destination>
        requires(lies && internal::can_turn<Destination>)
    ETCH_INLINE constexpr void assign_to(const Destination& to) const noexcept {
        auto l = internal::turned(right);
        auto r = internal::turned(left);
        if constexpr (has_start) {
            auto s = internal::turned(start);
            internal::assign(internal::turned(to), product_expression<decltype(l), decltype(r), decltype(s)>{l, r, s});
        } else {
            internal::assign(internal::turned(to), product_expression<decltype(l), decltype(r), void>{l, r, start});
        }
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        if constexpr (internal::by_dots<Left, Right>) {
            return at_by_dots<V, P, C>(row, column);
        } else {
            if constexpr (V::size == 1 && P == 1 && C == 1) {
                if (ETCH_CONSTANT_EVALUATED) return {{{element(row, column)}}};
            }
            if constexpr (is_narrow<V>) {
                if (!ETCH_CONSTANT_EVALUATED) return at_by_periods<V, C>(column);
            }
            return at_by_columns<V, P, C>(row, column);
        }
    }

private:
    /// Whether one register holds all rows and has room for more: see narrow_product.
    template <class V>
    static constexpr bool is_narrow = [] {
        if constexpr (Stored<Left> && Stored<Right> && std::is_same_v<value_type, float>) {
            using few = internal::narrow_product<rows>;
            return V::count == rows && few::size > 0 && partial_sums == few::period && depth % few::period == 0;
        }
        return false;
    }();

    /// One element, for constant expressions: the sum as it is defined, in few steps of the compiler.
    constexpr lanes<value_type, 1> element(std::size_t row, std::size_t column) const noexcept {
        using V = lanes<value_type, 1>;
        V sum[partial_sums] = {};
        sum[0] = internal::broadcast_tile<rows, columns, V, 1, 1>(start, row, column).value[0][0];
        for (std::size_t k = 0; k < depth; ++k)
            sum[k % partial_sums] = fma(V(left(row, k)), V(right(k, column)), sum[k % partial_sums]);
        for (std::size_t half = partial_sums / 2; half > 0; half /= 2)
            for (std::size_t s = 0; s < half; ++s) sum[s] = sum[s] + sum[s + half];
        return sum[0];
    }

    template <class V, std::size_t C>
    ETCH_INLINE tile<V, 1, C> at_by_periods(std::size_t column) const noexcept {
        tile<V, 1, C> sum = internal::broadcast_tile<rows, columns, V, 1, C>(start, 0, column);
        for (std::size_t c = 0; c < C; ++c)
            sum.value[c][0] = internal::narrow_product<rows>::template add<depth, V>(
                sum.value[c][0], left.data(), right.data() + (column + c) * depth);
        return sum;
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at_by_columns(std::size_t row, std::size_t column) const noexcept {
        constexpr std::size_t S = partial_sums;
        // A turn of the loop takes S steps of k, or a few more where that only saves counting.
        constexpr std::size_t turn = S >= 4 || depth < 4 || V::size == 1 ? S : 4;
        using pack = typename V::pack;
        tile<V, P, C> sum[S];
        sum[0] = internal::broadcast_tile<rows, columns, V, P, C>(start, row, column);
        ETCH_UNROLL(s, S - 1) {
            ETCH_UNROLL(c, C) {
                ETCH_UNROLL(p, P) sum[s + 1].value[c][p] = pack(value_type{0});
            }
        }
        constexpr std::size_t loads_whole = internal::loaded_whole<Left, V>();
        using Load = std::conditional_t<(loads_whole > 0), pack, V>;
        constexpr std::size_t ahead = loads_whole > 0 ? loads_whole : depth;
        constexpr std::size_t whole = ahead / turn * turn;
        const auto number = [&](std::size_t k) ETCH_INLINE_LAMBDA {
            return [this, k, column](std::size_t c) ETCH_INLINE_LAMBDA { return pack(right(k, column + c)); };
        };
        for (std::size_t k = 0; k < whole; k += turn) {
            if constexpr (C == 1 && turn % 4 == 0 && Stored<Right> && internal::spreads_four<pack>) {
                internal::four_numbers<pack> four[turn / 4];
                ETCH_UNROLL(i, turn / 4)
                    four[i] = internal::four_numbers<pack>(right.data() + column * depth + k + 4 * i);
                if constexpr (internal::columns_in_word<Left> == 2)
                    ETCH_UNROLL(i, turn / 2)
                        add_pair<Load>(sum[2 * i % S], sum[(2 * i + 1) % S], row, k + 2 * i,
                                       four[i / 2].spread(2 * i % 4), four[i / 2].spread((2 * i + 1) % 4));
                else
                    ETCH_UNROLL(i, turn)
                        add<Load>(sum[i % S], row, k + i,
                                  [&](std::size_t) ETCH_INLINE_LAMBDA { return four[i / 4].spread(i % 4); });
            } else {
                ETCH_UNROLL(i, turn) add<Load>(sum[i % S], row, k + i, number(k + i));
            }
        }
        ETCH_UNROLL(i, depth - whole) {
            if (whole + i < ahead)
                add<Load>(sum[i % S], row, whole + i, number(whole + i));
            else
                add<V>(sum[i % S], row, whole + i, number(whole + i));
        }
        add_tree<V, P, C, S / 2>(sum);
        return sum[0];
    }

    /// sum += L(:, k) R(k, :), where number(c) is R(k, column + c).
    template <class Load, class V, std::size_t P, std::size_t C, class Number>
    ETCH_INLINE constexpr void add(tile<V, P, C>& sum, std::size_t row, std::size_t k,
                                   const Number& number) const noexcept {
        if constexpr (C == 1 && P % 8 == 0 && Stored<Left> &&
                      requires(const value_type* from) { internal::fma_eight(from, number(0), sum.value[0]); }) {
            if (!ETCH_CONSTANT_EVALUATED) {
                const value_type* from = left.data() + k * rows + row;
                ETCH_UNROLL(i, P / 8) internal::fma_eight(from, number(0), sum.value[0] + 8 * i);
                return;
            }
        }
        tile<Load, P, 1> l = left.template at<Load, P, 1>(row, k);
        if (C > 1 && !ETCH_CONSTANT_EVALUATED) {
            ETCH_UNROLL(p, P) internal::keep_in_register(l.value[0][p]);
        }
        ETCH_UNROLL(c, C) {
            const typename V::pack r = number(c);
            ETCH_UNROLL(p, P) sum.value[c][p] = fma(l.value[0][p], r, sum.value[c][p]);
        }
    }

    /// Two steps of k whose columns of L share their words: each pack is loaded once.
    template <class Load, class V, std::size_t P>
    ETCH_INLINE constexpr void add_pair(tile<V, P, 1>& first, tile<V, P, 1>& second, std::size_t row, std::size_t k,
                                        typename V::pack r0, typename V::pack r1) const noexcept {
        ETCH_UNROLL(p, P) {
            const tile<Load, 1, 2> l = left.template pair<Load>(row + p * V::size, k);
            first.value[0][p] = fma(l.value[0][0], r0, first.value[0][p]);
            second.value[0][p] = fma(l.value[1][0], r1, second.value[0][p]);
        }
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

    /// Where the numbers of a row of L stand one after the other.
    ETCH_INLINE constexpr const value_type* row_of_left(std::size_t row) const noexcept {
        if constexpr (internal::is_transpose<Left>)
            return left.of + row * depth;
        else
            return left.data();  // the only row
    }

    /// The dot products of the rows from `row` on with a column.
    template <class V>
    ETCH_INLINE constexpr typename V::pack dots(std::size_t row, std::size_t column) const noexcept {
        const value_type* const r = right.data() + column * depth;
        if constexpr (V::count == 1) {
            return typename V::pack(internal::dot<depth>(row_of_left(row), r));
        } else if constexpr (V::size == 4 && internal::virtual_lanes<depth> >= 4) {
            typename V::pack four[4];
            ETCH_UNROLL(i, 4) four[i] = internal::dot_to_four<depth>(row_of_left(i < V::count ? row + i : row), r);
            return internal::add_across(four);
        } else {
            value_type numbers[V::size] = {};
            for (std::size_t i = 0; i < V::count; ++i) numbers[i] = internal::dot<depth>(row_of_left(row + i), r);
            return V::pack::load(numbers);
        }
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at_by_dots(std::size_t row, std::size_t column) const noexcept {
        const tile<V, P, C> from = internal::broadcast_tile<rows, columns, V, P, C>(start, row, column);
        tile<V, P, C> result;
        for (std::size_t c = 0; c < C; ++c)
            for (std::size_t p = 0; p < P; ++p)
                result.value[c][p] = from.value[c][p] + dots<V>(row + p * V::size, column + c);
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

/// A single row is multiplied as dot products, which read it from memory. A row that is not stored as numbers of its type,
/// such as one of bfloat16, is unpacked first, so that the product has the bits of the unpacked row's product.
template <class E>
inline constexpr bool is_packed_row = E::rows == 1 && !Stored<E>;

template <class E>
ETCH_INLINE constexpr auto left_factor(std::remove_reference_t<E>& e) noexcept {
    using Plain = std::remove_cvref_t<E>;
    if constexpr (is_packed_row<Plain>)
        return tensor<typename Plain::value_type, Plain::rows, Plain::columns>(e);
    else
        return factor<E>(e);
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
    using Left = decltype(internal::left_factor<L>(l));
    using Right = decltype(internal::factor<R>(r));
    return product_expression<Left, Right, void>{internal::left_factor<L>(l), internal::factor<R>(r),
                                                 constant<T>{T{0}}};
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

}  // namespace etch::inline ETCH_VARIANT
