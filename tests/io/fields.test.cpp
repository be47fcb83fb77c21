#include <etch/io/fields.hpp>

#include <cstdint>
#include <limits>
#include <string>

#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/schedule.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch::internal;

struct nothing {};
struct one {
    float x = 0;
};
struct mixed {
    one first{};
    std::uint8_t second = 0;
    bool third = false;
    int fourth = 0;
};

template <class A>
std::string text_of(const A& aggregate) {
    struct {
        std::string characters;
        auto& append(char c) {
            characters += c;
            return *this;
        }
    } to;
    append_fields(to, aggregate);
    return to.characters;
}

const std::string zero = "0000000000000000", half = "000000000000e03f", three = "0300000000000000";

}  // namespace

TEST_CASE("fields of an aggregate are counted") {
    STATIC_REQUIRE(field_count<nothing>() == 0);
    STATIC_REQUIRE(field_count<one>() == 1);
    STATIC_REQUIRE(field_count<mixed>() == 4);
    STATIC_REQUIRE(field_count<etch::adam>() == 5);
    STATIC_REQUIRE(field_count<etch::rmsprop_extended>() == 6);
    STATIC_REQUIRE(field_count<etch::cosine_decay>() == 3);
}

TEST_CASE("numbers are eight bytes each, whatever their type") {
    CHECK(text_of(nothing{}).empty());
    CHECK(text_of(one{0.5f}) == half);
    CHECK(text_of(mixed{{0.5f}, 3, true, 0}) == half + three + "0100000000000000" + zero);
}

TEST_CASE("what was written is read, and nothing else is") {
    mixed m;
    CHECK(take_fields(half + three + "0100000000000000" + zero, m));
    CHECK(m.first.x == 0.5f);
    CHECK(m.second == 3);
    CHECK(m.third);
    one x;
    nothing none;
    CHECK(take_fields("", none));
    CHECK_FALSE(take_fields(zero, none));                                       // too much
    CHECK_FALSE(take_fields("", x));                                            // too little
    CHECK_FALSE(take_fields(half.substr(1), x));                                // not whole
    CHECK_FALSE(take_fields(half + "0", x));                                    // not whole
    CHECK_FALSE(take_fields("00000000000ge03f", x));                            // no digit
    CHECK_FALSE(take_fields("000000000000f07f", x));                            // infinite
    CHECK_FALSE(take_fields("000000000000f87f", x));                            // NaN
    CHECK_FALSE(take_fields("000000000000f047", x));                            // too large for a float
    CHECK_FALSE(take_fields(half + three + three + zero, m));                   // no bool
    CHECK_FALSE(take_fields(half + "0001" + zero.substr(4) + zero + zero, m));  // 256 in a byte
    CHECK_FALSE(has_finite_fields(mixed{{std::numeric_limits<float>::infinity()}}));
    CHECK(has_finite_fields(mixed{}));
}
