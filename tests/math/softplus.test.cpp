#include <cmath>
#include <cstdint>

#include <etch/math/softplus.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::softplus(x); };
constexpr auto reference = [](double x) { return x < 0 ? std::log1p(std::exp(x)) : x + std::log1p(std::exp(-x)); };
}  // namespace

TEST_CASE("softplus is within 2.0 ulp, denormal results too") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 2.0);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("softplus gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0xb7d0fc7c8963685au, 0x8c68e9c2d89dff3du));
    CHECK(checksum_within(function, 3.0f) == by_contract(0x9282e38d0f9fa1fau, 0x1be5d23f77c468aau));
}

TEST_CASE("softplus gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("softplus gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
    constexpr auto negative = fold(function, -1.0f);
    CHECK(differing_from(negative, function, -1.0f) == 0);
}

TEST_CASE("softplus of special values is what C says") {
    CHECK(at(function, infinity) == infinity);
    CHECK(finding::same_bits(at(function, -infinity), 0.0f));
    CHECK(at(function, 0.0f) == 0.693147180559945f);
    CHECK(at(function, 3e38f) == 3e38f);
    CHECK(at(function, -100.0f) > 0.0f);  // a denormal, not zero
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("softplus of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
