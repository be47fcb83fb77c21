#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT {

/// Some rows of an expression that is not in memory: only their tiles are computed.
template <class E, std::size_t From, std::size_t Count>
struct rows_expression : expression {
    using value_type = typename E::value_type;
    static constexpr std::size_t rows = Count, columns = E::columns;
    static constexpr std::size_t partial_sums = E::partial_sums, operations = E::operations, widest = E::widest;

    E of;

    explicit constexpr rows_expression(const E& e) noexcept : of{e} {}
    ETCH_INLINE constexpr void prepare() const noexcept { of.prepare(); }

    [[nodiscard]] ETCH_INLINE constexpr value_type operator()(std::size_t row, std::size_t column) const noexcept
        requires requires(const E& e) { e(row, column); }
    {
        return of(From + row, column);
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return of.template at<V, P, C>(From + row, column);
    }
};

/// Count rows of an expression, starting with From. If it is in memory this is a view: nothing is copied, products read
/// it in place, and it can be assigned to, rows<0, 4>(m) = x. For a transpose it is the transpose of columns.
template <std::size_t From, std::size_t Count, Expression E>
[[nodiscard]] ETCH_INLINE constexpr auto rows(E&& e) noexcept {
    using Whole = std::remove_cvref_t<E>;
    static_assert(
        Count > 0 && From <= Whole::rows && Count <= Whole::rows - From,
        "etch: rows<From, Count>(m) needs at least one row, and From + Count must not exceed the number of rows "
        "of m");
    if constexpr (internal::refers_to_memory<E>) {
        using T = std::remove_pointer_t<decltype(e.data())>;
        if constexpr (Count == leading_dimension<Whole> || Whole::columns == 1)
            return tensor_view<T, Count, Whole::columns>{e.data() + From};
        else
            return block_view<T, Count, Whole::columns, leading_dimension<Whole>>{e.data() + From};
    } else if constexpr (internal::is_transpose<Whole>) {
        return transpose(e.template columns_of_original<From, Count>());
    } else {
        return rows_expression<internal::operand_t<E>, From, Count>{internal::as_operand<E>(e)};
    }
}

}  // namespace etch::inline ETCH_VARIANT
