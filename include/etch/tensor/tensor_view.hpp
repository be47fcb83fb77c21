#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/assign.hpp>
#include <etch/tensor/expression.hpp>

namespace etch::inline ETCH_VARIANT {

/// A non-owning view of a tensor of fixed extents. The first index is contiguous (column-major), so that a column of a
/// matrix, one sample of a batch, is contiguous. Copying a view makes another view; assigning to it writes the
/// elements. As an expression it is the matrix of Rows x (product of the other extents).
template <class T, std::size_t Rows, std::size_t... Extents>
class tensor_view : public expression {
public:
    using value_type = std::remove_const_t<T>;
    static constexpr std::size_t rows = Rows;
    static constexpr std::size_t columns = (std::size_t{1} * ... * Extents);
    static constexpr std::size_t partial_sums = 1;

    explicit constexpr tensor_view(T* first) noexcept : first_{first} {}
    constexpr tensor_view(const tensor_view&) noexcept = default;

    /// From a view of the same matrix: a writable view converts to a read-only one, and extents with the same number of
    /// columns are the same matrix, so that vector_view<T, N> and matrix_view<T, N, 1> convert into each other.
    template <class U, std::size_t... Others>
        requires(std::is_same_v<std::remove_const_t<U>, value_type> && std::is_convertible_v<U*, T*> &&
                 (std::size_t{1} * ... * Others) == columns)
    constexpr tensor_view(const tensor_view<U, Rows, Others...>& of) noexcept : first_{of.data()} {}

    [[nodiscard]] static constexpr std::size_t size() noexcept { return rows * columns; }
    [[nodiscard]] constexpr T* data() const noexcept { return first_; }
    [[nodiscard]] constexpr T* begin() const noexcept { return first_; }
    [[nodiscard]] constexpr T* end() const noexcept { return first_ + size(); }

    [[nodiscard]] ETCH_INLINE constexpr T& operator[](std::size_t i) const noexcept { return first_[i]; }
    [[nodiscard]] ETCH_INLINE constexpr T& operator()(std::size_t row, std::size_t column) const noexcept {
        return first_[column * Rows + row];
    }
    /// One column, for example one sample of a batch.
    [[nodiscard]] constexpr tensor_view<T, Rows> column(std::size_t j) const noexcept {
        return tensor_view<T, Rows>{first_ + j * Rows};
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        if constexpr (P == 1 && C == 1) {
            return {{{V::load(first_ + column * Rows + row)}}};
        } else {
            tile<V, P, C> result;
            ETCH_UNROLL(c, C) {
                const T* const from = first_ + (column + c) * Rows + row;
                ETCH_UNROLL(p, P) result.value[c][p] = V::load(from + p * V::size);
            }
            return result;
        }
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr void put(std::size_t row, std::size_t column, const tile<V, P, C>& values) const noexcept {
        ETCH_UNROLL(c, C) {
            T* const to = first_ + (column + c) * Rows + row;
            ETCH_UNROLL(p, P) {
                if constexpr (V::count == V::size)
                    values.value[c][p].store(to + p * V::size);
                else
                    V::store(values.value[c][p], to + p * V::size);
            }
        }
    }

    ETCH_INLINE constexpr const tensor_view& operator=(const tensor_view& from) const noexcept {
        internal::assign(*this, tensor_view<const value_type, Rows, Extents...>{from.first_});
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr const tensor_view& operator=(const E& from) const noexcept {
        internal::assign(*this, from);
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr const tensor_view& operator+=(const E& from) const noexcept {
        internal::assign(*this, *this + from);
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr const tensor_view& operator-=(const E& from) const noexcept {
        internal::assign(*this, *this - from);
        return *this;
    }
    /// Sets all elements.
    constexpr void fill(value_type number) const noexcept {
        for (T& x : *this) x = number;
    }

private:
    T* first_;
};

template <class T, std::size_t Size>
using vector_view = tensor_view<T, Size>;
template <class T, std::size_t Rows, std::size_t Columns>
using matrix_view = tensor_view<T, Rows, Columns>;

}  // namespace etch::inline ETCH_VARIANT
