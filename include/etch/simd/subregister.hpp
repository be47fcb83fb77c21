#pragma once
// Parts of a register: its halves, its first lanes, one number in all lanes. By the target's instruction if there is
// one (simd/operations.hpp), otherwise through memory.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/simd/plain.hpp>
#include <etch/simd/target.hpp>

#if ETCH_HAS_XSIMD
#include <etch/simd/registers.hpp>
#endif

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Keeps a loaded number in its register, on targets where it would otherwise be loaded again for each use.
template <class T, std::size_t N>
ETCH_INLINE void keep_in_register([[maybe_unused]] lanes<T, N>& loaded) noexcept {
    if constexpr (N > 1)
        if constexpr (requires { instruction::keep_in_register(loaded.value.data); })
            instruction::keep_in_register(loaded.value.data);
}

/// Four contiguous numbers, each to be broadcast to a register of its own. One load and four shuffles save three of
/// four loads; the left factor of a product keeps the load ports busy.
template <class V>
struct four_numbers {
    typename V::native_type numbers;

    four_numbers() = default;
    ETCH_INLINE explicit four_numbers(const float* from) noexcept
        : numbers{instruction::load_fours(typename V::native_type{}, from)} {}
    ETCH_INLINE V spread(std::size_t i) const noexcept { return {instruction::spread(numbers, i)}; }
};
template <class V>
inline constexpr bool spreads_four =
    requires(typename V::native_type like, const float* from) { instruction::load_fours(like, from); };

/// sum[i] = from[i] * factor + sum[i] for eight numbers, and advances `from` past them; only for targets with an
/// instruction.
template <class T>
    requires(fused_multiply_add &&
             requires(const T* from, T x) { instruction::fma_eight(from, x, x, x, x, x, x, x, x, x); })
ETCH_INLINE void fma_eight(const T*& from, lanes<T, 1> factor, lanes<T, 1>* sum) noexcept {
    instruction::fma_eight(from, factor.value, sum[0].value, sum[1].value, sum[2].value, sum[3].value, sum[4].value,
                           sum[5].value, sum[6].value, sum[7].value);
}

/// The lower and the upper half of a register.
template <class T, std::size_t N>
    requires(has_lanes<T, N / 2>)
ETCH_INLINE lanes<T, N / 2> lower_half(lanes<T, N> all) noexcept {
    if constexpr (requires { instruction::lower_half(all.native()); }) {
        return {instruction::lower_half(all.native())};
    } else {
        T numbers[N];
        all.store(numbers);
        return lanes<T, N / 2>::load(numbers);
    }
}
template <class T, std::size_t N>
    requires(has_lanes<T, N / 2>)
ETCH_INLINE lanes<T, N / 2> upper_half(lanes<T, N> all) noexcept {
    if constexpr (requires { instruction::upper_half(all.native()); }) {
        return {instruction::upper_half(all.native())};
    } else {
        T numbers[N];
        all.store(numbers);
        return lanes<T, N / 2>::load(numbers + N / 2);
    }
}

/// Lanes 2 and 3 moved to 0 and 1; lane 1 moved to 0; the number in lane 0. Only for targets with an instruction.
template <class V>
    requires requires(V all) { instruction::upper_two(all.native()); }
ETCH_INLINE V upper_two(V all) noexcept {
    return {instruction::upper_two(all.native())};
}
template <class V>
ETCH_INLINE V second_lane(V all) noexcept {
    return {instruction::second_lane(all.native())};
}
template <class V>
ETCH_INLINE typename V::value_type first_lane(V all) noexcept {
    return instruction::first_lane(all.native());
}

/// Stores the first Count numbers of a register.
template <std::size_t Count, class T, std::size_t N>
ETCH_INLINE void store_first(lanes<T, N> numbers, T* to) noexcept {
    if constexpr (Count == N) {
        numbers.store(to);
    } else if constexpr (has_lanes<T, N / 2> && Count <= N / 2) {
        store_first<Count>(lower_half(numbers), to);
    } else if constexpr (has_lanes<T, N / 2>) {
        lower_half(numbers).store(to);
        store_first<Count - N / 2>(upper_half(numbers), to + N / 2);
    } else if constexpr (requires { instruction::store_first<Count>(numbers.native(), to); }) {
        instruction::store_first<Count>(numbers.native(), to);
    } else {
        T all[N];
        numbers.store(all);
        for (std::size_t i = 0; i < Count; ++i) to[i] = all[i];
    }
}

/// Transposes four registers as a 4 x 4 matrix.
template <class T>
ETCH_INLINE void transpose_four(lanes<T, 4> (&x)[4]) noexcept {
    using native = typename lanes<T, 4>::native_type;
    if constexpr (requires(native row) { instruction::transpose_four(row, row, row, row); }) {
        native a = x[0].native(), b = x[1].native(), c = x[2].native(), d = x[3].native();
        instruction::transpose_four(a, b, c, d);
        x[0] = a, x[1] = b, x[2] = c, x[3] = d;
    } else {
        T numbers[4][4], turned[4][4];
        for (std::size_t i = 0; i < 4; ++i) x[i].store(numbers[i]);
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j) turned[i][j] = numbers[j][i];
        for (std::size_t i = 0; i < 4; ++i) x[i] = lanes<T, 4>::load(turned[i]);
    }
}

/// The sums of four registers, each added as a tree: (x0 + x2) + (x1 + x3).
template <class T>
ETCH_INLINE lanes<T, 4> add_across(lanes<T, 4> (&x)[4]) noexcept {
    transpose_four(x);
    return (x[0] + x[2]) + (x[1] + x[3]);
}

inline constexpr float lane_numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// The first Count lanes of one register and the remaining ones of another.
template <std::size_t Count, class T, std::size_t N>
ETCH_INLINE lanes<T, N> blend_first(lanes<T, N> these, lanes<T, N> others) noexcept {
    if constexpr (std::is_same_v<T, float>) {
        return select(lanes<T, N>::load(lane_numbers) < lanes<T, N>(static_cast<T>(Count)), these, others);
    } else {
        T numbers[N], rest[N];
        these.store(numbers);
        others.store(rest);
        for (std::size_t i = Count; i < N; ++i) numbers[i] = rest[i];
        return lanes<T, N>::load(numbers);
    }
}

}  // namespace internal

/// The last numbers of a column that do not fill a register: it is computed as a whole, but only `Count` numbers are
/// loaded and stored. The others start as zero.
template <class T, std::size_t Size, std::size_t Count>
struct partial_lanes {
    static_assert(Count > 0 && Count < Size);
    using value_type = T;
    using pack = lanes<T, Size>;
    static constexpr std::size_t size = Size, count = Count;

    ETCH_INLINE static pack load(const T* from) noexcept {
        using native = typename pack::native_type;
        if constexpr (requires { internal::instruction::load_first<Count>(native{}, from); }) {
            return {internal::instruction::load_first<Count>(native{}, from)};
        } else {
            T numbers[Size] = {};
            for (std::size_t i = 0; i < Count; ++i) numbers[i] = from[i];
            return pack::load(numbers);
        }
    }
    ETCH_INLINE static void store(pack numbers, T* to) noexcept { internal::store_first<Count>(numbers, to); }
};

}  // namespace etch::inline ETCH_VARIANT
