#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <etch/simd/exponent.hpp>

#include "simd/every_width.hpp"
#include "support/catch.hpp"

using namespace etch;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

template <std::size_t Size>
struct parts {
    float fraction, exponent;
};

template <std::size_t Size>
parts<Size> split_at(float x) {
    const auto both = split(float_lanes<Size>(x));
    float fraction[Size], exponent[Size];
    both.fraction.store(fraction);
    both.scaled_exponent.store(exponent);
    return {fraction[Size - 1], exponent[Size - 1] * split_float<Size>::unit};
}

template <std::size_t Size>
float scaled(float t, int n) {
    const auto whole = static_cast<float>(n);
    float result[Size];
    scale_one_plus(float_lanes<Size>(t), float_lanes<Size>(whole), float_lanes<Size>(whole + 0x1.8p+23f)).store(result);
    return result[Size - 1];
}

}  // namespace

TEST_CASE("a float is its fraction in [3/4, 3/2) times two to its exponent, denormals too") {
    for_each_width<float>([]<std::size_t Size>() {
        std::size_t wrong = 0;
        for (std::uint32_t bits = 1; bits < 0x7f800000u; bits += 10007) {
            const float x = std::bit_cast<float>(bits);
            const auto [fraction, exponent] = split_at<Size>(x);
            wrong += !(fraction >= 0.75f && fraction < 1.5f);
            wrong += std::ldexp(static_cast<double>(fraction), static_cast<int>(exponent)) != static_cast<double>(x);
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("the exponent tells what has no logarithm") {
    for_each_width<float>([]<std::size_t Size>() {
        for (float zero : {0.0f, -0.0f}) {
            CHECK(split_at<Size>(zero).exponent == -infinity);
            CHECK(std::isfinite(split_at<Size>(zero).fraction));
        }
        CHECK(split_at<Size>(infinity).exponent == infinity);
        CHECK(std::isfinite(split_at<Size>(infinity).fraction));
        for (float none : {-1.0f, -1e-40f, -3e38f, -infinity, std::numeric_limits<float>::quiet_NaN()})
            CHECK(std::isnan(split_at<Size>(none).exponent));
    });
}

TEST_CASE("scaling by a power of two rounds as the exact product does") {
    for_each_width<float>([]<std::size_t Size>() {
        std::size_t wrong = 0;
        for (int n = -152; n <= 128; ++n)
            for (float t : {-0.4f, -0x1p-24f, 0.0f, 0x1p-23f, 0.375f, 0.9f}) {
                const double exact = std::ldexp(static_cast<double>(1.0f + t), n);
                wrong += scaled<Size>(t, n) != static_cast<float>(exact);
            }
        CHECK(wrong == 0);
        CHECK(std::isnan(scaled<Size>(std::numeric_limits<float>::quiet_NaN(), 3)));
    });
}
