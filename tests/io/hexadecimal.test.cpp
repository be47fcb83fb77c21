#include <etch/io/hexadecimal.hpp>
#include <etch/network/topology.hpp>

#include "support/catch.hpp"

using etch::internal::append_hexadecimal;
using etch::internal::take_hexadecimal;

TEST_CASE("numbers in hexadecimal are their little-endian bytes") {
    etch::internal::text<64> text;
    append_hexadecimal(text, 1.0f);
    append_hexadecimal(text, -2.5f);
    CHECK(text.view() == "0000803f000020c0");  // struct.pack("<2f", 1, -2.5).hex()
    float x = 0;
    CHECK(take_hexadecimal(text.view(), 1, x));
    CHECK(x == -2.5f);
    CHECK_FALSE(take_hexadecimal(text.view(), 2, x));
    CHECK(x == -2.5f);
}

TEST_CASE("numbers in hexadecimal come back bit for bit") {
    for (const float x : {0.f, -0.f, 1e-45f, 3.4e38f, 0.1f}) {
        etch::internal::text<8> text;
        append_hexadecimal(text, x);
        float back = 7;
        REQUIRE(take_hexadecimal(text.view(), 0, back));
        CHECK(etch::bit_cast<std::uint32_t>(back) == etch::bit_cast<std::uint32_t>(x));
    }
    etch::internal::text<16> text;
    append_hexadecimal(text, std::uint64_t{0x0123456789abcdef});
    CHECK(text.view() == "efcdab8967452301");
    std::uint64_t back = 0;
    CHECK(take_hexadecimal(text.view(), 0, back));
    CHECK(back == 0x0123456789abcdef);
}

TEST_CASE("what is no hexadecimal number is refused") {
    float x = 7;
    for (const std::string_view text : {"", "0000803", "0000803g", "0x00803f", "0000 803f"})
        CHECK_FALSE(take_hexadecimal(text, 0, x));
    CHECK(take_hexadecimal("0000803F", 0, x));
    CHECK(x == 1);
}
