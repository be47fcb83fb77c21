#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/operand.hpp>

namespace etch::inline ETCH_VARIANT {

/// A view of some rows of a matrix in memory that has `LeadingDimension` rows: the distance between columns. It can be
/// read and assigned to like the matrix itself, and a product reads it in place. Made by rows<From, Count>(matrix).
template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension>
class block_view : public expression {
public:
    using value_type = std::remove_const_t<T>;
    static constexpr std::size_t rows = Rows, columns = Columns, partial_sums = 1;
    static constexpr std::size_t leading_dimension = LeadingDimension;

    static_assert(Rows < LeadingDimension, "etch: a block has fewer rows than its matrix; all rows are a matrix_view");

    explicit constexpr block_view(T* first) noexcept : first_{first} {}
    constexpr block_view(const block_view&) noexcept = default;
    /// A writable view converts to a read-only one.
    template <class U>
        requires(std::is_same_v<U, value_type> && std::is_const_v<T>)
    constexpr block_view(const block_view<U, Rows, Columns, LeadingDimension>& of) noexcept : first_{of.data()} {}

    [[nodiscard]] static constexpr std::size_t size() noexcept { return Rows * Columns; }
    /// The address of element (0, 0).
    [[nodiscard]] constexpr T* data() const noexcept { return first_; }

    [[nodiscard]] ETCH_INLINE constexpr T& operator()(std::size_t row, std::size_t column) const noexcept {
        return first_[column * LeadingDimension + row];
    }
    [[nodiscard]] constexpr tensor_view<T, Rows> column(std::size_t j) const noexcept {
        return tensor_view<T, Rows>{first_ + j * LeadingDimension};
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return of_matrix().template at<V, P, C>(row, column);
    }
    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr void put(std::size_t row, std::size_t column, const tile<V, P, C>& values) const noexcept {
        of_matrix().template put<V, P, C>(row, column, values);
    }

    ETCH_INLINE constexpr const block_view& operator=(const block_view& from) const noexcept {
        internal::assign(*this, block_view<const value_type, Rows, Columns, LeadingDimension>{from.first_});
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr const block_view& operator=(const E& from) const noexcept {
        internal::assign(*this, from);
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr const block_view& operator+=(const E& from) const noexcept {
        internal::assign(*this, *this + from);
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr const block_view& operator-=(const E& from) const noexcept {
        internal::assign(*this, *this - from);
        return *this;
    }
    /// Sets all elements.
    constexpr void fill(value_type number) const noexcept {
        for (std::size_t j = 0; j < Columns; ++j) column(j).fill(number);
    }

private:
    /// The view as if the matrix began with these rows: the distances between elements are the same.
    ETCH_INLINE constexpr auto of_matrix() const noexcept { return tensor_view<T, LeadingDimension, Columns>{first_}; }

    T* first_;
};

namespace internal {

/// A matrix in memory whose columns begin LeadingDimension apart.
template <std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension, class T>
ETCH_INLINE constexpr auto matrix_at(T* first) noexcept {
    if constexpr (Rows == LeadingDimension || Columns == 1)
        return tensor_view<T, Rows, Columns>{first};
    else
        return block_view<T, Rows, Columns, LeadingDimension>{first};
}

template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension>
struct operand<block_view<T, Rows, Columns, LeadingDimension>> {
    using type = block_view<const T, Rows, Columns, LeadingDimension>;
};

template <class E>
inline constexpr bool is_tensor = false;
template <class T, std::size_t... Extents>
inline constexpr bool is_tensor<tensor<T, Extents...>> = true;

template <class E>
inline constexpr bool is_view = false;
template <class T, std::size_t... Extents>
inline constexpr bool is_view<tensor_view<T, Extents...>> = true;
template <class T, std::size_t Rows, std::size_t Columns, std::size_t LeadingDimension>
inline constexpr bool is_view<block_view<T, Rows, Columns, LeadingDimension>> = true;

/// Whether an argument of type E&& is memory that outlives the call: a view, or a named tensor. (Not a type derived
/// from a view, since that does more than refer to memory.)
template <class E>
inline constexpr bool refers_to_memory =
    is_view<std::remove_cvref_t<E>> || (std::is_lvalue_reference_v<E> && is_tensor<std::remove_cvref_t<E>>);

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
