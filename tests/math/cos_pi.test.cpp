#include <cmath>
#include <cstdint>
#include <numbers>

#include <etch/math/cos_pi.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::cos_pi(x); };
constexpr auto reference = [](double x) {
    const double rest = std::fabs(std::remainder(x, 2.0));
    return rest < 0.25 ? std::cos(std::numbers::pi * rest) : std::sin(std::numbers::pi * (0.5 - rest));
};
}  // namespace

TEST_CASE("cos_pi is within 1.4 ulp") {
    const finding found = examine(function, reference, 0, step, 0x1p+22f);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.4);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("cos_pi gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step, 0x1p+22f).checksum ==
          by_contract(0x72b839788e162411u, 0xf10922f3e13ff504u));
    CHECK(checksum_within(function, 1.0f) == by_contract(0x5fb41b187d381bffu, 0xeee92bb138815b15u));
}

TEST_CASE("cos_pi gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("cos_pi gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("cos_pi is exact at the multiples of a half") {
    CHECK(at(function, 0.0f) == 1.0f);
    CHECK(at(function, 1.0f) == -1.0f);
    CHECK(at(function, 7.0f) == -1.0f);
    CHECK(at(function, 0x1p+22f) == 1.0f);
    CHECK(at(function, 0.5f) == 0.0f);
    CHECK(at(function, -1.5f) == 0.0f);
    CHECK(std::isnan(at(function, infinity)));
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("cos_pi of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
