#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <etch/simd/permute.hpp>
#include <etch/tensor/product/order.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// start + W x for a W of few rows, as in the last layer of a controller: a column of W leaves most of a register
/// empty, but the columns are contiguous, so a register takes several of them at once, each element times its own
/// element of x. With three rows and registers of eight:
///
///     registers   W00 W10 W20 W01 W11 W21 W02 W12 | W22 W03 W13 ...
///     times       x0  x0  x0  x1  x1  x1  x2  x2  | x2  x3  x3  ...
///
/// Eight columns fill Rows registers of eight or half as many of sixteen, after which the pattern repeats. The sums of
/// those registers are the eight partial sums of a product of few rows, one after the other, and adding the upper half
/// to the lower until Rows numbers are left adds them in the same order: the bits are those of the product computed
/// column by column, with a quarter to a half of its multiply-adds.
template <std::size_t Rows>
struct few_rows_kernel {
    static constexpr std::size_t period = 8;  ///< columns

    /// The number of lanes in a register; 0 if the target cannot permute them, or if it would not pay off.
    static constexpr std::size_t size = can_permute<lanes<float, 16>> && Rows % 2 == 0 && Rows < 16 ? 16
                                        : can_permute<lanes<float, 8>> && Rows < 8                  ? 8
                                                                                                    : 0;
    static constexpr std::size_t registers = size == 0 ? 1 : period * Rows / size;

    template <class V, std::size_t C, class Left, class Right>
    ETCH_INLINE static tile<V, 1, C> add(tile<V, 1, C> start, const Left& left, const Right& right,
                                         std::size_t column) noexcept {
        constexpr std::size_t depth = Left::columns;
        for (std::size_t c = 0; c < C; ++c)
            start.value[c][0] = add_one<depth, V>(start.value[c][0], left.data(), right.data() + (column + c) * depth);
        return start;
    }

private:
    /// One column of the result; `left` is W, column-major, with Depth columns (a multiple of the period).
    template <std::size_t Depth, class V>
    ETCH_INLINE static typename V::pack add_one(typename V::pack start, const float* left,
                                                const float* right) noexcept {
        static_assert(Depth % period == 0 && V::count == Rows);
        using R = lanes<float, size>;
        using Index = lanes<std::int32_t, size>;
        R sum[registers];
        ETCH_UNROLL(i, registers) sum[i] = R(0.0f);
        sum[0] = extend<size, Rows>(start);
        for (std::size_t k = 0; k < Depth; k += period) {
            const R x = load_eight(R(0.0f), right + k);
            ETCH_UNROLL(i, registers) {
                const R factor = permute(x, Index::load(columns.data() + i * size));
                sum[i] = fma(R::load(left + k * Rows + i * size), factor, sum[i]);
            }
        }
        fold<period / 2>(sum);
        return narrowed<V::size>(sum[0]);
    }

    /// The column of each element, counted from the first of the period.
    static constexpr std::array<std::int32_t, period * Rows> columns = [] {
        std::array<std::int32_t, period * Rows> all{};
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int32_t>(i / Rows);
        return all;
    }();

    /// The register that begins with element From.
    template <std::size_t From, class R>
    ETCH_INLINE static R starting_at(const R (&all)[registers]) noexcept {
        constexpr std::size_t first = From / size, next = first + 1 < registers ? first + 1 : first;
        if constexpr (From % size == 0)
            return all[first];
        else
            return shifted<From % size>(all[first], all[next]);
    }

    template <std::size_t Half, class R>
    ETCH_INLINE static void fold(R (&sum)[registers]) noexcept {
        if constexpr (Half > 0) {
            [&]<std::size_t... I>(std::index_sequence<I...>) ETCH_INLINE_LAMBDA {
                ((sum[I] = sum[I] + starting_at<I * size + Half * Rows>(sum)), ...);
            }(std::make_index_sequence<(Half * Rows + size - 1) / size>{});
            fold<Half / 2>(sum);
        }
    }

    /// The first To lanes.
    template <std::size_t To, std::size_t N>
    ETCH_INLINE static lanes<float, To> narrowed(lanes<float, N> all) noexcept {
        if constexpr (N == To)
            return all;
        else
            return narrowed<To>(lower_half(all));
    }
};

/// Whether a register V has room for more than all rows of the left factor, and the target can permute its lanes.
template <class Left, class Right, class V>
constexpr bool fits_few_rows_kernel() noexcept {
    if constexpr (Stored<Left> && Stored<Right> && std::is_same_v<typename Left::value_type, float>) {
        using kernel = few_rows_kernel<Left::rows>;
        return V::count == Left::rows && kernel::size > 0 && partial_sums_of<Left, Right>() == kernel::period &&
               Left::columns % kernel::period == 0;
    }
    return false;
}

}  // namespace etch::inline ETCH_VARIANT::internal
