#include <cmath>
#include <cstdint>

#include <etch/math/log.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {
constexpr auto function = [](auto x) { return etch::math::log1p(x); };
constexpr auto reference = [](double x) { return std::log1p(x); };
}  // namespace

TEST_CASE("log1p is within 1.4 ulp") {
    const finding found = examine(function, reference, 0, step);
    INFO("largest error at " << std::bit_cast<float>(found.at) << ", first wrong "
                             << std::bit_cast<float>(found.first_wrong));
    CHECK(found.error < 1.4);
    CHECK(found.error > 0.5);  // or nothing was compared
    CHECK(found.wrong == 0);
}

TEST_CASE("log1p gives the same bits on every machine") {
    // Changes with the function's coefficients and steps, and with nothing else.
    CHECK(examine(function, reference, 0, step).checksum == by_contract(0xdd3b013d0a9d2e6bu, 0xac5fea92e94b6c1eu));
    CHECK(checksum_within(function, 0.5f) == by_contract(0xdde339a090f3116du, 0x4de9005b8ab6e3dcu));
}

TEST_CASE("log1p gives the same bits at all numbers of lanes") {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

TEST_CASE("log1p gives the same bits in a constant expression") {
    constexpr auto positive = fold(function, 1.0f);
    CHECK(differing_from(positive, function, 1.0f) == 0);
}

TEST_CASE("log1p of special values is what C says") {
    CHECK(at(function, infinity) == infinity);
    CHECK(at(function, -1.0f) == -infinity);
    CHECK(finding::same_bits(at(function, -0.0f), -0.0f));
    CHECK(finding::same_bits(at(function, 0.0f), 0.0f));
    CHECK(at(function, -0x1p-149f) == -0x1p-149f);
    CHECK(at(function, -0x1.fffffep-1f) == -0x1.0a2b24p+4f);  // the last argument above -1: -24 ln 2
    CHECK(std::isnan(at(function, -0x1.000002p+0f)));
    CHECK(std::isnan(at(function, -infinity)));
    CHECK(std::isnan(at(function, not_a_number)));
}

TEST_CASE("log1p of doubles is the C library's") {
    for (const double x : {0.125, 0.75, 2.0}) {
        const double got = function(etch::lanes<double, 1>(x)).value;
        CHECK(std::fabs(got - reference(x)) <= 4e-16 * std::fabs(reference(x)));
    }
}
