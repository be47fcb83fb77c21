#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include <etch/core/random.hpp>
#include <etch/simd/number.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }
std::uint32_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }

/// The same bits, or both NaN: which NaN is not promised.
bool same(float a, float b) { return bits_of(a) == bits_of(b) || (a != a && b != b); }

std::vector<float> edges() {
    std::vector<float> all;
    for (const std::uint32_t bits :
         {0x00000000u, 0x00000001u, 0x00000002u, 0x007fffffu, 0x00800000u, 0x00800001u, 0x33800000u,
          0x33800001u, 0x34000000u, 0x3f7fffffu, 0x3f800000u, 0x3f800001u, 0x3fffffffu, 0x40490fdbu,
          0x4b7fffffu, 0x4b800000u, 0x5f000001u, 0x7f7fffffu, 0x7f7ffffeu, 0x7f800000u, 0x7fc00000u})
        for (const std::uint32_t sign : {0u, 0x80000000u}) all.push_back(from_bits(bits | sign));
    return all;
}

}  // namespace

#if !defined(__MINGW32__) || ETCH_HARDWARE_FMA  // whose C library rounds twice
TEST_CASE("the fma of constant expressions rounds as the C library's") {
    std::size_t wrong = 0;
    const std::vector<float> all = edges();
    for (const float a : all)
        for (const float b : all)
            for (const float c : all) wrong += !same(internal::constant_fma(a, b, c), std::fma(a, b, c));
    CHECK(wrong == 0);

    random_generator random{seed{1}};
    for (int i = 0; i < 10'000'000; ++i) {
        const std::uint64_t two = random();
        const float a = from_bits(static_cast<std::uint32_t>(two)),
                    b = from_bits(static_cast<std::uint32_t>(two >> 32));
        // Of the summands one in three is any float; one is near the product, where cancellation leaves the rounding
        // bare; and one is far below it, where it decides a tie.
        const std::uint64_t third = random();
        const float any = from_bits(static_cast<std::uint32_t>(third)), product = a * b;
        const float near = from_bits(bits_of(-product) ^ (static_cast<std::uint32_t>(third) & 3));
        const float c = i % 3 == 0 ? any : i % 3 == 1 ? near : product * (third % 2 == 0 ? 0x1p-25f : -0x1p-40f);
        wrong += !same(internal::constant_fma(a, b, c), std::fma(a, b, c));
    }
    CHECK(wrong == 0);
}
#endif

TEST_CASE("the fma of constant expressions is not rounded twice") {
    // a b = 1 + 2^-12 + 2^-24 lies half way between two floats; the summand alone decides. A sum that is rounded to
    // double first forgets it.
    const float a = 1 + 0x1p-12f;
    const float product = 1 + 0x1p-11f;
    REQUIRE(std::fma(a, a, 0.0f) == product);
    CHECK(internal::constant_fma(a, a, 0x1p-60f) == std::nextafter(product, 2.0f));
    CHECK(internal::constant_fma(a, a, -0x1p-60f) == product);
    static_assert(internal::constant_fma(1 + 0x1p-12f, 1 + 0x1p-12f, 0x1p-60f) == 1 + 0x1p-11f + 0x1p-23f);
    // Half way between the largest float and the one that would come next.
    static_assert(internal::constant_fma(1, std::numeric_limits<float>::max(), 0x1p+103f) ==
                  std::numeric_limits<float>::infinity());
    static_assert(internal::constant_fma(-1, std::numeric_limits<float>::max(), -0x1p+103f) ==
                  -std::numeric_limits<float>::infinity());
}

TEST_CASE("the square root of constant expressions rounds as the hardware's") {
    std::size_t wrong = 0;
    for (const float x : edges()) wrong += !same(internal::constant_sqrt(x), std::sqrt(x));
    CHECK(wrong == 0);
    for (std::uint64_t bits = 0; bits < 0x7f800000u; bits += 211) {  // ten million floats of every exponent
        const float x = from_bits(static_cast<std::uint32_t>(bits));
        wrong += !same(internal::constant_sqrt(x), std::sqrt(x));
    }
    CHECK(wrong == 0);
}

TEST_CASE("a product that feeds a sum is rounded as the contract in force says") {
    const float a = 1 + 0x1p-12f, minus = -(1 + 0x1p-11f);  // fused, the last bit of a a remains
    volatile float hidden = a;
    const float x = hidden;
    const float expected = fused_multiply_add ? 0x1p-24f : 0.0f;
    CHECK(internal::fma_number(x, x, minus) == expected);
    constexpr float in_compiler = internal::fma_number(1 + 0x1p-12f, 1 + 0x1p-12f, -(1 + 0x1p-11f));
    CHECK(in_compiler == expected);
}

TEST_CASE("a product that is the summand of another is rounded before") {
    const float a = 1 + 0x1p-12f, minus = -(1 + 0x1p-11f);
    volatile float hidden = a, one = 1;
    const float x = hidden, summand = x * x;  // rounded: the last bit of x x is lost, though the compiler sees it here
    CHECK(internal::fma_number(one, minus, summand) == 0.0f);
}

TEST_CASE("doubles are always fused at run time") {
    volatile double hidden = 1 + 0x1p-30;
    const double x = hidden;
    CHECK(internal::fma_number(x, x, -(1 + 0x1p-29)) == 0x1p-60);
}
