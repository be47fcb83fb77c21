#pragma once
// AVX: registers of 256 bits.
#include <immintrin.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

ETCH_INLINE __m256 larger(__m256 a, __m256 b) noexcept { return _mm256_max_ps(a, b); }
ETCH_INLINE __m256d larger(__m256d a, __m256d b) noexcept { return _mm256_max_pd(a, b); }
ETCH_INLINE __m256 smaller(__m256 a, __m256 b) noexcept { return _mm256_min_ps(a, b); }
ETCH_INLINE __m256d smaller(__m256d a, __m256d b) noexcept { return _mm256_min_pd(a, b); }

ETCH_INLINE __m128 lower_half(__m256 a) noexcept { return _mm256_castps256_ps128(a); }
ETCH_INLINE __m128 upper_half(__m256 a) noexcept { return _mm256_extractf128_ps(a, 1); }

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
