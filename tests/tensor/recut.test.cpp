#include <etch/tensor/recut.hpp>

#include <cstddef>
#include <type_traits>

#include <etch/tensor/product.hpp>

#include "exact.hpp"
#include "support/catch.hpp"

using namespace etch;
using exact::block;

TEST_CASE("a recut has the same elements in the same order") {
    matrix<float, 2, 3> a{1, 2, 3, 4, 5, 6};
    const auto cut = recut<3, 2>(a);
    CHECK(cut.data() == a.data());
    CHECK(cut(2, 0) == 3);
    CHECK(cut(0, 1) == 4);
    CHECK(vector<float, 6>(recut<6, 1>(a)) == vector<float, 6>{1, 2, 3, 4, 5, 6});
    STATIC_REQUIRE(std::is_same_v<decltype(cut), const matrix_view<float, 3, 2>>);
    STATIC_REQUIRE(std::is_same_v<decltype(recut<1, 6>(std::as_const(a))), matrix_view<const float, 1, 6>>);
}

TEST_CASE("a recut is a destination") {
    matrix<float, 2, 3> a{1, 2, 3, 4, 5, 6};
    recut<3, 2>(a) += matrix<float, 3, 2>{10, 0, 0, 0, 0, 20};
    CHECK(a == matrix<float, 2, 3>{11, 2, 3, 4, 5, 26});
    recut<6, 1>(a.view()) = vector<float, 6>{6, 5, 4, 3, 2, 1};
    CHECK(a == matrix<float, 2, 3>{6, 5, 4, 3, 2, 1});
}

TEST_CASE("a recut is a factor of products, also transposed, at sizes around the lanes") {
    exact::check_sizes<1, 5>([]<std::size_t K>() {
        const block<float, 2 * K, 3> left(1);  // as 6 x K
        const block<float, 5, K> right(2);     // as K x 5
        const auto l = recut<6, K>(left.view());
        const auto r = recut<K, 5>(right.view());
        const matrix<float, 6, 5> got = l * r;
        const matrix<float, 5, 6> transposed = transpose(r) * transpose(l);
        return exact::wrong_products<float>(got.data(), {}, {left.data(), 1, 6}, {right.data(), 1, K}, 6, K, 5) +
               exact::wrong_products<float>(transposed.data(), {}, {right.data(), K, 1}, {left.data(), 6, 1}, 5, K, 6);
    });
}

TEST_CASE("a recut works in the compiler") {
    constexpr auto result = [] {
        matrix<float, 2, 2> a{1, 2, 3, 4};
        recut<4, 1>(a) += recut<4, 1>(a);
        const matrix<float, 1, 1> squares = recut<1, 4>(a) * recut<4, 1>(a);
        return squares[0];
    }();
    STATIC_REQUIRE(result == 120);
}
