#include "product_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("a product is right for every number of columns") {
    exact::check_sizes<1, exact::most>([]<std::size_t N>() { return products::plain<float, 2, 3, N>(); });
}

TEST_CASE("a product with a transposed right factor is right for every number of columns") {
    exact::check_edges([]<std::size_t N>() { return products::transposed_right<float, 4, 2, N>(); });
}

TEST_CASE("a product with a transposed copy is right for every number of columns") {
    exact::check_edges([]<std::size_t N>() { return products::transposed_copy<float, 5, 3, N>(); });
}

TEST_CASE("products of mixed sizes are right") {
    CHECK(products::plain<float, 17, 9, 33>() == 0);
    CHECK(products::with_start<float, 33, 17, 9>() == 0);
    CHECK(products::transposed_right<float, 19, 32, 23>() == 0);
    CHECK(products::transposed_left<float, 23, 33, 5>() == 0);
    CHECK(products::transposed_copy<float, 47, 10, 13>() == 0);
    CHECK(products::plain<double, 19, 7, 11>() == 0);
    CHECK(products::transposed_left<double, 9, 21, 3>() == 0);
}

TEST_CASE("a product may take any summand, and products add up") {
    const exact::block<float, 5, 3> a(1);
    const exact::block<float, 3, 4> b(2);
    const exact::block<float, 5, 4> full(3), got(4);
    const exact::block<float, 1, 4> row(5);
    const auto wrong = [&](exact::strided<float> start, float factor) {
        const exact::block<float, 5, 4> scaled(3);
        for (std::size_t i = 0; i < 20; ++i) scaled.data()[i] = got.data()[i] / factor;
        return exact::wrong_products<float>(scaled.data(), start, {a.data(), 1, 5}, {b.data(), 1, 3}, 5, 3, 4);
    };
    got.view() = full.view() + a.view() * b.view();
    CHECK(wrong({full.data(), 1, 5}, 1) == 0);
    got.view() = a.view() * b.view() + row.view();
    CHECK(wrong({row.data(), 0, 1}, 1) == 0);
    got.view() = 2.0f * (a.view() * b.view() + row.view());
    CHECK(wrong({row.data(), 0, 1}, 2) == 0);
    got.view() = a.view() * b.view() + a.view() * b.view();
    CHECK(wrong({}, 2) == 0);
    got.view() = (a.view() * b.view() + row.view()) + a.view() * b.view() + row.view();
    CHECK(wrong({row.data(), 0, 1}, 2) == 0);
    got.view() = full.view() + (a.view() * b.view() + row.view()) - full.view();
    CHECK(wrong({row.data(), 0, 1}, 1) == 0);
}

TEST_CASE("a factor that is an expression is evaluated first") {
    const exact::block<float, 6, 3> a(1);
    const exact::block<float, 3, 2> b(2);
    const exact::block<float, 6, 2> got(3);
    got.view() = (a.view() + a.view()) * (b.view() - 1.0f);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 2; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < 3; ++k) sum += 2 * a(i, k) * (b(k, j) - 1);
            wrong += got(i, j) != sum;
        }
    CHECK(wrong == 0);
}

TEST_CASE("a transposed copy is made wherever it stands in an expression") {
    const etch::matrix<float, 2, 3> a{1, 2, 3, 4, 5, 6};
    const etch::matrix<float, 3, 2> transposed(transpose(a)), b{7, 8, 9, 1, 2, 3};
    etch::matrix<float, 2, 3> scratch;
    const auto copy = [&] {
        scratch.fill(0);
        return transpose(a, scratch.data());
    };
    CHECK(etch::matrix<float, 3, 2>(copy() - b) == etch::matrix<float, 3, 2>(transposed - b));
    CHECK(etch::matrix<float, 3, 2>(b * (a * b) + copy()) == etch::matrix<float, 3, 2>(b * (a * b) + transposed));
    CHECK(etch::matrix<float, 2, 2>(a * copy()) == etch::matrix<float, 2, 2>(a * transposed));
    CHECK(etch::vector<float, 3>(sum_columns(copy())) == etch::vector<float, 3>(sum_columns(transposed)));
    CHECK(sum_rows(copy()) == sum_rows(transposed));
    CHECK(max_rows(copy()) == max_rows(transposed));
}

TEST_CASE("the product of a transposed copy reads the numbers of the moment when it is evaluated") {
    etch::matrix<float, 2, 2> a{1, 2, 3, 4}, scratch;
    const etch::vector<float, 2> x{1, 10};
    const auto lazy = transpose(a, scratch.data()) * x;
    CHECK(scratch == etch::matrix<float, 2, 2>{});
    a(0, 0) = 5;
    const etch::vector<float, 2> y = lazy;
    CHECK(y == etch::vector<float, 2>{25, 43});
}
