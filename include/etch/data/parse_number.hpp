#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <system_error>

#include <etch/core/decimal.hpp>
#include <etch/core/finite.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// A piece of a file as it is shown to a person: in quotes, without line breaks, at most 32 characters of it.
inline std::string in_quotes(std::string_view text) {
    constexpr std::size_t limit = 32;
    std::string result{'"'};
    for (const char c : text.substr(0, limit)) result += static_cast<unsigned char>(c) < 32 ? ' ' : c;
    result += text.size() > limit ? "...\"" : "\"";
    return result;
}

struct parsed_number {
    status code = status::ok;  // malformed, or non_finite_input for what is not finite in the type
    const char* complaint = "";
};

/// Reads all of `text` as a decimal number, whatever the locale, with `decimal` before its fraction; a leading + is allowed.
/// Smaller than the smallest number of the type is 0 or subnormal; larger than the largest is refused. `to` is written on
/// success only.
template <std::floating_point T>
parsed_number parse_number(std::string_view text, T& to, char decimal = '.') {
    if (text.empty()) return {status::malformed, "the cell is empty"};
    if (decimal != '.') {
        std::string with_point{text};
        for (char& c : with_point) c = c == decimal ? '.' : c == '.' ? decimal : c;  // a point is not part of a number
        return parse_number(with_point, to);
    }
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    T number{};
    const auto [stop, error] = read_decimal(text.data(), end, number);
    if (error == std::errc::invalid_argument || stop != end) return {status::malformed, "is not a number"};
    if (error == std::errc::result_out_of_range) {
        double wide = 0;  // tells too small from too large
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
