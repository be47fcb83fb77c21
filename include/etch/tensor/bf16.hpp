#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/tensor/format.hpp>
#include <etch/tensor/tensor.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The lanes of integers of the same width as the lanes of floats V.
template <class V>
struct words_for;
template <std::size_t Size>
struct words_for<lanes<float, Size>> {
    using type = lanes<std::int32_t, Size>;
};
template <std::size_t Size, std::size_t Count>
struct words_for<partial_lanes<float, Size, Count>> {
    using type = partial_lanes<std::int32_t, Size, Count>;
};

}  // namespace internal

/// A non-owning view of a matrix of bfloat16: half the bytes of floats, and read as floats.
///
/// Two neighbours in a row share a word, column k (k even) in its lower half and column k + 1 in its upper half; the
/// words are a column-major matrix of Rows x ⌈Columns / 2⌉. One load gives a register of column k by a shift and one of
/// column k + 1 by a mask, for any number of rows and lanes. If the number of columns is odd, the last upper halves are
/// 0.
///
/// Word is std::int32_t, or const if the matrix is read-only.
template <class Word, std::size_t Rows, std::size_t Columns>
class bf16_matrix_view : public expression {
public:
    using value_type = float;
    static constexpr std::size_t rows = Rows, columns = Columns, partial_sums = 1;
    static constexpr std::size_t columns_per_word = 2;

    explicit constexpr bf16_matrix_view(Word* first) noexcept : first_{first} {}
    constexpr bf16_matrix_view(const bf16_matrix_view&) noexcept = default;

    [[nodiscard]] static constexpr std::size_t size() noexcept { return rows * columns; }
    [[nodiscard]] constexpr Word* data() const noexcept { return first_; }

    [[nodiscard]] ETCH_INLINE constexpr float operator()(std::size_t row, std::size_t column) const noexcept {
        return at<lanes<float, 1>, 1, 1>(row, column).value[0][0].value;
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> result;
        ETCH_UNROLL(c, C)
            ETCH_UNROLL(p, P) {
                const auto words = load<V>(row + p * V::size, column + c);
                result.value[c][p] = (column + c) % 2 == 0 ? lower(words) : upper(words);
            }
        return result;
    }

    /// A register of an even column and one of the next, with a single load.
    template <class V>
    ETCH_INLINE constexpr tile<V, 1, 2> pair(std::size_t row, std::size_t column) const noexcept {
        const auto words = load<V>(row, column);
        return {{{lower(words)}, {upper(words)}}};
    }

    /// Rounds every number; for a matrix of bfloat16 this is a copy.
    template <class E>
        requires(Expression<E> && SameShape<bf16_matrix_view, E>)
    constexpr const bf16_matrix_view& operator=(const E& from) const noexcept {
        for (std::size_t column = 0; column < Columns; column += 2)
            for (std::size_t row = 0; row < Rows; ++row) {
                const std::uint32_t even = to_bf16(from(row, column));
                const std::uint32_t odd = column + 1 < Columns ? to_bf16(from(row, column + 1)) : 0;
                first_[column / 2 * Rows + row] = static_cast<std::int32_t>(odd << 16 | even);
            }
        return *this;
    }
    constexpr const bf16_matrix_view& operator=(const bf16_matrix_view& from) const noexcept {
        return *this = bf16_matrix_view<const Word, Rows, Columns>{from.first_};
    }

private:
    template <class V>
    ETCH_INLINE constexpr auto load(std::size_t row, std::size_t column) const noexcept {
        return internal::words_for<V>::type::load(first_ + column / 2 * Rows + row);
    }
    template <std::size_t N>
    ETCH_INLINE static constexpr float_lanes<N> lower(integer_lanes<N> words) noexcept {
        return as_float(words << 16);
    }
    template <std::size_t N>
    ETCH_INLINE static constexpr float_lanes<N> upper(integer_lanes<N> words) noexcept {
        return as_float(words & integer_lanes<N>(static_cast<std::int32_t>(0xffff0000)));
    }

    Word* first_;
};

}  // namespace etch::inline ETCH_VARIANT
