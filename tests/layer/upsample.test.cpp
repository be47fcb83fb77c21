// runs on: every instruction set
#include <etch/layer/upsample.hpp>

#include <etch/layer/conv_1d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/window_cases.hpp"

using namespace etch;

TEST_CASE("upsample repeats each element in a block, whose gradients it adds") {
    static_assert(Layer<upsample<2>>);
    static_assert(upsample<2, 3>::output(shape{3, 9, 7}) == shape{3, 18, 21});
    static_assert(upsample<2>::output(shape{3, 9}) == shape{3, 18});
    support::passes<float, shape{2, 2}, 1, upsample<2>> layer;
    layer.input = matrix<float, 4, 1>{1, 2, 3, 4};
    layer.grad_output = matrix<float, 8, 1>{1, 2, 3, 4, 5, 6, 7, 8};
    layer.run();
    CHECK(layer.output == matrix<float, 8, 1>{1, 2, 1, 2, 3, 4, 3, 4});
    CHECK(layer.grad_input == matrix<float, 4, 1>{4, 6, 12, 14});
}

TEST_CASE("upsample forward and backward are PyTorch's, to the bit") {
    CHECK(support::farthest_from_torch<double, shape{3, 3, 2}, upsample<2, 3>>(ETCH_TORCH(upsample)) == 0);
    CHECK(support::farthest_from_torch<float, shape{3, 5}, upsample<2>>(ETCH_TORCH(upsample_of_signals)) == 0);
}

TEST_CASE("upsample at sizes around the lanes is the same channel by channel") {
    CHECK(support::is_the_same_by_channel<5, 3, 4, upsample<2>>());
    CHECK(support::is_the_same_by_channel<33, 2, 3, upsample<3, 1>>());
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(support::is_the_same_by_channel<16, 3, 2, upsample<1, 4>>());
#endif
}

TEST_CASE("upsample matches finite differences") {
    CHECK(support::worst_gradient<shape{2, 4}, conv_1d<3, 2>, upsample<2>, etch::tanh, upsample<3, 1>, etch::tanh,
                                  flatten, dense<2>>() < support::gradient_tolerance);
}

TEST_CASE("upsample is written with both factors") {
    CHECK(topology<network<input<3, 9, 7>, upsample<2>>> == "input<3, 9, 7>, upsample<2, 2>");
}
