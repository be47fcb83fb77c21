#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/simd/opaque.hpp>
#include <etch/tensor/product/order.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// How many neighbours in a row share a word of memory: 2 if they are half as wide (see bf16.hpp), 0 if the factor is
/// not in memory.
template <class E>
inline constexpr std::size_t columns_per_word = InMemory<E> ? 1 : 0;
template <class E>
    requires requires { E::columns_per_word; }
inline constexpr std::size_t columns_per_word<E> = E::columns_per_word;

/// How many columns of a left factor may be loaded at the full width of a register V. If a column does not fill the
/// register, the load continues into the next columns in memory, as long as there are any: the extra lanes get their
/// elements, and the sums of these lanes are discarded.
template <class Left, class V>
constexpr std::size_t full_width_columns() noexcept {
    constexpr std::size_t per_word = columns_per_word<Left>;
    if constexpr (V::size == V::count) {
        return Left::columns;
    } else if constexpr (per_word == 0) {
        return 0;
    } else {
        constexpr std::size_t apart = [] {
            if constexpr (InMemory<Left>)
                return leading_dimension<Left>;
            else
                return Left::rows;
        }();
        constexpr std::size_t needed = (V::size - V::count + apart - 1) / apart;
        constexpr std::size_t in_memory = (Left::columns + per_word - 1) / per_word;
        return in_memory > needed ? (in_memory - needed) * per_word : 0;
    }
}

/// Where the columns of a right factor start that is read through a table of offsets, which all columns share. Each has
/// a pointer of its own, so that an address takes no addition; more of them would not fit in the registers.
template <class Right, std::size_t C>
struct column_starts {
    static constexpr bool known = false;

    constexpr column_starts(const Right&, std::size_t) noexcept {}
};
template <class Right, std::size_t C>
    requires(C <= 8 && requires(const Right& right) { right.start_of(std::size_t{}); })
struct column_starts<Right, C> {
    static constexpr bool known = true;
    const typename Right::value_type* of[C];

    ETCH_INLINE constexpr column_starts(const Right& right, std::size_t column) noexcept {
        ETCH_UNROLL(c, C) {
            of[c] = right.start_of(column + c);
            if (!ETCH_CONSTANT_EVALUATED) make_opaque(of[c]);
        }
    }
};

/// start + L R, column of L by column of L: a tile of sums stays in registers while k ascends; column k of L is loaded
/// in packs, and each is multiplied by R(k, j), broadcast to all lanes.
struct columns_kernel {
    template <std::size_t PartialSums, class V, std::size_t P, std::size_t C, class Left, class Right>
    ETCH_INLINE static constexpr tile<V, P, C> add(const tile<V, P, C>& start, const Left& left, const Right& right,
                                                   std::size_t row, std::size_t column) noexcept {
        using T = typename Left::value_type;
        using pack = typename V::pack;
        constexpr std::size_t S = PartialSums, depth = Left::columns;
        // A round of the loop takes S steps of k, or a few more if that only reduces the loop overhead.
        constexpr std::size_t turn = S >= 4 || depth < 4 || V::size == 1 ? S : 4;
        tile<V, P, C> sum[S];
        sum[0] = start;
        ETCH_UNROLL(s, S - 1) {
            ETCH_UNROLL(c, C) {
                ETCH_UNROLL(p, P) sum[s + 1].value[c][p] = pack(T{0});
            }
        }
        constexpr std::size_t full_width = full_width_columns<Left, V>();
        // If no column can be loaded at full width, all are loaded by V.
        using Load = std::conditional_t<(full_width > 0), pack, V>;
        constexpr std::size_t by_load = full_width > 0 ? full_width : depth, in_turns = by_load / turn * turn;
        [[maybe_unused]] const column_starts<Right, C> starts(right, column);
        // R(k + i, column + c), where k is a multiple of `turn`.
        const auto number = [&](std::size_t k, std::size_t i) ETCH_INLINE_LAMBDA {
            return [&, k, i](std::size_t c) ETCH_INLINE_LAMBDA {
                if constexpr (column_starts<Right, C>::known)
                    return pack(starts.of[c][Right::layout::template offset_in_turn<turn>(k, i)]);
                else
                    return pack(right(k + i, column + c));
            };
        };
        for (std::size_t k = 0; k < in_turns; k += turn) {
            if constexpr (C == 1 && turn % 4 == 0 && InMemory<Right> && spreads_four<pack>) {
                four_numbers<pack> four[turn / 4];
                ETCH_UNROLL(i, turn / 4)
                    four[i] = four_numbers<pack>(right.data() + column * leading_dimension<Right> + k + 4 * i);
                if constexpr (columns_per_word<Left> == 2)
                    ETCH_UNROLL(i, turn / 2)
                        add_pair<Load>(sum[2 * i % S], sum[(2 * i + 1) % S], left, row, k + 2 * i,
                                       four[i / 2].spread(2 * i % 4), four[i / 2].spread((2 * i + 1) % 4));
                else
                    ETCH_UNROLL(i, turn)
                        add_column<Load>(sum[i % S], left, row, k + i,
                                         [&](std::size_t) ETCH_INLINE_LAMBDA { return four[i / 4].spread(i % 4); });
            } else {
                ETCH_UNROLL(i, turn) add_column<Load>(sum[i % S], left, row, k + i, number(k, i));
            }
        }
        ETCH_UNROLL(i, depth - in_turns) {
            if (in_turns + i < by_load)
                add_column<Load>(sum[i % S], left, row, in_turns + i, number(in_turns, i));
            else
                add_column<V>(sum[i % S], left, row, in_turns + i, number(in_turns, i));
        }
        add_tree<V, P, C, S / 2>(sum);
        return sum[0];
    }

private:
    /// sum += L(:, k) R(k, :), where number(c) is R(k, column + c).
    template <class Load, class V, std::size_t P, std::size_t C, class Left, class Number>
    ETCH_INLINE static constexpr void add_column(tile<V, P, C>& sum, const Left& left, std::size_t row, std::size_t k,
                                                 const Number& number) noexcept {
        using T = typename Left::value_type;
        if constexpr (C == 1 && P % 8 == 0 && InMemory<Left> &&
                      requires(const T* from) { fma_eight(from, number(0), sum.value[0]); }) {
            if (!ETCH_CONSTANT_EVALUATED) {
                const T* from = left.data() + k * leading_dimension<Left> + row;
                ETCH_UNROLL(i, P / 8) fma_eight(from, number(0), sum.value[0] + 8 * i);
                return;
            }
        }
        tile<Load, P, 1> l = left.template at<Load, P, 1>(row, k);
        if (C > 1 && !ETCH_CONSTANT_EVALUATED) {
            ETCH_UNROLL(p, P) keep_in_register(l.value[0][p]);
        }
        ETCH_UNROLL(c, C) {
            const typename V::pack r = number(c);
            ETCH_UNROLL(p, P) sum.value[c][p] = fma(l.value[0][p], r, sum.value[c][p]);
        }
    }

    /// Two steps of k whose columns of L share words: each pack is loaded once.
    template <class Load, class V, std::size_t P, class Left>
    ETCH_INLINE static constexpr void add_pair(tile<V, P, 1>& first, tile<V, P, 1>& second, const Left& left,
                                               std::size_t row, std::size_t k, typename V::pack r0,
                                               typename V::pack r1) noexcept {
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
};

}  // namespace etch::inline ETCH_VARIANT::internal
