#pragma once
// AVX-512 with DQ and VL, which every processor except the Xeon Phi has: masked loads, moving lanes anywhere, and the
// exponent of a float. Arithmetic is in avx512f.hpp, as is the reason for all-ones masks.
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

template <std::size_t Count>
ETCH_INLINE __m512 load_first(__m512, const float* from) noexcept {
    return _mm512_maskz_loadu_ps((1u << Count) - 1, from);
}
template <std::size_t Count>
ETCH_INLINE __m512i load_first(__m512i, const std::int32_t* from) noexcept {
    return _mm512_maskz_loadu_epi32((1u << Count) - 1, from);
}
template <std::size_t Count>
    requires(Count > 0)  // constrained, so that it replaces AVX2's
ETCH_INLINE __m256 load_first(__m256, const float* from) noexcept {
    return _mm256_maskz_loadu_ps((1u << Count) - 1, from);
}

ETCH_INLINE __m256 lower_half(__m512 a) noexcept { return _mm512_maskz_extractf32x8_ps(0xff, a, 0); }
ETCH_INLINE __m256 upper_half(__m512 a) noexcept { return _mm512_maskz_extractf32x8_ps(0xff, a, 1); }

ETCH_INLINE __m512 permute(__m512 a, __m512i index) noexcept { return _mm512_maskz_permutexvar_ps(0xffff, index, a); }
ETCH_INLINE __m512 permute_two(__m512 a, __m512 b, __m512i index) noexcept {
    return _mm512_permutex2var_ps(a, index, b);
}
template <std::size_t By>
ETCH_INLINE __m512 shifted(__m512 a, __m512 next) noexcept {
    return _mm512_castsi512_ps(
        _mm512_maskz_alignr_epi32(0xffff, _mm512_castps_si512(next), _mm512_castps_si512(a), static_cast<int>(By)));
}
ETCH_INLINE __m512 load_eight(__m512, const float* from) noexcept {
    return _mm512_castps256_ps512(_mm256_loadu_ps(from));
}
template <std::size_t Count>
ETCH_INLINE __m512 extend(__m512 a, __m512) noexcept {
    return _mm512_maskz_mov_ps((1u << Count) - 1, a);
}
template <std::size_t Count>
ETCH_INLINE __m512 extend(__m256 a, __m512) noexcept {
    return _mm512_maskz_mov_ps((1u << Count) - 1, _mm512_castps256_ps512(a));
}
template <std::size_t Count>
ETCH_INLINE __m512 extend(__m128 a, __m512) noexcept {
    return _mm512_maskz_mov_ps((1u << Count) - 1, _mm512_castps128_ps512(a));
}

inline constexpr auto three_quarters = _MM_MANT_NORM_p75_1p5;
inline constexpr auto nan_below_zero = _MM_MANT_SIGN_nan;
ETCH_INLINE __m512 fraction(__m512 a) noexcept {
    return _mm512_maskz_getmant_ps(0xffff, a, three_quarters, nan_below_zero);
}
ETCH_INLINE __m256 fraction(__m256 a) noexcept {
    return _mm256_maskz_getmant_ps(0xff, a, three_quarters, nan_below_zero);
}
ETCH_INLINE __m128 fraction(__m128 a) noexcept { return _mm_maskz_getmant_ps(0xf, a, three_quarters, nan_below_zero); }
ETCH_INLINE __m512 exponent(__m512 a) noexcept { return _mm512_maskz_getexp_ps(0xffff, a); }
ETCH_INLINE __m256 exponent(__m256 a) noexcept { return _mm256_maskz_getexp_ps(0xff, a); }
ETCH_INLINE __m128 exponent(__m128 a) noexcept { return _mm_maskz_getexp_ps(0xf, a); }
ETCH_INLINE __m512 scale(__m512 a, __m512 n) noexcept { return _mm512_maskz_scalef_ps(0xffff, a, n); }
ETCH_INLINE __m256 scale(__m256 a, __m256 n) noexcept { return _mm256_maskz_scalef_ps(0xff, a, n); }
ETCH_INLINE __m128 scale(__m128 a, __m128 n) noexcept { return _mm_maskz_scalef_ps(0xf, a, n); }

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
