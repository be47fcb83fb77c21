#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/simd/number.hpp>

namespace etch::inline ETCH_VARIANT {

/// A handful of numbers that are computed together. The mathematics of etch is written once over `lanes<T, N>`:
/// - `lanes<T, 1>` is one plain number, usable in constant expressions and on every target;
/// - `lanes<T, N>` for the sizes that the hardware has is one SIMD register (simd/registers.hpp).
///
/// Every operation acts on each lane independently and rounds as in IEEE 754, so the bits of a lane depend neither on
/// its neighbours nor on their number. T is float, double, or std::int32_t for work on the bits of a float.
///
/// Operations: load, store, + - * /, unary -, comparisons (a mask), select, fma, smaller, larger, magnitude, sqrt,
/// copysign; on integers + - & | ^ << >>; as_integer and as_float reinterpret, to_integer and to_float convert.
template <class T, std::size_t Size>
struct lanes;

template <class T>
struct lanes<T, 1> {
    using value_type = T;
    using native_type = T;
    using mask = bool;
    static constexpr std::size_t size = 1;
    /// What a tile requests from an expression: whole registers here, fewer numbers in `partial_lanes`.
    using pack = lanes;
    static constexpr std::size_t count = 1;

    /// Integers wrap around, as in registers; in C++ only unsigned ones may.
    using wrapping =
        typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;

    T value;

    lanes() = default;
    ETCH_INLINE constexpr lanes(T number) noexcept : value{number} {}
    ETCH_INLINE constexpr native_type native() const noexcept { return value; }

    ETCH_INLINE static constexpr lanes load(const T* from) noexcept { return {*from}; }
    ETCH_INLINE constexpr void store(T* to) const noexcept { *to = value; }

    ETCH_INLINE friend constexpr lanes operator+(lanes a, lanes b) noexcept {
        return {static_cast<T>(wrapping(a.value) + wrapping(b.value))};
    }
    ETCH_INLINE friend constexpr lanes operator-(lanes a, lanes b) noexcept {
        return {static_cast<T>(wrapping(a.value) - wrapping(b.value))};
    }
    /// Rounded, whatever it is added to later: see fma.
    ETCH_INLINE friend constexpr lanes operator*(lanes a, lanes b) noexcept {
        T product = static_cast<T>(a.value * b.value);
        if constexpr (std::is_same_v<T, float>)
            if (!ETCH_CONSTANT_EVALUATED) internal::prevent_contraction(product);
        return {product};
    }
    ETCH_INLINE friend constexpr lanes operator/(lanes a, lanes b) noexcept {
        return {static_cast<T>(a.value / b.value)};
    }
    ETCH_INLINE friend constexpr lanes operator-(lanes a) noexcept { return {static_cast<T>(-wrapping(a.value))}; }

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
        return {static_cast<T>(wrapping(a.value) << n)};
    }
    ETCH_INLINE friend constexpr lanes operator>>(lanes a, int n) noexcept { return {static_cast<T>(a.value >> n)}; }

    /// a * b + c under the numeric contract in force: the only way in which a product may feed a sum.
    ETCH_INLINE friend constexpr lanes fma(lanes a, lanes b, lanes c) noexcept {
        return {internal::fma_number(a.value, b.value, c.value)};
    }
    /// a > b ? a : b: the second operand if one is NaN or both are zero.
    ETCH_INLINE friend constexpr lanes larger(lanes a, lanes b) noexcept {
        return {a.value > b.value ? a.value : b.value};
    }
    /// a < b ? a : b: the second operand if one is NaN or both are zero.
    ETCH_INLINE friend constexpr lanes smaller(lanes a, lanes b) noexcept {
        return {a.value < b.value ? a.value : b.value};
    }
    ETCH_INLINE friend constexpr lanes sqrt(lanes a) noexcept { return {internal::sqrt_number(a.value)}; }
};

/// Whether the target computes `Size` values of type T at once.
template <class T, std::size_t Size>
inline constexpr bool has_lanes = Size == 1;

}  // namespace etch::inline ETCH_VARIANT
