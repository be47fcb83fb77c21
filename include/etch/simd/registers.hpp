#pragma once
// lanes<T, N> as one SIMD register: the only file that names xsimd. Included by simd/lanes.hpp where the target has
// any.
#if !__has_include(<xsimd/xsimd.hpp>)
#error \
    "etch: the headers of xsimd, 8.1 or newer, are not found. Install them (Debian: libxsimd-dev), name their folder with -I, or define ETCH_NO_SIMD to compute without SIMD, which is slower"
#endif
#include <xsimd/xsimd.hpp>
#if XSIMD_VERSION_MAJOR < 8 || (XSIMD_VERSION_MAJOR == 8 && XSIMD_VERSION_MINOR < 1)
#error \
    "etch: this xsimd is too old; 8.1 or newer is needed. Define ETCH_NO_SIMD to compute without SIMD, which is slower"
#endif

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/simd/plain.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class T, std::size_t Size>
using batch_of = xsimd::make_sized_batch_t<T, Size>;  // void where the target has no such register

/// A number that is about to fill a register. clang 15's code for WebAssembly merges the fill with the load of the number
/// and moves both past later stores to the same place; this keeps the load where it stands. (clang 19's does not.)
template <class T>
ETCH_INLINE T to_fill(T number) noexcept {
#if defined(__wasm__) && defined(__clang__) && __clang_major__ < 19
    if (!__builtin_constant_p(number)) asm("" : "+r"(number));
#endif
    return number;
}

struct no_register {};  // keeps the names below declared on every target
no_register fma_register(no_register, no_register, no_register);
no_register divide_register(no_register, no_register);
no_register root_register(no_register);
no_register larger_register(no_register, no_register);
no_register smaller_register(no_register, no_register);

// xsimd 8 multiplies and adds in two roundings on most targets, so the fused operation is asked for by its own name.
// (By AVX-512F without FMA only the widest registers have one, by FMA4 single numbers: there the rest goes lane by lane.)
#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64)
#if defined(__FMA__) || (ETCH_HARDWARE_FMA && defined(_MSC_VER))
ETCH_INLINE __m128 fma_register(__m128 a, __m128 b, __m128 c) noexcept { return _mm_fmadd_ps(a, b, c); }
ETCH_INLINE __m128d fma_register(__m128d a, __m128d b, __m128d c) noexcept { return _mm_fmadd_pd(a, b, c); }
ETCH_INLINE __m256 fma_register(__m256 a, __m256 b, __m256 c) noexcept { return _mm256_fmadd_ps(a, b, c); }
ETCH_INLINE __m256d fma_register(__m256d a, __m256d b, __m256d c) noexcept { return _mm256_fmadd_pd(a, b, c); }
#endif
#if defined(__AVX512F__)
ETCH_INLINE __m512 fma_register(__m512 a, __m512 b, __m512 c) noexcept { return _mm512_fmadd_ps(a, b, c); }
ETCH_INLINE __m512d fma_register(__m512d a, __m512d b, __m512d c) noexcept { return _mm512_fmadd_pd(a, b, c); }
#endif
// a > b ? a : b, and a < b ? a : b, which is what these instructions do; xsimd 14 swaps the operands, and so the answer to
// NaN. Of 512 bits in the masked form, here and below, since g++ 12 warns of an uninitialised value inside its plain one.
ETCH_INLINE __m128 larger_register(__m128 a, __m128 b) noexcept { return _mm_max_ps(a, b); }
ETCH_INLINE __m128d larger_register(__m128d a, __m128d b) noexcept { return _mm_max_pd(a, b); }
ETCH_INLINE __m128 smaller_register(__m128 a, __m128 b) noexcept { return _mm_min_ps(a, b); }
ETCH_INLINE __m128d smaller_register(__m128d a, __m128d b) noexcept { return _mm_min_pd(a, b); }
#if defined(__AVX__)
ETCH_INLINE __m256 larger_register(__m256 a, __m256 b) noexcept { return _mm256_max_ps(a, b); }
ETCH_INLINE __m256d larger_register(__m256d a, __m256d b) noexcept { return _mm256_max_pd(a, b); }
ETCH_INLINE __m256 smaller_register(__m256 a, __m256 b) noexcept { return _mm256_min_ps(a, b); }
ETCH_INLINE __m256d smaller_register(__m256d a, __m256d b) noexcept { return _mm256_min_pd(a, b); }
#endif
#if defined(__AVX512F__)
ETCH_INLINE __m512 larger_register(__m512 a, __m512 b) noexcept { return _mm512_maskz_max_ps(0xffff, a, b); }
ETCH_INLINE __m512d larger_register(__m512d a, __m512d b) noexcept { return _mm512_maskz_max_pd(0xff, a, b); }
ETCH_INLINE __m512 smaller_register(__m512 a, __m512 b) noexcept { return _mm512_maskz_min_ps(0xffff, a, b); }
ETCH_INLINE __m512d smaller_register(__m512d a, __m512d b) noexcept { return _mm512_maskz_min_pd(0xff, a, b); }
#endif
#elif defined(__aarch64__) || defined(_M_ARM64)
ETCH_INLINE float32x4_t fma_register(float32x4_t a, float32x4_t b, float32x4_t c) noexcept {
    return vfmaq_f32(c, a, b);
}
ETCH_INLINE float64x2_t fma_register(float64x2_t a, float64x2_t b, float64x2_t c) noexcept {
    return vfmaq_f64(c, a, b);
}
#endif

template <class Batch>
ETCH_INLINE Batch max_register(Batch a, Batch b) noexcept {
    using element = typename Batch::register_type;
    if constexpr (requires { larger_register(static_cast<element>(a), static_cast<element>(b)); })
        return Batch(larger_register(static_cast<element>(a), static_cast<element>(b)));
    else  // elsewhere the instruction treats NaN otherwise
        return xsimd::select(a > b, a, b);
}
template <class Batch>
ETCH_INLINE Batch min_register(Batch a, Batch b) noexcept {
    using element = typename Batch::register_type;
    if constexpr (requires { smaller_register(static_cast<element>(a), static_cast<element>(b)); })
        return Batch(smaller_register(static_cast<element>(a), static_cast<element>(b)));
    else
        return xsimd::select(a < b, a, b);
}
template <class Batch>
ETCH_INLINE Batch shift_left(Batch a, int n) noexcept {
#if defined(__AVX512F__)
    if constexpr (Batch::size == 16)
        return _mm512_maskz_slli_epi32(0xffff, a, static_cast<unsigned>(n));
    else
#endif
        return a << n;
}
template <class Batch>
ETCH_INLINE Batch shift_right(Batch a, int n) noexcept {
#if defined(__AVX512F__)
    if constexpr (Batch::size == 16)
        return _mm512_maskz_srai_epi32(0xffff, a, static_cast<unsigned>(n));
    else
#endif
        return a >> n;
}
#if defined(__aarch64__) || defined(_M_ARM64)
// By their own names: xsimd 8 estimates quotients and roots of floats here, some of them wrong in the last bit.
ETCH_INLINE float32x4_t divide_register(float32x4_t a, float32x4_t b) noexcept { return vdivq_f32(a, b); }
ETCH_INLINE float64x2_t divide_register(float64x2_t a, float64x2_t b) noexcept { return vdivq_f64(a, b); }
ETCH_INLINE float32x4_t root_register(float32x4_t a) noexcept { return vsqrtq_f32(a); }
ETCH_INLINE float64x2_t root_register(float64x2_t a) noexcept { return vsqrtq_f64(a); }
#endif
template <class Batch>
ETCH_INLINE Batch divide_registers(Batch a, Batch b) noexcept {
    using element = typename Batch::register_type;
    if constexpr (requires { divide_register(static_cast<element>(a), static_cast<element>(b)); })
        return Batch(divide_register(static_cast<element>(a), static_cast<element>(b)));
    else
        return a / b;
}
template <class Batch>
ETCH_INLINE Batch sqrt_register(Batch a) noexcept {
    using element = typename Batch::register_type;
    if constexpr (requires { root_register(static_cast<element>(a)); })
        return Batch(root_register(static_cast<element>(a)));
    else
#if defined(__AVX512F__)
        if constexpr (std::is_same_v<typename Batch::value_type, float> && Batch::size == 16)
        return _mm512_maskz_sqrt_ps(0xffff, a);
    else if constexpr (std::is_same_v<typename Batch::value_type, double> && Batch::size == 8)
        return _mm512_maskz_sqrt_pd(0xff, a);
    else
#endif
        return xsimd::sqrt(a);
}
template <class Mask, class Batch>
ETCH_INLINE Batch select_register(Mask condition, Batch yes, Batch no) noexcept {
#if defined(__AVX512F__)
    // By its own name, since g++ 12 without optimisation refuses xsimd 8's.
    if constexpr (std::is_integral_v<typename Batch::value_type> && Batch::size == 16)
        return _mm512_mask_blend_epi32(condition, no, yes);
    else
#endif
        return xsimd::select(condition, yes, no);
}
template <class Batch>
ETCH_INLINE auto to_float_register(Batch a) noexcept {
#if defined(__AVX512F__)
    if constexpr (Batch::size == 16)
        return batch_of<float, 16>(_mm512_maskz_cvtepi32_ps(0xffff, a));
    else
#endif
        return xsimd::to_float(a);
}
template <class Batch>
ETCH_INLINE auto to_integer_register(Batch a) noexcept {
#if defined(__AVX512F__)
    if constexpr (Batch::size == 16)
        return batch_of<std::int32_t, 16>(_mm512_maskz_cvttps_epi32(0xffff, a));
    else
#endif
        return xsimd::to_int(a);
}

}  // namespace internal

template <class T, std::size_t Size>
    requires(Size > 1 && !std::is_void_v<internal::batch_of<T, Size>>)
struct lanes<T, Size> {
    using value_type = T;
    using batch = internal::batch_of<T, Size>;
    using mask = typename batch::batch_bool_type;
    static constexpr std::size_t size = Size;
    using pack = lanes;
    static constexpr std::size_t count = Size;

    batch value;

    lanes() = default;
    ETCH_INLINE lanes(batch numbers) noexcept : value{numbers} {}
    ETCH_INLINE lanes(T number) noexcept : value(internal::to_fill(number)) {}

    ETCH_INLINE static lanes load(const T* from) noexcept { return {batch::load_unaligned(from)}; }
    ETCH_INLINE void store(T* to) const noexcept { value.store_unaligned(to); }

    ETCH_INLINE friend lanes operator+(lanes a, lanes b) noexcept { return {a.value + b.value}; }
    ETCH_INLINE friend lanes operator-(lanes a, lanes b) noexcept { return {a.value - b.value}; }
    /// Rounded, whatever it is added to later: see fma.
    ETCH_INLINE friend lanes operator*(lanes a, lanes b) noexcept {
        batch product = a.value * b.value;
        if constexpr (std::is_same_v<T, float>) internal::prevent_contraction(product.data);
        return {product};
    }
    ETCH_INLINE friend lanes operator/(lanes a, lanes b) noexcept {
        return {internal::divide_registers(a.value, b.value)};
    }
    ETCH_INLINE friend lanes operator-(lanes a) noexcept {
        if constexpr (std::is_integral_v<T>)
            return {batch(T{0}) - a.value};
        else
            return {a.value ^ batch(T{-0.0})};
    }

    ETCH_INLINE friend mask operator<(lanes a, lanes b) noexcept { return a.value < b.value; }
    ETCH_INLINE friend mask operator<=(lanes a, lanes b) noexcept { return a.value <= b.value; }
    ETCH_INLINE friend mask operator>(lanes a, lanes b) noexcept { return a.value > b.value; }
    ETCH_INLINE friend mask operator>=(lanes a, lanes b) noexcept { return a.value >= b.value; }
    ETCH_INLINE friend mask operator==(lanes a, lanes b) noexcept { return a.value == b.value; }
    // Not xsimd's own, which on AVX and AVX-512 says that NaN does not differ from anything.
    ETCH_INLINE friend mask operator!=(lanes a, lanes b) noexcept { return !(a.value == b.value); }
    ETCH_INLINE friend lanes select(mask condition, lanes yes, lanes no) noexcept {
        return {internal::select_register(condition, yes.value, no.value)};
    }

    ETCH_INLINE friend lanes operator&(lanes a, lanes b) noexcept { return {a.value & b.value}; }
    ETCH_INLINE friend lanes operator|(lanes a, lanes b) noexcept { return {a.value | b.value}; }
    ETCH_INLINE friend lanes operator^(lanes a, lanes b) noexcept { return {a.value ^ b.value}; }
    ETCH_INLINE friend lanes operator<<(lanes a, int n) noexcept { return {internal::shift_left(a.value, n)}; }
    ETCH_INLINE friend lanes operator>>(lanes a, int n) noexcept { return {internal::shift_right(a.value, n)}; }

    ETCH_INLINE friend lanes fma(lanes a, lanes b, lanes c) noexcept {
        using element = typename batch::register_type;
        if constexpr (!fused_multiply_add && std::is_same_v<T, float>) {
            batch product = a.value * b.value, addend = c.value;
            internal::prevent_contraction(product.data);
            internal::prevent_contraction(addend.data);  // c may be a product too
            return {product + addend};
        } else if constexpr (requires { internal::fma_register(a.value, b.value, c.value); }) {
            return {batch(internal::fma_register(static_cast<element>(a.value), static_cast<element>(b.value),
                                                 static_cast<element>(c.value)))};
        } else {  // the target has none: lane by lane, exact and slow
            T x[Size], y[Size], z[Size];
            a.store(x), b.store(y), c.store(z);
            for (std::size_t i = 0; i < Size; ++i) z[i] = internal::fma_number(x[i], y[i], z[i]);
            return load(z);
        }
    }
    ETCH_INLINE friend lanes larger(lanes a, lanes b) noexcept { return {internal::max_register(a.value, b.value)}; }
    ETCH_INLINE friend lanes smaller(lanes a, lanes b) noexcept { return {internal::min_register(a.value, b.value)}; }
    ETCH_INLINE friend lanes sqrt(lanes a) noexcept { return {internal::sqrt_register(a.value)}; }
};

template <class T, std::size_t Size>
    requires(Size > 1)
inline constexpr bool has_lanes<T, Size> = !std::is_void_v<internal::batch_of<T, Size>>;

template <std::size_t N>
    requires(N > 1)
ETCH_INLINE lanes<float, N> to_float(lanes<std::int32_t, N> x) noexcept {
    return {internal::to_float_register(x.value)};
}
template <std::size_t N>
    requires(N > 1)
ETCH_INLINE lanes<std::int32_t, N> to_integer(lanes<float, N> x) noexcept {
    return {internal::to_integer_register(x.value)};
}

}  // namespace etch::inline ETCH_VARIANT
