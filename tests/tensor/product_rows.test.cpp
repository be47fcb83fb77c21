#include "product_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("a product is right for every number of rows") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() { return products::plain<float, M, 5, 3>(); });
}

TEST_CASE("a product of one column with a start is right for every number of rows") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() { return products::with_start<float, M, 9, 1>(); });
}

TEST_CASE("a product with a transposed right factor is right for every number of rows") {
    exact::check_edges([]<std::size_t M>() { return products::transposed_right<float, M, 3, 2>(); });
}

TEST_CASE("a product with a transposed left factor is right for every number of rows") {
    exact::check_edges([]<std::size_t M>() { return products::transposed_left<float, M, 6, 1>(); });
}

TEST_CASE("a product in double is right for every number of rows") {
    exact::check_edges([]<std::size_t M>() { return products::with_start<double, M, 5, 1>(); });
}
