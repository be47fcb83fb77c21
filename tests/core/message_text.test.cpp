#include <limits>
#include <string>
#include <string_view>

#include <etch/core/message_text.hpp>
#include <etch/core/problem.hpp>

#include "support/catch.hpp"

using etch::message_text;
using etch::internal::sentence;

namespace {

std::string text_of(double number) { return message_text{}.append(number).c_str(); }

}  // namespace

TEST_CASE("numbers are written with six digits, without zeros at the end") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(text_of(0) == "0");
    CHECK(text_of(1) == "1");
    CHECK(text_of(-2.5) == "-2.5");
    CHECK(text_of(0.1) == "0.1");
    CHECK(text_of(static_cast<double>(0.1f)) == "0.1");
    CHECK(text_of(0.999) == "0.999");
    CHECK(text_of(221900) == "221900");
    CHECK(text_of(1234.5678) == "1234.57");
    CHECK(text_of(999999.7) == "1e6");
    CHECK(text_of(0.00012) == "0.00012");
    CHECK(text_of(-1.25e-5) == "-1.25e-5");
    CHECK(text_of(1e-60) == "1e-60");
    CHECK(text_of(1e15) == "1e15");
    CHECK(text_of(std::numeric_limits<double>::max()) == "1.79769e308");
    CHECK(text_of(std::numeric_limits<double>::denorm_min()) == "4.94066e-324");
    CHECK(text_of(infinity) == "infinity");
    CHECK(text_of(-infinity) == "-infinity");
    CHECK(text_of(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("a sentence is a constant, ends with a zero and is cut off where it finds no room") {
    static_assert(sentence("sample ", std::size_t{10}, ':', ' ', 0.5) == "sample 10: 0.5");
    static_assert(sentence(-std::numeric_limits<double>::infinity()) == "-infinity");
    const std::string whole(message_text::capacity, 'x');
    message_text text{whole};
    CHECK(text == whole);
    text.append("more");
    CHECK(text == whole);
    CHECK(text.c_str() == whole);
}

TEST_CASE("a problem names what is wrong and where") {
    using etch::problem, etch::status;
    CHECK(problem{}.message() == "ok");
    CHECK(problem{status::non_finite_input, 7}.message() == "sample 7: an input is NaN or infinite");
    CHECK(problem{.code = status::constant_column, .column = 2}.message() ==
          "column 2 is constant, so it cannot be scaled");
    CHECK(problem{.code = status::non_finite_input, .column = 2}.message() ==
          "column 2: its numbers are so large that its statistics are not finite");
    CHECK(problem{status::empty_set}.message() == "the data set has no samples");
    CHECK(problem{.code = status::invalid_option, .option = {"beta1", 2, "at least 0 and below 1"}}.message() ==
          "beta1 is 2, but must be at least 0 and below 1");
}
