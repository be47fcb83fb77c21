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

// The order of additions is part of the numeric contract: another number of partial sums gives other bits everywhere.
TEST_CASE("in how many partial sums a product is added depends on its shape alone") {
    using namespace etch;
    constexpr auto sums = []<std::size_t Rows, std::size_t Depth>() {
        return internal::partial_sums_of<matrix<float, Rows, Depth>, matrix<float, Depth, 1>>();
    };
    STATIC_REQUIRE(sums.operator()<15, 100>() == 8);
    STATIC_REQUIRE(sums.operator()<16, 100>() == 4);
    STATIC_REQUIRE(sums.operator()<31, 100>() == 4);
    STATIC_REQUIRE(sums.operator()<32, 100>() == 2);
    STATIC_REQUIRE(sums.operator()<63, 100>() == 2);
    STATIC_REQUIRE(sums.operator()<64, 100>() == 1);
    STATIC_REQUIRE(sums.operator()<3, 7>() == 1);
    STATIC_REQUIRE(sums.operator()<3, 8>() == 2);
    STATIC_REQUIRE(sums.operator()<3, 15>() == 2);
    STATIC_REQUIRE(sums.operator()<3, 16>() == 4);
    STATIC_REQUIRE(sums.operator()<3, 31>() == 4);
    STATIC_REQUIRE(sums.operator()<3, 32>() == 8);
    using transposed = transpose_expression<float, 16, 100>;  // 100 x 16
    STATIC_REQUIRE(internal::partial_sums_of<matrix<float, 3, 100>, transposed>() == 1);
    STATIC_REQUIRE(internal::partial_sums_of<matrix<float, 1, 100>, transposed>() == 4);  // as the column that it is
    STATIC_REQUIRE(internal::partial_sums_of<transposed, matrix<float, 16, 1>>() == 1);   // dot products
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
