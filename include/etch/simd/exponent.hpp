#pragma once
// Splits off the exponent of a float, and puts it back. AVX-512 has an instruction for each; elsewhere a few operations
// on the bits of the float give the same bits.
#include <cstddef>
#include <cstdint>
#include <limits>

#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Whether the target has an instruction for it.
template <class V>
inline constexpr bool splits_by_instruction = requires(V x) { instruction::fraction(x.native()); };

/// The bits of 3/4: subtracting them leaves the exponent of a fraction in [3/4, 3/2) in place.
inline constexpr std::int32_t three_quarters_bits = 0x3f400000;
inline constexpr std::int32_t exponent_bits = static_cast<std::int32_t>(0xff800000u);

}  // namespace internal

/// x = fraction 2^exponent with a fraction in [3/4, 3/2). For zero the exponent is minus infinity and for infinity it
/// is infinity, both with a finite fraction; for NaN and negative numbers the exponent is NaN.
template <std::size_t N>
struct split_float {
    float_lanes<N> fraction;
    float_lanes<N> scaled_exponent;  // the exponent, divided by the unit

    /// The exponent in the bits is 2^23 times too large; a multiplication that follows anyway can undo that.
    static constexpr float unit = internal::splits_by_instruction<float_lanes<N>> ? 1.0f : 0x1p-23f;
};

template <std::size_t N>
ETCH_INLINE constexpr split_float<N> split(float_lanes<N> x) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    if constexpr (internal::splits_by_instruction<V>) {
        const V fraction = internal::instruction::fraction(x.native());
        const V whole = internal::instruction::exponent(x.native());
        return {fraction, whole - V(internal::instruction::exponent(fraction.native()))};
    } else {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        // The bits of a denormal, read as an integer, are 2^149 times the number.
        const I lifted = as_integer(to_float(as_integer(x))) - I(149 << 23);
        const I bits = as_integer(select(x < V(0x1p-126f), as_float(lifted), x));
        const I exponent = (bits - I(internal::three_quarters_bits)) & I(internal::exponent_bits);
        const V below = select(x == V(0.0f), V(-infinity), V(std::numeric_limits<float>::quiet_NaN()));
        const V finite = select(x == V(infinity), x, to_float(exponent));
        return {as_float(bits - exponent), select(x > V(0.0f), finite, below)};
    }
}

/// (1 + t) 2^n for 1 + t between 1/2 and 2 and an integer n from -152 to 128, rounded once more if it is denormal.
/// `shifted` is n + 1.5 * 2^23, with n in its lowest bits.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> scale_one_plus(float_lanes<N> t, float_lanes<N> n,
                                                    float_lanes<N> shifted) noexcept {
    using V = float_lanes<N>;
    using I = integer_lanes<N>;
    if constexpr (internal::splits_by_instruction<V>) {
        return {internal::instruction::scale((t + V(1.0f)).native(), n.native())};
    } else {
        // 2^n may not be a float although the result is, so it is applied in halves: the first is exact.
        const I whole = as_integer(shifted), half = whole >> 1;
        const V first = as_float((half << 23) + I(0x3f800000));
        const V second = as_float(((whole - half) << 23) + I(0x3f800000));
        return fma(t, first, first) * second;
    }
}

}  // namespace etch::inline ETCH_VARIANT
