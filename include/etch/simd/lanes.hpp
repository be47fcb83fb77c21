#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>

#include <etch/core/config.hpp>
#include <etch/simd/number.hpp>

namespace etch {

/// A handful of numbers that are computed together. The mathematics of etch is written once over `lanes<T, N>`:
/// - `lanes<T, 1>` is one plain number, usable in constant expressions and on every target;
/// - `lanes<T, N>` for the sizes that the hardware has is one SIMD register (simd/registers.hpp).
///
/// Every operation acts on each lane by itself and rounds as IEEE 754 says, so a lane holds the same bits whatever its
/// neighbours are and however many there are. T is float, double, or std::int32_t for work on the bits of a float.
///
/// Operations: load, store, + - * /, unary -, comparisons (a mask), select, fma, min, max, abs, sqrt, copysign; on
/// integers
/// + - & | ^ << >>; as_integer and as_float reinterpret, to_integer and to_float convert.
template <class T, std::size_t Size>
struct lanes;

template <class T>
struct lanes<T, 1> {
    using value_type = T;
    using mask = bool;
    static constexpr std::size_t size = 1;

    T value;

    lanes() = default;
    ETCH_INLINE constexpr lanes(T number) noexcept : value{number} {}

    ETCH_INLINE static constexpr lanes load(const T* from) noexcept { return {*from}; }
    ETCH_INLINE constexpr void store(T* to) const noexcept { *to = value; }

    ETCH_INLINE friend constexpr lanes operator+(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value + b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator-(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value - b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator*(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value * b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator/(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value / b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator-(lanes a) noexcept { return {static_cast<T>(-a.value)}; }

    ETCH_INLINE friend constexpr mask operator<(lanes a, lanes b) noexcept { return a.value < b.value; }
    ETCH_INLINE friend constexpr mask operator<=(lanes a, lanes b) noexcept { return a.value <= b.value; }
    ETCH_INLINE friend constexpr mask operator>(lanes a, lanes b) noexcept { return a.value > b.value; }
    ETCH_INLINE friend constexpr mask operator>=(lanes a, lanes b) noexcept { return a.value >= b.value; }
    ETCH_INLINE friend constexpr mask operator==(lanes a, lanes b) noexcept { return a.value == b.value; }
    ETCH_INLINE friend constexpr mask operator!=(lanes a, lanes b) noexcept { return a.value != b.value; }
    ETCH_INLINE friend constexpr lanes select(mask condition, lanes yes, lanes no) noexcept {
        return condition ? yes : no;
    }

    ETCH_INLINE friend constexpr lanes operator&(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value & b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator|(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value | b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator^(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value ^ b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator<<(lanes a, int n) noexcept {
        return {static_cast<T>(static_cast<std::make_unsigned_t<T>>(a.value) << n)};
    }
    ETCH_INLINE friend constexpr lanes operator>>(lanes a, int n) noexcept { return {static_cast<T>(a.value >> n)}; }

    /// a * b + c under the numeric contract in force: the only way in which a product may feed a sum.
    ETCH_INLINE friend constexpr lanes fma(lanes a, lanes b, lanes c) noexcept {
        return {internal::fma_number(a.value, b.value, c.value)};
    }
    /// The second operand where one is NaN or both are zero: a > b ? a : b.
    ETCH_INLINE friend constexpr lanes max(lanes a, lanes b) noexcept {
        return {a.value > b.value ? a.value : b.value};
    }
    /// The second operand where one is NaN or both are zero: a < b ? a : b.
    ETCH_INLINE friend constexpr lanes min(lanes a, lanes b) noexcept {
        return {a.value < b.value ? a.value : b.value};
    }
    ETCH_INLINE friend constexpr lanes sqrt(lanes a) noexcept { return {internal::sqrt_number(a.value)}; }
};

/// Whether the target computes `Size` values of type T together.
template <class T, std::size_t Size>
inline constexpr bool has_lanes = Size == 1;

}  // namespace etch

#if ETCH_HAS_XSIMD
#include <etch/simd/registers.hpp>
#endif

namespace etch {

/// The largest number of lanes of type T that the target computes together.
template <class T>
inline constexpr std::size_t widest_lanes = has_lanes<T, 16>  ? 16
                                            : has_lanes<T, 8> ? 8
                                            : has_lanes<T, 4> ? 4
                                            : has_lanes<T, 2> ? 2
                                                              : 1;

/// The largest number of lanes that the target has and that is not above `limit` (at least 1).
template <class T>
constexpr std::size_t lanes_up_to(std::size_t limit) noexcept {
    constexpr bool has[] = {has_lanes<T, 16>, has_lanes<T, 8>, has_lanes<T, 4>, has_lanes<T, 2>};
    std::size_t size = 16;
    for (bool here : has) {
        if (here && size <= limit) return size;
        size /= 2;
    }
    return 1;
}

/// How many registers the target has for lanes: what a tile may fill.
inline constexpr std::size_t register_count =
#if defined(__AVX512F__) || defined(__aarch64__) || defined(_M_ARM64) || defined(__arm__) || defined(__riscv)
    32;
#else
    16;
#endif

// ---- the bits of floats ---------------------------------------------------------------------------------------------

template <std::size_t N>
using float_lanes = lanes<float, N>;
template <std::size_t N>
using integer_lanes = lanes<std::int32_t, N>;

/// The bits of each float as an integer, and back.
template <std::size_t N>
ETCH_INLINE constexpr integer_lanes<N> as_integer(float_lanes<N> x) noexcept {
    return std::bit_cast<integer_lanes<N>>(x);
}
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> as_float(integer_lanes<N> x) noexcept {
    return std::bit_cast<float_lanes<N>>(x);
}

template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> abs(float_lanes<N> x) noexcept {
    return as_float(as_integer(x) & integer_lanes<N>(0x7fffffff));
}
/// The magnitude of x with the sign of s.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> copysign(float_lanes<N> x, float_lanes<N> s) noexcept {
    return as_float((as_integer(x) & integer_lanes<N>(0x7fffffff)) | (as_integer(s) & integer_lanes<N>(INT32_MIN)));
}
template <std::size_t N>
ETCH_INLINE constexpr lanes<double, N> abs(lanes<double, N> x) noexcept {
    return max(x, -x) + lanes<double, N>(0);  // the sum makes -0 to 0
}

/// The float nearest to each integer.
ETCH_INLINE constexpr float_lanes<1> to_float(integer_lanes<1> x) noexcept { return {static_cast<float>(x.value)}; }
/// The integer part, toward zero; the float must be within the range of the integer.
ETCH_INLINE constexpr integer_lanes<1> to_integer(float_lanes<1> x) noexcept {
    return {static_cast<std::int32_t>(x.value)};
}

}  // namespace etch
