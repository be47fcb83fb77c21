#include <cmath>
#include <cstddef>
#include <limits>

#include <etch/tensor/product.hpp>
#include <etch/tensor/reduction.hpp>

#include "exact.hpp"
#include "support/catch.hpp"

using exact::block;

namespace {

/// How many of the reductions of a matrix with N columns are wrong; whole numbers, so every order of addition agrees.
template <class T, std::size_t M, std::size_t N>
std::size_t wrong_reductions() {
    const block<T, M, N> a(1), b(2);
    const auto x = a.view(), y = b.view();
    std::size_t wrong = 0;
    const auto rows = sum_rows(x), squares = sum_rows(hadamard(x, y)), largest = max_rows(x);
    T whole = 0;
    for (std::size_t j = 0; j < N; ++j) {
        T sum = 0, products = 0, most_so_far = a(0, j);
        for (std::size_t i = 0; i < M; ++i) {
            sum += a(i, j), products += a(i, j) * b(i, j);
            most_so_far = a(i, j) > most_so_far ? a(i, j) : most_so_far;
        }
        wrong += (rows[j] != sum) + (squares[j] != products) + (largest[j] != most_so_far);
        whole += sum;
    }
    return wrong + (sum(x) != whole);
}

template <class T, std::size_t M, std::size_t N>
std::size_t wrong_column_sums() {
    const block<T, M, N> a(1);
    const block<T, 1, N> row(2);
    const block<T, M, 1> got(3), before(3);
    got.view() += sum_columns(hadamard(a.view(), row.view()));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < M; ++i) {
        T sum = before(i, 0);
        for (std::size_t j = 0; j < N; ++j) sum += a(i, j) * row(0, j);
        wrong += got(i, 0) != sum;
    }
    return wrong;
}

}  // namespace

TEST_CASE("sums, sums of products and maxima of columns are right for every number of rows") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() { return wrong_reductions<float, M, 2>(); });
    CHECK(wrong_reductions<float, 100, 3>() == 0);
    CHECK(wrong_reductions<double, 37, 2>() == 0);
    CHECK(wrong_reductions<double, 5, 33>() == 0);
}

TEST_CASE("sums over columns are right for every number of rows") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() { return wrong_column_sums<float, M, 3>(); });
    CHECK(wrong_column_sums<float, 5, 1>() == 0);
    CHECK(wrong_column_sums<float, 3, 33>() == 0);
    CHECK(wrong_column_sums<double, 19, 4>() == 0);
}

TEST_CASE("a dot product is right for every size") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() {
        const block<float, M, 1> a(1), b(2);
        float expected = 0;
        for (std::size_t i = 0; i < M; ++i) expected += a(i, 0) * b(i, 0);
        return std::size_t{dot(a.view(), b.view()) != expected};
    });
}

TEST_CASE("a sum over rows is added in sixteen virtual lanes, then as a tree") {
    constexpr std::size_t count = 37;
    etch::vector<float, count> x;
    etch::random_generator random{etch::seed{1}};
    for (float& number : x) number = random.uniform() - 0.5f;
    float lane[16] = {};
    for (std::size_t i = 0; i < count; ++i) lane[i % 16] += x[i];
    for (std::size_t half = 8; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) lane[i] += lane[i + half];
    float upward = 0;
    for (const float number : x) upward += number;
    CHECK(sum_rows(x)[0] == lane[0]);
    CHECK(lane[0] != upward);  // the order shows
}

TEST_CASE("a sum of columns is added from the first to the last") {
    CHECK(sum(etch::matrix<float, 1, 3>{1, 1e9f, -1e9f}) == 0);
    CHECK(sum(etch::matrix<float, 1, 3>{1e9f, -1e9f, 1}) == 1);
    CHECK(etch::vector<float, 1>(sum_columns(etch::matrix<float, 1, 3>{1, 1e9f, -1e9f}))[0] == 0);
    CHECK(etch::vector<float, 1>(sum_columns(etch::matrix<float, 1, 3>{1e9f, -1e9f, 1}))[0] == 1);
}

TEST_CASE("the maximum of negative numbers is negative") {
    etch::vector<float, 3> x{-3, -1, -2};
    CHECK(max_rows(x)[0] == -1);
    etch::vector<float, 40> y;
    y.fill(-5);
    y[39] = -4;
    CHECK(max_rows(y)[0] == -4);
}

TEST_CASE("NaN is the maximum where it comes first, and nowhere else") {
    const auto check = []<std::size_t Rows>() {
        for (std::size_t at = 0; at < Rows; ++at) {
            etch::vector<float, Rows> x;
            for (std::size_t i = 0; i < Rows; ++i) x[i] = -static_cast<float>(i + 1);
            x[at] = std::numeric_limits<float>::quiet_NaN();
            const float most = max_rows(x)[0];
            INFO("NaN at " << at << " of " << Rows << " gives " << most);
            CHECK((at == 0 ? std::isnan(most) : most == -1));
        }
    };
    check.operator()<3>();
    check.operator()<40>();
    constexpr auto in_compiler = [](float first, float last) {
        return max_rows(etch::vector<float, 3>{first, -2, last})[0];
    };
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    STATIC_REQUIRE(in_compiler(-3, nan) == -2);
    STATIC_REQUIRE(in_compiler(nan, -3) != in_compiler(nan, -3));
}

TEST_CASE("NaN in a sum is not lost") {
    etch::vector<float, 40> x;
    x[23] = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(sum_rows(x)[0]));
    CHECK(std::isnan(sum(x)));
    CHECK(std::isnan(dot(x, x)));
}

TEST_CASE("a product can be reduced without being stored") {
    const block<float, 6, 3> a(1);
    const block<float, 3, 4> b(2);
    const etch::matrix<float, 6, 4> stored(a.view() * b.view());
    CHECK(sum_rows(a.view() * b.view()) == sum_rows(stored));
    CHECK(max_rows(a.view() * b.view()) == max_rows(stored));
    CHECK(etch::vector<float, 6>(sum_columns(a.view() * b.view())) == etch::vector<float, 6>(sum_columns(stored)));
}
