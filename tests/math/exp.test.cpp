#include <cmath>
#include <cstdint>

#include <etch/math/exp.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::exp(x); };
constexpr auto reference = [](double x) { return std::exp(x); };
}  // namespace

TEST_CASE("exp is within 1.2 ulp from the denormals to the overflow") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.2);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("exp gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0x3611ac31f52e7b5au, 0x1efc4b7ffd6351fdu));
    CHECK(checksum_within(function, 88.0f) == by_contract(0xf5c4d1759d0b918bu, 0xa185714a82813551u));
}

TEST_CASE("exp gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("exp gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f, 88.5f);
    CHECK(differing_from(positive, function, 1.0f, 88.5f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("exp of special values is what C says") {
    CHECK(at(function, infinity) == infinity);
    CHECK(at(function, -infinity) == 0.0f);
    CHECK(at(function, 0.0f) == 1.0f);
    CHECK(at(function, -0.0f) == 1.0f);
    CHECK(at(function, 0x1p-149f) == 1.0f);
    CHECK(at(function, 0x1.62e42ep+6f) == 0x1.ffff08p+127f);  // the last finite result
    CHECK(at(function, 0x1.62e43p+6f) == infinity);
    CHECK(at(function, -0x1.9fe368p+6f) == 0x1p-149f);  // the last result above zero
    CHECK(at(function, -0x1.9fe36ap+6f) == 0.0f);
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("exp of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
