#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include <etch/math/distribution.hpp>

#include "support/catch.hpp"

namespace {

constexpr auto first_normals = [] {
    etch::random_generator generator{etch::seed{42}};
    std::array<float, 8> result{};
    for (float& number : result) number = etch::normal(generator);
    return result;
};

}  // namespace

TEST_CASE("uniform stays within its bounds and fills them evenly") {
    etch::random_generator generator{etch::seed{1}};
    constexpr std::size_t count = 100000;
    std::array<int, 10> bins{};
    for (std::size_t i = 0; i < count; ++i) {
        const float x = etch::uniform(generator, -3.0f, 2.0f);
        REQUIRE(x >= -3.0f);
        REQUIRE(x <= 2.0f);
        ++bins[std::min<std::size_t>(static_cast<std::size_t>((x + 3.0f) * 2.0f), 9)];
    }
    // Each bin expects 10000 with a deviation of 95; five deviations are seen once in two million.
    for (const int bin : bins) CHECK(std::abs(bin - 10000) < 475);
}

TEST_CASE("normal has the normal distribution") {
    etch::random_generator generator{etch::seed{2}};
    constexpr std::size_t count = 200000;
    std::vector<double> numbers(count);
    for (double& x : numbers) x = static_cast<double>(etch::normal(generator));
    std::sort(numbers.begin(), numbers.end());
    double mean = 0, square = 0, distance = 0;
    for (std::size_t i = 0; i < count; ++i) {
        mean += numbers[i] / count;
        square += numbers[i] * numbers[i] / count;
        const double expected = 0.5 * std::erfc(-numbers[i] / std::numbers::sqrt2);
        distance = std::max({distance, std::fabs(expected - static_cast<double>(i) / count),
                             std::fabs(expected - static_cast<double>(i + 1) / count)});
    }
    // Deviations: 1 / sqrt(count) of the mean, sqrt(2 / count) of the square; five of them are allowed.
    CHECK(std::fabs(mean) < 0.0112);
    CHECK(std::fabs(square - 1) < 0.0158);
    // Kolmogorov and Smirnov: above 1.95 / sqrt(count) once in a thousand seeds.
    CHECK(distance < 0.00436);
    // The extremes of 200000 numbers lie between 3.8 and 6 but for one seed in ten thousand.
    CHECK(numbers.front() < -3.8);
    CHECK(numbers.front() > -6.0);
    CHECK(numbers.back() > 3.8);
    CHECK(numbers.back() < 6.0);
}

TEST_CASE("neighbouring normals are unrelated") {
    etch::random_generator generator{etch::seed{3}};
    constexpr std::size_t count = 100000;
    double product = 0, before = static_cast<double>(etch::normal(generator));
    for (std::size_t i = 0; i < count; ++i) {
        const auto x = static_cast<double>(etch::normal(generator));
        product += x * before / count;
        before = x;
    }
    CHECK(std::fabs(product) < 5 / std::sqrt(static_cast<double>(count)));
}

TEST_CASE("the smallest and the largest radius are finite") {
    const auto next = [](std::uint64_t state, std::uint64_t number) {  // what the generator is about to give
        REQUIRE(etch::random_generator{etch::seed{state}}() == number);
        etch::random_generator generator{etch::seed{state}};
        return etch::normal(generator);
    };
    const float most = next(0x61c8864680b583eb, 0);  // the radius of 2^-40, the angle 0
    CHECK(std::fabs(static_cast<double>(most) - std::sqrt(80 * std::numbers::ln2)) < 1e-6);
    CHECK(next(0x6bdddb8250b0b2a9, 0x800000) == -most);           // the angle pi
    CHECK(next(0x97b0773f36219971, 0xffffffffff000000) == 0.0f);  // the radius of 1
}

TEST_CASE("random numbers have the same bits on every machine and in the compiler") {
    constexpr auto folded = first_normals();
    const auto now = first_normals();
    CHECK(std::equal(folded.begin(), folded.end(), now.begin(), [](float a, float b) {
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    }));
    constexpr float uniform = [] {
        etch::random_generator generator{etch::seed{42}};
        return etch::uniform(generator, -0.1f, 0.3f);
    }();
    etch::random_generator generator{etch::seed{42}};
    CHECK(etch::uniform(generator, -0.1f, 0.3f) == uniform);
    std::uint64_t checksum = 0;
    for (int i = 0; i < 1000; ++i)
        checksum = checksum * 0x9e3779b97f4a7c15u + std::bit_cast<std::uint32_t>(etch::normal(generator));
    CHECK(checksum == (etch::fused_multiply_add ? 0x5f521204bc461804u : 0x299637f291cb9aa0u));
}

TEST_CASE("a normal double is the normal float") {
    etch::random_generator one{etch::seed{7}}, other{etch::seed{7}};
    for (int i = 0; i < 100; ++i) REQUIRE(etch::normal<double>(one) == static_cast<double>(etch::normal<float>(other)));
    CHECK(one == other);
    const double wide = etch::uniform(one, 0.0, 1.0);
    CHECK(wide == static_cast<double>(etch::uniform(other, 0.0f, 1.0f)));
}
