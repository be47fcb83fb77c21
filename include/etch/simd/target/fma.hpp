#pragma once
// FMA3: fused multiply-add for registers of 128 and 256 bits, by intrinsics, since xsimd 8 rounds twice on most
// targets. A processor with FMA4 instead only fuses single numbers here, and one with AVX-512F only its widest
// registers.
#include <immintrin.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

ETCH_INLINE __m128 fma(__m128 a, __m128 b, __m128 c) noexcept { return _mm_fmadd_ps(a, b, c); }
ETCH_INLINE __m128d fma(__m128d a, __m128d b, __m128d c) noexcept { return _mm_fmadd_pd(a, b, c); }
ETCH_INLINE __m256 fma(__m256 a, __m256 b, __m256 c) noexcept { return _mm256_fmadd_ps(a, b, c); }
ETCH_INLINE __m256d fma(__m256d a, __m256d b, __m256d c) noexcept { return _mm256_fmadd_pd(a, b, c); }

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
