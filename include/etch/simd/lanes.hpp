#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <etch/core/bit_cast.hpp>
#include <etch/core/config.hpp>
#include <etch/simd/subregister.hpp>

namespace etch::inline ETCH_VARIANT {

/// The largest number of lanes of type T that the target computes at once.
template <class T>
inline constexpr std::size_t widest_lanes = has_lanes<T, 16>  ? 16
                                            : has_lanes<T, 8> ? 8
                                            : has_lanes<T, 4> ? 4
                                            : has_lanes<T, 2> ? 2
                                                              : 1;

/// The largest number of lanes that the target has, up to `limit` (at least 1).
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

/// The target's smallest register for `count` numbers of type T, or else its largest. A single number also gets a
/// register: otherwise operations on its bits would move it between the units for floats and for integers.
template <class T>
constexpr std::size_t lanes_for(std::size_t count) noexcept {
    constexpr bool has[] = {has_lanes<T, 2>, has_lanes<T, 4>, has_lanes<T, 8>, has_lanes<T, 16>};
    for (std::size_t power = 1; power <= 4; ++power)
        if (has[power - 1] && (std::size_t{1} << power) >= count) return std::size_t{1} << power;
    return widest_lanes<T>;
}

// ---- the bits of floats ---------------------------------------------------------------------------------------------

template <std::size_t N>
using float_lanes = lanes<float, N>;
template <std::size_t N>
using integer_lanes = lanes<std::int32_t, N>;

/// The bits of each float as an integer, and vice versa.
template <std::size_t N>
ETCH_INLINE constexpr integer_lanes<N> as_integer(float_lanes<N> x) noexcept {
    return bit_cast<integer_lanes<N>>(x);
}
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> as_float(integer_lanes<N> x) noexcept {
    return bit_cast<float_lanes<N>>(x);
}

template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> magnitude(float_lanes<N> x) noexcept {
    return as_float(as_integer(x) & integer_lanes<N>(0x7fffffff));
}
/// The magnitude of x with the sign of s.
template <std::size_t N>
ETCH_INLINE constexpr float_lanes<N> copysign(float_lanes<N> x, float_lanes<N> s) noexcept {
    return as_float((as_integer(x) & integer_lanes<N>(0x7fffffff)) | (as_integer(s) & integer_lanes<N>(INT32_MIN)));
}
template <std::size_t N>
ETCH_INLINE constexpr lanes<double, N> magnitude(lanes<double, N> x) noexcept {
    return larger(x, -x) + lanes<double, N>(0);  // the sum turns -0 into +0
}

/// The float nearest to each integer.
ETCH_INLINE constexpr float_lanes<1> to_float(integer_lanes<1> x) noexcept { return {static_cast<float>(x.value)}; }
/// The integer part, toward zero; the float must be within the range of the integer.
ETCH_INLINE constexpr integer_lanes<1> to_integer(float_lanes<1> x) noexcept {
    return {static_cast<std::int32_t>(x.value)};
}

}  // namespace etch::inline ETCH_VARIANT
