#include <etch/core/decimal.hpp>

#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "support/catch.hpp"

#include <etch/core/random.hpp>

namespace {

using etch::internal::read_decimal_by_c;
using etch::internal::write_decimal;
using etch::internal::write_decimal_by_c;

// Whether the two ways agree: value, where they stop, error; empty, or the text of the first case in which they do not.
template <class T>
bool agree(std::string_view text) {
    if constexpr (requires(T x) { std::from_chars("", "", x); }) {
        T one = T{7}, other = T{7};
        const char* const end = text.data() + text.size();
        const auto expected = std::from_chars(text.data(), end, one);
        const auto found = read_decimal_by_c(text.data(), end, other);
        return expected.ec == found.ec &&
               (expected.ec == std::errc::result_out_of_range || expected.ptr == found.ptr) &&
               (std::memcmp(&one, &other, sizeof(T)) == 0 || (one != one && other != other));
    }
    return true;
}

std::string misread(std::string_view text) {
    return agree<float>(text) && agree<double>(text) ? "" : std::string{text} + " ";
}

// The number as the C library writes it, and in brackets what std::to_chars writes where that is something else.
template <class T>
std::string written(T number) {
    const std::string text = write_decimal_by_c(number), expected = write_decimal(number);
    return text == expected ? text : text + " [" + expected + "]";
}
template <class T>
std::string written(T number, std::chars_format format, int digits) {
    const std::string text = write_decimal_by_c(number, format, digits);
    const std::string expected = write_decimal(number, format, digits);
    return text == expected ? text : text + " [" + expected + "]";
}

// Empty, or the text where the two ways to write a number differ or it reads back as another one.
template <class T>
std::string miswritten(T number) {
    std::string wrong, text = written(number);
    T back{};
    const auto [end, error] = etch::internal::read_decimal(text.data(), text.data() + text.size(), back);
    if (end != text.data() + text.size() || error != std::errc{} || std::memcmp(&back, &number, sizeof(T)) != 0)
        wrong += text + " ";
    text = written(number, std::chars_format::general, 6);
    if (text.ends_with(']')) wrong += text + " ";
    text = written(number, std::chars_format::fixed, 1);
    if (text.ends_with(']')) wrong += text + " ";
    return wrong;
}

}  // namespace

TEST_CASE("numbers are read by the C library as std::from_chars reads them") {
    std::string wrong;
    for (const char* text : {"",
                             "-",
                             ".",
                             "-.",
                             "0",
                             "-0",
                             "1",
                             "-1.5",
                             "3.",
                             ".5",
                             "1e",
                             "1e+",
                             "1e5x",
                             "1E-5",
                             " 1",
                             "+1",
                             "0x10",
                             "1,5",
                             "1.5.2",
                             "--1",
                             "1e400",
                             "-1e400",
                             "1e-400",
                             "1e-46",
                             "1e-45",
                             "1e-40",
                             "3.4e38",
                             "3.5e38",
                             "5e-324",
                             "0e999",
                             "inf",
                             "-INF",
                             "infinit",
                             "nan",
                             "-NaN",
                             "Infinity",
                             "in",
                             "1_0",
                             "e5",
                             "0.0e-999",
                             "00012",
                             "1e05",
                             "1.17549435e-38",
                             "16777217",
                             "9007199254740993",
                             "0.1",
                             "1e39",
                             "4.9e-324",
                             "1.00000005960464477539062500000000000000000000000000000001"})
        wrong += misread(text);
    CHECK(wrong == "");
}

TEST_CASE("numbers are written by the C library as std::to_chars writes them") {
    constexpr auto fixed = std::chars_format::fixed, general = std::chars_format::general;
    CHECK(written(0.0) == "0");
    CHECK(written(-0.0) == "-0");
    CHECK(written(0.1) == "0.1");
    CHECK(written(0.1f) == "0.1");
    CHECK(written(-1.5) == "-1.5");
    CHECK(written(100.0) == "100");
    CHECK(written(1e5) == "1e+05");
    CHECK(written(123456.0) == "123456");
    CHECK(written(1e-4) == "1e-04");
    CHECK(written(0.00012) == "0.00012");
    CHECK(written(1.5e300) == "1.5e+300");
    CHECK(written(5e-324) == "5e-324");
    CHECK(written(16777216.f) == "16777216");
    CHECK(written(123456789012345680000.0) == "123456789012345683968");
    CHECK(written(9.5367431640625e-07f) == "9.536743e-07");
    CHECK(written(1.0f / 3) == "0.33333334");
    CHECK(written(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(written(-std::numeric_limits<float>::infinity()) == "-inf");
    CHECK(written(std::numeric_limits<float>::quiet_NaN()) == "nan");
    CHECK(written(1234567.0, general, 6) == "1.23457e+06");
    CHECK(written(0.5, general, 6) == "0.5");
    CHECK(written(-0.0, general, 6) == "-0");
    CHECK(written(0.25, fixed, 1) == "0.2");
    CHECK(written(-0.04, fixed, 1) == "-0.0");
    CHECK(written(1e22, fixed, 2) == "10000000000000000000000.00");
    CHECK(written(-std::numeric_limits<double>::infinity(), fixed, 1) == "-inf");
}

TEST_CASE("any float and double survives being written and read, in either way") {
    etch::random_generator random{etch::seed{1}};
    std::string wrong;
    for (int i = 0; i < 5'000; ++i) {
        const std::uint64_t bits = random();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        if (!(number - number == 0)) continue;
        wrong += misread(write_decimal(number)) + miswritten(number);
        const auto half = static_cast<std::uint32_t>(bits);
        float single = 0;
        std::memcpy(&single, &half, sizeof single);
        if (single - single == 0) wrong += miswritten(single);
        wrong += miswritten(static_cast<double>(bits >> 11) * 1e-9);  // as people have them
    }
    CHECK(wrong == "");
}

TEST_CASE("powers of two are written in the fewest digits, although their neighbours lie at two distances") {
    std::string wrong;
    for (int exponent = -1074; exponent < 1024; ++exponent) wrong += miswritten(std::ldexp(1.0, exponent));
    for (int exponent = -149; exponent < 128; ++exponent) wrong += miswritten(std::ldexp(-1.0f, exponent));
    CHECK(wrong == "");
}

TEST_CASE("numbers have a point in every locale") {
    CHECK(etch::internal::with_point("-1,5e+03") == "-1.5e+03");
    CHECK(etch::internal::with_point("1\xd9\xab"
                                     "5") == "1.5");  // two bytes
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "German"})
        if (std::setlocale(LC_NUMERIC, name) != nullptr) break;
    double number = 0;
    const std::string_view text = "1.25";
    CHECK(read_decimal_by_c(text.data(), text.data() + text.size(), number).ec == std::errc{});
    CHECK(number == 1.25);
    CHECK(written(1.25) == "1.25");
    CHECK(written(0.1f) == "0.1");
    CHECK(written(1.5e-9) == "1.5e-09");
    CHECK(written(1.25, std::chars_format::general, 6) == "1.25");
    CHECK(written(1.5, std::chars_format::fixed, 1) == "1.5");
    std::setlocale(LC_NUMERIC, before.c_str());
}
