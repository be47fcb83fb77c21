#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>

#include <etch/tensor/in_memory.hpp>
#include <etch/tensor/tensor_view.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Arrays of at least this many bytes begin on a cache line, 64 bytes, though that pads their size by up to 60: a load
/// that crosses a cache line needs two accesses.
inline constexpr std::size_t worth_a_cache_line = 1024;

/// The widest register that divides the array's size, so that there is no padding; or a cache line, for a large array.
template <class T, std::size_t Count>
inline constexpr std::size_t storage_alignment = []() -> std::size_t {
    if (has_simd)
        for (std::size_t alignment = 64; alignment > alignof(T); alignment /= 2)
            if (Count * sizeof(T) % alignment == 0 || Count * sizeof(T) >= worth_a_cache_line) return alignment;
    return alignof(T);
}();

}  // namespace internal

/// A tensor of fixed extents that owns its elements: no heap, and no padding except to fill the last cache line of a
/// large one. `vector<T, N>` and `matrix<T, Rows, Columns>` are those of rank 1 and 2. Elements are initially zero.
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
    /// From numbers in storage order: column after column.
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

/// All elements are equal (so NaN differs from itself).
template <Stored A, Stored B>
    requires SameShape<A, B>
[[nodiscard]] constexpr bool operator==(const A& a, const B& b) noexcept {
    return std::equal(a.data(), a.data() + a.size(), b.data());
}

}  // namespace etch::inline ETCH_VARIANT
