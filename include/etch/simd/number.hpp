#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <etch/core/bit_cast.hpp>
#include <etch/core/config.hpp>
#include <etch/core/finite.hpp>
#include <etch/simd/opaque.hpp>
#include <etch/simd/target.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Rounds a double to odd: if the exact sum `value + error` is not a double, the last bit is set. Rounding the result
/// to float then gives the same as rounding the exact sum, since a double has more than 2 * 24 + 2 bits.
/// Source: S. Boldo, G. Melquiond, "Emulation of FMA and Correctly Rounded Sums: Proved Algorithms Using Rounding to
/// Odd", 2008.
constexpr double round_to_odd(double value, double error) noexcept {
    const auto bits = bit_cast<std::uint64_t>(value);
    if (error == 0 || (bits & 1) != 0 || !(error == error)) return value;
    const bool away_from_zero = (error > 0) == (value > 0);
    return bit_cast<double>(away_from_zero ? bits + 1 : bits - 1);
}

/// Converts as the hardware does; in a constant expression a conversion must not overflow.
constexpr float to_nearest_float(double x) noexcept {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return x >= 0x1.ffffffp+127 ? infinity : x <= -0x1.ffffffp+127 ? -infinity : static_cast<float>(x);
}

/// a * b + c, rounded once, in a constant expression: not every compiler evaluates its builtin there. In few
/// statements, since clang limits their number (1,048,576 unless -fconstexpr-steps is set).
constexpr float constant_fma(float a, float b, float c) noexcept {
    const double product = static_cast<double>(a) * static_cast<double>(b);  // exact: 24 + 24 bits fit in 53
    const double sum = product + static_cast<double>(c);
    if (!is_finite(sum) || sum == 0) return to_nearest_float(sum);
    const double back = sum - product;  // the error of the sum (D. Knuth's two-sum)
    const double error = (product - (sum - back)) + (static_cast<double>(c) - back);
    return to_nearest_float(round_to_odd(sum, error));
}

/// The square root, rounded correctly, in a constant expression.
constexpr float constant_sqrt(float x) noexcept {
    if (!(x > 0) || !is_finite(x)) return x == 0 || x > 0 ? x : bit_cast<float>(0x7fc00000u);
    const double value = x;
    double root =
        bit_cast<double>((bit_cast<std::uint64_t>(value) >> 1) + (std::uint64_t{511} << 52) + (std::uint64_t{1} << 51));
    for (int i = 0; i < 6; ++i) root = 0.5 * (root + value / root);  // Newton: exact to a double's last bits
    return static_cast<float>(root);  // no root is so close to a midpoint that those bits matter
}

/// a * b + c of one number, under the numeric contract in force. Doubles are for gradient checks and are always fused.
ETCH_INLINE constexpr float fma_number(float a, float b, float c) noexcept {
    if constexpr (fused_multiply_add) {
        // Without the instruction, avoid the C library's too: mingw-w64's and newlib's round twice.
        if (!ETCH_HARDWARE_FMA || ETCH_CONSTANT_EVALUATED) return constant_fma(a, b, c);
#if defined(__GNUC__)
        return __builtin_fmaf(a, b, c);
#else
        return std::fma(a, b, c);
#endif
    } else {
        float product = a * b;
        if (!ETCH_CONSTANT_EVALUATED) prevent_contraction(product), prevent_contraction(c);  // c may be a product too
        return product + c;
    }
}

ETCH_INLINE constexpr double fma_number(double a, double b, double c) noexcept {
    if (ETCH_CONSTANT_EVALUATED) return a * b + c;
#if defined(__GNUC__)
    return __builtin_fma(a, b, c);
#else
    return std::fma(a, b, c);
#endif
}

template <class T>
ETCH_INLINE constexpr T sqrt_number(T x) noexcept {
    if constexpr (std::is_same_v<T, double>) {
        return std::sqrt(x);
    } else {
        if (ETCH_CONSTANT_EVALUATED) return constant_sqrt(x);
        if constexpr (requires { instruction::sqrt(x); })
            return instruction::sqrt(x);
        else
#if defined(__GNUC__)
            return __builtin_sqrtf(x);
#else
            return std::sqrt(x);
#endif
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
