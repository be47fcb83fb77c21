#include <cstddef>

#include <etch/tensor/transposed_copy.hpp>

#include "exact.hpp"
#include "support/catch.hpp"

using exact::block;

namespace {

template <std::size_t M, std::size_t N>
std::size_t wrong_transposes() {
    const block<float, M, N> a(1);
    const block<float, N, M> gathered(2), sum(3), before(3), scratch(4), copied(5);
    gathered.view() = transpose(a.view());
    sum.view() += transpose(a.view());
    copied.view() = transpose(a.view(), scratch.data());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < M; ++i)
        for (std::size_t j = 0; j < N; ++j)
            wrong += (gathered(j, i) != a(i, j)) + (copied(j, i) != a(i, j)) + (sum(j, i) != before(j, i) + a(i, j)) +
                     (transpose(a.view())(j, i) != a(i, j));
    return wrong;
}

}  // namespace

TEST_CASE("a transpose is right for sizes around multiples of the lanes") {
    exact::check_edges([]<std::size_t N>() { return wrong_transposes<3, N>(); });
    CHECK(wrong_transposes<33, 5>() == 0);
    CHECK(wrong_transposes<1, 17>() == 0);
}

TEST_CASE("a transpose works in the compiler") {
    constexpr auto transposed = [] {
        const etch::matrix<float, 2, 3> a{1, 2, 3, 4, 5, 6};
        return etch::matrix<float, 3, 2>(transpose(a));
    }();
    STATIC_REQUIRE(transposed == etch::matrix<float, 3, 2>{1, 3, 5, 2, 4, 6});
}
