#pragma once
#include <bit>
#include <cstddef>
#include <type_traits>

#include <etch/tensor/elementwise.hpp>

// Reducing many elements to one, in the same order on every instruction set (docs/numerics.md, "The order of
// additions").
namespace etch::inline ETCH_VARIANT::internal {

/// The number of virtual lanes in which Count elements are reduced, whatever the hardware's width: element i belongs to
/// lane i % 16, and the lanes are combined as a tree. So a sum has the same bits on every instruction set.
template <std::size_t Count>
inline constexpr std::size_t virtual_lanes = Count >= 16 ? 16 : std::bit_ceil(Count);

/// Combines lanes as a tree, the lower half with the upper, until To are left.
template <std::size_t To, class V, class Combine>
ETCH_INLINE constexpr auto fold_to(Combine combine, V all) noexcept {
    if constexpr (V::size <= To)
        return all;
    else
        return fold_to<To>(combine, combine(lower_half(all), upper_half(all)));
}

/// The same down to one number: 16 to 8 to 4 to 2 to 1.
template <class V, class Combine>
ETCH_INLINE constexpr typename V::value_type fold(Combine combine, V all) noexcept {
    using T = typename V::value_type;
    if constexpr (V::size == 1) {
        return all.value;
    } else if constexpr (has_lanes<T, V::size / 2>) {
        return fold(combine, combine(lower_half(all), upper_half(all)));
    } else if constexpr (requires { upper_two(all); }) {
        const V two = combine(all, upper_two(all));
        return first_lane(combine(two, second_lane(two)));
    } else {
        using One = lanes<T, 1>;
        T part[V::size];
        all.store(part);
        for (std::size_t half = V::size / 2; half > 0; half /= 2)
            for (std::size_t i = 0; i < half; ++i) part[i] = combine(One(part[i]), One(part[i + half])).value;
        return part[0];
    }
}

/// The elements after the last whole round, from pack P on: lanes without an element do not change.
template <std::size_t Rest, std::size_t P, class V, std::size_t Packs, class Step>
ETCH_INLINE constexpr void step_rest(V (&sum)[Packs], std::size_t from, const Step& step) noexcept {
    if constexpr (Rest >= V::size) {
        sum[P] = step.template operator()<V>(sum[P], from);
        step_rest<Rest - V::size, P + 1>(sum, from + V::size, step);
    } else if constexpr (Rest > 0) {
        sum[P] = blend_first<Rest>(
            step.template operator()<partial_lanes<typename V::value_type, V::size, Rest>>(sum[P], from), sum[P]);
    }
}

/// Combines registers as a tree into the first.
template <std::size_t Half, class V, class Combine>
ETCH_INLINE constexpr void combine_packs(V* sum, Combine combine) noexcept {
    if constexpr (Half > 0) {
        ETCH_UNROLL(p, Half) sum[p] = combine(sum[p], sum[p + Half]);
        combine_packs<Half / 2>(sum, combine);
    }
}

/// Reduces Count elements to one register of accumulators. `step<V>(accumulator, i)` adds the elements from i on to an
/// accumulator of lanes, which starts as `first`.
template <class T, std::size_t Count, class Step, class Combine>
ETCH_INLINE auto reduce_to_lanes(T first, const Step& step, Combine combine) noexcept {
    constexpr std::size_t all = virtual_lanes<Count>, whole = Count / all * all;
    using V = lanes<T, lanes_up_to<T>(all)>;
    constexpr std::size_t packs = all / V::size;
    V sum[packs];
    ETCH_UNROLL(p, packs) sum[p] = V(first);
    for (std::size_t i = 0; i < whole; i += all)
        ETCH_UNROLL(p, packs) sum[p] = step.template operator()<V>(sum[p], i + p * V::size);
    step_rest<Count - whole, 0>(sum, whole, step);
    combine_packs<packs / 2>(sum, combine);
    return sum[0];
}

template <class T, std::size_t Count, class Step, class Combine>
ETCH_INLINE constexpr T reduce(T first, const Step& step, Combine combine) noexcept {
    if (ETCH_CONSTANT_EVALUATED) {  // the same, element by element
        using One = lanes<T, 1>;
        constexpr std::size_t all = virtual_lanes<Count>;
        One part[all];
        for (One& x : part) x = One(first);
        for (std::size_t i = 0; i < Count; ++i) part[i % all] = step.template operator()<One>(part[i % all], i);
        for (std::size_t half = all / 2; half > 0; half /= 2)
            for (std::size_t i = 0; i < half; ++i) part[i] = combine(part[i], part[i + half]);
        return part[0].value;
    }
    return fold(combine, reduce_to_lanes<T, Count>(first, step, combine));
}

/// sum + a[i] b[i] for the elements from i on.
template <class T>
struct dot_step {
    const T *a, *b;
    template <class V>
    ETCH_INLINE constexpr auto operator()(typename V::pack sum, std::size_t i) const noexcept {
        return fma(V::load(a + i), V::load(b + i), sum);
    }
};

/// Σ a[i] b[i] over Depth numbers.
template <std::size_t Depth, class T>
ETCH_INLINE constexpr T dot(const T* a, const T* b) noexcept {
    return reduce<T, Depth>(T{0}, dot_step<T>{a, b}, operation::plus{});
}
/// The same before the last four lanes are added.
template <std::size_t Depth, class T>
ETCH_INLINE lanes<T, 4> dot_to_four(const T* a, const T* b) noexcept {
    return fold_to<4>(operation::plus{}, reduce_to_lanes<T, Depth>(T{0}, dot_step<T>{a, b}, operation::plus{}));
}

template <class V, class E>
ETCH_INLINE constexpr typename V::pack pack_of(const E& e, std::size_t row, std::size_t column) noexcept {
    return e.template at<V, 1, 1>(row, column).value[0][0];
}

/// accumulator + the element; if that is a product, by one fma.
template <class V, class E>
ETCH_INLINE constexpr typename V::pack add_element(typename V::pack sum, const E& e, std::size_t row,
                                                   std::size_t column) noexcept {
    if constexpr (is_times<E>) {
        constexpr std::size_t rows = E::rows, columns = E::columns;
        const auto a = broadcast_tile<rows, columns, V, 1, 1>(operand_of<0>(e.operands), row, column);
        const auto b = broadcast_tile<rows, columns, V, 1, 1>(operand_of<1>(e.operands), row, column);
        return fma(a.value[0][0], b.value[0][0], sum);
    } else {
        return sum + pack_of<V>(e, row, column);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
