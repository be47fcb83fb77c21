#include "product_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("a product is right for every depth, in one to eight partial sums") {
    exact::check_sizes<1, exact::most>([]<std::size_t K>() { return products::with_start<float, 3, K, 2>(); });
    // The number of partial sums falls as rows grow: 8, 4, 2, 1.
    CHECK(products::plain<float, 8, 33, 1>() == 0);
    CHECK(products::plain<float, 35, 35, 1>() == 0);
    CHECK(products::plain<float, 65, 18, 1>() == 0);
    CHECK(products::plain<float, 129, 9, 1>() == 0);
}

TEST_CASE("a dot product with columns of the left factor is right for every depth") {
    exact::check_sizes<1, exact::most>([]<std::size_t K>() { return products::transposed_left<float, 2, K, 1>(); });
}

TEST_CASE("a product with a transposed right factor is right for every depth") {
    exact::check_edges([]<std::size_t K>() { return products::transposed_right<float, 3, K, 2>(); });
}

TEST_CASE("a product of both factors transposed is right") {
    const exact::block<float, 5, 3> a(1);
    const exact::block<float, 7, 5> b(2);
    const exact::block<float, 3, 7> c(3);
    c.view() = transpose(a.view()) * transpose(b.view());
    CHECK(exact::wrong_products<float>(c.data(), {}, {a.data(), 5, 1}, {b.data(), 7, 1}, 3, 5, 7) == 0);
}
