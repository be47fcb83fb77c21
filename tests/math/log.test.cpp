#include <cmath>
#include <cstdint>

#include <etch/math/log.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::log(x); };
constexpr auto reference = [](double x) { return std::log(x); };
}  // namespace

TEST_CASE("log is within 1.2 ulp, denormal arguments too") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.2);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("log gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0x4df8c592973f4246u, 0xf7765f0035833af6u));
    CHECK(checksum_within(function, 1.5f) == by_contract(0xa1f8c4c08e3f8563u, 0x25ff3782da3327c8u));
}

TEST_CASE("log gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("log gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
}

TEST_CASE("log of special values is what C says") {
    CHECK(at(function, infinity) == infinity);
    CHECK(at(function, 0.0f) == -infinity);
    CHECK(at(function, -0.0f) == -infinity);
    CHECK(finding::same_bits(at(function, 1.0f), 0.0f));
    CHECK(at(function, 0x1p-149f) == -103.278929903431851103f);
    CHECK(std::isnan(at(function, -0x1p-149f)));
    CHECK(std::isnan(at(function, -1.0f)));
    CHECK(std::isnan(at(function, -infinity)));
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("log of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
