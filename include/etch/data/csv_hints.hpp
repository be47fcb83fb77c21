#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <etch/data/csv_options.hpp>
#include <etch/data/parse_number.hpp>

// Hints in messages: the option that may have been intended.
namespace etch::inline ETCH_VARIANT::internal {

/// "1 input", "2 inputs".
inline std::string counted(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// A column as an option names it: "kind", or 3 if it has no name.
inline std::string column_text(const std::vector<std::string>& header, std::size_t position) {
    const bool named = position < header.size() && !header[position].empty();
    return named ? in_quotes(header[position]) : std::to_string(position);
}

/// Some names, in quotes, at most a dozen of them.
inline std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t most = 12;
    std::string text;
    for (std::size_t i = 0; i < (std::min)(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + in_quotes(names[i]);
    return names.size() > most ? text + "..." : text;
}

/// How often a delimiter outside quotes splits a line; for ' ' once per run of blanks.
inline std::size_t cuts(std::string_view line, char delimiter) noexcept {
    std::size_t count = 0;
    bool within = false;
    char before = ' ';  // so that blanks at the beginning do not split
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    for (const char c : line) {
        if (c == '"') within = !within;
        const char seen = delimiter == ' ' && c == '\t' ? ' ' : c;
        if (!within && seen == delimiter && !(delimiter == ' ' && before == ' ')) ++count;
        before = seen;
    }
    return count;
}

/// Whether a digit, a comma and a digit occur in sequence, as in 1,5.
inline bool has_decimal_comma(std::string_view text) noexcept {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 1; i + 1 < text.size(); ++i)
        if (text[i] == ',' && digit(text[i - 1]) && digit(text[i + 1])) return true;
    return false;
}

/// The delimiter that a table seems to have, if it is not the one it was read with: the first that splits each of the
/// first lines equally often, and into that many columns if a number is given. Empty if there is none.
inline std::string delimiter_hint(std::string_view text, char delimiter, std::size_t columns = 0) {
    constexpr std::size_t most_lines = 5;
    std::vector<std::string_view> lines;
    while (!text.empty() && lines.size() < most_lines) {
        const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
        if (line.find_first_not_of(" \t") != line.npos) lines.push_back(line);
        text.remove_prefix((std::min)(text.size(), line.size() + 1));
    }
    constexpr std::array<char, 5> candidates{';', '\t', '|', ',', ' '};
    for (const char candidate : candidates) {
        if (candidate == delimiter || lines.empty()) continue;
        const std::size_t count = cuts(lines.front(), candidate);
        const auto alike = [&](std::string_view line) { return cuts(line, candidate) == count; };
        if (count == 0 || (columns > 0 && count + 1 != columns)) continue;
        if (!std::all_of(lines.begin(), lines.end(), alike)) continue;
        const std::string name = candidate == '\t' ? "\\t" : std::string(1, candidate);
        const bool comma = candidate != ',' && std::any_of(lines.begin(), lines.end(), has_decimal_comma);
        return "; its lines have " + std::to_string(count + 1) + " columns with the delimiter '" + name +
               "' (.delimiter = '" + name + "'" + (comma ? ", and .decimal = ',' for a decimal comma)" : ")");
    }
    return {};
}

/// Why a cell may not be a number: a different decimal sign, or thousands separators.
inline std::string number_hint(std::string_view cell, char decimal) {
    const char other = decimal == '.' ? ',' : '.';
    const std::size_t digits = cell.find_first_of("0123456789");
    if (cell.find_first_not_of("0123456789+-.,' eE\xc2\xa0") != cell.npos || digits == cell.npos) return {};
    const auto occurs = [cell](char c) { return static_cast<std::size_t>(std::count(cell.begin(), cell.end(), c)); };
    const std::size_t others = occurs(other);
    if (occurs('\'') + occurs(' ') + occurs('\xa0') > 0 || others > 1 || (others == 1 && occurs(decimal) > 0))
        return " (thousands separators are not read)";
    if (others == 0) return {};
    const bool three = cell.size() - cell.find(other) == 4;  // 1,234 may be either
    return std::string{three ? " (thousands separators are not read; if it is a decimal " : " (a decimal "} +
           (other == ',' ? "comma" : "point") + (three ? ": .decimal = '" : "? then .decimal = '") + other + "')";
}

}  // namespace etch::inline ETCH_VARIANT::internal
