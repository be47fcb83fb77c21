#pragma once
#include <cstddef>

#include <etch/tensor/virtual_lanes.hpp>

namespace etch::inline ETCH_VARIANT {

/// The sum over the columns of each row, Σⱼ e(i, j): over the samples of a batch. Lazy; j ascends in one chain.
template <class E>
struct column_sum : expression {
    using value_type = typename E::value_type;
    static constexpr std::size_t rows = E::rows, columns = 1, partial_sums = 1;
    static constexpr std::size_t operations = E::columns * E::operations;
    E of;

    explicit constexpr column_sum(E e) noexcept : of{e} {}
    ETCH_INLINE constexpr void prepare() const noexcept { of.prepare(); }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t) const noexcept {
        static_assert(C == 1);
        tile<V, P, 1> total;
        ETCH_UNROLL(p, P) total.value[0][p] = typename V::pack(value_type{0});
        for (std::size_t j = 0; j < E::columns; ++j)
            ETCH_UNROLL(p, P) total.value[0][p] = internal::add_element<V>(total.value[0][p], of, row + p * V::size, j);
        return total;
    }
};

template <Expression E>
[[nodiscard]] ETCH_INLINE constexpr auto sum_columns(E&& e) noexcept {
    return column_sum<internal::operand_t<E>>{internal::as_operand<E>(e)};
}

}  // namespace etch::inline ETCH_VARIANT
