#include <etch/tensor/side_by_side.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <etch/core/random.hpp>
#include <etch/tensor/patches.hpp>
#include <etch/tensor/product.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

struct halved_above_zero {
    constexpr auto operator()(auto x) const { return larger(x, decltype(x)(0.5f) * x); }
};

template <class Tensor>
constexpr Tensor random_tensor(std::uint64_t from) {
    Tensor result;
    random_generator random{seed{from}};
    for (float& x : result) x = random.uniform() * 4 - 2;
    return result;
}

/// The elements of two matrices that differ in their bits.
template <class M>
constexpr std::size_t different(const M& a, const M& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < M::size(); ++i)
        count += std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]);
    return count;
}

/// W R + b element by element, in the order of additions that product/order.hpp defines.
template <class W, class R, class B>
auto by_definition(const W& w, const R& right, const B& b) {
    using one = lanes<float, 1>;
    matrix<float, W::rows, R::columns> result;
    for (std::size_t j = 0; j < R::columns; ++j)
        for (std::size_t i = 0; i < W::rows; ++i)
            result(i, j) =
                internal::element_of_product<decltype(w * right)::partial_sums>(one(b[i]), w, right, i, j).value;
    return result;
}

/// Rows filters over two grey images.
template <std::size_t Rows, shape Image, sliding_window Window>
std::size_t different_from_definition() {
    const auto images = random_tensor<matrix<float, Image.size(), 2>>(1);
    const auto seen = patches<Image, Window>(images);
    using result = matrix<float, Rows, seen.columns>;
    const auto w = random_tensor<matrix<float, Rows, seen.rows>>(2);
    const auto b = random_tensor<vector<float, Rows>>(3);
    return different(result(w * seen), by_definition(w, seen, vector<float, Rows>{})) +
           different(result(map(halved_above_zero{}, w * seen + b)),
                     result(map(halved_above_zero{}, by_definition(w, seen, b))));
}

template <std::size_t Rows, std::size_t Across, std::size_t Width, std::size_t Height>
std::size_t different_from_definition() {
    return different_from_definition<Rows, shape{1, Across + Width - 1, Height + 1}, sliding_window{Width, Height}>();
}

/// The run of a product with the patches of an image of 40 x 4 pixels of so many channels.
template <std::size_t Rows, std::size_t Channels, sliding_window Window>
constexpr std::size_t run_length() {
    using seen = decltype(patches<shape{Channels, 40, 4}, Window>(std::declval<vector<float, Channels * 160>&>()));
    return decltype(std::declval<matrix<float, Rows, seen::rows>&>() * std::declval<const seen&>())::run_length;
}

}  // namespace

TEST_CASE("columns are computed side by side if they are neighbours in memory, and few rows leave a register empty") {
    constexpr std::size_t size = widest_lanes<float>;
    static_assert(run_length<1, 1, sliding_window{3, 2}>() == (size >= 4 ? 38 : 0));
    static_assert(run_length<6, 1, sliding_window{3, 2}>() ==
                  (size >= 8 && internal::can_interleave<lanes<float, size>> ? 38 : 0));
    static_assert(run_length<16, 1, sliding_window{3, 2}>() == 0);
    static_assert(run_length<6, 2, sliding_window{3, 2}>() == 0);
    static_assert(run_length<6, 1, sliding_window{.width = 3, .height = 2, .stride_x = 2}>() == 0);
    SUCCEED("checked by the compiler");
}

TEST_CASE("columns side by side have the bits of the definition: one to eight partial sums, any number of lanes") {
    CHECK(different_from_definition<1, 9, 3, 1>() == 0);
    CHECK(different_from_definition<2, 15, 2, 5>() == 0);
    CHECK(different_from_definition<3, 17, 1, 5>() == 0);
    CHECK(different_from_definition<6, 28, 5, 5>() == 0);
    CHECK(different_from_definition<6, 16, 7, 7>() == 0);
    CHECK(different_from_definition<12, 6, 4, 4>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(different_from_definition<1, 4, 7, 7>() == 0);
    CHECK(different_from_definition<1, 33, 5, 5>() == 0);
    CHECK(different_from_definition<4, 8, 5, 2>() == 0);
    CHECK(different_from_definition<5, 7, 3, 3>() == 0);
    CHECK(different_from_definition<7, 31, 3, 3>() == 0);
    CHECK(different_from_definition<8, 32, 6, 6>() == 0);
    CHECK(different_from_definition<11, 13, 3, 2>() == 0);
#endif
}

TEST_CASE("columns side by side see what a dilated window sees, line by line of a stride down") {
    constexpr sliding_window skips{.width = 3, .height = 2, .stride_y = 2, .dilation_x = 3, .dilation_y = 2};
    CHECK(different_from_definition<3, shape{1, 19, 7}, skips>() == 0);
}

TEST_CASE("columns side by side have the bits that the compiler computes") {
    constexpr auto convolved = [] {
        constexpr shape image{1, 11, 5};
        const auto pixels = random_tensor<matrix<float, image.size(), 2>>(1);
        const auto w = random_tensor<matrix<float, 5, 12>>(2);
        const auto seen = patches<image, sliding_window{4, 3}>(pixels);
        return matrix<float, 5, 48>(w * seen + random_tensor<vector<float, 5>>(3));
    };
    static constexpr auto in_compiler = convolved();
    CHECK(different(convolved(), in_compiler) == 0);
}
