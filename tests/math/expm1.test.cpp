#include <cmath>
#include <cstdint>

#include <etch/math/exp.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::expm1(x); };
constexpr auto reference = [](double x) { return std::expm1(x); };
}  // namespace

TEST_CASE("expm1 is within 1.8 ulp") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.8);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("expm1 gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0x64a7df1539005487u, 0x5bd6b0ec3dab7bbdu));
    CHECK(checksum_within(function, 0.5f) == by_contract(0x1847a8fb941f4b9fu, 0x97a5f0c69826ea79u));
}

TEST_CASE("expm1 gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("expm1 gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f, 88.5f);
    CHECK(differing_from(positive, function, 1.0f, 88.5f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("expm1 of special values is what C says") {
    CHECK(at(function, infinity) == infinity);
    CHECK(at(function, -infinity) == -1.0f);
    CHECK(at(function, -50.0f) == -1.0f);
    CHECK(at(function, 0x1.62e43p+6f) == infinity);
    CHECK(finding::same_bits(at(function, -0.0f), -0.0f));
    CHECK(at(function, 0x1p-149f) == 0x1p-149f);
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("expm1 of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
