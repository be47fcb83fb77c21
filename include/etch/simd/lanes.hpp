#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/simd/plain.hpp>

#if ETCH_HAS_XSIMD
#include <etch/simd/registers.hpp>
#endif

namespace etch {

/// The largest number of lanes of type T that the target computes together.
template <class T>
inline constexpr std::size_t widest_lanes = has_lanes<T, 16>  ? 16
                                            : has_lanes<T, 8> ? 8
                                            : has_lanes<T, 4> ? 4
                                            : has_lanes<T, 2> ? 2
                                                              : 1;

/// The largest number of lanes that the target has and that is not above `limit` (at least 1).
template <class T>
constexpr std::size_t lanes_up_to(std::size_t limit) noexcept {
    constexpr bool has[] = {has_lanes<T, 16>, has_lanes<T, 8>, has_lanes<T, 4>, has_lanes<T, 2>};
    std::size_t size = 16;
    for (bool here : has) {
        if (here && size <= limit) return size;
        size /= 2;
    }
    return 1;
}

/// The smallest register of the target that holds `count` numbers of type T; else the largest. A single number has a
/// register too: what acts on its bits would otherwise move between the units for floats and for integers.
template <class T>
constexpr std::size_t lanes_for(std::size_t count) noexcept {
    constexpr bool has[] = {has_lanes<T, 2>, has_lanes<T, 4>, has_lanes<T, 8>, has_lanes<T, 16>};
    for (std::size_t power = 1; power <= 4; ++power)
        if (has[power - 1] && (std::size_t{1} << power) >= count) return std::size_t{1} << power;
    return widest_lanes<T>;
}

namespace internal {

/// The lower and the upper half of a register.
template <class T, std::size_t N>
    requires(has_lanes<T, N / 2>)
ETCH_INLINE lanes<T, N / 2> lower_half(lanes<T, N> all) noexcept {
    T numbers[N];
    all.store(numbers);
    return lanes<T, N / 2>::load(numbers);
}
template <class T, std::size_t N>
    requires(has_lanes<T, N / 2>)
ETCH_INLINE lanes<T, N / 2> upper_half(lanes<T, N> all) noexcept {
    T numbers[N];
    all.store(numbers);
    return lanes<T, N / 2>::load(numbers + N / 2);
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
    } else if constexpr (requires { store_some<Count>(numbers, to); }) {
        store_some<Count>(numbers, to);
    } else {
        T all[N];
        numbers.store(all);
        for (std::size_t i = 0; i < Count; ++i) to[i] = all[i];
    }
}

/// Four registers as a matrix of 4 x 4, transposed.
template <class T>
ETCH_INLINE void transpose_four(lanes<T, 4> (&x)[4]) noexcept {
    T numbers[4][4], turned[4][4];
    for (std::size_t i = 0; i < 4; ++i) x[i].store(numbers[i]);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 4; ++j) turned[i][j] = numbers[j][i];
    for (std::size_t i = 0; i < 4; ++i) x[i] = lanes<T, 4>::load(turned[i]);
}

/// The sums of four registers, each added as a tree: (x0 + x2) + (x1 + x3).
template <class T>
ETCH_INLINE lanes<T, 4> add_across(lanes<T, 4> (&x)[4]) noexcept {
    transpose_four(x);
    return (x[0] + x[2]) + (x[1] + x[3]);
}

inline constexpr float lane_numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

/// The first Count lanes of one register and the others of another.
template <std::size_t Count, class T, std::size_t N>
ETCH_INLINE lanes<T, N> first_of(lanes<T, N> these, lanes<T, N> others) noexcept {
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

/// The last numbers of a column that do not fill a register: it is computed whole, but only `Count` numbers are loaded
/// and stored. The others begin at zero.
template <class T, std::size_t Size, std::size_t Count>
struct some_lanes {
    static_assert(Count > 0 && Count < Size);
    using value_type = T;
    using pack = lanes<T, Size>;
    static constexpr std::size_t size = Size, count = Count;

    ETCH_INLINE static pack load(const T* from) noexcept {
        if constexpr (requires { internal::load_some<Count>(pack{}, from); }) {
            return internal::load_some<Count>(pack{}, from);
        } else {
            T numbers[Size] = {};
            for (std::size_t i = 0; i < Count; ++i) numbers[i] = from[i];
            return pack::load(numbers);
        }
    }
    ETCH_INLINE static void store(pack numbers, T* to) noexcept { internal::store_first<Count>(numbers, to); }
};

/// How many registers the target has for lanes: what a tile may fill.
inline constexpr std::size_t register_count =
#if defined(__AVX512F__) || defined(__aarch64__) || defined(_M_ARM64) || defined(__arm__) || defined(__riscv)
    32;
#else
    16;
#endif

// ---- the bits of floats ---------------------------------------------------------------------------------------------

template <std::size_t N>
using float_lanes = lanes<float, N>;
template <std::size_t N>
using integer_lanes = lanes<std::int32_t, N>;

/// The bits of each float as an integer, and back.
template <std::size_t N>
ETCH_INLINE constexpr integer_lanes<N> as_integer(float_lanes<N> x) noexcept {
    return std::bit_cast<integer_lanes<N>>(x);
}
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> as_float(integer_lanes<N> x) noexcept {
    return std::bit_cast<float_lanes<N>>(x);
}

template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> abs(float_lanes<N> x) noexcept {
    return as_float(as_integer(x) & integer_lanes<N>(0x7fffffff));
}
/// The magnitude of x with the sign of s.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> copysign(float_lanes<N> x, float_lanes<N> s) noexcept {
    return as_float((as_integer(x) & integer_lanes<N>(0x7fffffff)) | (as_integer(s) & integer_lanes<N>(INT32_MIN)));
}
template <std::size_t N>
ETCH_INLINE constexpr lanes<double, N> abs(lanes<double, N> x) noexcept {
    return max(x, -x) + lanes<double, N>(0);  // the sum makes -0 to 0
}

/// The float nearest to each integer.
ETCH_INLINE constexpr float_lanes<1> to_float(integer_lanes<1> x) noexcept { return {static_cast<float>(x.value)}; }
/// The integer part, toward zero; the float must be within the range of the integer.
ETCH_INLINE constexpr integer_lanes<1> to_integer(float_lanes<1> x) noexcept {
    return {static_cast<std::int32_t>(x.value)};
}

}  // namespace etch
