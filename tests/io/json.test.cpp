#include <etch/io/json.hpp>

#include "support/catch.hpp"

using etch::internal::json_cursor;

namespace {

bool is_string(std::string_view text) {
    json_cursor cursor{text};
    std::string_view found;
    return cursor.take_string(found) && cursor.at_end();
}
bool is_integer(std::string_view text) {
    json_cursor cursor{text};
    std::uint64_t found = 0;
    return cursor.take_integer(found) && cursor.at_end();
}

}  // namespace

TEST_CASE("json strings are read as they are written") {
    json_cursor cursor{R"(  "a" : "b\"c\\" x)"};
    std::string_view key, value;
    REQUIRE(cursor.take_string(key));
    CHECK(cursor.take(':'));
    REQUIRE(cursor.take_string(value));
    CHECK(key == "a");
    CHECK(value == R"(b\"c\\)");
    CHECK_FALSE(cursor.at_end());
    CHECK(cursor.take('x'));
    CHECK(cursor.at_end());
    CHECK(is_string(R"("\u00e9\n\/")"));
    CHECK(is_string("\"\xc3\xa9\""));
}

TEST_CASE("json strings that do not end, or hold what they may not, are refused") {
    for (const std::string_view text :
         {R"(")", R"("a)", R"("\")", R"("\x")", R"("\u12g4")", R"("\u12)", R"(a)", R"()"}) {
        INFO(text);
        CHECK_FALSE(is_string(text));
    }
    CHECK_FALSE(is_string("\"a\nb\""));
    CHECK_FALSE(is_string("\"a\x1f\""));
    CHECK(is_string("\"a \x7f\""));
    CHECK_FALSE(is_string(std::string_view{"\"a\0b\"", 5}));
}

TEST_CASE("json integers are digits without a sign, a point or a leading zero") {
    for (const std::string_view text : {"0", "7", " 10", "18446744073709551615"}) CHECK(is_integer(text));
    for (const std::string_view text :
         {"", "-1", "+1", "01", "00", "1.0", "1e3", "0x1", "18446744073709551616", "99999999999999999999", "a"}) {
        INFO(text);
        CHECK_FALSE(is_integer(text));
    }
    json_cursor cursor{"18446744073709551615"};
    std::uint64_t number = 0;
    REQUIRE(cursor.take_integer(number));
    CHECK(number == ~std::uint64_t{0});
}
