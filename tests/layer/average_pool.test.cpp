// runs on: every instruction set
#include <etch/layer/average_pool.hpp>

#include <etch/layer/conv_1d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/window_cases.hpp"

using namespace etch;

namespace {

/// Sums of up to 35 numbers below 1, each rounded: 1e-7 measured.
constexpr double float_tolerance = 1e-6;
constexpr double double_tolerance = 1e-15;

}  // namespace

TEST_CASE("average_pool keeps the channels, global_average_pool only these") {
    STATIC_REQUIRE(Layer<average_pool<2>> && Layer<global_average_pool>);
    STATIC_REQUIRE(average_pool<2, 3>::output(shape{3, 9, 7}) == shape{3, 4, 2});
    STATIC_REQUIRE(average_pool<3, 3, stride<2, 1>>::output(shape{3, 9, 7}) == shape{3, 4, 5});
    STATIC_REQUIRE(average_pool<2>::output(shape{3, 9}) == shape{3, 4});
    STATIC_REQUIRE(global_average_pool::output(shape{3, 9}) == shape{3});
    STATIC_REQUIRE(global_average_pool::output(shape{3, 9, 7}) == shape{3});
}

TEST_CASE("average_pool is the mean of each window, and gives each of its elements the same gradient") {
    support::passes<float, shape{1, 4, 2}, 1, average_pool<2>> layer;
    layer.input = matrix<float, 8, 1>{1, 5, 2, 2, 5, -1, 2, 3};
    layer.grad_output = matrix<float, 2, 1>{8, 16};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 1>{2.5f, 2.25f});
    CHECK(layer.grad_input == matrix<float, 8, 1>{2, 2, 4, 4, 2, 2, 4, 4});
}

TEST_CASE("average_pool and global_average_pool match PyTorch") {
    CHECK(support::farthest_from_torch<float, shape{3, 7, 5}, average_pool<3, 2>>(ETCH_TORCH(average_pool)) <
          float_tolerance);
    CHECK(support::farthest_from_torch<double, shape{3, 7, 5}, average_pool<3, 3, stride<2, 1>>>(
              ETCH_TORCH(average_pool_overlapping)) < double_tolerance);
    CHECK(support::farthest_from_torch<float, shape{3, 7, 5}, average_pool<3, 3, stride<2>, padding<1>>>(
              ETCH_TORCH(average_pool_padded)) < float_tolerance);
    CHECK(support::farthest_from_torch<float, shape{3, 7}, average_pool<3>>(ETCH_TORCH(average_pool_of_signals)) <
          float_tolerance);
    CHECK(support::farthest_from_torch<float, shape{3, 7, 5}, global_average_pool>(ETCH_TORCH(global_average_pool)) <
          float_tolerance);
}

TEST_CASE("average_pool and global_average_pool at sizes around the lanes are the same channel by channel") {
    CHECK(support::is_the_same_by_channel<5, 6, 4, average_pool<2>>());
    CHECK(support::is_the_same_by_channel<33, 5, 5, average_pool<3, 3, stride<1>>>());
    CHECK(support::is_the_same_by_channel<17, 5, 3, global_average_pool>());
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(support::is_the_same_by_channel<16, 13, 2, average_pool<2>>());
    CHECK(support::is_the_same_by_channel<3, 13, 2, global_average_pool>());
#endif
}

TEST_CASE("average_pool and global_average_pool match finite differences") {
    CHECK(support::worst_gradient<shape{2, 12}, conv_1d<4, 2>, average_pool<3, 1, stride<2>, padding<1, 0>>, etch::tanh,
                                  average_pool<2>, etch::tanh, global_average_pool, dense<2>>() <
          support::gradient_tolerance);
}

TEST_CASE("average_pool is written with its window, and with a stride that is not the window's") {
    CHECK(topology<network<input<3, 9, 7>, average_pool<2>, average_pool<2, 2, stride<1>>, global_average_pool>> ==
          "input<3, 9, 7>, average_pool<2, 2>, average_pool<2, 2, stride<1, 1>>, global_average_pool");
}
