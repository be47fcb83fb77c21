#pragma once
// Parts of a register: its halves, its first lanes, a number spread over all of them. What has an instruction uses it by
// name; the rest goes through memory.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/simd/plain.hpp>

#if ETCH_HAS_XSIMD
#include <etch/simd/registers.hpp>
#endif

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Four numbers that stand one after the other, each to be spread over a register of its own. One load and four
/// shuffles spare the load ports, which the left factor of a product keeps busy, three of four loads.
template <class V>
struct four_numbers;
template <class V>
inline constexpr bool spreads_four = requires { sizeof(four_numbers<V>); };

// What some registers can by an instruction, declared so that every target can be asked whether it has it.
struct no_lanes {};
template <std::size_t Count>
no_lanes load_some(no_lanes, const float*);
template <std::size_t Count>
void store_some(no_lanes, float*);
no_lanes upper_two(no_lanes);
no_lanes second_lane(no_lanes);
float first_lane(no_lanes);
void fma_eight(const float*&, no_lanes, no_lanes*);

#if ETCH_HAS_XSIMD

// Loads the first Count numbers of a register, where the target has instructions that leave the rest of memory alone.
#if defined(__AVX512VL__)
template <std::size_t Count>
ETCH_INLINE lanes<float, 16> load_some(lanes<float, 16>, const float* from) noexcept {
    return {batch_of<float, 16>(_mm512_maskz_loadu_ps((1u << Count) - 1, from))};
}
template <std::size_t Count>
ETCH_INLINE lanes<float, 8> load_some(lanes<float, 8>, const float* from) noexcept {
    return {batch_of<float, 8>(_mm256_maskz_loadu_ps((1u << Count) - 1, from))};
}
template <std::size_t Count>
ETCH_INLINE lanes<std::int32_t, 16> load_some(lanes<std::int32_t, 16>, const std::int32_t* from) noexcept {
    return {batch_of<std::int32_t, 16>(_mm512_maskz_loadu_epi32((1u << Count) - 1, from))};
}
#elif defined(__AVX2__)
template <std::size_t Count>
ETCH_INLINE lanes<float, 8> load_some(lanes<float, 8>, const float* from) noexcept {
    const __m256i mask =
        _mm256_setr_epi32(-1, -(Count > 1), -(Count > 2), -(Count > 3), -(Count > 4), -(Count > 5), -(Count > 6), 0);
    return {batch_of<float, 8>(_mm256_maskload_ps(from, mask))};
}
#endif

// Halves without a way through memory.
#if defined(__AVX512DQ__)
ETCH_INLINE lanes<float, 8> lower_half(lanes<float, 16> all) noexcept {
    return {batch_of<float, 8>(_mm512_maskz_extractf32x8_ps(0xff, all.value, 0))};
}
ETCH_INLINE lanes<float, 8> upper_half(lanes<float, 16> all) noexcept {
    return {batch_of<float, 8>(_mm512_maskz_extractf32x8_ps(0xff, all.value, 1))};
}
#endif
#if defined(__AVX__)
ETCH_INLINE lanes<float, 4> lower_half(lanes<float, 8> all) noexcept {
    return {batch_of<float, 4>(_mm256_castps256_ps128(all.value))};
}
ETCH_INLINE lanes<float, 4> upper_half(lanes<float, 8> all) noexcept {
    return {batch_of<float, 4>(_mm256_extractf128_ps(all.value, 1))};
}
#endif

#if defined(__SSE2__)
// The first Count numbers of four. Not masked, and in the same pieces: what a masked store wrote, or several stores, cannot
// be loaded again until it is in the cache.
template <std::size_t Count>
ETCH_INLINE lanes<float, 4> load_some(lanes<float, 4>, const float* from) noexcept {
    if constexpr (Count == 1) {
        return {batch_of<float, 4>(_mm_load_ss(from))};
    } else {
        // Not _mm_load_sd, which reads a double: g++ may then move it before the stores of two floats.
        const __m128 two = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
        if constexpr (Count == 2)
            return {batch_of<float, 4>(two)};
        else
            return {batch_of<float, 4>(_mm_movelh_ps(two, _mm_load_ss(from + 2)))};
    }
}
template <std::size_t Count>
ETCH_INLINE void store_some(lanes<float, 4> numbers, float* to) noexcept {
    if constexpr (Count == 1) {
        _mm_store_ss(to, numbers.value);
    } else {
        _mm_storel_pi(reinterpret_cast<__m64*>(to), numbers.value);
        if constexpr (Count == 3) _mm_store_ss(to + 2, _mm_movehl_ps(numbers.value, numbers.value));
    }
}

/// Lanes 2 and 3 moved to 0 and 1; lane 1 moved to 0; the number in lane 0.
ETCH_INLINE lanes<float, 4> upper_two(lanes<float, 4> all) noexcept {
    return {batch_of<float, 4>(_mm_movehl_ps(all.value, all.value))};
}
ETCH_INLINE lanes<float, 4> second_lane(lanes<float, 4> all) noexcept {
    return {batch_of<float, 4>(_mm_shuffle_ps(all.value, all.value, 0x55))};
}
ETCH_INLINE float first_lane(lanes<float, 4> all) noexcept { return _mm_cvtss_f32(all.value); }

/// Four registers as a matrix of 4 x 4, transposed.
ETCH_INLINE void transpose_four(lanes<float, 4> (&x)[4]) noexcept {
    __m128 a = x[0].value, b = x[1].value, c = x[2].value, d = x[3].value;
    _MM_TRANSPOSE4_PS(a, b, c, d);
    x[0] = batch_of<float, 4>(a), x[1] = batch_of<float, 4>(b), x[2] = batch_of<float, 4>(c),
    x[3] = batch_of<float, 4>(d);
}
#endif

#if defined(__AVX512F__)
template <>
struct four_numbers<lanes<float, 16>> {
    __m512 numbers;

    four_numbers() = default;
    ETCH_INLINE explicit four_numbers(const float* from) noexcept
        : numbers{_mm512_maskz_broadcast_f32x4(0xffff, _mm_loadu_ps(from))} {}
    ETCH_INLINE lanes<float, 16> spread(std::size_t i) const noexcept {
        using batch = batch_of<float, 16>;
        switch (i) {
            case 0: return batch(_mm512_maskz_permute_ps(0xffff, numbers, 0x00));
            case 1: return batch(_mm512_maskz_permute_ps(0xffff, numbers, 0x55));
            case 2: return batch(_mm512_maskz_permute_ps(0xffff, numbers, 0xaa));
            default: return batch(_mm512_maskz_permute_ps(0xffff, numbers, 0xff));
        }
    }
};
#endif
#if defined(__AVX2__)
template <>
struct four_numbers<lanes<float, 8>> {
    __m256 numbers;

    four_numbers() = default;
    ETCH_INLINE explicit four_numbers(const float* from) noexcept
        : numbers{_mm256_broadcast_ps(reinterpret_cast<const __m128*>(from))} {}
    ETCH_INLINE lanes<float, 8> spread(std::size_t i) const noexcept {
        using batch = batch_of<float, 8>;
        switch (i) {
            case 0: return batch(_mm256_permute_ps(numbers, 0x00));
            case 1: return batch(_mm256_permute_ps(numbers, 0x55));
            case 2: return batch(_mm256_permute_ps(numbers, 0xaa));
            default: return batch(_mm256_permute_ps(numbers, 0xff));
        }
    }
};
#endif

#endif  // ETCH_HAS_XSIMD

/// Keeps what was loaded in its register: g++ would rather load it again at each of its uses, and loads are scarce.
template <class T, std::size_t N>
ETCH_INLINE void keep_in_register([[maybe_unused]] lanes<T, N>& loaded) noexcept {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
    if constexpr (N > 1) make_opaque(loaded.value.data);
#endif
}

#if defined(__GNUC__) && defined(__arm__) && ETCH_HARDWARE_FMA && ETCH_FMA
/// sum[i] = from[i] * factor + sum[i] of eight numbers that stand one after the other, and moves `from` behind them.
/// Compilers load them one by one; with one load of all eight a product takes 5 instructions where it took 9.
ETCH_INLINE void fma_eight(const float*& from, lanes<float, 1> factor, lanes<float, 1>* sum) noexcept {
    const float* const first = from;
    asm("vldmia %[from]!, {s16-s23}\n\t"
        "vfma.f32 %0, s16, %[factor]\n\t"
        "vfma.f32 %1, s17, %[factor]\n\t"
        "vfma.f32 %2, s18, %[factor]\n\t"
        "vfma.f32 %3, s19, %[factor]\n\t"
        "vfma.f32 %4, s20, %[factor]\n\t"
        "vfma.f32 %5, s21, %[factor]\n\t"
        "vfma.f32 %6, s22, %[factor]\n\t"
        "vfma.f32 %7, s23, %[factor]"
        : "+&t"(sum[0].value), "+&t"(sum[1].value), "+&t"(sum[2].value), "+&t"(sum[3].value), "+&t"(sum[4].value),
          "+&t"(sum[5].value), "+&t"(sum[6].value), "+&t"(sum[7].value), [from] "+r"(from)
        : [factor] "t"(factor.value), "m"(*reinterpret_cast<const float(*)[8]>(first))
        : "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23");
}
#endif

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

/// The last numbers of a column that do not fill a register: it is computed whole, but only `Count` numbers are loaded
/// and stored. The others begin at zero.
template <class T, std::size_t Size, std::size_t Count>
struct partial_lanes {
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

}  // namespace etch::inline ETCH_VARIANT
