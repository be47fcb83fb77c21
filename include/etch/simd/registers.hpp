#pragma once
// lanes<T, N> as one SIMD register, if the target has any: the only file that names xsimd.
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
#include <etch/simd/opaque.hpp>
#include <etch/simd/plain.hpp>
#include <etch/simd/target.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class T, std::size_t Size>
using batch_of = xsimd::make_sized_batch_t<T, Size>;  // void if the target has no such register

/// A number that is about to fill a register.
template <class T>
ETCH_INLINE T number_to_fill(T number) noexcept {
    if constexpr (requires { instruction::keep_load_here(number); }) instruction::keep_load_here(number);
    return number;
}

}  // namespace internal

template <class T, std::size_t Size>
    requires(Size > 1 && !std::is_void_v<internal::batch_of<T, Size>>)
struct lanes<T, Size> {
    using value_type = T;
    using batch = internal::batch_of<T, Size>;
    using native_type = typename batch::register_type;  // what the target's instructions take
    using mask = typename batch::batch_bool_type;
    static constexpr std::size_t size = Size;
    using pack = lanes;
    static constexpr std::size_t count = Size;

    batch value;

    lanes() = default;
    ETCH_INLINE lanes(batch numbers) noexcept : value{numbers} {}
    ETCH_INLINE lanes(native_type numbers) noexcept { value.data = numbers; }
    ETCH_INLINE lanes(T number) noexcept : value(internal::number_to_fill(number)) {}
    ETCH_INLINE native_type native() const noexcept { return value.data; }

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
        if constexpr (requires { internal::instruction::divide(a.native(), b.native()); })
            return {internal::instruction::divide(a.native(), b.native())};
        else
            return {a.value / b.value};
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
    // Not xsimd's own, according to which, on AVX and AVX-512, NaN does not differ from anything.
    ETCH_INLINE friend mask operator!=(lanes a, lanes b) noexcept { return !(a.value == b.value); }
    ETCH_INLINE friend lanes select(mask condition, lanes yes, lanes no) noexcept {
        if constexpr (requires { internal::instruction::select(condition, yes.native(), no.native()); })
            return {internal::instruction::select(condition, yes.native(), no.native())};
        else
            return {xsimd::select(condition, yes.value, no.value)};
    }

    ETCH_INLINE friend lanes operator&(lanes a, lanes b) noexcept { return {a.value & b.value}; }
    ETCH_INLINE friend lanes operator|(lanes a, lanes b) noexcept { return {a.value | b.value}; }
    ETCH_INLINE friend lanes operator^(lanes a, lanes b) noexcept { return {a.value ^ b.value}; }
    ETCH_INLINE friend lanes operator<<(lanes a, int n) noexcept {
        if constexpr (requires { internal::instruction::shift_left(a.native(), n); })
            return {internal::instruction::shift_left(a.native(), n)};
        else
            return {a.value << n};
    }
    ETCH_INLINE friend lanes operator>>(lanes a, int n) noexcept {
        if constexpr (requires { internal::instruction::shift_right(a.native(), n); })
            return {internal::instruction::shift_right(a.native(), n)};
        else
            return {a.value >> n};
    }

    ETCH_INLINE friend lanes fma(lanes a, lanes b, lanes c) noexcept {
        if constexpr (!fused_multiply_add && std::is_same_v<T, float>) {
            batch product = a.value * b.value, addend = c.value;
            internal::prevent_contraction(product.data);
            internal::prevent_contraction(addend.data);  // c may be a product too
            return {product + addend};
        } else if constexpr (requires { internal::instruction::fma(a.native(), b.native(), c.native()); }) {
            return {internal::instruction::fma(a.native(), b.native(), c.native())};
        } else {  // lane by lane, exact and slow
            T x[Size], y[Size], z[Size];
            a.store(x), b.store(y), c.store(z);
            for (std::size_t i = 0; i < Size; ++i) z[i] = internal::fma_number(x[i], y[i], z[i]);
            return load(z);
        }
    }
    ETCH_INLINE friend lanes larger(lanes a, lanes b) noexcept {
        if constexpr (requires { internal::instruction::larger(a.native(), b.native()); })
            return {internal::instruction::larger(a.native(), b.native())};
        else  // on most targets the instruction treats NaN differently
            return {xsimd::select(a.value > b.value, a.value, b.value)};
    }
    ETCH_INLINE friend lanes smaller(lanes a, lanes b) noexcept {
        if constexpr (requires { internal::instruction::smaller(a.native(), b.native()); })
            return {internal::instruction::smaller(a.native(), b.native())};
        else
            return {xsimd::select(a.value < b.value, a.value, b.value)};
    }
    ETCH_INLINE friend lanes sqrt(lanes a) noexcept {
        if constexpr (requires { internal::instruction::sqrt(a.native()); })
            return {internal::instruction::sqrt(a.native())};
        else
            return {xsimd::sqrt(a.value)};
    }
};

template <class T, std::size_t Size>
    requires(Size > 1)
inline constexpr bool has_lanes<T, Size> = !std::is_void_v<internal::batch_of<T, Size>>;

template <std::size_t N>
    requires(N > 1)
ETCH_INLINE lanes<float, N> to_float(lanes<std::int32_t, N> x) noexcept {
    if constexpr (requires { internal::instruction::to_float(x.native()); })
        return {internal::instruction::to_float(x.native())};
    else
        return {xsimd::to_float(x.value)};
}
template <std::size_t N>
    requires(N > 1)
ETCH_INLINE lanes<std::int32_t, N> to_integer(lanes<float, N> x) noexcept {
    if constexpr (requires { internal::instruction::to_integer(x.native()); })
        return {internal::instruction::to_integer(x.native())};
    else
        return {xsimd::to_int(x.value)};
}

}  // namespace etch::inline ETCH_VARIANT
