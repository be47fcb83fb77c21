#pragma once
#include <algorithm>
#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <etch/core/config.hpp>
#include <etch/core/finite.hpp>

// Numbers to and from text, always with a decimal point, whatever the locale. <charconv> was late to support floating
// point: libc++ has std::to_chars since 14 and std::from_chars since 20, emscripten 3.1.6 has neither.
namespace etch::inline ETCH_VARIANT::internal {

/// The length of the number at the beginning of `text`: a sign, digits with or without a point, an exponent; 0 if there
/// is none.
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

/// std::from_chars for floating-point numbers, by the C library: for standard libraries without it.
template <std::floating_point T>
std::from_chars_result read_decimal_by_c(const char* begin, const char* end, T& to) {
    const std::string_view text{begin, static_cast<std::size_t>(end - begin)};
    const std::size_t length = decimal_length(text);
    if (length == 0) {  // infinity or NaN, or not a number at all
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
    std::string number{text.substr(0, length)};  // the C library expects the locale's decimal point
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
    const bool too_large = !is_finite(value), too_small = value == 0 && has_digit;
    if (too_large || too_small) return {begin + length, std::errc::result_out_of_range};
    to = value;
    return {begin + length, std::errc{}};
}

/// std::from_chars for floating-point numbers.
template <std::floating_point T>
std::from_chars_result read_decimal(const char* begin, const char* end, T& to) {
    if constexpr (requires { std::from_chars(begin, end, to); })
        return std::from_chars(begin, end, to);
    else
        return read_decimal_by_c(begin, end, to);
}

/// The output of printf with a point in place of the locale's decimal separator, which may be several bytes.
inline std::string with_point(std::string_view printed) {
    std::string text;
    bool inside = false;
    for (const char c : printed) {
        const bool of_locale = (c < '0' || c > '9') && c != '-' && c != '+' && c != 'e';
        if (!of_locale) text += c;
        if (of_locale && !inside) text += '.';
        inside = of_locale;
    }
    return text;
}
template <std::floating_point T>
std::string printed(const char* format, int digits, T number) {
    const auto value = static_cast<double>(number);
    const int length = std::snprintf(nullptr, 0, format, digits, value);
    std::string text(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
    (void)std::snprintf(text.data(), text.size() + 1, format, digits, value);
    return with_point(text);
}
template <std::floating_point T>
bool reads_back(const std::string& text, T number) {
    T back{};
    return read_decimal(text.data(), text.data() + text.size(), back).ec == std::errc{} && back == number;
}
/// One more in the last digit before the exponent, away from zero.
inline std::string next_up(std::string text) {
    for (std::size_t i = text.find('e'); i-- > 0;) {
        if (text[i] < '0' || text[i] > '9') continue;
        if (text[i] != '9') {
            ++text[i];
            break;
        }
        text[i] = '0';  // 9.9 never becomes 10: one digit would have been enough for that
    }
    return text;
}

template <std::floating_point T>
std::string not_finite_text(T number) {
    const char* const text = (std::isnan)(number) ? "-nan" : "-inf";
    return (std::signbit)(number) ? text : text + 1;
}

/// std::to_chars for floating-point numbers, by the C library: for standard libraries without it.
template <std::floating_point T>
std::string write_decimal_by_c(T number, std::chars_format format, int digits) {
    if (!(std::isfinite)(number)) return not_finite_text(number);
    return printed(format == std::chars_format::fixed ? "%.*f" : "%.*g", digits, number);
}
template <std::floating_point T>
std::string write_decimal_by_c(T number) {
    if (!(std::isfinite)(number)) return not_finite_text(number);
    // The fewest digits that read back. A power of two is closer to the numbers below it than to those above, so the
    // nearest text with this many digits may read back as another number, while the next one up reads back as this one.
    std::string text;
    int behind = 0;  // digits after the point
    for (;; ++behind) {
        text = printed("%.*e", behind, number);
        if (behind == std::numeric_limits<T>::max_digits10 || reads_back(text, number)) break;
        text = next_up(text);
        if (reads_back(text, number)) break;
    }
    // As 1.5e+20, or without an exponent if that is not longer.
    const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
    const std::string fixed = printed("%.*f", (std::max)(0, behind - exponent), number);
    return fixed.size() <= text.size() ? fixed : text;
}

/// The shortest digits that read back as the same number: 0.1, 1e+30, nan.
template <std::floating_point T>
std::string write_decimal(T number) {
    if constexpr (requires(char* to) { std::to_chars(to, to, number).ptr; }) {
        char text[40];
        return {text, std::to_chars(text, text + sizeof text, number).ptr};
    } else {
        return write_decimal_by_c(number);
    }
}
/// This many digits in all (chars_format::general) or after the point (fixed): at most 60.
template <std::floating_point T>
std::string write_decimal(T number, std::chars_format format, int digits) {
    if constexpr (requires(char* to) { std::to_chars(to, to, number, format, digits).ptr; }) {
        char text[400];
        return {text, std::to_chars(text, text + sizeof text, number, format, digits).ptr};
    } else {
        return write_decimal_by_c(number, format, digits);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
