#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>

#include <etch/tensor/assign.hpp>
#include <etch/tensor/expression.hpp>

namespace etch::inline ETCH_VARIANT {

/// Numbers that somebody else owns, seen as a tensor of fixed extents. The first index is contiguous (column-major), so
/// that a column of a matrix, one sample of a batch, lies in one piece. Copying a view makes another view; assigning to
/// it writes the numbers. As an expression it is the matrix of Rows x (product of the other extents).
template <class T, std::size_t Rows, std::size_t... Extents>
class tensor_view : public expression {
public:
    using value_type = std::remove_const_t<T>;
    static constexpr std::size_t rows = Rows;
    static constexpr std::size_t columns = (std::size_t{1} * ... * Extents);
    static constexpr std::size_t partial_sums = 1;

    explicit constexpr tensor_view(T* first) noexcept : first_{first} {}
    constexpr tensor_view(const tensor_view&) noexcept = default;

    /// From a view of the same matrix: a view that may write is also one that may only read, and extents that give as many
    /// columns mean the same matrix, so that vector_view<T, N> and matrix_view<T, N, 1> convert into each other.
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
        if constexpr (P == 1 && C == 1) return {{{V::load(first_ + column * Rows + row)}}};
        tile<V, P, C> result;
        ETCH_UNROLL(c, C) {
            const T* const from = first_ + (column + c) * Rows + row;
            ETCH_UNROLL(p, P) result.value[c][p] = V::load(from + p * V::size);
        }
        return result;
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
    /// The same number everywhere.
    constexpr void fill(value_type number) const noexcept {
        for (T& x : *this) x = number;
    }

private:
    T* first_;
};

namespace internal {

/// From how many bytes on an array begins on a line of the cache, 64 bytes, though that pads its size by up to 60: a load
/// that crosses a line takes two turns.
inline constexpr std::size_t worth_a_line = 1024;

/// The widest register that divides the array's size, so that nothing is padded; or a line, for a large array.
template <class T, std::size_t Count>
inline constexpr std::size_t storage_alignment = []() -> std::size_t {
    if (has_simd)
        for (std::size_t alignment = 64; alignment > alignof(T); alignment /= 2)
            if (Count * sizeof(T) % alignment == 0 || Count * sizeof(T) >= worth_a_line) return alignment;
    return alignof(T);
}();

}  // namespace internal

/// A tensor of fixed extents that holds its numbers: no heap, and no byte beside them but what fills the last line of a
/// large one. `vector<T, N>` and
/// `matrix<T, Rows, Columns>` are its first two ranks. Numbers start at zero.
template <class T, std::size_t Rows, std::size_t... Extents>
class tensor : public expression {
public:
    using value_type = T;
    using view_type = tensor_view<T, Rows, Extents...>;
    using const_view_type = tensor_view<const T, Rows, Extents...>;
    static constexpr std::size_t rows = Rows;
    static constexpr std::size_t columns = (std::size_t{1} * ... * Extents);
    static constexpr std::size_t partial_sums = 1;

    static_assert(Rows > 0 && (true && ... && (Extents > 0)),
                  "etch: a tensor needs at least one element in each extent");

    constexpr tensor() noexcept = default;
    /// The numbers in storage order: column after column.
    template <class... Numbers>
        requires(sizeof...(Numbers) == rows * columns && (std::convertible_to<Numbers, T> && ...) &&
                 !(sizeof...(Numbers) == 1 && (Expression<Numbers> && ...)))
    constexpr tensor(Numbers... numbers) noexcept : numbers_{static_cast<T>(numbers)...} {}
    explicit constexpr tensor(std::span<const T, rows * columns> numbers) noexcept {
        std::copy(numbers.begin(), numbers.end(), numbers_);
    }
    template <Expression E>
    constexpr tensor(const E& from) noexcept {
        internal::assign(view(), from);
    }

    [[nodiscard]] constexpr view_type view() noexcept { return view_type{numbers_}; }
    [[nodiscard]] constexpr const_view_type view() const noexcept { return const_view_type{numbers_}; }

    [[nodiscard]] static constexpr std::size_t size() noexcept { return rows * columns; }
    [[nodiscard]] constexpr T* data() noexcept { return numbers_; }
    [[nodiscard]] constexpr const T* data() const noexcept { return numbers_; }
    [[nodiscard]] constexpr T* begin() noexcept { return numbers_; }
    [[nodiscard]] constexpr const T* begin() const noexcept { return numbers_; }
    [[nodiscard]] constexpr T* end() noexcept { return numbers_ + size(); }
    [[nodiscard]] constexpr const T* end() const noexcept { return numbers_ + size(); }

    [[nodiscard]] constexpr T& operator[](std::size_t i) noexcept { return numbers_[i]; }
    [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept { return numbers_[i]; }
    [[nodiscard]] constexpr T& operator()(std::size_t row, std::size_t column) noexcept {
        return numbers_[column * Rows + row];
    }
    [[nodiscard]] constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return numbers_[column * Rows + row];
    }
    [[nodiscard]] constexpr auto column(std::size_t j) noexcept { return view().column(j); }
    [[nodiscard]] constexpr auto column(std::size_t j) const noexcept { return view().column(j); }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return view().template at<V, P, C>(row, column);
    }

    template <Expression E>
    ETCH_INLINE constexpr tensor& operator=(const E& from) noexcept {
        view() = from;
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr tensor& operator+=(const E& from) noexcept {
        view() += from;
        return *this;
    }
    template <Expression E>
    ETCH_INLINE constexpr tensor& operator-=(const E& from) noexcept {
        view() -= from;
        return *this;
    }
    constexpr void fill(T number) noexcept { view().fill(number); }

    [[nodiscard]] constexpr operator std::span<const T, rows * columns>() const noexcept {
        return std::span<const T, rows * columns>{numbers_, rows * columns};
    }

private:
    alignas(internal::storage_alignment<T, rows * columns>) T numbers_[rows * columns] = {};
};

template <class T, std::size_t Size>
using vector = tensor<T, Size>;
template <class T, std::size_t Rows, std::size_t Columns>
using matrix = tensor<T, Rows, Columns>;
template <class T, std::size_t Size>
using vector_view = tensor_view<T, Size>;
template <class T, std::size_t Rows, std::size_t Columns>
using matrix_view = tensor_view<T, Rows, Columns>;

/// Something whose numbers lie in memory: a tensor or a view of one.
template <class E>
concept Stored = Expression<E> && requires(const std::remove_cvref_t<E>& e) {
    { e.data() } -> std::convertible_to<const typename std::remove_cvref_t<E>::value_type*>;
};

/// Equal numbers everywhere (so NaN differs from itself).
template <Stored A, Stored B>
    requires SameShape<A, B>
[[nodiscard]] constexpr bool operator==(const A& a, const B& b) noexcept {
    return std::equal(a.data(), a.data() + a.size(), b.data());
}

namespace internal {

template <class E>
struct operand {  // an expression is held by value: its leaves are views
    using type = E;
};
template <class T, std::size_t... Extents>
struct operand<tensor<T, Extents...>&> {  // a tensor with a name is seen through a view
    using type = tensor_view<const T, Extents...>;
};
template <class T, std::size_t... Extents>
struct operand<const tensor<T, Extents...>&> {
    using type = tensor_view<const T, Extents...>;
};
template <class T, std::size_t... Extents>
struct operand<tensor_view<T, Extents...>> {
    using type = tensor_view<const T, Extents...>;
};
template <class E>
struct operand<E&> : operand<std::remove_const_t<E>> {};

/// What a node holds of an operand: views and expressions by value, a named tensor through a view, a temporary itself.
template <class E>
using operand_t = typename operand<E>::type;

/// The operand as the node holds it.
template <class E>
ETCH_INLINE constexpr operand_t<E> hold(std::remove_reference_t<E>& e) noexcept {
    if constexpr (requires { e.view(); } && !std::is_same_v<operand_t<E>, std::remove_cvref_t<E>>)
        return std::as_const(e).view();
    else
        return e;
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
