#include <type_traits>

#include <etch/core/shape.hpp>

#include "support/catch.hpp"

using etch::shape;

TEST_CASE("a shape is a list of one to four extents") {
    STATIC_REQUIRE(shape{64}.rank == 1);
    STATIC_REQUIRE(shape{28, 28}.rank == 2);
    STATIC_REQUIRE(shape{3, 5, 7, 2}.extent[2] == 7);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<shape, int, int, int, int, int>);
}

TEST_CASE("the size of a shape is the product of its extents") {
    STATIC_REQUIRE(shape{64}.size() == 64);
    STATIC_REQUIRE(shape{28, 28}.size() == 784);
    STATIC_REQUIRE(shape{2, 3, 4, 5}.size() == 120);
    STATIC_REQUIRE(shape{4, 0}.size() == 0);
}

TEST_CASE("shapes are equal where rank and extents are") {
    STATIC_REQUIRE(shape{2, 3} == shape{2, 3});
    STATIC_REQUIRE_FALSE(shape{2, 3} == shape{3, 2});
    STATIC_REQUIRE_FALSE(shape{6} == shape{2, 3});
    STATIC_REQUIRE_FALSE(shape{6} == shape{6, 1});
}
