#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <etch/core/bit_cast.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// A float or an integer as text, exactly: the bytes of its bits, little endian, two hexadecimal digits each.
template <class T>
constexpr void append_hexadecimal(auto& to, T number) noexcept {
    using bits_type = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    static_assert(sizeof(T) == sizeof(bits_type));
    constexpr std::string_view digits = "0123456789abcdef";
    auto bits = bit_cast<bits_type>(number);
    for (std::size_t byte = 0; byte < sizeof(T); ++byte, bits >>= 8)
        to.append(digits[bits >> 4 & 15]).append(digits[bits & 15]);
}

/// How many digits a T has.
template <class T>
inline constexpr std::size_t hexadecimal_digits = 2 * sizeof(T);

/// The value of a digit in upper or lower case; 16 for anything else.
[[nodiscard]] constexpr unsigned digit_value(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

/// Number `index` of a text of such numbers; false if it is missing or malformed.
template <class T>
[[nodiscard]] constexpr bool take_hexadecimal(std::string_view text, std::size_t index, T& to) noexcept {
    using bits_type = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    static_assert(sizeof(T) == sizeof(bits_type));
    constexpr std::size_t length = hexadecimal_digits<T>;
    if (text.size() / length <= index) return false;
    bits_type bits = 0;
    for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
        const unsigned high = digit_value(text[index * length + 2 * byte]);
        const unsigned low = digit_value(text[index * length + 2 * byte + 1]);
        if (high > 15 || low > 15) return false;
        bits |= static_cast<bits_type>(high << 4 | low) << (8 * byte);
    }
    to = bit_cast<T>(bits);
    return true;
}

}  // namespace etch::inline ETCH_VARIANT::internal
