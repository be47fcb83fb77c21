// runs on: every instruction set
#include <etch/layer/conv_transpose_1d.hpp>

#include <etch/layer/conv_1d.hpp>
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Sums of up to 20 products of numbers up to 2: 1e-6 measured.
constexpr double float_tolerance = 1e-5;
constexpr double double_tolerance = 1e-13;

/// PyTorch's case: its weight is [channels][filters][t].
template <class T>
double farthest_from_torch() {
    namespace torch = reference::conv_transpose_1d;
    support::passes<T, shape{3, 5}, 3, conv_transpose_1d<4, 4, stride<2>, padding<1>>> layer;
    constexpr std::size_t C = 3, F = 4, K = 4, weights = C * F * K;
    const auto at_etch = [](std::size_t of_torch) {
        const std::size_t t = of_torch % K, f = of_torch / K % F, c = of_torch / (K * F);
        return c + C * (f + F * t);
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

}  // namespace

TEST_CASE("conv_transpose_1d lengthens a signal to what conv_1d would shorten to it") {
    static_assert(Layer<conv_transpose_1d<4>>);
    static_assert(conv_transpose_1d<4>::output(shape{3, 9}) == shape{4, 11});
    static_assert(conv_transpose_1d<4, 4, stride<2>, padding<1>>::output(shape{3, 9}) == shape{4, 18});
    using signal = chain<float, shape{3, 9}, conv_transpose_1d<4>>;
    static_assert(signal::parameters<0>()[0].extents == shape{3, 4, 3});
    CHECK(signal::totals.multiply_adds == 3 * 9 * 4 * 3);
}

TEST_CASE("conv_transpose_1d forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("conv_transpose_1d has the bits of conv_transpose_2d on an image of height 1") {
    support::passes<float, shape{6, 5}, 3, conv_transpose_1d<9, 3, stride<2>, padding<1, 0>, groups<3>>> signals;
    support::passes<float, shape{6, 5, 1}, 3, conv_transpose_2d<9, 3, 1, stride<2, 1>, padding<1, 0, 0, 0>, groups<3>>>
        images;
    images.parameters = signals.parameters;
    signals.run();
    images.run();
    CHECK(signals.output == images.output);
    CHECK(signals.grad_input == images.grad_input);
    CHECK(signals.gradients == images.gradients);
}

TEST_CASE("conv_transpose_1d between other layers matches finite differences") {
    CHECK(support::worst_gradient<shape{2, 6}, conv_1d<3, 2>, etch::tanh, conv_transpose_1d<4, 3, dilation<2>>,
                                  etch::tanh, conv_transpose_1d<1, 2, stride<3>, padding<1, 0>>, flatten, dense<2>>() <
          support::gradient_tolerance);
}

TEST_CASE("conv_transpose_1d is written with the options that differ from the default") {
    CHECK(topology<network<input<4, 9>, conv_transpose_1d<8, 4, stride<2>, padding<1>>>> ==
          "input<4, 9>, conv_transpose_1d<8, 4, stride<2>, padding<1, 1>>");
}
