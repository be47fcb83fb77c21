#pragma once
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <etch/tensor/expression.hpp>

namespace etch::inline ETCH_VARIANT {

/// An expression whose elements are in memory, each column contiguous: a tensor, a view of one, or rows of one. Its
/// element (row, column) is data()[column * leading_dimension<E> + row].
template <class E>
concept InMemory = Expression<E> && requires(const std::remove_cvref_t<E>& e) {
    { e.data() } -> std::convertible_to<const typename std::remove_cvref_t<E>::value_type*>;
};

/// The distance in memory between two neighbours in a row: the number of rows, unless there are gaps between the
/// columns.
template <InMemory E>
inline constexpr std::size_t leading_dimension = E::rows;
template <InMemory E>
    requires requires { E::leading_dimension; }
inline constexpr std::size_t leading_dimension<E> = E::leading_dimension;

/// In memory without gaps: a tensor or a view of one.
template <class E>
concept Stored = InMemory<E> && leading_dimension<std::remove_cvref_t<E>> == std::remove_cvref_t<E>::rows;

namespace internal {

/// A single row or column: if it is stored, its elements have the order of its transpose.
template <class E>
inline constexpr bool is_line = E::rows == 1 || E::columns == 1;

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
