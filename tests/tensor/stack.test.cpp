#include <etch/tensor/stack.hpp>

#include <cstddef>

#include <etch/tensor/product.hpp>

#include "exact.hpp"
#include "rounding.hpp"
#include "support/catch.hpp"

using namespace etch;
using exact::block;

namespace {

/// Stored parts of M, 3 and M + 2 rows and a lazy one of 2: as they are, and inside larger expressions.
template <std::size_t M, std::size_t N>
std::size_t wrong_stacks() {
    constexpr std::size_t all = 2 * M + 7;
    const block<float, M, N> a(1);
    const block<float, 3, N> b(2);
    const block<float, M + 2, N> c(3);
    const block<float, 2, N> d(4);
    const block<float, all, N> got(5), twice(6), added(7);
    const block<float, all + 2, N> into(8), before(8);
    const auto stacked = [&] { return stack(a.view(), b.view(), c.view(), d.view() + d.view()); };
    const auto expected = [&](std::size_t i, std::size_t j) {
        if (i < M) return a(i, j);
        if (i < M + 3) return b(i - M, j);
        if (i < 2 * M + 5) return c(i - M - 3, j);
        return 2 * d(i - 2 * M - 5, j);
    };
    const block<float, all, N> summand(7);
    got.view() = stacked();
    twice.view() = 2.0f * stacked();
    added.view() += stacked();
    rows<1, all>(into.view()) = stacked();
    const auto sums = sum_rows(stacked());
    const vector<float, all> over_columns = sum_columns(stacked());
    std::size_t wrong = 0;
    for (std::size_t j = 0; j < N; ++j) {
        float sum = 0;
        for (std::size_t i = 0; i < all; ++i) {
            const float e = expected(i, j);
            sum += e;
            wrong +=
                (got(i, j) != e) + (twice(i, j) != 2 * e) + (added(i, j) != summand(i, j) + e) + (into(i + 1, j) != e);
        }
        wrong += (sums[j] != sum) + (into(0, j) != before(0, j)) + (into(all + 1, j) != before(all + 1, j));
    }
    for (std::size_t i = 0; i < all; ++i) {
        float sum = 0;
        for (std::size_t j = 0; j < N; ++j) sum += expected(i, j);
        wrong += over_columns[i] != sum;
    }
    return wrong;
}

/// As factors: [a; b] r and l [a; b], and the transpose of a stack that was stored.
template <std::size_t M, std::size_t K, std::size_t N>
std::size_t wrong_products() {
    const block<float, M, K> a(1);
    const block<float, 2, K> b(2);
    const block<float, K, N> r(3);
    const block<float, M, N> c(4);
    const block<float, 2, N> d(5);
    const matrix<float, M + 2, K> left = stack(a.view(), b.view());
    const matrix<float, M + 2, N> right = stack(c.view(), d.view());
    const matrix<float, M + 2, N> got = stack(a.view(), b.view()) * r.view();
    const matrix<float, K, N> by_right = transpose(left) * stack(c.view(), d.view());
    const matrix<float, N, K> both = transpose(right) * stack(a.view(), b.view());
    return exact::wrong_products<float>(got.data(), {}, {left.data(), 1, M + 2}, {r.data(), 1, K}, M + 2, K, N) +
           exact::wrong_products<float>(by_right.data(), {}, {left.data(), M + 2, 1}, {right.data(), 1, M + 2}, K,
                                        M + 2, N) +
           exact::wrong_products<float>(both.data(), {}, {right.data(), M + 2, 1}, {left.data(), 1, M + 2}, N, M + 2,
                                        K);
}

}  // namespace

TEST_CASE("a stack has the rows of its parts in order, at every size") {
    exact::check_sizes<1, 5>([]<std::size_t M>() { return wrong_stacks<M, 3>(); });
    CHECK(wrong_stacks<15, 1>() == 0);
    CHECK(wrong_stacks<16, 2>() == 0);
    CHECK(wrong_stacks<33, 2>() == 0);
}

TEST_CASE("a stack is a factor of products") {
    CHECK(wrong_products<1, 5, 2>() == 0);
    CHECK(wrong_products<6, 4, 1>() == 0);
    CHECK(wrong_products<17, 3, 4>() == 0);
}

TEST_CASE("products have the same bits inside a stack, wherever that stands") {
    const auto check = []<std::size_t M, std::size_t K, std::size_t N>() {
        const auto w = rounding::random_matrix<M, K>(1);
        const auto u = rounding::random_matrix<6, K>(2);
        const auto x = rounding::random_matrix<K, N>(3);
        const auto v = rounding::random_matrix<1, K>(4);
        const matrix<float, M, N> wx = w * x;
        const matrix<float, 6, N> ux = u * x;
        const matrix<float, 1, N> vx = v * x;
        const matrix<float, M + 7, N> parts = stack(wx, ux, vx), lazy = stack(w * x, u * x, v * x),
                                      inside = 1.0f * stack(w * x, u * x, v * x),
                                      nested = stack(stack(w * x, u * x), v * x);
        return rounding::different(lazy, parts) + rounding::different(inside, parts) +
               rounding::different(nested, parts);
    };
    CHECK(check.operator()<1, 40, 1>() == 0);
    CHECK(check.operator()<9, 40, 3>() == 0);
    CHECK(check.operator()<39, 20, 2>() == 0);
}

TEST_CASE("a stack works in the compiler, with the same bits") {
    constexpr auto compute = [] {
        const auto a = rounding::random_matrix<5, 6>(1);
        const auto b = rounding::random_matrix<6, 3>(2);
        const auto c = rounding::random_matrix<4, 3>(3);
        matrix<float, 11, 3> result = stack(a * b, c, rows<1, 2>(c));
        result += stack(c, a * b, rows<0, 2>(c));
        return result;
    };
    constexpr auto in_compiler = compute();
    CHECK(rounding::different(compute(), in_compiler) == 0);
}
