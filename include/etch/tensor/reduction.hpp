#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/tensor/elementwise.hpp>

namespace etch {

namespace internal {

/// Sums run in this many virtual lanes, whatever the hardware's width: element i belongs to lane i % 16, and the lanes
/// are added as a tree. So a sum has the same bits on every instruction set.
inline constexpr std::size_t virtual_lanes = 16;

/// Adds the virtual lanes: 16 to 8 to 4 to 2 to 1.
template <class Combine, class T>
ETCH_INLINE constexpr T reduce_tree(Combine combine, T (&part)[virtual_lanes]) noexcept {
    using V = lanes<T, 1>;
    for (std::size_t half = virtual_lanes / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) part[i] = combine(V(part[i]), V(part[i + half])).value;
    return part[0];
}

/// Folds Count elements in virtual lanes. `step(V{}, accumulator, i)` takes the elements from i on into an accumulator
/// of lanes V; lanes that meet no element keep `first`.
template <class T, std::size_t Count, std::size_t Width, class Step, class Combine>
ETCH_INLINE constexpr T reduce_with(T first, Step step, Combine combine) noexcept {
    T part[virtual_lanes];
    constexpr std::size_t whole = Count / virtual_lanes * virtual_lanes;
    if constexpr (whole > 0) {
        using V = lanes<T, Width>;
        constexpr std::size_t packs = virtual_lanes / Width;
        V sum[packs];
        ETCH_UNROLL(p, packs) sum[p] = V(first);
        for (std::size_t i = 0; i < whole; i += virtual_lanes)
            ETCH_UNROLL(p, packs) sum[p] = step(sum[p], i + p * Width);
        ETCH_UNROLL(p, packs) sum[p].store(part + p * Width);
    } else {
        for (T& x : part) x = first;
    }
    for (std::size_t i = whole; i < Count; ++i) part[i - whole] = step(lanes<T, 1>(part[i - whole]), i).value;
    return reduce_tree(combine, part);
}

template <class T, std::size_t Count, class Step, class Combine>
ETCH_INLINE constexpr T reduce(T first, Step step, Combine combine) noexcept {
    if (std::is_constant_evaluated()) {  // the same, number by number
        T part[virtual_lanes];
        for (T& x : part) x = first;
        for (std::size_t i = 0; i < Count; ++i)
            part[i % virtual_lanes] = step(lanes<T, 1>(part[i % virtual_lanes]), i).value;
        return reduce_tree(combine, part);
    }
    return reduce_with<T, Count, lanes_up_to<T>(virtual_lanes)>(first, step, combine);
}

/// Σ a[i] b[i] over Depth numbers.
template <std::size_t Depth, class T>
ETCH_INLINE constexpr T dot(const T* a, const T* b) noexcept {
    return reduce<T, Depth>(
        T{0},
        [=]<class V>(V sum, std::size_t i) ETCH_INLINE_LAMBDA { return fma(V::load(a + i), V::load(b + i), sum); },
        operation::plus{});
}

template <class V, class E>
ETCH_INLINE constexpr V pack_of(const E& e, std::size_t row, std::size_t column) noexcept {
    return e.template at<V, 1, 1>(row, column).value[0][0];
}

/// accumulator + the element, where the element is a product as one fma.
template <class V, class E>
ETCH_INLINE constexpr V add_element(V sum, const E& e, std::size_t row, std::size_t column) noexcept {
    if constexpr (is_times<E>) {
        constexpr std::size_t rows = E::rows, columns = E::columns;
        const auto a = broadcast_tile<rows, columns, V, 1, 1>(std::get<0>(e.operands), row, column);
        const auto b = broadcast_tile<rows, columns, V, 1, 1>(std::get<1>(e.operands), row, column);
        return fma(a.value[0][0], b.value[0][0], sum);
    } else {
        return sum + pack_of<V>(e, row, column);
    }
}

}  // namespace internal

/// The sum over the rows of each column: Σᵢ e(i, j). For a batch, one number a sample. Virtual lanes, then a tree.
template <Expression E>
[[nodiscard]] constexpr auto sum_rows(const E& e) noexcept {
    using T = typename E::value_type;
    e.prepare();
    tensor<T, 1, E::columns> result;
    for (std::size_t j = 0; j < E::columns; ++j)
        result[j] = internal::reduce<T, E::rows>(
            T{0}, [&]<class V>(V sum, std::size_t i) ETCH_INLINE_LAMBDA { return internal::add_element(sum, e, i, j); },
            operation::plus{});
    return result;
}

/// The largest element of each column. NaN in a column gives NaN or the largest of the others, the same everywhere.
template <Expression E>
[[nodiscard]] constexpr auto max_rows(const E& e) noexcept {
    using T = typename E::value_type;
    e.prepare();
    tensor<T, 1, E::columns> result;
    const auto larger = [](auto a, auto b) ETCH_INLINE_LAMBDA { return max(a, b); };
    for (std::size_t j = 0; j < E::columns; ++j) {
        const T first = internal::pack_of<lanes<T, 1>>(e, 0, j).value;
        result[j] = internal::reduce<T, E::rows>(
            first,
            [&]<class V>(V most, std::size_t i) ETCH_INLINE_LAMBDA { return max(internal::pack_of<V>(e, i, j), most); },
            larger);
    }
    return result;
}

/// The sum of all elements: the sums of the columns, added from the first to the last.
template <Expression E>
[[nodiscard]] constexpr auto sum(const E& e) noexcept {
    using T = typename E::value_type;
    const auto of_columns = sum_rows(e);
    T total{0};
    for (T x : of_columns) total += x;
    return total;
}

/// The sum over the columns of each row, Σⱼ e(i, j): over the samples of a batch. Lazy; j runs upward in one chain.
template <class E>
struct column_sum : expression {
    using value_type = typename E::value_type;
    static constexpr std::size_t rows = E::rows, columns = 1, partial_sums = 1;
    static constexpr std::size_t operations = E::columns * E::operations;
    E of;

    explicit constexpr column_sum(E e) noexcept : of{e} {}
    ETCH_INLINE constexpr void prepare() const noexcept { of.prepare(); }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t) const noexcept {
        static_assert(C == 1);
        tile<V, P, 1> total;
        ETCH_UNROLL(p, P) total.value[0][p] = V(value_type{0});
        for (std::size_t j = 0; j < E::columns; ++j)
            ETCH_UNROLL(p, P) total.value[0][p] = internal::add_element(total.value[0][p], of, row + p * V::size, j);
        return total;
    }
};

template <Expression E>
[[nodiscard]] ETCH_INLINE constexpr auto sum_columns(E&& e) noexcept {
    return column_sum<internal::operand_t<E>>{internal::hold<E>(e)};
}

/// Σᵢ a(i) b(i) of two vectors.
template <Stored A, Stored B>
[[nodiscard]] constexpr auto dot(const A& a, const B& b) noexcept {
    static_assert(SameShape<A, B>, "etch: a dot product needs two vectors of the same size and element type");
    return internal::dot<A::rows * A::columns>(a.data(), b.data());
}

}  // namespace etch
