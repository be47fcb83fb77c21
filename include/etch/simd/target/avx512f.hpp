#pragma once
// AVX-512F: registers of 512 bits, and what every processor with them can do. The rest is in avx512.hpp.
//
// All intrinsics are the masked ones with every lane in the mask, since g++ 12 warns of an uninitialized value inside
// the plain ones. The generated instructions are the same.
#include <cstddef>

#include <immintrin.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

ETCH_INLINE __m512 fma(__m512 a, __m512 b, __m512 c) noexcept { return _mm512_fmadd_ps(a, b, c); }
ETCH_INLINE __m512d fma(__m512d a, __m512d b, __m512d c) noexcept { return _mm512_fmadd_pd(a, b, c); }
ETCH_INLINE __m512 sqrt(__m512 a) noexcept { return _mm512_maskz_sqrt_ps(0xffff, a); }
ETCH_INLINE __m512d sqrt(__m512d a) noexcept { return _mm512_maskz_sqrt_pd(0xff, a); }
ETCH_INLINE __m512 larger(__m512 a, __m512 b) noexcept { return _mm512_maskz_max_ps(0xffff, a, b); }
ETCH_INLINE __m512d larger(__m512d a, __m512d b) noexcept { return _mm512_maskz_max_pd(0xff, a, b); }
ETCH_INLINE __m512 smaller(__m512 a, __m512 b) noexcept { return _mm512_maskz_min_ps(0xffff, a, b); }
ETCH_INLINE __m512d smaller(__m512d a, __m512d b) noexcept { return _mm512_maskz_min_pd(0xff, a, b); }

// By its own name, since g++ 12 without optimization rejects that of xsimd 8.
template <class Mask>
ETCH_INLINE __m512i select(Mask mask, __m512i yes, __m512i no) noexcept {
    return _mm512_mask_blend_epi32(mask, no, yes);
}
ETCH_INLINE __m512i shift_left(__m512i integers, int n) noexcept {
    return _mm512_maskz_slli_epi32(0xffff, integers, static_cast<unsigned>(n));
}
ETCH_INLINE __m512i shift_right(__m512i integers, int n) noexcept {
    return _mm512_maskz_srai_epi32(0xffff, integers, static_cast<unsigned>(n));
}
ETCH_INLINE __m512 to_float(__m512i integers) noexcept { return _mm512_maskz_cvtepi32_ps(0xffff, integers); }
ETCH_INLINE __m512i to_integer(__m512 a) noexcept { return _mm512_maskz_cvttps_epi32(0xffff, a); }

ETCH_INLINE __m512 load_fours(__m512, const float* from) noexcept {
    return _mm512_maskz_broadcast_f32x4(0xffff, _mm_loadu_ps(from));
}
ETCH_INLINE __m512 spread(__m512 fours, std::size_t i) noexcept {
    switch (i) {
        case 0: return _mm512_maskz_permute_ps(0xffff, fours, 0x00);
        case 1: return _mm512_maskz_permute_ps(0xffff, fours, 0x55);
        case 2: return _mm512_maskz_permute_ps(0xffff, fours, 0xaa);
        default: return _mm512_maskz_permute_ps(0xffff, fours, 0xff);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
