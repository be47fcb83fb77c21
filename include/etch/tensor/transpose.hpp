#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/tensor/elementwise.hpp>

namespace etch::inline ETCH_VARIANT {

/// The transpose of stored numbers, Rows x Columns of them: nothing is moved. As the right factor of a product it costs
/// nothing, since right factors are read number by number; as the left factor it makes the product a table of dot
/// products; elsewhere its tiles are gathered.
template <class T, std::size_t Rows, std::size_t Columns>
struct transpose_expression : expression {
    using value_type = T;
    static constexpr std::size_t rows = Columns, columns = Rows, partial_sums = 1;

    const T* of;  // column-major, Rows x Columns

    explicit constexpr transpose_expression(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return of[row * Rows + column];
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> result;
        ETCH_UNROLL(c, C) {
            ETCH_UNROLL(p, P) {
                T gathered[V::size] = {};
                ETCH_UNROLL(i, V::count) gathered[i] = (*this)(row + p * V::size + i, column + c);
                result.value[c][p] = V::pack::load(gathered);
            }
        }
        return result;
    }
};

/// A transpose that is copied into scratch memory when, and only when, an expression that holds it is evaluated. Worth
/// it as the left factor of a product with many columns, whose packs then lie in one piece.
template <class T, std::size_t Rows, std::size_t Columns>
struct transposed_copy : tensor_view<const T, Columns, Rows> {
    const T* from;
    T* scratch;

    constexpr transposed_copy(const T* numbers, T* memory) noexcept
        : tensor_view<const T, Columns, Rows>{memory}, from{numbers}, scratch{memory} {}

    ETCH_INLINE constexpr void prepare() const noexcept {
        if constexpr (has_lanes<T, 4>) {
            if (!ETCH_CONSTANT_EVALUATED) {
                constexpr std::size_t whole_rows = Rows / 4 * 4, whole_columns = Columns / 4 * 4;
                for (std::size_t column = 0; column < whole_columns; column += 4)
                    for (std::size_t row = 0; row < whole_rows; row += 4) copy_block(row, column);
                copy_rest(whole_rows, whole_columns);
                return;
            }
        }
        copy_rest(0, 0);
    }

private:
    /// 4 x 4 numbers, in registers: an Adam step of 17-64-64-6 takes 425 ns a sample, 450 with copies number by number.
    ETCH_INLINE void copy_block(std::size_t row, std::size_t column) const noexcept {
        lanes<T, 4> block[4];
        ETCH_UNROLL(i, 4) block[i] = lanes<T, 4>::load(from + (column + i) * Rows + row);
        internal::transpose_four(block);
        ETCH_UNROLL(i, 4) block[i].store(scratch + (row + i) * Columns + column);
    }

    /// All but the first `whole_rows` x `whole_columns`.
    constexpr void copy_rest(std::size_t whole_rows, std::size_t whole_columns) const noexcept {
        for (std::size_t row = 0; row < Rows; ++row)
            for (std::size_t column = row < whole_rows ? whole_columns : 0; column < Columns; ++column)
                scratch[row * Columns + column] = from[column * Rows + row];
    }
};

namespace internal {

/// A single row or column: its numbers stand in the order of its transpose.
template <class E>
inline constexpr bool is_line = E::rows == 1 || E::columns == 1;

/// The transpose of a row or column, which is another view of the same numbers.
template <Stored E>
    requires(is_line<E>)
ETCH_INLINE constexpr auto turned(const E& e) noexcept {
    return tensor_view<std::remove_pointer_t<decltype(e.data())>, E::columns, E::rows>{e.data()};
}

/// The transpose of a transpose.
template <class T, std::size_t Rows, std::size_t Columns>
ETCH_INLINE constexpr auto turned(const transpose_expression<T, Rows, Columns>& e) noexcept {
    return tensor_view<const T, Rows, Columns>{e.of};
}

template <class E>
inline constexpr bool can_turn = requires(const E& e) { internal::turned(e); };

}  // namespace internal

/// Aᵀ, without moving a number: it reads A while it is evaluated, so the destination must not be A.
template <Stored E>
[[nodiscard]] ETCH_INLINE constexpr auto transpose(const E& e) noexcept {
    if constexpr (internal::is_line<E>)
        return internal::turned(std::as_const(e));
    else
        return transpose_expression<typename E::value_type, E::rows, E::columns>{e.data()};
}

/// Of a tensor without a name nothing would be left to read.
template <class T, std::size_t... Extents>
void transpose(tensor<T, Extents...>&&) = delete;

/// Aᵀ, copied into `scratch` (as many numbers as A has) at the moment of evaluation, unless A is a row or a column.
template <Stored E>
[[nodiscard]] ETCH_INLINE constexpr auto transpose(const E& e,
                                                   [[maybe_unused]] typename E::value_type* scratch) noexcept {
    if constexpr (internal::is_line<E>)
        return internal::turned(std::as_const(e));
    else
        return transposed_copy<typename E::value_type, E::rows, E::columns>{e.data(), scratch};
}

}  // namespace etch::inline ETCH_VARIANT
