#include <cmath>
#include <cstdint>

#include <etch/math/sigmoid.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::sigmoid(x); };
constexpr auto reference = [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); };
}  // namespace

TEST_CASE("sigmoid is within 2.5 ulp, denormal results too") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 2.5);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("sigmoid gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0x9803fbab586a9fe6u, 0xa21e7bf626e7058du));
    CHECK(checksum_within(function, 3.0f) == by_contract(0x5c50db4e6f509ab3u, 0xe3fe11a73b67f066u));
}

TEST_CASE("sigmoid gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("sigmoid gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("sigmoid of special values is what C says") {
    CHECK(at(function, infinity) == 1.0f);
    CHECK(at(function, 17.4f) == 1.0f);  // 1 - 2.8e-8 is nearer to 1 than to the float below
    CHECK(finding::same_bits(at(function, -infinity), 0.0f));
    CHECK(at(function, 0.0f) == 0.5f);
    CHECK(at(function, -100.0f) > 0.0f);  // a denormal, not zero
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("sigmoid of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
