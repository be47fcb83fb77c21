#include <cstddef>

#include <etch/tensor/elementwise.hpp>

#include "exact.hpp"
#include "support/catch.hpp"

using exact::block;

namespace {

/// How many elements of `got` differ from f(row, column).
template <class T, class F>
std::size_t wrong(const T* got, std::size_t rows, std::size_t columns, F f) {
    std::size_t count = 0;
    for (std::size_t j = 0; j < columns; ++j)
        for (std::size_t i = 0; i < rows; ++i) count += got[j * rows + i] != f(i, j);
    return count;
}

/// Every way in which extents are repeated, in one expression: matrix, row, column, one element, a number.
template <class T, std::size_t M, std::size_t N>
std::size_t everything() {
    const block<T, M, N> a(1), got(2);
    const block<T, 1, N> row(3);
    const block<T, M, 1> column(4);
    const block<T, 1, 1> one(5);
    got.view() = hadamard(a.view() - row.view(), column.view()) + one.view() * T{2} - a.view();
    return wrong(got.data(), M, N, [&](std::size_t i, std::size_t j) {
        return (a(i, j) - row(0, j)) * column(i, 0) + one(0, 0) * 2 - a(i, j);
    });
}

/// So costly that it is called where the hardware computes one number at a time.
struct cube {
    static constexpr std::size_t operations = 24;
    constexpr auto operator()(auto x) const { return x * x * x; }
};

}  // namespace

TEST_CASE("elementwise operations with repeated rows and columns are right for every number of rows") {
    exact::check_edges([]<std::size_t M>() { return everything<float, M, 3>(); });
}

TEST_CASE("elementwise operations with repeated rows and columns are right for every number of columns") {
    exact::check_edges([]<std::size_t N>() { return everything<float, 2, N>(); });
}

TEST_CASE("elementwise operations on one column are right for every size") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() {
        const block<float, M, 1> a(1), b(2), got(3);
        got.view() = 3.0f - hadamard(a.view(), b.view());
        return wrong(got.data(), M, 1, [&](std::size_t i, std::size_t j) { return 3 - a(i, j) * b(i, j); });
    });
}

TEST_CASE("a costly function of a matrix is right for every number of rows, and in place") {
    exact::check_edges([]<std::size_t M>() {
        const block<float, M, 3> a(1), got(2), in_place(1);
        got.view() = map(cube{}, a.view() - 1.0f);
        in_place.view() = map(cube{}, in_place.view());
        return wrong(got.data(), M, 3,
                     [&](std::size_t i, std::size_t j) { return (a(i, j) - 1) * (a(i, j) - 1) * (a(i, j) - 1); }) +
               wrong(in_place.data(), M, 3, [&](std::size_t i, std::size_t j) { return a(i, j) * a(i, j) * a(i, j); });
    });
}

TEST_CASE("elementwise operations in double are right") {
    CHECK(everything<double, 1, 2>() == 0);
    CHECK(everything<double, 15, 2>() == 0);
    CHECK(everything<double, 17, 1>() == 0);
}

TEST_CASE("every operator does what it says") {
    const block<float, 5, 2> a(1), b(2), got(3);
    const auto check = [&](auto f) {
        return wrong(got.data(), 5, 2, [&](std::size_t i, std::size_t j) { return f(a(i, j), b(i, j)); });
    };
    const auto x = a.view(), y = b.view(), to = got.view();
    to = x + y;
    CHECK(check([](float p, float q) { return p + q; }) == 0);
    to = x - y;
    CHECK(check([](float p, float q) { return p - q; }) == 0);
    to = hadamard(x, y);
    CHECK(check([](float p, float q) { return p * q; }) == 0);
    to = x / (y + 20.0f);
    CHECK(check([](float p, float q) { return p / (q + 20); }) == 0);
    to = -x;
    CHECK(check([](float p, float) { return -p; }) == 0);
    to = 2 * x;
    CHECK(check([](float p, float) { return 2 * p; }) == 0);
    to = x * 2;
    CHECK(check([](float p, float) { return 2 * p; }) == 0);
    to = x + 2;
    CHECK(check([](float p, float) { return p + 2; }) == 0);
    to = 2 + x;
    CHECK(check([](float p, float) { return p + 2; }) == 0);
    to = x - 2;
    CHECK(check([](float p, float) { return p - 2; }) == 0);
    to = 2 - x;
    CHECK(check([](float p, float) { return 2 - p; }) == 0);
    to = x / 4;
    CHECK(check([](float p, float) { return p / 4; }) == 0);
    to = 4 / (x + 20);
    CHECK(check([](float p, float) { return 4 / (p + 20); }) == 0);
    to = hadamard(x, y) - x;
    CHECK(check([](float p, float q) { return p * q - p; }) == 0);
    to = x - hadamard(x, y);
    CHECK(check([](float p, float q) { return p - p * q; }) == 0);
    to = y + hadamard(x, y);
    CHECK(check([](float p, float q) { return p * q + q; }) == 0);
    to = hadamard(x, y) + hadamard(x, x);
    CHECK(check([](float p, float q) { return p * q + p * p; }) == 0);
    to = hadamard(x, y) - hadamard(x, x);
    CHECK(check([](float p, float q) { return p * q - p * p; }) == 0);
    to = etch::map([](auto p, auto q) { return larger(p, q); }, x, y);
    CHECK(check([](float p, float q) { return p > q ? p : q; }) == 0);
}

TEST_CASE("a product of elements that feeds a sum is one fma") {
    // Fused, the last bit of a a remains: (1 + 2^-12)^2 - (1 + 2^-11) = 2^-24.
    const etch::vector<float, 3> a{1 + 0x1p-12f, 1 + 0x1p-12f, 1 + 0x1p-12f};
    const etch::vector<float, 3> b{1 + 0x1p-11f, 1 + 0x1p-11f, 1 + 0x1p-11f};
    const float left = etch::fused_multiply_add ? 0x1p-24f : 0.0f;
    const etch::vector<float, 3> rest{left, left, left};
    CHECK(etch::vector<float, 3>(hadamard(a, a) - b) == rest);
    CHECK(etch::vector<float, 3>(b - hadamard(a, a)) == etch::vector<float, 3>(-rest));
    CHECK(etch::vector<float, 3>(hadamard(a, a) + -b) == rest);
    CHECK(etch::vector<float, 3>(-b + hadamard(a, a)) == rest);
}

TEST_CASE("a temporary lives as long as the expression that was made of it") {
    const auto lazy = [] {
        etch::vector<float, 3> inner{1, 2, 3};
        return etch::vector<float, 3>{10, 20, 30} + std::move(inner);
    }();
    CHECK(etch::vector<float, 3>(lazy) == etch::vector<float, 3>{11, 22, 33});
}

TEST_CASE("an operand may be the destination") {
    const block<float, 33, 1> a(1), got(2), before(2);
    got.view() = hadamard(got.view(), a.view()) + got.view();
    CHECK(wrong(got.data(), 33, 1,
                [&](std::size_t i, std::size_t j) { return before(i, j) * a(i, j) + before(i, j); }) == 0);
}

TEST_CASE("shapes that can be repeated are known without an error") {
    using etch::Fills, etch::matrix_view;
    STATIC_REQUIRE(Fills<matrix_view<float, 1, 4>, float, 3, 4>);
    STATIC_REQUIRE(Fills<matrix_view<float, 3, 1>, float, 3, 4>);
    STATIC_REQUIRE(Fills<matrix_view<float, 1, 1>, float, 3, 4>);
    STATIC_REQUIRE_FALSE(Fills<matrix_view<float, 2, 4>, float, 4, 4>);
    STATIC_REQUIRE_FALSE(Fills<matrix_view<float, 3, 2>, float, 3, 4>);
    STATIC_REQUIRE_FALSE(Fills<matrix_view<double, 3, 4>, float, 3, 4>);
}
