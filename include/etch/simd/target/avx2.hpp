#pragma once
// What AVX2 adds for etch: moving lanes anywhere, masked loads. Min and max are in avx.hpp, fma is in fma.hpp; + - * /
// are xsimd's (registers.hpp).
#include <cstddef>

#include <immintrin.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

template <std::size_t Count>
ETCH_INLINE __m256 load_first(__m256, const float* from) noexcept {
    const __m256i mask =
        _mm256_setr_epi32(-1, -(Count > 1), -(Count > 2), -(Count > 3), -(Count > 4), -(Count > 5), -(Count > 6), 0);
    return _mm256_maskload_ps(from, mask);
}

ETCH_INLINE __m256 load_fours(__m256, const float* from) noexcept {
    return _mm256_broadcast_ps(reinterpret_cast<const __m128*>(from));
}
ETCH_INLINE __m256 spread(__m256 fours, std::size_t i) noexcept {
    switch (i) {
        case 0: return _mm256_permute_ps(fours, 0x00);
        case 1: return _mm256_permute_ps(fours, 0x55);
        case 2: return _mm256_permute_ps(fours, 0xaa);
        default: return _mm256_permute_ps(fours, 0xff);
    }
}

ETCH_INLINE __m256 permute(__m256 a, __m256i index) noexcept { return _mm256_permutevar8x32_ps(a, index); }
ETCH_INLINE __m256 permute_two(__m256 a, __m256 b, __m256i index) noexcept {
    const __m256i of_b = _mm256_slli_epi32(index, 28);  // bit 3 becomes the sign, which selects b
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(a, index), _mm256_permutevar8x32_ps(b, index),
                            _mm256_castsi256_ps(of_b));
}
template <std::size_t By>
ETCH_INLINE __m256 shifted(__m256 a, __m256 next) noexcept {
    const __m256i low = _mm256_castps_si256(a), high = _mm256_castps_si256(next);
    const __m256i middle = _mm256_permute2x128_si256(low, high, 0x21);
    if constexpr (By < 4)
        return _mm256_castsi256_ps(_mm256_alignr_epi8(middle, low, static_cast<int>(4 * By)));
    else
        return _mm256_castsi256_ps(_mm256_alignr_epi8(high, middle, static_cast<int>(4 * By - 16)));
}
ETCH_INLINE __m256 load_eight(__m256, const float* from) noexcept { return _mm256_loadu_ps(from); }
template <std::size_t Count>
    requires(Count <= 4)
ETCH_INLINE __m256 extend(__m128 a, __m256) noexcept {
    const __m256 mask =
        _mm256_castsi256_ps(_mm256_setr_epi32(-1, -(Count > 1), -(Count > 2), -(Count > 3), 0, 0, 0, 0));
    return _mm256_and_ps(_mm256_castps128_ps256(a), mask);
}

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
