#pragma once
// 32-bit Arm with a floating-point unit that fuses multiply and add, such as Cortex-M4 and M7: plain numbers.
#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

/// The builtin would also call the C library, which sets errno for negative numbers.
ETCH_INLINE float sqrt(float a) noexcept {
    float root;
    asm("vsqrt.f32 %0, %1" : "=t"(root) : "t"(a));
    return root;
}

/// Compilers load the eight numbers one by one; with a single load of all eight a product takes 5 instructions instead
/// of 9.
ETCH_INLINE void fma_eight(const float*& from, float factor, float& s0, float& s1, float& s2, float& s3, float& s4,
                           float& s5, float& s6, float& s7) noexcept {
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
        : "+&t"(s0), "+&t"(s1), "+&t"(s2), "+&t"(s3), "+&t"(s4), "+&t"(s5), "+&t"(s6), "+&t"(s7), [from] "+r"(from)
        : [factor] "t"(factor), "m"(*reinterpret_cast<const float(*)[8]>(first))
        : "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23");
}

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
