#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/product/order.hpp>
#include <etch/tensor/side_by_side.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// start + L R for an L of few rows, and an R that has element k of neighbouring columns as neighbours in memory: lanes
/// run along the columns, and each element of L is broadcast to all lanes.
struct side_by_side_kernel {
    /// All rows of the columns from `column` on that a register takes.
    template <std::size_t PartialSums, class V, class Left, class Right, class Start>
    ETCH_INLINE static tile<V, 1, Left::rows> add(const Start& start, const Left& left, const Right& right,
                                                  std::size_t column) noexcept {
        constexpr std::size_t rows = Left::rows, most = registers / PartialSums > 0 ? registers / PartialSums : 1;
        constexpr std::size_t groups = (rows + most - 1) / most, of_group = (rows + groups - 1) / groups;
        tile<V, 1, rows> result;
        ETCH_UNROLL(r, rows)
            result.value[r][0] =
                typename V::pack(start.template at<lanes<typename Left::value_type, 1>, 1, 1>(r, 0).value[0][0].value);
        add_groups<PartialSums, of_group, 0>(result, left, right, column);
        return result;
    }

private:
    /// For sums; the others are for numbers of R and L.
    static constexpr std::size_t registers = register_count >= 32 ? 24 : 12;

    template <std::size_t S, std::size_t OfGroup, std::size_t First, class V, std::size_t Rows, class Left, class Right>
    ETCH_INLINE static void add_groups(tile<V, 1, Rows>& result, const Left& left, const Right& right,
                                       std::size_t column) noexcept {
        if constexpr (First < Rows) {
            add_rows<S, First, (First + OfGroup < Rows ? OfGroup : Rows - First)>(result, left, right, column);
            add_groups<S, OfGroup, First + OfGroup>(result, left, right, column);
        }
    }

    /// Count rows from First on, each in S partial sums.
    template <std::size_t S, std::size_t First, std::size_t Count, class V, std::size_t Rows, class Left, class Right>
    ETCH_INLINE static void add_rows(tile<V, 1, Rows>& result, const Left& left, const Right& right,
                                     std::size_t column) noexcept {
        using pack = typename V::pack;
        constexpr std::size_t depth = Left::columns, turn = S >= 4 ? S : 4, in_turns = depth / turn * turn;
        pack sum[Count][S];
        ETCH_UNROLL(r, Count) {
            sum[r][0] = result.value[First + r][0];
            ETCH_UNROLL(s, S - 1) sum[r][s + 1] = pack(typename V::value_type{0});
        }
        const auto add = [&](std::size_t k, std::size_t s) ETCH_INLINE_LAMBDA {
            const pack x = right.template beside_each_other<V>(k, column);
            ETCH_UNROLL(r, Count) sum[r][s] = fma(pack(left(First + r, k)), x, sum[r][s]);
        };
        for (std::size_t k = 0; k < in_turns; k += turn)
            ETCH_UNROLL(i, turn) add(k + i, i % S);
        ETCH_UNROLL(i, depth - in_turns) add(in_turns + i, i % S);
        ETCH_UNROLL(r, Count) {
            add_tree<S / 2>(sum[r]);
            result.value[First + r][0] = sum[r][0];
        }
    }

    template <std::size_t Half, class Pack>
    ETCH_INLINE static void add_tree(Pack* sum) noexcept {
        if constexpr (Half > 0) {
            ETCH_UNROLL(s, Half) sum[s] = sum[s] + sum[s + Half];
            add_tree<Half / 2>(sum);
        }
    }
};

/// How many columns of a product are computed side by side, one run after the other; 0 if that is not possible, or
/// would not pay off.
template <class Left, class Right, class Start>
constexpr std::size_t run_length_of_product() noexcept {
    if constexpr (Stored<Left> && Start::columns == 1 && requires { Right::neighbours; })
        return pays_off_side_by_side<typename Left::value_type>(Left::rows, Right::neighbours) ? Right::neighbours : 0;
    else
        return 0;
}

}  // namespace etch::inline ETCH_VARIANT::internal
