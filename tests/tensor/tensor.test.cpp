#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

#include <etch/tensor/elementwise.hpp>

#include "exact.hpp"
#include "support/catch.hpp"

using namespace etch;

TEST_CASE("a tensor holds its numbers and no byte beside them") {
    STATIC_REQUIRE(sizeof(vector<float, 1>) == 4);
    STATIC_REQUIRE(sizeof(vector<float, 3>) == 12);
    STATIC_REQUIRE(sizeof(vector<float, 17>) == 68);
    STATIC_REQUIRE(sizeof(matrix<double, 3, 5>) == 120);
    STATIC_REQUIRE(sizeof(tensor<float, 2, 3, 4>) == 96);
    STATIC_REQUIRE(std::is_trivially_copyable_v<matrix<float, 3, 4>>);
    STATIC_REQUIRE(alignof(vector<float, 16>) == (has_simd ? 64 : alignof(float)));
    STATIC_REQUIRE(alignof(vector<float, 3>) == alignof(float));
}

TEST_CASE("numbers start at zero, and lie column after column") {
    constexpr matrix<float, 2, 3> empty;
    STATIC_REQUIRE(empty == matrix<float, 2, 3>{0, 0, 0, 0, 0, 0});
    constexpr matrix<float, 2, 3> a{1, 2, 3, 4, 5, 6};
    STATIC_REQUIRE(a(0, 0) == 1);
    STATIC_REQUIRE(a(1, 0) == 2);
    STATIC_REQUIRE(a(0, 2) == 5);
    STATIC_REQUIRE(a[3] == 4);
    CHECK(a.column(1)[0] == 3);
    CHECK(a.column(1)[1] == 4);
    CHECK(a.end() - a.begin() == 6);
    STATIC_REQUIRE(matrix<float, 2, 3>::size() == 6);
}

TEST_CASE("more extents than two count as columns") {
    using image = tensor<float, 2, 3, 4>;
    STATIC_REQUIRE(image::rows == 2);
    STATIC_REQUIRE(image::columns == 12);
    image x;
    for (std::size_t i = 0; i < 24; ++i) x[i] = static_cast<float>(i);
    const image twice(x + x);
    for (std::size_t i = 0; i < 24; ++i) CHECK(twice[i] == 2 * static_cast<float>(i));
}

TEST_CASE("tensors are made of numbers, spans and expressions") {
    const float numbers[] = {1, 2, 3};
    const vector<float, 3> a(std::span<const float, 3>{numbers});
    CHECK(a == vector<float, 3>{1, 2, 3});
    const vector<float, 3> b = a + a;
    CHECK(b == vector<float, 3>{2, 4, 6});
    const vector<float, 1> single{7};
    CHECK(single[0] == 7);
    const std::span<const float, 3> seen = a;
    CHECK(seen.data() == a.data());
    STATIC_REQUIRE_FALSE(std::is_constructible_v<vector<float, 3>, float, float>);
}

TEST_CASE("assignment, += and -= take expressions") {
    vector<float, 5> a{1, 2, 3, 4, 5};
    const vector<float, 5> b{10, 20, 30, 40, 50};
    a += b;
    CHECK(a == vector<float, 5>{11, 22, 33, 44, 55});
    a -= b + b;
    CHECK(a == vector<float, 5>{-9, -18, -27, -36, -45});
    a = b - a;
    CHECK(a == vector<float, 5>{19, 38, 57, 76, 95});
    a.fill(3);
    CHECK(a == vector<float, 5>{3, 3, 3, 3, 3});
}

TEST_CASE("assigning to a view writes the numbers, copying it makes another view") {
    float numbers[] = {1, 2, 3, 4}, others[] = {5, 6, 7, 8};
    const matrix_view<float, 2, 2> a{numbers}, b{others};
    const matrix_view<float, 2, 2> same = a;
    CHECK(same.data() == numbers);
    a = b;
    CHECK(a.data() == numbers);
    CHECK(numbers[3] == 8);
    same.column(0) = same.column(1);
    CHECK(numbers[0] == 7);
    const matrix_view<const float, 2, 2> reading = a;
    CHECK(reading(1, 0) == 8);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<matrix_view<float, 2, 2>, matrix_view<const float, 2, 2>>);
}

TEST_CASE("a view of a vector is one of a matrix of one column, and the other way round") {
    float numbers[] = {1, 2, 3, 4};
    const vector_view<float, 4> vector_of{numbers};
    const matrix_view<float, 4, 1> matrix_of = vector_of;
    const vector_view<float, 4> back = matrix_of;
    const matrix_view<const float, 4, 1> reading = vector_of;
    const vector_view<const float, 4> reading_back = reading;
    CHECK(matrix_of.data() == numbers);
    CHECK(back.data() == numbers);
    CHECK(reading_back.data() == numbers);
    const auto last = [](matrix_view<const float, 4, 1> m) { return m(3, 0); };
    CHECK(last(vector_of) == 4);
    STATIC_REQUIRE(std::is_convertible_v<tensor_view<float, 2, 3, 4>, matrix_view<const float, 2, 12>>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<matrix_view<float, 4, 1>, vector_view<const float, 4>>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<matrix_view<float, 1, 4>, vector_view<float, 4>>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<matrix_view<float, 4, 2>, vector_view<float, 4>>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<matrix_view<double, 4, 1>, vector_view<float, 4>>);
    STATIC_REQUIRE([] {
        float one[] = {5};
        const matrix_view<float, 1, 1> m = vector_view<float, 1>{one};
        return m(0, 0) == 5;
    }());
}

TEST_CASE("an assignment writes nothing beside its destination") {
    exact::check_sizes<1, exact::most>([]<std::size_t M>() {
        float guarded[M + 2];
        guarded[0] = guarded[M + 1] = -99;
        const exact::block<float, M, 1> a(1);
        vector_view<float, M>{guarded + 1} = a.view() + 1.0f;
        return std::size_t{guarded[0] != -99} + (guarded[M + 1] != -99) + (guarded[M] != a(M - 1, 0) + 1);
    });
}

TEST_CASE("a tensor that holds NaN differs from itself") {
    vector<float, 2> a{1, 2};
    CHECK(a == a);
    a[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK_FALSE(a == a);
}

TEST_CASE("tensors work in the compiler") {
    constexpr auto result = [] {
        vector<float, 3> a{1, 2, 3};
        a += hadamard(a, a);
        a.view() = a / 2.0f;
        return a;
    }();
    STATIC_REQUIRE(result == vector<float, 3>{1, 3, 6});
}
