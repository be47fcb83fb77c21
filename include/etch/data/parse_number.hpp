#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <system_error>

#include <etch/core/decimal.hpp>
#include <etch/core/finite.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// An excerpt of a file, to show to a person: in quotes, without line breaks, at most 32 characters.
inline std::string in_quotes(std::string_view text) {
    constexpr std::size_t limit = 32;
    std::string result{'"'};
    for (const char c : text.substr(0, limit)) result += static_cast<unsigned char>(c) < 32 ? ' ' : c;
    result += text.size() > limit ? "...\"" : "\"";
    return result;
}

struct parsed_number {
    status code = status::ok;  // malformed, or non_finite_input if not finite in the type
    const char* complaint = "";
};

/// Reads all of `text` as a decimal number, whatever the locale, with `decimal` before its fraction; a leading + is
/// allowed. Numbers below the smallest one of the type become 0 or subnormal; numbers above the largest are rejected.
/// `to` is only written on success.
template <std::floating_point T>
parsed_number parse_number(std::string_view text, T& to, char decimal = '.') {
    if (text.empty()) return {status::malformed, "the cell is empty"};
    if (decimal != '.') {
        std::string with_point{text};
        for (char& c : with_point) c = c == decimal ? '.' : c == '.' ? decimal : c;
        return parse_number(with_point, to);
    }
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    T number{};
    const auto [stop, error] = read_decimal(text.data(), end, number);
    if (error == std::errc::invalid_argument || stop != end) return {status::malformed, "is not a number"};
    if (error == std::errc::result_out_of_range) {
        double wide = 0;  // distinguishes too small from too large
        if (read_decimal(text.data(), end, wide).ec != std::errc{} || wide > 1 || wide < -1) {
            return {status::non_finite_input, "is out of range"};
        }
        number = static_cast<T>(wide);
    }
    if (!is_finite(number)) return {status::non_finite_input, "is not a finite number"};
    to = number;
    return {};
}

}  // namespace etch::inline ETCH_VARIANT::internal
