#pragma once
// x86 and its registers of 128 bits: what cannot be in sse2.hpp, since WebAssembly shares that.
#include <emmintrin.h>

#include <etch/simd/opaque.hpp>
#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

// By their own names: xsimd 14 swaps the operands, and with them the result for NaN.
ETCH_INLINE __m128 larger(__m128 a, __m128 b) noexcept { return _mm_max_ps(a, b); }
ETCH_INLINE __m128d larger(__m128d a, __m128d b) noexcept { return _mm_max_pd(a, b); }
ETCH_INLINE __m128 smaller(__m128 a, __m128 b) noexcept { return _mm_min_ps(a, b); }
ETCH_INLINE __m128d smaller(__m128d a, __m128d b) noexcept { return _mm_min_pd(a, b); }

#if defined(__GNUC__) && !defined(__clang__)
/// g++ would rather reload a register for each use, and loads are scarce. 64-bit x86 has enough registers to keep it.
template <class Register>
    requires(sizeof(void*) == 8)
ETCH_INLINE void keep_in_register(Register& a) noexcept {
    make_opaque(a);
}
#endif

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
