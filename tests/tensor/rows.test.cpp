#include <etch/tensor/rows.hpp>

#include <cstddef>
#include <type_traits>

#include <etch/tensor/product.hpp>

#include "exact.hpp"
#include "rounding.hpp"
#include "support/catch.hpp"

using namespace etch;
using exact::block;

namespace {

/// Rows that begin at 3 and end two before the last.
template <std::size_t M, std::size_t N>
std::size_t wrong_rows() {
    const block<float, M + 5, N> from(1), to(2), before(2), lazy(3);
    const block<float, M, N> got(4), of_sum(5);
    got.view() = rows<3, M>(from.view());
    of_sum.view() = rows<3, M>(from.view() + before.view());
    rows<3, M>(to.view()) = got.view() + 1.0f;
    std::size_t wrong = 0;
    for (std::size_t j = 0; j < N; ++j)
        for (std::size_t i = 0; i < M + 5; ++i) {
            const bool inside = i >= 3 && i < 3 + M;
            wrong += to(i, j) != (inside ? from(i, j) + 1 : before(i, j));
            if (inside) wrong += (got(i - 3, j) != from(i, j)) + (of_sum(i - 3, j) != from(i, j) + before(i, j));
        }
    return wrong;
}

/// Products with rows of matrices as left, as right and as transposed factors.
template <std::size_t M, std::size_t K, std::size_t N>
std::size_t wrong_products() {
    const block<float, M + 2, K> left(1);
    const block<float, K + 3, N> right(2);
    const block<float, K + 1, M> transposed_left(3);
    const block<float, N + 4, K> transposed_right(4);
    const block<float, M + 1, N> to(5);
    const block<float, M, K> scratch(6);
    const auto l = rows<1, M>(left.view());
    const auto r = rows<2, K>(right.view());
    const auto lt = rows<1, K>(transposed_left.view());
    const auto rt = rows<4, N>(transposed_right.view());
    const exact::strided<float> start{}, sl{left.data() + 1, 1, M + 2}, sr{right.data() + 2, 1, K + 3},
        slt{transposed_left.data() + 1, K + 1, 1}, srt{transposed_right.data() + 4, N + 4, 1};
    const matrix<float, M, N> plain = l * r, dots = transpose(lt) * r, copied = transpose(lt, scratch.data()) * r,
                              gradient = l * transpose(rt), both = transpose(lt) * transpose(rt);
    rows<1, M>(to.view()) = l * r;
    const matrix<float, M, N> in_place = rows<1, M>(to.view());
    const auto wrong = [&](const auto& got, auto a, auto b) {
        return exact::wrong_products<float>(got.data(), start, a, b, M, K, N);
    };
    return wrong(plain, sl, sr) + wrong(dots, slt, sr) + wrong(copied, slt, sr) + wrong(gradient, sl, srt) +
           wrong(both, slt, srt) + wrong(in_place, sl, sr);
}

}  // namespace

TEST_CASE("rows of stored and of lazy matrices are right at every size") {
    exact::check_edges([]<std::size_t M>() { return wrong_rows<M, 3>(); });
    CHECK(wrong_rows<1, 1>() == 0);
}

TEST_CASE("rows of matrices are factors of products, at sizes around the lanes") {
    CHECK(wrong_products<1, 1, 1>() == 0);
    CHECK(wrong_products<1, 33, 1>() == 0);
    CHECK(wrong_products<1, 9, 3>() == 0);
    CHECK(wrong_products<3, 5, 2>() == 0);
    CHECK(wrong_products<6, 40, 1>() == 0);
    CHECK(wrong_products<6, 40, 7>() == 0);  // in tiles of several columns, the last of one
    CHECK(wrong_products<9, 4, 1>() == 0);
    CHECK(wrong_products<17, 18, 5>() == 0);
    CHECK(wrong_products<35, 3, 2>() == 0);
}

TEST_CASE("a product with rows of a matrix has the bits of one with their copy") {
    const auto check = []<std::size_t M, std::size_t K, std::size_t N>() {
        const auto a = rounding::random_matrix<M + 3, K>(1);
        const auto b = rounding::random_matrix<K + 2, N>(2);
        const auto ct = rounding::random_matrix<K + 1, M>(3);
        const auto dt = rounding::random_matrix<N + 1, K>(4);
        const auto start = rounding::random_matrix<M + 1, 1>(5);
        const auto l = rows<2, M>(a);
        const auto r = rows<1, K>(b);
        const auto lt = rows<0, K>(ct);
        const auto rt = rows<1, N>(dt);
        const auto s = rows<1, M>(start);
        const matrix<float, M, K> lc = l;
        const matrix<float, K, N> rc = r;
        const matrix<float, K, M> ltc = lt;
        const matrix<float, N, K> rtc = rt;
        using result = matrix<float, M, N>;
        return rounding::different(result(l * r + s), result(lc * rc + s)) +
               rounding::different(result(transpose(lt) * r), result(transpose(ltc) * rc)) +
               rounding::different(result(l * transpose(rt)), result(lc * transpose(rtc))) +
               rounding::different(result(rows<2, M>(a * r)), rounding::rows_of<2, M>(matrix<float, M + 3, N>(a * rc)));
    };
    CHECK(check.operator()<1, 40, 1>() == 0);
    CHECK(check.operator()<1, 40, 5>() == 0);
    CHECK(check.operator()<6, 40, 3>() == 0);
    CHECK(check.operator()<31, 18, 1>() == 0);
    CHECK(check.operator()<66, 9, 2>() == 0);
}

TEST_CASE("a single row of a matrix, whose elements are apart, has the products of its copy, also transposed") {
    const auto a = rounding::random_matrix<5, 40>(1);
    const auto b = rounding::random_matrix<40, 7>(2);
    const auto w = rounding::random_matrix<9, 40>(3);
    const auto row = rows<3, 1>(a);
    const matrix<float, 1, 40> copy = row;
    CHECK(rounding::different(matrix<float, 1, 7>(row * b), matrix<float, 1, 7>(copy * b)) == 0);
    CHECK(rounding::different(matrix<float, 1, 9>(row * transpose(w)), matrix<float, 1, 9>(copy * transpose(w))) == 0);
    CHECK(rounding::different(vector<float, 9>(w * transpose(row)), vector<float, 9>(w * transpose(copy))) == 0);
    CHECK(rounding::different(matrix<float, 40, 1>(transpose(row)), matrix<float, 40, 1>(transpose(copy))) == 0);
    matrix<float, 3, 9> to;
    rows<1, 1>(to) = copy * transpose(w);
    CHECK(rounding::different(matrix<float, 1, 9>(rows<1, 1>(to)), matrix<float, 1, 9>(copy * transpose(w))) == 0);
}

TEST_CASE("rows of a transpose are the transpose of columns") {
    const block<float, 4, 6> a(1);
    const matrix<float, 3, 4> got = rows<2, 3>(transpose(a.view()));
    const matrix<float, 1, 4> row = rows<5, 1>(transpose(a.view()));
    const matrix<float, 3, 2> of_block = rows<1, 3>(transpose(rows<1, 2>(a.view())));
    for (std::size_t j = 0; j < 4; ++j) {
        for (std::size_t i = 0; i < 3; ++i) CHECK(got(i, j) == a(j, 2 + i));
        CHECK(row(0, j) == a(j, 5));
    }
    for (std::size_t j = 0; j < 2; ++j)
        for (std::size_t i = 0; i < 3; ++i) CHECK(of_block(i, j) == a(1 + j, 1 + i));
}

TEST_CASE("rows of a tensor are a view of it, writable if the tensor is") {
    matrix<float, 4, 3> a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const auto middle = rows<1, 2>(a);
    middle += middle + 1.0f;
    CHECK(a == matrix<float, 4, 3>{1, 5, 7, 4, 5, 13, 15, 8, 9, 21, 23, 12});
    middle -= matrix<float, 2, 3>{4, 4, 8, 8, 11, 11};
    CHECK(a == matrix<float, 4, 3>{1, 1, 3, 4, 5, 5, 7, 8, 9, 10, 12, 12});
    middle.fill(0);
    CHECK(a == matrix<float, 4, 3>{1, 0, 0, 4, 5, 0, 0, 8, 9, 0, 0, 12});
    rows<0, 2>(a) = rows<2, 2>(a);
    CHECK(a == matrix<float, 4, 3>{0, 4, 0, 4, 0, 8, 0, 8, 0, 12, 0, 12});
    CHECK(middle.column(1)[0] == 8);
    CHECK(rows<1, 2>(rows<1, 3>(a))(0, 2) == 0);
    vector<float, 5> v{1, 2, 3, 4, 5};
    rows<3, 2>(v) = rows<0, 2>(v);
    CHECK(v == vector<float, 5>{1, 2, 3, 1, 2});
    CHECK(rows<1, 2>(vector<float, 3>{7, 8, 9})(1, 0) == 9);  // of a temporary, which lives as long as the expression
    STATIC_REQUIRE(std::is_same_v<decltype(rows<0, 2>(std::as_const(a))), block_view<const float, 2, 3, 4>>);
    STATIC_REQUIRE(std::is_same_v<decltype(rows<0, 4>(a)), matrix_view<float, 4, 3>>);
    STATIC_REQUIRE(Stored<decltype(rows<1, 2>(v))>);
    STATIC_REQUIRE_FALSE(Stored<decltype(middle)>);
}

TEST_CASE("rows work in the compiler, with the same bits") {
    constexpr auto compute = [] {
        auto a = rounding::random_matrix<9, 6>(1);
        const auto b = rounding::random_matrix<8, 3>(2);
        rows<2, 5>(a) += rows<3, 5>(a);
        const matrix<float, 5, 3> product = rows<1, 5>(a) * rows<2, 6>(b);
        matrix<float, 6, 3> result;
        rows<1, 5>(result) = product + rows<0, 5>(a * rows<0, 6>(b));
        result += transpose(rows<3, 6>(matrix_view<const float, 9, 6>{a.data()})) * rows<1, 6>(b);
        return result;
    };
    constexpr auto in_compiler = compute();
    CHECK(rounding::different(compute(), in_compiler) == 0);
}
