// runs on: every instruction set
#include <etch/layer/max_pool.hpp>

#include <limits>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/window_cases.hpp"

using namespace etch;

TEST_CASE("max_pool keeps the channels, and drops what its window does not reach") {
    STATIC_REQUIRE(Layer<max_pool<2>>);
    STATIC_REQUIRE(max_pool<2>::output(shape{3, 9, 7}) == shape{3, 4, 3});
    STATIC_REQUIRE(max_pool<2, 3>::output(shape{3, 9, 7}) == shape{3, 4, 2});
    STATIC_REQUIRE(max_pool<3, 3, stride<2, 1>>::output(shape{3, 9, 7}) == shape{3, 4, 5});
    STATIC_REQUIRE(max_pool<2>::output(shape{3, 9}) == shape{3, 4});
    STATIC_REQUIRE(max_pool<3, 1, stride<1>>::output(shape{3, 9}) == shape{3, 7});
    STATIC_REQUIRE(max_pool<3, 2, padding<1, 0, 0, 1>>::output(shape{3, 9, 7}) == shape{3, 3, 4});
    STATIC_REQUIRE(max_pool<3, 1, stride<1>, padding<0, 1>>::output(shape{3, 9}) == shape{3, 8});
}

TEST_CASE("max_pool takes the first of the largest in each window, forward and backward") {
    support::passes<float, shape{1, 4, 2}, 1, max_pool<2>> layer;
    layer.input = matrix<float, 8, 1>{1, 5, 2, 2, 5, -1, 2, 2};
    layer.grad_output = matrix<float, 2, 1>{10, 20};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 1>{5, 2});
    CHECK(layer.grad_input == matrix<float, 8, 1>{0, 10, 20, 0, 0, 0, 0, 0});
}

TEST_CASE("outside of the image nothing is the largest") {
    support::passes<float, shape{1, 3}, 1, max_pool<2, 2, stride<1>, padding<1>>> layer;
    layer.input = matrix<float, 3, 1>{-3, -1, -2};
    layer.grad_output = matrix<float, 4, 1>{1, 10, 100, 1000};
    layer.run();
    CHECK(layer.output == matrix<float, 4, 1>{-3, -1, -1, -2});
    CHECK(layer.grad_input == matrix<float, 3, 1>{1, 110, 1000});
}

TEST_CASE("in windows that overlap the gradients of a largest element are added up") {
    support::passes<float, shape{1, 3, 1}, 1, max_pool<2, 1, stride<1>>> layer;
    layer.input = matrix<float, 3, 1>{1, 7, 2};
    layer.grad_output = matrix<float, 2, 1>{10, 20};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 1>{7, 7});
    CHECK(layer.grad_input == matrix<float, 3, 1>{0, 30, 0});
}

TEST_CASE("max_pool passes over a NaN, unless it is the first in its window") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    support::passes<float, shape{1, 4}, 1, max_pool<2>> layer;
    layer.input = matrix<float, 4, 1>{1, nan, nan, 1};
    layer.infer();
    CHECK(layer.output[0] == 1);
    CHECK(layer.output[1] != layer.output[1]);
}

TEST_CASE("max_pool forward and backward are PyTorch's, to the bit") {
    CHECK(support::farthest_from_torch<float, shape{3, 7, 5}, max_pool<3, 2>>(ETCH_TORCH(max_pool)) == 0);
    CHECK(support::farthest_from_torch<float, shape{3, 7}, max_pool<2>>(ETCH_TORCH(max_pool_of_signals)) == 0);
    CHECK(support::farthest_from_torch<double, shape{3, 7, 5}, max_pool<3, 3, stride<2>>>(
              ETCH_TORCH(max_pool_overlapping)) == 0);
    CHECK(support::farthest_from_torch<float, shape{3, 7, 5}, max_pool<3, 3, stride<2>, padding<1>>>(
              ETCH_TORCH(max_pool_padded)) == 0);
}

TEST_CASE("max_pool at sizes around the lanes is the same channel by channel") {
    CHECK(support::is_the_same_by_channel<5, 6, 4, max_pool<2>>());
    CHECK(support::is_the_same_by_channel<33, 5, 5, max_pool<3, 3, stride<1>, padding<1, 0>>>());
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(support::is_the_same_by_channel<16, 13, 2, max_pool<2>>());
    CHECK(support::is_the_same_by_channel<7, 6, 7, max_pool<1, 7>>());
#endif
}

TEST_CASE("max_pool behind and before other layers matches finite differences") {
    CHECK(support::worst_gradient<shape{2, 6, 5}, conv_2d<3, 2>, max_pool<2, 2, stride<1>>, etch::tanh, max_pool<2, 1>,
                                  flatten, dense<2>>() < support::gradient_tolerance);
}

TEST_CASE("max_pool is written with its window, and with a stride that is not the window's") {
    CHECK(topology<network<input<3, 9, 7>, max_pool<2>, max_pool<2, 3, stride<2, 3>>>> ==
          "input<3, 9, 7>, max_pool<2, 2>, max_pool<2, 3>");
    CHECK(topology<network<input<3, 9, 7>, max_pool<3, 3, stride<2>>>> ==
          "input<3, 9, 7>, max_pool<3, 3, stride<2, 2>>");
    CHECK(topology<network<input<3, 9>, max_pool<2, 2, padding<1, 0>>>> ==
          "input<3, 9>, max_pool<2, 2, padding<1, 0, 1, 0>>");
}
