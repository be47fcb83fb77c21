#include <cmath>
#include <cstdint>

#include <etch/math/erf.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::erf(x); };
constexpr auto reference = [](double x) { return std::erf(x); };
}  // namespace

TEST_CASE("erf is within 1.9 ulp") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.9);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("erf gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0x6670e00de6a7ef87u, 0xa0caf9a0d1b9ec2du));
    CHECK(checksum_within(function, 3.0f) == by_contract(0x3f3ea8cb4295a2cdu, 0x1c70de64bcd78067u));
}

TEST_CASE("erf gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("erf gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("erf of special values is what C says") {
    CHECK(at(function, infinity) == 1.0f);
    CHECK(at(function, -infinity) == -1.0f);
    CHECK(at(function, 4.0f) == 1.0f);
    CHECK(finding::same_bits(at(function, -0.0f), -0.0f));
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("erf is odd to the bit") {
    for (std::uint32_t bits = 0; bits < 0x7f800000u; bits += 100003) {
        const float x = std::bit_cast<float>(bits);
        REQUIRE(finding::same_bits(at(function, -x), -at(function, x)));
    }
}

TEST_CASE("erf of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
