#pragma once
// SSE2: registers of 128 bits. WebAssembly has it too, where Emscripten translates the intrinsics.
#include <cstddef>

#include <emmintrin.h>

#include <etch/simd/operations.hpp>

namespace etch::inline ETCH_VARIANT::internal::instruction {

// Not masked, and both in the same pieces: data from a masked store or several stores cannot be loaded again until it
// is in the cache.
template <std::size_t Count>
ETCH_INLINE __m128 load_first(__m128, const float* from) noexcept {
    if constexpr (Count == 1) {
        return _mm_load_ss(from);
    } else {
        // Not _mm_load_sd, which reads a double: g++ may then move it before the stores of two floats.
        const __m128 two = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
        if constexpr (Count == 2)
            return two;
        else
            return _mm_movelh_ps(two, _mm_load_ss(from + 2));
    }
}
template <std::size_t Count>
ETCH_INLINE void store_first(__m128 a, float* to) noexcept {
    if constexpr (Count == 1) {
        _mm_store_ss(to, a);
    } else {
        _mm_storel_pi(reinterpret_cast<__m64*>(to), a);
        if constexpr (Count == 3) _mm_store_ss(to + 2, _mm_movehl_ps(a, a));
    }
}

ETCH_INLINE __m128 upper_two(__m128 a) noexcept { return _mm_movehl_ps(a, a); }
ETCH_INLINE __m128 second_lane(__m128 a) noexcept { return _mm_shuffle_ps(a, a, 0x55); }
ETCH_INLINE float first_lane(__m128 a) noexcept { return _mm_cvtss_f32(a); }
ETCH_INLINE void transpose_four(__m128& a, __m128& b, __m128& c, __m128& d) noexcept { _MM_TRANSPOSE4_PS(a, b, c, d); }

}  // namespace etch::inline ETCH_VARIANT::internal::instruction
