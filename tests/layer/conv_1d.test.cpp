// runs on: every instruction set
#include <etch/layer/conv_1d.hpp>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Sums of up to 36 products of numbers up to 2: 1e-6 measured.
constexpr double float_tolerance = 1e-5;
constexpr double double_tolerance = 1e-13;

/// PyTorch's case: its weight is [filters][channels of a group][t].
template <class T>
double farthest_from_torch() {
    namespace torch = reference::conv_1d;
    support::passes<T, shape{4, 9}, 3, conv_1d<6, 3, padding<3, 1>, stride<2>, dilation<2>, groups<2>>> layer;
    constexpr std::size_t F = 6, C = 2, W = 3, weights = F * C * W;
    const auto at_etch = [](std::size_t of_torch) {
        const std::size_t t = of_torch % W, c = of_torch / W % C, f = of_torch / (W * C);
        return f + F * (c + C * t);
    };
    for (std::size_t i = 0; i < weights; ++i) layer.parameters[at_etch(i)] = static_cast<T>(torch::weight[i]);
    for (std::size_t f = 0; f < F; ++f) layer.parameters[weights + f] = static_cast<T>(torch::bias[f]);
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    double worst = std::max(support::farthest(layer.output, torch::output),
                            support::farthest(layer.grad_input, torch::grad_input));
    for (std::size_t i = 0; i < weights; ++i)
        worst =
            std::max(worst, support::distance(static_cast<double>(layer.gradients[at_etch(i)]), torch::grad_weight[i]));
    for (std::size_t f = 0; f < F; ++f)
        worst =
            std::max(worst, support::distance(static_cast<double>(layer.gradients[weights + f]), torch::grad_bias[f]));
    return worst;
}

/// Whether both passes have the bits of conv_2d on an image of height 1.
template <std::size_t Channels, std::size_t Length, std::size_t Filters, std::size_t Kernel, class Of2d,
          class... Options>
bool is_conv_2d_of_height_1() {
    static support::passes<float, shape{Channels, Length}, 3, conv_1d<Filters, Kernel, Options...>> signals;
    static support::passes<float, shape{Channels, Length, 1}, 3, Of2d> images;
    images.parameters = signals.parameters;
    signals.run();
    images.run();
    return signals.output == images.output && signals.grad_input == images.grad_input &&
           signals.gradients == images.gradients;
}

}  // namespace

TEST_CASE("conv_1d has a column of filters for each place of its kernel, and weights for all that it sees") {
    static_assert(Layer<conv_1d<4>>);
    static_assert(conv_1d<4>::output(shape{3, 9}) == shape{4, 7});
    static_assert(conv_1d<4, 5, stride<2>, padding<2>>::output(shape{3, 9}) == shape{4, 5});
    static_assert(conv_1d<4, 3, dilation<4>>::output(shape{3, 9}) == shape{4, 1});
    using signal = chain<float, shape{3, 9}, conv_1d<4>>;
    static_assert(signal::parameters<0>()[0].extents == shape{4, 3, 3});
    static_assert(signal::parameters<0>()[0].fan_in == 9 && signal::parameters<0>()[0].fan_out == 12);
    CHECK(signal::totals.multiply_adds == 4 * 9 * 7);
}

TEST_CASE("conv_1d has the values that a person works out by hand") {
    support::passes<float, shape{1, 4}, 1, conv_1d<1, 2, padding<1, 0>>> layer;
    layer.input = matrix<float, 4, 1>{1, 2, 3, 4};
    layer.parameters = {1, 10, 0.5f};
    layer.grad_output = matrix<float, 4, 1>{1, 0, 0, 2};
    layer.run();
    CHECK(layer.output == matrix<float, 4, 1>{10.5f, 21.5f, 32.5f, 43.5f});
    CHECK(layer.gradients == std::array<float, 3>{6, 9, 3});
    CHECK(layer.grad_input == matrix<float, 4, 1>{10, 0, 2, 20});
}

TEST_CASE("conv_1d forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("conv_1d has the bits of conv_2d on an image of height 1") {
    CHECK(is_conv_2d_of_height_1<3, 9, 5, 3, conv_2d<5, 3, 1>>());
    CHECK(is_conv_2d_of_height_1<16, 7, 17, 3, conv_2d<17, 3, 1, padding<2, 1, 0, 0>, stride<2, 1>>, stride<2>,
                                 padding<2, 1>>());
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(is_conv_2d_of_height_1<1, 21, 1, 5, conv_2d<1, 5, 1, dilation<3, 1>>, dilation<3>>());
    CHECK(is_conv_2d_of_height_1<33, 5, 33, 2, conv_2d<33, 2, 1, groups<33>>, groups<33>>());
#endif
}

TEST_CASE("conv_1d forward and backward match finite differences") {
    CHECK(support::worst_gradient<shape{2, 11}, conv_1d<4, 3, padding<2, 0>, dilation<2>>, etch::tanh,
                                  conv_1d<6, 2, stride<2>, groups<2>>, etch::tanh, flatten, dense<3>>() <
          support::gradient_tolerance);
}

TEST_CASE("conv_1d is written with the options that differ from the default, each with one direction") {
    CHECK(topology<network<input<4, 9>, conv_1d<8, 3, groups<2>, padding<2, 0>, stride<1>, dilation<2>>>> ==
          "input<4, 9>, conv_1d<8, 3, dilation<2>, padding<2, 0>, groups<2>>");
    CHECK(topology<network<input<4, 9>, conv_1d<8>>> == "input<4, 9>, conv_1d<8, 3>");
}
