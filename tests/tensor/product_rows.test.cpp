#include "product_cases.hpp"
#include "support/catch.hpp"

using exact::for_edges, exact::for_sizes;

TEST_CASE("a product is right for every number of rows") {
    for_sizes<1, exact::most>([]<std::size_t M>() {
        INFO("rows " << M);
        CHECK(products::plain<float, M, 5, 3>() == 0);
    });
}

TEST_CASE("a product of one column with a start is right for every number of rows") {
    for_sizes<1, exact::most>([]<std::size_t M>() {
        INFO("rows " << M);
        CHECK(products::with_start<float, M, 9, 1>() == 0);
    });
}

TEST_CASE("a product with a transposed right factor is right for every number of rows") {
    for_edges([]<std::size_t M>() {
        INFO("rows " << M);
        CHECK(products::transposed_right<float, M, 3, 2>() == 0);
    });
}

TEST_CASE("a product with a transposed left factor is right for every number of rows") {
    for_edges([]<std::size_t M>() {
        INFO("rows " << M);
        CHECK(products::transposed_left<float, M, 6, 1>() == 0);
    });
}

TEST_CASE("a product in double is right for every number of rows") {
    for_edges([]<std::size_t M>() {
        INFO("rows " << M);
        CHECK(products::with_start<double, M, 5, 1>() == 0);
    });
}
