#pragma once
// NEON, on 64-bit Arm: registers of 128 bits.
#include <arm_neon.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

ETCH_INLINE float32x4_t fma(float32x4_t a, float32x4_t b, float32x4_t c) noexcept { return vfmaq_f32(c, a, b); }
ETCH_INLINE float64x2_t fma(float64x2_t a, float64x2_t b, float64x2_t c) noexcept { return vfmaq_f64(c, a, b); }
// xsimd 8 estimates quotients and roots of floats, and some are wrong in the last bit.
ETCH_INLINE float32x4_t divide(float32x4_t a, float32x4_t b) noexcept { return vdivq_f32(a, b); }
ETCH_INLINE float64x2_t divide(float64x2_t a, float64x2_t b) noexcept { return vdivq_f64(a, b); }
ETCH_INLINE float32x4_t sqrt(float32x4_t a) noexcept { return vsqrtq_f32(a); }
ETCH_INLINE float64x2_t sqrt(float64x2_t a) noexcept { return vsqrtq_f64(a); }

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
