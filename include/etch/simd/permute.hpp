#pragma once
// Lanes that move to other places, where the target has instructions for it: several columns of a matrix in one register.
#include <cstddef>
#include <cstdint>

#include <etch/simd/parts.hpp>

namespace etch::inline ETCH_VARIANT::internal {

// Declared so that every target can be asked whether it has it.
no_lanes permute(no_lanes, no_lanes);
template <std::size_t By>
no_lanes shifted(no_lanes, no_lanes);
no_lanes load_eight(no_lanes, const float*);
template <std::size_t Count>
no_lanes extend_register(no_lanes, no_lanes);

#if ETCH_HAS_XSIMD

// Any lane to any place.
#if defined(__AVX512DQ__)
/// Lane i of the result is lane index[i].
ETCH_INLINE lanes<float, 16> permute(lanes<float, 16> of, lanes<std::int32_t, 16> index) noexcept {
    return {batch_of<float, 16>(_mm512_maskz_permutexvar_ps(0xffff, index.value, of.value))};
}
/// The register that begins with lane By of two that stand one after the other.
template <std::size_t By>
ETCH_INLINE lanes<float, 16> shifted(lanes<float, 16> first, lanes<float, 16> next) noexcept {
    return {batch_of<float, 16>(_mm512_castsi512_ps(_mm512_maskz_alignr_epi32(
        0xffff, _mm512_castps_si512(next.value), _mm512_castps_si512(first.value), static_cast<int>(By))))};
}
/// Eight numbers, and eight lanes of no meaning.
ETCH_INLINE lanes<float, 16> load_eight(lanes<float, 16>, const float* from) noexcept {
    return {batch_of<float, 16>(_mm512_castps256_ps512(_mm256_loadu_ps(from)))};
}
#endif
#if defined(__AVX2__)
ETCH_INLINE lanes<float, 8> permute(lanes<float, 8> of, lanes<std::int32_t, 8> index) noexcept {
    return {batch_of<float, 8>(_mm256_permutevar8x32_ps(of.value, index.value))};
}
template <std::size_t By>
ETCH_INLINE lanes<float, 8> shifted(lanes<float, 8> first, lanes<float, 8> next) noexcept {
    const __m256i low = _mm256_castps_si256(first.value), high = _mm256_castps_si256(next.value);
    const __m256i middle = _mm256_permute2x128_si256(low, high, 0x21);
    if constexpr (By < 4)
        return {batch_of<float, 8>(_mm256_castsi256_ps(_mm256_alignr_epi8(middle, low, static_cast<int>(4 * By))))};
    else
        return {
            batch_of<float, 8>(_mm256_castsi256_ps(_mm256_alignr_epi8(high, middle, static_cast<int>(4 * By - 16))))};
}
ETCH_INLINE lanes<float, 8> load_eight(lanes<float, 8>, const float* from) noexcept {
    return lanes<float, 8>::load(from);
}
#endif

// The first Count lanes in a wider register, or in one of the same size; the others are zero.
#if defined(__AVX512DQ__)
template <std::size_t Count>
ETCH_INLINE lanes<float, 16> extend_register(lanes<float, 16> numbers, lanes<float, 16>) noexcept {
    return {batch_of<float, 16>(_mm512_maskz_mov_ps((1u << Count) - 1, numbers.value))};
}
template <std::size_t Count>
ETCH_INLINE lanes<float, 16> extend_register(lanes<float, 8> numbers, lanes<float, 16>) noexcept {
    return {batch_of<float, 16>(_mm512_maskz_mov_ps((1u << Count) - 1, _mm512_castps256_ps512(numbers.value)))};
}
template <std::size_t Count>
ETCH_INLINE lanes<float, 16> extend_register(lanes<float, 4> numbers, lanes<float, 16>) noexcept {
    return {batch_of<float, 16>(_mm512_maskz_mov_ps((1u << Count) - 1, _mm512_castps128_ps512(numbers.value)))};
}
#endif
#if defined(__AVX2__)
template <std::size_t Count>
    requires(Count <= 4)
ETCH_INLINE lanes<float, 8> extend_register(lanes<float, 4> numbers, lanes<float, 8>) noexcept {
    const __m256 mask =
        _mm256_castsi256_ps(_mm256_setr_epi32(-1, -(Count > 1), -(Count > 2), -(Count > 3), 0, 0, 0, 0));
    return {batch_of<float, 8>(_mm256_and_ps(_mm256_castps128_ps256(numbers.value), mask))};
}
#endif

#endif  // ETCH_HAS_XSIMD

/// Whether the target has what moves any lane to any place.
template <class V>
inline constexpr bool can_permute = false;
template <class T, std::size_t N>
    requires(has_lanes<T, N>)
inline constexpr bool can_permute<lanes<T, N>> =
    requires(lanes<T, N> v, lanes<std::int32_t, N> index) { permute(v, index); };

/// The first Count lanes in a register of To; the others are zero.
template <std::size_t To, std::size_t Count, class T, std::size_t N>
ETCH_INLINE lanes<T, To> extend(lanes<T, N> numbers) noexcept {
    static_assert(Count <= N && N <= To);
    if constexpr (Count == To) {
        return numbers;
    } else if constexpr (requires(lanes<T, To> more) { extend_register<Count>(numbers, more); }) {
        return extend_register<Count>(numbers, lanes<T, To>(T{0}));
    } else if constexpr (N == To) {
        return blend_first<Count>(numbers, lanes<T, To>(T{0}));
    } else {
        T from[N], to[To] = {};
        numbers.store(from);
        for (std::size_t i = 0; i < Count; ++i) to[i] = from[i];
        return lanes<T, To>::load(to);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
