#pragma once
#include <cstddef>
#include <cstdint>

#include <etch/core/bit_cast.hpp>
#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// How the elements of a weight matrix are stored: as numbers of the network's type, or packed, several per 32-bit
/// word.
///
/// | format | elements in a word | value |
/// |---|---|---|
/// | number | not packed | itself |
/// | bf16 | 2 | the upper half of a float |
///
/// A packed matrix of Rows x Columns is a column-major matrix of Rows x ⌈Columns / n⌉ words: n neighbours in a row
/// share a word, the first in its lowest bits. Elements beyond the last column are 0. docs/bf16.md lists what another
/// format would change.
enum class weight_format : unsigned char { number, bf16 };

/// Short for `weight_format::bf16`: dense<512, bf16>.
inline constexpr weight_format bf16 = weight_format::bf16;

/// The bfloat16 nearest to x, ties to even, in the lower half of the result: the sign, exponent and first 7 fraction
/// bits of a float.
///
/// Error: at most 2^-8 of x (half a unit of its 8 significant bits), or 2^-134 if x is denormal. A float that exceeds
/// the largest bfloat16 by half a unit, 0x1.ffp127 or more, becomes infinite, as in IEEE 754; NaN stays NaN.
[[nodiscard]] constexpr std::uint32_t to_bf16(float x) noexcept {
    const auto bits = bit_cast<std::uint32_t>(x);
    const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    if (is_nan) return bits >> 16 | 0x0040u;  // quiet NaN, also if only dropped bits are set
    const std::uint32_t last = bits >> 16 & 1;
    return (bits + 0x7fffu + last) >> 16;
}

/// The float with the same value, exact.
[[nodiscard]] constexpr float from_bf16(std::uint32_t bits) noexcept { return bit_cast<float>(bits << 16); }

/// How many elements share a word; 0 if the format is not packed.
[[nodiscard]] constexpr std::size_t elements_per_word(weight_format how) noexcept {
    return how == weight_format::bf16 ? 2 : 0;
}

[[nodiscard]] constexpr bool is_packed(weight_format how) noexcept { return elements_per_word(how) != 0; }

/// The number of words of a matrix.
[[nodiscard]] constexpr std::size_t words_of(weight_format how, std::size_t rows, std::size_t columns) noexcept {
    const std::size_t together = elements_per_word(how);
    return together == 0 ? 0 : rows * ((columns + together - 1) / together);
}

/// One element of a packed matrix, of a format that has two per word, that begins at `words` and has `rows` rows.
[[nodiscard]] constexpr float packed_element(weight_format how, const std::int32_t* words, std::size_t rows,
                                             std::size_t row, std::size_t column) noexcept {
    const std::size_t together = elements_per_word(how);
    const auto word = static_cast<std::uint32_t>(words[column / together * rows + row]);
    return from_bf16(column % together == 0 ? word & 0xffffu : word >> 16);
}

/// Writes one element, rounded to the format; its neighbours in the word do not change.
constexpr void set_packed_element(weight_format how, std::int32_t* words, std::size_t rows, std::size_t row,
                                  std::size_t column, float value) noexcept {
    const std::size_t together = elements_per_word(how);
    std::int32_t& place = words[column / together * rows + row];
    const auto word = static_cast<std::uint32_t>(place);
    const std::uint32_t bits = to_bf16(value);
    place =
        static_cast<std::int32_t>(column % together == 0 ? (word & 0xffff0000u) | bits : (word & 0xffffu) | bits << 16);
}

}  // namespace etch::inline ETCH_VARIANT
