#pragma once
#include <cstddef>

#include <etch/tensor/column_sum.hpp>
#include <etch/tensor/virtual_lanes.hpp>

namespace etch::inline ETCH_VARIANT {

/// The sum over the rows of each column: Σᵢ e(i, j). For a batch, one number per sample. Virtual lanes, then a tree.
template <Expression E>
[[nodiscard]] constexpr auto sum_rows(const E& e) noexcept {
    using T = typename E::value_type;
    e.prepare();
    tensor<T, 1, E::columns> result;
    for (std::size_t j = 0; j < E::columns; ++j)
        result[j] = internal::reduce<T, E::rows>(
            T{0},
            [&]<class V>(typename V::pack sum, std::size_t i)
                ETCH_INLINE_LAMBDA { return internal::add_element<V>(sum, e, i, j); },
            operation::plus{});
    return result;
}

/// The largest element of each column. NaN is never the largest, unless it comes first: then the result is NaN.
template <Expression E>
[[nodiscard]] constexpr auto max_rows(const E& e) noexcept {
    using T = typename E::value_type;
    e.prepare();
    tensor<T, 1, E::columns> result;
    const auto larger_of = [](auto a, auto b) ETCH_INLINE_LAMBDA { return larger(a, b); };
    for (std::size_t j = 0; j < E::columns; ++j) {
        const T first = internal::pack_of<lanes<T, 1>>(e, 0, j).value;
        result[j] = internal::reduce<T, E::rows>(
            first,
            [&]<class V>(typename V::pack most, std::size_t i)
                ETCH_INLINE_LAMBDA { return larger(internal::pack_of<V>(e, i, j), most); },
            larger_of);
    }
    return result;
}

/// The sum of all elements: the sums of the columns, added from first to last.
template <Expression E>
[[nodiscard]] constexpr auto sum(const E& e) noexcept {
    using T = typename E::value_type;
    const auto of_columns = sum_rows(e);
    T total{0};
    for (T x : of_columns) total += x;
    return total;
}

/// Σᵢ a(i) b(i) of two vectors.
template <Stored A, Stored B>
[[nodiscard]] constexpr auto dot(const A& a, const B& b) noexcept {
    static_assert(SameShape<A, B>, "etch: a dot product needs two vectors of the same size and element type");
    return internal::dot<A::rows * A::columns>(a.data(), b.data());
}

}  // namespace etch::inline ETCH_VARIANT
