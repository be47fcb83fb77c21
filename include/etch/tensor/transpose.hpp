#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/tensor/block_view.hpp>
#include <etch/tensor/elementwise.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A tile of an expression that can only be read element by element.
template <class V, std::size_t P, std::size_t C, class E>
ETCH_INLINE constexpr tile<V, P, C> gathered_tile(const E& e, std::size_t row, std::size_t column) noexcept {
    tile<V, P, C> result;
    ETCH_UNROLL(c, C) {
        ETCH_UNROLL(p, P) {
            typename E::value_type gathered[V::size] = {};
            ETCH_UNROLL(i, V::count) gathered[i] = e(row + p * V::size + i, column + c);
            result.value[c][p] = V::pack::load(gathered);
        }
    }
    return result;
}

}  // namespace internal

/// The transpose of a matrix of Rows x Columns in memory: nothing is moved. As the right factor of a product it costs
/// nothing, since right factors are read element by element; as the left factor it turns the product into dot products;
/// elsewhere its tiles are gathered.
template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension = Rows>
struct transpose_expression : expression {
    using value_type = T;
    static constexpr std::size_t rows = Columns, columns = Rows, partial_sums = 1;

    const T* of;  // column-major, Rows x Columns, its columns LeadingDimension apart

    explicit constexpr transpose_expression(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return of[row * LeadingDimension + column];
    }

    /// The beginning of a column of the original matrix, a row of this one.
    [[nodiscard]] ETCH_INLINE constexpr const T* column_of_original(std::size_t column) const noexcept {
        return of + column * LeadingDimension;
    }
    /// Columns From, From + 1, ... of the original matrix.
    template <std::size_t From, std::size_t Count>
    [[nodiscard]] ETCH_INLINE constexpr auto columns_of_original() const noexcept {
        const T* const first = of + From * LeadingDimension;
        if constexpr (LeadingDimension == Rows)
            return tensor_view<const T, Rows, Count>{first};
        else
            return block_view<const T, Rows, Count, LeadingDimension>{first};
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return internal::gathered_tile<V, P, C>(*this, row, column);
    }
};

namespace internal {

template <class E>
inline constexpr bool is_transpose = false;
template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension>
inline constexpr bool is_transpose<transpose_expression<T, Rows, Columns, LeadingDimension>> = true;

/// The transpose of a stored row or column: another view of the same memory.
template <Stored E>
    requires(is_line<E>)
ETCH_INLINE constexpr auto transposed_view(const E& e) noexcept {
    return tensor_view<std::remove_pointer_t<decltype(e.data())>, E::columns, E::rows>{e.data()};
}

/// The transpose of a transpose.
template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension>
ETCH_INLINE constexpr auto transposed_view(const transpose_expression<T, Rows, Columns, LeadingDimension>& e) noexcept {
    return e.template columns_of_original<0, Columns>();
}

/// Whether the transpose of an E is a view of the same memory.
template <class E>
inline constexpr bool has_transposed_view = requires(const E& e) { internal::transposed_view(e); };

}  // namespace internal

/// Aᵀ, without moving an element: it reads A while it is evaluated, so the destination must not be A.
template <InMemory E>
[[nodiscard]] ETCH_INLINE constexpr auto transpose(const E& e) noexcept {
    if constexpr (internal::has_transposed_view<E>)
        return internal::transposed_view(std::as_const(e));
    else
        return transpose_expression<typename E::value_type, E::rows, E::columns, leading_dimension<E>>{e.data()};
}

/// Deleted for temporaries: the view would dangle.
template <class T, std::size_t... Extents>
void transpose(tensor<T, Extents...>&&) = delete;

}  // namespace etch::inline ETCH_VARIANT
