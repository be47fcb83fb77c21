#pragma once
#include <charconv>
#include <clocale>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// How long the number is that `text` begins with: a sign, digits with or without a point, an exponent; 0 where there is
/// none.
constexpr std::size_t decimal_length(std::string_view text) noexcept {
    std::size_t at = 0;
    const auto take_digits = [&] {
        const std::size_t before = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at - before;
    };
    if (at < text.size() && text[at] == '-') ++at;
    std::size_t digits = take_digits();
    if (at < text.size() && text[at] == '.') {
        ++at;
        digits += take_digits();
    }
    if (digits == 0) return 0;
    const std::size_t whole = at;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (take_digits() == 0) return whole;
    }
    return at;
}

/// std::from_chars of floating-point numbers, by the C library: for standard libraries without it.
template <std::floating_point T>
std::from_chars_result decimal_by_c(const char* begin, const char* end, T& to) {
    const std::string_view text{begin, static_cast<std::size_t>(end - begin)};
    const std::size_t length = decimal_length(text);
    if (length == 0) {  // infinity or NaN, or no number
        const std::size_t sign = !text.empty() && text[0] == '-' ? 1 : 0;
        for (const std::string_view word : {"infinity", "inf", "nan"}) {
            std::size_t same = 0;
            while (same < word.size() && sign + same < text.size() && (text[sign + same] | 0x20) == word[same]) ++same;
            if (same != word.size()) continue;
            const T value = word[0] == 'i' ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::quiet_NaN();
            to = sign == 1 ? -value : value;
            return {begin + sign + same, std::errc{}};
        }
        return {begin, std::errc::invalid_argument};
    }
    std::string number{text.substr(0, length)};  // the C library wants the point of the locale
    bool has_digit = false;
    for (const char c : std::string_view{number}.substr(0, number.find_first_of("eE")))
        has_digit = has_digit || (c >= '1' && c <= '9');
    if (const std::size_t point = number.find('.'); point != number.npos)
        number.replace(point, 1, std::localeconv()->decimal_point);
    T value{};
    if constexpr (std::is_same_v<T, float>)
        value = std::strtof(number.c_str(), nullptr);
    else
        value = static_cast<T>(std::strtod(number.c_str(), nullptr));
    const bool too_large = !(value - value == 0), too_small = value == 0 && has_digit;
    if (too_large || too_small) return {begin + length, std::errc::result_out_of_range};
    to = value;
    return {begin + length, std::errc{}};
}

/// std::from_chars of floating-point numbers. libc++ has it from 20 on.
template <std::floating_point T>
std::from_chars_result read_decimal(const char* begin, const char* end, T& to) {
    if constexpr (requires { std::from_chars(begin, end, to); })
        return std::from_chars(begin, end, to);
    else
        return decimal_by_c(begin, end, to);
}

}  // namespace etch::inline ETCH_VARIANT::internal
