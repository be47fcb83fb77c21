#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <etch/core/random.hpp>
#include <etch/simd/lanes.hpp>

#include "every_width.hpp"
#include "support/catch.hpp"
#include "support/guarded.hpp"

using namespace etch;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float edges[] = {0.0f,     -0.0f,     1.0f,         -1.0f,       0.5f,      3.0f,
                           -7.25f,   1e-40f,    -1e-45f,      1e30f,       -3.4e38f,  1.17e-38f,
                           infinity, -infinity, not_a_number, 16777215.0f, 1.0000001f};
constexpr std::size_t edge_count = std::size(edges);

/// The same bits, or both NaN: which NaN is not promised.
template <class T>
bool same(T a, T b) {
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    return std::bit_cast<bits>(a) == std::bit_cast<bits>(b) || (a != a && b != b);
}

/// Runs f on lanes of `Size` and number by number, and counts where they differ. f takes three operands.
template <class T, std::size_t Size, class F>
std::size_t differences(F f) {
    using V = lanes<T, Size>;
    using One = lanes<T, 1>;
    random_generator random{seed{17}};
    std::size_t wrong = 0;
    for (std::size_t turn = 0; turn < 20 * edge_count; ++turn) {
        T a[Size], b[Size], c[Size], together[Size];
        for (std::size_t i = 0; i < Size; ++i) {
            if constexpr (std::is_integral_v<T>) {
                a[i] = static_cast<T>(random()), b[i] = static_cast<T>(random()), c[i] = static_cast<T>(random());
            } else {
                a[i] = static_cast<T>(edges[(turn + i) % edge_count]);
                b[i] = static_cast<T>(edges[random.below(edge_count)]);
                c[i] = static_cast<T>(edges[random.below(edge_count)]);
            }
        }
        f(V::load(a), V::load(b), V::load(c)).store(together);
        for (std::size_t i = 0; i < Size; ++i) wrong += !same(together[i], f(One(a[i]), One(b[i]), One(c[i])).value);
    }
    return wrong;
}

}  // namespace

TEST_CASE("lanes of floats and doubles compute what single numbers compute") {
    const auto check = []<class T>(T) {
        for_each_width<T>([]<std::size_t Size>() {
            INFO("lanes " << Size << " of " << sizeof(T) << " bytes");
            CHECK(differences<T, Size>([](auto a, auto b, auto) { return a + b; }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto) { return a - b; }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto) { return a * b; }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto) { return a / b; }) == 0);
            CHECK(differences<T, Size>([](auto a, auto, auto) { return -a; }) == 0);
            CHECK(differences<T, Size>([](auto a, auto, auto) { return sqrt(a); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto, auto) { return magnitude(a); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return fma(a, b, c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return fma(a, b, b * c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto) { return larger(a, b); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto) { return smaller(a, b); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a < b, b, c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a <= b, b, c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a > b, b, c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a >= b, b, c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a == b, b, c); }) == 0);
            CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a != b, b, c); }) == 0);
        });
    };
    check(float{});
    check(double{});
}

TEST_CASE("lanes of integers compute what single integers compute") {
    for_each_width<std::int32_t>([]<std::size_t Size>() {
        INFO("lanes " << Size);
        using T = std::int32_t;
        CHECK(differences<T, Size>([](auto a, auto b, auto) { return a & b; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto b, auto) { return a | b; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto b, auto) { return a ^ b; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto, auto) { return a << 3; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto, auto) { return a << 23; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto, auto) { return a >> 1; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto, auto) { return a >> 23; }) == 0);  // keeps the sign
        CHECK(differences<T, Size>([](auto a, auto b, auto) { return a + b; }) == 0);  // sums wrap around
        CHECK(differences<T, Size>([](auto a, auto b, auto) { return a - b; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto, auto) { return -a; }) == 0);
        CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a < b, b, c); }) == 0);
        CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a > b, b, c); }) == 0);
        CHECK(differences<T, Size>([](auto a, auto b, auto c) { return select(a == b, b, c); }) == 0);
    });
}

TEST_CASE("floats and the integers that have their bits turn into each other") {
    for_each_width<float>([]<std::size_t Size>() {
        INFO("lanes " << Size);
        CHECK(differences<float, Size>([](auto a, auto, auto) { return as_float(as_integer(a)); }) == 0);
        CHECK(differences<float, Size>([](auto a, auto b, auto) { return copysign(a, b); }) == 0);
        float numbers[Size], back[Size];
        std::int32_t whole[Size];
        for (std::size_t i = 0; i < Size; ++i) numbers[i] = static_cast<float>(i) * 1000.75f - 3000.5f;
        const auto converted = to_integer(lanes<float, Size>::load(numbers));
        converted.store(whole);
        to_float(converted).store(back);
        for (std::size_t i = 0; i < Size; ++i) {
            CHECK(whole[i] == static_cast<std::int32_t>(numbers[i]));  // toward zero
            CHECK(back[i] == static_cast<float>(whole[i]));
        }
    });
}

TEST_CASE("max and min give the second operand where one is NaN or both are zero") {
    const auto value = [](float a, float b, bool largest) {
        using V = lanes<float, 1>;
        return (largest ? larger(V(a), V(b)) : smaller(V(a), V(b))).value;
    };
    for (const bool largest : {false, true}) {
        CHECK(value(not_a_number, 3, largest) == 3);
        CHECK(same(value(3, not_a_number, largest), not_a_number));
        CHECK(same(value(0.0f, -0.0f, largest), -0.0f));
        CHECK(same(value(-0.0f, 0.0f, largest), 0.0f));
    }
    CHECK(value(2, 5, true) == 5);
    CHECK(value(2, 5, false) == 2);
}

TEST_CASE("the magnitude of a zero or of a double has no sign") {
    CHECK(same(magnitude(lanes<float, 1>(-0.0f)).value, 0.0f));
    CHECK(same(magnitude(lanes<double, 1>(-0.0)).value, 0.0));
    CHECK(same(magnitude(lanes<double, 1>(0.0)).value, 0.0));
    CHECK(magnitude(lanes<double, 1>(-3.5)).value == 3.5);
}

TEST_CASE("load and store touch their own numbers only, at any address") {
    for_each_width<float>([]<std::size_t Size>() {
        const support::guarded<float> from(Size + 1), to(Size + 1);  // what is touched beyond is seen
        for (std::size_t i = 0; i <= Size; ++i) from[i] = static_cast<float>(i + 1), to[i] = -1;
        lanes<float, Size>::load(from.get() + 1).store(to.get() + 1);
        CHECK(to[0] == -1);
        for (std::size_t i = 1; i <= Size; ++i) CHECK(to[i] == static_cast<float>(i + 1));
        lanes<float, Size>::load(from.get()).store(to.get());
        CHECK(to[Size] == static_cast<float>(Size + 1));
        CHECK(to[0] == 1);
    });
}

TEST_CASE("the widest lanes are those of the instruction set") {
#if defined(ETCH_NO_SIMD)
    STATIC_REQUIRE(widest_lanes<float> == 1);
    STATIC_REQUIRE(widest_lanes<double> == 1);
#elif defined(__AVX512F__)
    STATIC_REQUIRE(widest_lanes<float> == 16);
    STATIC_REQUIRE(widest_lanes<double> == 8);
#elif defined(__AVX2__)
    STATIC_REQUIRE(widest_lanes<float> == 8);
    STATIC_REQUIRE(widest_lanes<double> == 4);
#elif defined(__SSE2__) || defined(__aarch64__)
    STATIC_REQUIRE(widest_lanes<float> == 4);
    STATIC_REQUIRE(widest_lanes<double> == 2);
#endif
    STATIC_REQUIRE(lanes_up_to<float>(1) == 1);
    STATIC_REQUIRE(lanes_up_to<float>(100) == widest_lanes<float>);
    for (std::size_t limit = 1; limit <= 33; ++limit) {
        const std::size_t found = lanes_up_to<float>(limit);
        CHECK(found <= limit);
        CHECK((found * 2 > limit || found == widest_lanes<float> || !has_lanes<float, 2>));
    }
}

TEST_CASE("one lane computes in a constant expression") {
    using V = lanes<float, 1>;
    STATIC_REQUIRE((V(3) + V(4) * V(2)).value == 11);
    STATIC_REQUIRE(fma(V(2), V(3), V(1)).value == 7);
    STATIC_REQUIRE(sqrt(V(2.25f)).value == 1.5f);
    STATIC_REQUIRE(magnitude(V(-2)).value == 2);
    STATIC_REQUIRE(copysign(V(0.5f), V(-8)).value == -0.5f);  // of the other number the sign alone
    STATIC_REQUIRE(copysign(V(-0.5f), V(8)).value == 0.5f);
    STATIC_REQUIRE(as_integer(V(1)).value == 0x3f800000);
    STATIC_REQUIRE((lanes<std::int32_t, 1>(-8) >> 1).value == -4);
}
