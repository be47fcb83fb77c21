#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// A message for a person, composed in place: no heap, no exceptions, usable in constant expressions, and the same
/// characters on every machine. Text that does not fit is cut off.
class message_text {
public:
    static constexpr std::size_t capacity = 383;

    constexpr message_text() noexcept = default;
    constexpr message_text(std::string_view from) noexcept { append(from); }
    constexpr message_text(const char* from) noexcept { append(from); }

    constexpr message_text& append(std::string_view from) noexcept {
        for (const char c : from) append(c);
        return *this;
    }
    constexpr message_text& append(const char* from) noexcept { return append(std::string_view{from}); }
    constexpr message_text& append(char c) noexcept {
        if (size_ < capacity) characters_[size_++] = c;
        return *this;
    }
    constexpr message_text& append(std::unsigned_integral auto number) noexcept {
        if (number >= 10) append(number / 10);
        return append(static_cast<char>('0' + number % 10));
    }
    /// Six digits, without zeros at the end: 0.1, 1234.5, 1e-60, NaN, -infinity.
    constexpr message_text& append(double number) noexcept {
        if (number != number) return append("NaN");
        if (number < 0) append('-');
        if (number > (std::numeric_limits<double>::max)() || number < std::numeric_limits<double>::lowest())
            return append("infinity");
        double mantissa = number < 0 ? -number : number;
        int exponent = 0;
        for (; mantissa >= 10; mantissa /= 10) ++exponent;
        for (; mantissa < 1 && mantissa != 0; mantissa *= 10) --exponent;
        auto digits = (static_cast<std::uint32_t>(mantissa * 1e6) + 5) / 10;  // in integers: nothing to contract
        if (digits == 1'000'000) {
            digits = 100'000;
            ++exponent;
        }
        if (exponent >= -4 && exponent < 6) return append_digits(digits, exponent);
        append_digits(digits, 0).append('e');
        if (exponent < 0) append('-');
        return append(static_cast<std::uint32_t>(exponent < 0 ? -exponent : exponent));
    }

    [[nodiscard]] constexpr const char* c_str() const noexcept { return characters_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr operator std::string_view() const noexcept { return {characters_, size_}; }
    [[nodiscard]] friend constexpr bool operator==(const message_text& a, std::string_view b) noexcept {
        return std::string_view{a} == b;
    }

private:
    /// Six digits with `exponent` + 1 of them before the point.
    constexpr message_text& append_digits(std::uint32_t digits, int exponent) noexcept {
        std::uint32_t unit = 100'000;
        if (exponent < 0) append("0.");
        for (int i = -1; i > exponent; --i) append('0');
        for (int i = 0; unit != 0 && (digits != 0 || i <= exponent); ++i, unit /= 10) {
            if (i == exponent + 1 && exponent >= 0) append('.');
            append(static_cast<char>('0' + digits / unit));
            digits %= unit;
        }
        return *this;
    }

    char characters_[capacity + 1] = {};
    std::size_t size_ = 0;
};

namespace internal {

/// Text, characters, counts and doubles, one after the other.
[[nodiscard]] constexpr message_text sentence(const auto&... parts) noexcept {
    message_text text;
    (text.append(parts), ...);
    return text;
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
