#include <cmath>
#include <cstdint>

#include <etch/math/tanh.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::tanh(x); };
constexpr auto reference = [](double x) { return std::tanh(x); };
}  // namespace

TEST_CASE("tanh is within 1.8 ulp") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.8);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("tanh gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0xe7bdfd2410154a8cu, 0x85f576d4ea8a7e4fu));
    CHECK(checksum_within(function, 2.0f) == by_contract(0xc102d0d00f51bb44u, 0x6706aba50578eea1u));
}

TEST_CASE("tanh gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("tanh gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("tanh of special values is what C says") {
    CHECK(at(function, infinity) == 1.0f);
    CHECK(at(function, -infinity) == -1.0f);
    CHECK(at(function, 20.0f) == 1.0f);
    CHECK(finding::same_bits(at(function, -0.0f), -0.0f));
    CHECK(at(function, 0x1p-149f) == 0x1p-149f);
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("tanh is odd to the bit") {
    for (std::uint32_t bits = 0; bits < 0x7f800000u; bits += 100003) {
        const float x = std::bit_cast<float>(bits);
        REQUIRE(finding::same_bits(at(function, -x), -at(function, x)));
    }
}

TEST_CASE("tanh of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
