#include <array>
#include <cstddef>
#include <utility>

#include <etch/core/unroll.hpp>

#include "support/catch.hpp"

using etch::internal::unroll;

TEST_CASE("unroll calls with 0, 1, ... in order") {
    constexpr auto order = [] {
        std::array<std::size_t, 5> seen{};
        std::size_t calls = 0;
        unroll<5>([&](std::size_t i) { seen[calls++] = i; });
        return std::pair{seen, calls};
    }();
    STATIC_REQUIRE(order.second == 5);
    CHECK(order.first == std::array<std::size_t, 5>{0, 1, 2, 3, 4});
}

TEST_CASE("unroll of nothing calls nothing") {
    int calls = 0;
    unroll<0>([&](std::size_t) { ++calls; });
    CHECK(calls == 0);
    unroll<1>([&](std::size_t) { ++calls; });
    CHECK(calls == 1);
}
