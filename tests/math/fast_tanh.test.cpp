#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include <etch/math/fast_tanh.hpp>

#include "math/accuracy.hpp"
#include "support/catch.hpp"

using namespace accuracy;

namespace {

constexpr auto fast_tanh = [](auto x) { return etch::math::fast_tanh(x); };
constexpr auto fast_sigmoid = [](auto x) { return etch::math::fast_sigmoid(x); };
constexpr auto exact_tanh = [](double x) { return std::tanh(x); };
constexpr auto exact_sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };

/// The largest absolute error, and the largest result, over floats of every exponent and sign.
struct extremes {
    double error = 0;
    float largest = 0, smallest = 0;
};

template <class Function, class Reference>
extremes examine_absolute(Function function, Reference reference) {
    constexpr std::size_t size = etch::widest_lanes<float>;
    extremes result;
    std::array<float, size> numbers{}, values{};
    for (std::uint64_t next = 0; next < 0x7f800000u;) {
        for (float& number : numbers) {
            number = std::bit_cast<float>(static_cast<std::uint32_t>(std::min<std::uint64_t>(next, 0x7f800000u)));
            next += step;
        }
        for (float sign : {1.0f, -1.0f}) {
            for (float& number : numbers) number = std::copysign(number, sign);
            function(etch::float_lanes<size>::load(numbers.data())).store(values.data());
            for (std::size_t i = 0; i < size; ++i) {
                const double distance = std::fabs(static_cast<double>(values[i]) - reference(numbers[i]));
                result.error = std::max(result.error, distance);
                result.largest = std::max(result.largest, values[i]);
                result.smallest = std::min(result.smallest, values[i]);
            }
        }
    }
    return result;
}

template <class Function>
void check_same_bits_at_all_widths(Function function) {
    CHECK(differing<2>(function) == 0);
    CHECK(differing<4>(function) == 0);
    CHECK(differing<8>(function) == 0);
    CHECK(differing<16>(function) == 0);
}

}  // namespace

TEST_CASE("fast_tanh is within 5e-5 and never outside of (-1, 1)") {
    const extremes found = examine_absolute(fast_tanh, exact_tanh);
    CHECK(found.error < 5e-5);
    CHECK(found.error > 1e-5);  // or nothing was compared
    CHECK(found.largest < 1);
    CHECK(found.smallest > -1);
}

TEST_CASE("fast_sigmoid is within 2.5e-5 and never outside of (0, 1)") {
    const extremes found = examine_absolute(fast_sigmoid, exact_sigmoid);
    CHECK(found.error < 2.5e-5);
    CHECK(found.error > 5e-6);
    CHECK(found.largest < 1);
    CHECK(at(fast_sigmoid, -infinity) > 0);
    CHECK(at(fast_sigmoid, 0.0f) == 0.5f);
}

TEST_CASE("fast_tanh and fast_sigmoid give the same bits on every machine") {
    // Change with the functions' coefficients and steps, and with nothing else.
    CHECK(examine(fast_tanh, exact_tanh, 0, step).checksum == by_contract(0x2ef7ea28471d2238u, 0x440c232355045cb0u));
    CHECK(examine(fast_sigmoid, exact_sigmoid, 0, step).checksum ==
          by_contract(0x5e787b4e11a711f7u, 0x3f35852025b23221u));
    CHECK(checksum_within(fast_tanh, 5.0f) == by_contract(0x323f3fd4dc43dce5u, 0x9358b74691418cd5u));
    CHECK(checksum_within(fast_sigmoid, 10.0f) == by_contract(0x5c1c77e47a62cab7u, 0xeb6476ad2bb91dffu));
}

TEST_CASE("fast_tanh and fast_sigmoid give the same bits at all numbers of lanes") {
    check_same_bits_at_all_widths(fast_tanh);
    check_same_bits_at_all_widths(fast_sigmoid);
}

TEST_CASE("fast_tanh and fast_sigmoid give the same bits in a constant expression") {
    constexpr auto positive = fold(fast_tanh, 1.0f);
    CHECK(differing_from(positive, fast_tanh, 1.0f) == 0);
    constexpr auto negative = fold(fast_sigmoid, -1.0f);
    CHECK(differing_from(negative, fast_sigmoid, -1.0f) == 0);
}

TEST_CASE("fast_tanh is odd to the bit, and NaN stays NaN") {
    for (std::uint32_t bits = 0; bits < 0x7f800000u; bits += 100003) {
        const float x = std::bit_cast<float>(bits);
        REQUIRE(finding::same_bits(at(fast_tanh, -x), -at(fast_tanh, x)));
    }
    CHECK(std::isnan(at(fast_tanh, not_a_number)));
    CHECK(std::isnan(at(fast_sigmoid, not_a_number)));
}

TEST_CASE("fast_tanh and fast_sigmoid of doubles are the functions themselves") {
    for (const double x : {-3.0, 0.125, 0.75}) {
        CHECK(fast_tanh(etch::lanes<double, 1>(x)).value == std::tanh(x));
        CHECK(fast_sigmoid(etch::lanes<double, 1>(x)).value == exact_sigmoid(x));
    }
}
