// runs on: every instruction set
#include <etch/network/bidirectional.hpp>

#include <algorithm>
#include <string>
#include <tuple>

#include <etch/inference.hpp>
#include <etch/io/key_map.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

namespace torch = reference::bidirectional;

constexpr double double_tolerance = 1e-13;  // only the order of the sums and the last digits of σ and tanh differ
constexpr double float_tolerance = 3e-6;    // see support/recurrent.hpp
constexpr double float_gradient_tolerance = 1e-5;

struct tensor_of_torch {
    std::size_t columns;
    const float* values;
    const double* gradient;
};
constexpr tensor_of_torch tensors[] = {{5, torch::weight_ih, torch::grad_weight_ih},
                                       {4, torch::weight_hh, torch::grad_weight_hh},
                                       {1, torch::bias_ih, torch::grad_bias_ih},
                                       {1, torch::bias_hh, torch::grad_bias_hh},
                                       {5, torch::weight_ih_reverse, torch::grad_weight_ih_reverse},
                                       {4, torch::weight_hh_reverse, torch::grad_weight_hh_reverse},
                                       {1, torch::bias_ih_reverse, torch::grad_bias_ih_reverse},
                                       {1, torch::bias_hh_reverse, torch::grad_bias_hh_reverse}};

struct farthest {
    double output, gradients;
};
template <class T>
farthest farthest_from_torch() {
    support::passes<T, shape{5, 6}, 3, bidirectional<lstm<4>>> layer;
    std::size_t at = 0;
    for (const auto& [columns, values, gradient] : tensors)
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t i = 0; i < 16; ++i) layer.parameters[at++] = static_cast<T>(values[i * columns + j]);
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    farthest worst{support::farthest(layer.output, torch::output),
                   support::farthest(layer.grad_input, torch::grad_input)};
    at = 0;
    for (const auto& [columns, values, gradient] : tensors)
        for (std::size_t j = 0; j < columns; ++j)
            for (std::size_t i = 0; i < 16; ++i)
                worst.gradients =
                    std::max(worst.gradients,
                             support::distance(static_cast<double>(layer.gradients[at++]), gradient[i * columns + j]));
    return worst;
}

}  // namespace

TEST_CASE("bidirectional has the tensors of its layer twice, and stacks the outputs of both runs") {
    using layer = bidirectional<lstm<8>>;
    static_assert(Layer<layer> && layer::output(shape{5, 20}) == shape{16, 20});
    static_assert(layer::parameters<shape{5, 20}>().size() == 8);
    static_assert(layer::multiply_adds<shape{5, 20}>() == 2 * 20 * 32 * 13);
    using net = network<input<5, 20>, layer, last_step, dense<2>>;
    static_assert(!net::has_state && topology<net> == "input<5, 20>, bidirectional<lstm<8>>, last_step, dense<2>");
    key_map map = torch_recurrent;
    map.layers = {"lstm", "head"};
    std::string keys;
    for (std::size_t i = 0; i < tensors_of<net>.size(); ++i)
        keys += std::string{internal::key_of(map, tensors_of<net>, i).view()} + " ";
    CHECK(keys ==
          "lstm.weight_ih_l0 lstm.weight_hh_l0 lstm.bias_ih_l0 lstm.bias_hh_l0 lstm.weight_ih_l0_reverse "
          "lstm.weight_hh_l0_reverse lstm.bias_ih_l0_reverse lstm.bias_hh_l0_reverse head.weight head.bias ");
}

TEST_CASE("bidirectional forward and backward match PyTorch over three sequences of six positions") {
    const farthest in_double = farthest_from_torch<double>(), in_float = farthest_from_torch<float>();
    CHECK(in_double.output < double_tolerance);
    CHECK(in_double.gradients < double_tolerance);
    CHECK(in_float.output < float_tolerance);
    CHECK(in_float.gradients < float_gradient_tolerance);
}

TEST_CASE("gradients through bidirectional layers match finite differences") {
    CHECK(support::worst_gradient<shape{2, 4}, bidirectional<gru<3>>, bidirectional<lstm<1>>, last_step>() <
          support::gradient_tolerance);
    support::passes<double, shape{2, 1}, 1, bidirectional<simple_rnn<3>>, flatten, dense<2>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::passes<double, shape{2, 3}, 2, bidirectional<gru<2>>, frozen<bidirectional<gru<3>>>> half_frozen;
    support::scatter_numbers(half_frozen.statistics, seed{5});
    CHECK(support::worst_gradient(half_frozen) < support::gradient_tolerance);
}

TEST_CASE("training and inference of a bidirectional layer give the same bits, and each sample its own in a batch") {
    support::passes<float, shape{3, 6}, 5, bidirectional<lstm<7>>, bidirectional<gru<2>>> layers;
    layers.run();
    const auto output = layers.output;
    layers.infer();
    CHECK(layers.output == output);
    const network<input<3, 4>, bidirectional<lstm<7>>> net{seed{1}};
    matrix<float, 12, 19> x;
    support::scatter_numbers(x, seed{2});
    const auto y = net(x);
    for (std::size_t j = 0; j < 19; ++j) CHECK(y.column(j) == net(x.column(j)));
}

TEST_CASE("the second run of a bidirectional layer is the first with its parameters, in reverse order") {
    network<input<2, 3>, bidirectional<gru<4>>> net{seed{1}};
    const auto all = net.parameters();
    std::copy_n(all.begin(), all.size() / 2, all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2));
    const auto y = net({1, 2, 3, 4, 5, 6}), reversed = net({5, 6, 3, 4, 1, 2});
    for (std::size_t t = 0; t < 3; ++t)
        for (std::size_t i = 0; i < 4; ++i) CHECK(y[8 * t + 4 + i] == reversed[8 * (2 - t) + i]);
}

TEST_CASE("a bidirectional layer, forward and backward, gives the same bits in a constant expression") {
    constexpr auto run = [] {
        support::passes<float, shape{2, 3}, 2, bidirectional<gru<2>>> layers;
        layers.run();
        return std::tuple{layers.output, layers.gradients, layers.grad_input};
    };
    static constexpr auto folded = run();
    CHECK(run() == folded);
}

TEST_CASE("a network converts to weights stored as bf16 in layers that run over sequences too") {
    using plain = network<input<2, 3>, unrolled<gru<3>>, bidirectional<lstm<2>>, last_step>;
    using stored = network<input<2, 3>, unrolled<gru<3, bf16>>, bidirectional<lstm<2, bf16>>, last_step>;
    static_assert(std::is_same_v<with_bf16<plain>, stored>);
    const auto half = convert<stored>(plain{seed{1}});
    const auto rounded = convert<plain>(half);
    CHECK(half({1, 2, 3, 4, 5, 6}) == rounded({1, 2, 3, 4, 5, 6}));
}
