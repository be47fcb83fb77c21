#include <etch/data/decimal.hpp>

#include <charconv>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <etch/core/random.hpp>

namespace {

using etch::internal::decimal_by_c;

// Whether the two ways agree: value, where they stop, error; empty, or the text of the first case in which they do not.
template <class T>
bool agree(std::string_view text) {
    if constexpr (requires(T x) { std::from_chars("", "", x); }) {
        T one = T{7}, other = T{7};
        const char* const end = text.data() + text.size();
        const auto expected = std::from_chars(text.data(), end, one);
        const auto found = decimal_by_c(text.data(), end, other);
        return expected.ec == found.ec && (expected.ec == std::errc::result_out_of_range || expected.ptr == found.ptr) &&
               (std::memcmp(&one, &other, sizeof(T)) == 0 || (one != one && other != other));
    }
    return true;
}

std::string disagreement(std::string_view text) {
    return agree<float>(text) && agree<double>(text) ? "" : std::string{text} + " ";
}

}  // namespace

TEST_CASE("numbers are read by the C library as std::from_chars reads them") {
    std::string wrong;
    for (const char* text :
         {"",       "-",      ".",       "-.",     "0",       "-0",        "1",         "-1.5",     "3.",       ".5",
          "1e",     "1e+",    "1e5x",    "1E-5",   " 1",      "+1",        "0x10",      "1,5",      "1.5.2",    "--1",
          "1e400",  "-1e400", "1e-400",  "1e-46",  "1e-45",   "1e-40",     "3.4e38",    "3.5e38",   "5e-324",   "0e999",
          "inf",    "-INF",   "infinit", "nan",    "-NaN",    "Infinity",  "in",        "1_0",      "e5",       "0.0e-999",
          "00012",  "1e05",   "1.17549435e-38",    "16777217", "9007199254740993", "0.1",      "1e39",     "4.9e-324",
          "1.00000005960464477539062500000000000000000000000000000001"})
        wrong += disagreement(text);
    CHECK(wrong == "");
}

TEST_CASE("any float and double survives being written and read") {
    etch::random_generator random{etch::seed{1}};
    std::string wrong;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t bits = random();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        char digits[40];
        const auto written = std::to_chars(digits, digits + sizeof digits, number);
        wrong += disagreement({digits, static_cast<std::size_t>(written.ptr - digits)});
    }
    CHECK(wrong == "");
}

TEST_CASE("numbers have a point in every locale") {
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "German"})
        if (std::setlocale(LC_NUMERIC, name) != nullptr) break;
    double number = 0;
    const std::string_view text = "1.25";
    CHECK(decimal_by_c(text.data(), text.data() + text.size(), number).ec == std::errc{});
    CHECK(number == 1.25);
    std::setlocale(LC_NUMERIC, before.c_str());
}
