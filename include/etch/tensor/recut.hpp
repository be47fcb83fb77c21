#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/tensor/block_view.hpp>
#include <etch/tensor/elementwise.hpp>

namespace etch::inline ETCH_VARIANT {

/// The same elements in memory as a matrix of Rows x Columns: a view, which can be assigned to if its argument can. The
/// elements fill the columns one after the other, in memory order.
template <std::size_t Rows, std::size_t Columns, Expression E>
[[nodiscard]] ETCH_INLINE constexpr auto recut(E&& e) noexcept {
    using Whole = std::remove_cvref_t<E>;
    static_assert(internal::refers_to_memory<E> && Stored<Whole>,
                  "etch: recut takes a named tensor, or a view of one without gaps: not an expression, not a "
                  "temporary, and not rows of a matrix");
    if constexpr (internal::refers_to_memory<E> && Stored<Whole>) {
        static_assert(Rows * Columns == Whole::rows * Whole::columns,
                      "etch: recut<Rows, Columns>(m) needs Rows * Columns to be the number of elements of m");
        return tensor_view<std::remove_pointer_t<decltype(e.data())>, Rows, Columns>{e.data()};
    }
}

/// The same with as many columns as the elements fill.
template <std::size_t Rows, Expression E>
[[nodiscard]] ETCH_INLINE constexpr auto recut(E&& e) noexcept {
    using Whole = std::remove_cvref_t<E>;
    return recut<Rows, Whole::rows * Whole::columns / Rows>(std::forward<E>(e));
}

}  // namespace etch::inline ETCH_VARIANT
