// runs on: every instruction set
#include <etch/network/unrolled.hpp>

#include <algorithm>
#include <string>
#include <tuple>

#include <etch/inference.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/topology.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/stepper.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// How many outputs of sequences of seven positions differ in their bits from those of a network with state that sees
/// one position after the other.
template <std::size_t Samples, class L>
std::size_t different_from_stream() {
    using stream_type = network<input<3>, L>;
    const network<input<3, 7>, unrolled<L>> net{seed{1}};
    stream_type stream;
    std::copy_n(net.parameters().begin(), stream.parameter_count, stream.parameters().begin());
    matrix<float, 21, Samples> x;
    support::scatter_numbers(x, seed{2});
    const auto y = net(x);
    std::size_t wrong = 0;
    for (std::size_t j = 0; j < Samples; ++j) {
        typename stream_type::state state{};
        for (std::size_t t = 0; t < 7; ++t) {
            const auto one = stream({x(3 * t, j), x(3 * t + 1, j), x(3 * t + 2, j)}, state);
            for (std::size_t i = 0; i < one.size(); ++i) wrong += one[i] != y(one.size() * t + i, j);
        }
    }
    return wrong;
}

}  // namespace

TEST_CASE("unrolled gives the outputs of all positions, and has the tensors of its layer") {
    using layer = unrolled<lstm<8>>;
    static_assert(Layer<layer> && layer::output(shape{5, 20}) == shape{8, 20});
    constexpr auto held = layer::parameters<shape{5, 20}>();
    static_assert(held.size() == 4 && held[0].extents == shape{32, 5});
    CHECK(std::string(held[0].name.text) == "weight_ih");
    static_assert(layer::multiply_adds<shape{5, 20}>() == 20 * 32 * 13);
    using net = network<input<5, 20>, layer>;
    static_assert(!net::has_state && net::parameter_count == 32 * 13 + 64);
    static_assert(topology<net> == "input<5, 20>, unrolled<lstm<8>>");
    CHECK(net{seed{1}}.parameters().last(64)[8] == 1);  // the forget gate
}

TEST_CASE("a sequence in one sample has the bits of a network with state, step by step") {
    CHECK(different_from_stream<1, lstm<5>>() == 0);
    CHECK(different_from_stream<3, lstm<5>>() == 0);
    CHECK(different_from_stream<3, gru<6, reset_before>>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(different_from_stream<1, gru<17>>() == 0);
    CHECK(different_from_stream<35, gru<17>>() == 0);
    CHECK(different_from_stream<2, simple_rnn<1>>() == 0);
    CHECK(different_from_stream<9, residual<gru<3>>>() == 0);
#endif
}

TEST_CASE("gradients through unrolled layers match finite differences") {
    CHECK(support::worst_gradient<shape{2, 4}, unrolled<lstm<3>>, unrolled<gru<2>>, flatten, dense<2>>() <
          support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 1}, unrolled<residual<gru<2>, dense<2>>>, last_step>() <
          support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{3, 4}, unrolled<dense<2>>>() < support::gradient_tolerance);
    support::passes<double, shape{2, 5}, 1, unrolled<simple_rnn<3>>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::passes<double, shape{2, 3}, 2, frozen<unrolled<gru<3>>>, unrolled<frozen<lstm<2>>>> all_frozen;
    support::scatter_numbers(all_frozen.statistics, seed{5});
    CHECK(support::worst_gradient(all_frozen) < support::gradient_tolerance);
}

TEST_CASE("training and inference of an unrolled layer give the same bits") {
    support::passes<float, shape{3, 6}, 5, unrolled<lstm<7>>, residual<unrolled<gru<7>>>> layers;
    layers.run();
    const auto output = layers.output;
    layers.infer();
    CHECK(layers.output == output);
}

TEST_CASE("an unrolled layer, forward and backward, gives the same bits in a constant expression") {
    constexpr auto run = [] {
        support::passes<float, shape{2, 3}, 2, unrolled<lstm<2>>> layers;
        layers.run();
        return std::tuple{layers.output, layers.gradients, layers.grad_input};
    };
    static constexpr auto folded = run();
    CHECK(run() == folded);
}

TEST_CASE("a layer without state is applied to each position") {
    const network<input<2, 3>, unrolled<dense<4>>> net{seed{1}};
    network<input<2>, dense<4>> one;
    std::copy_n(net.parameters().begin(), one.parameter_count, one.parameters().begin());
    const auto y = net({1, 2, 3, 4, 5, 6});
    const auto second = one({3, 4});
    for (std::size_t i = 0; i < 4; ++i) CHECK(y[4 + i] == second[i]);
}

TEST_CASE("a network that runs over sequences learns to tell which of two positions came first") {
    using net_type = network<input<1, 6>, unrolled<gru<6>>, last_step, dense<1>>;
    net_type net{seed{1}};
    stepper<net_type, mean_squared_error, adam, 8> step{{.learning_rate = 0.02}};
    random_generator random{seed{3}};
    float loss = 0;
    for (int update = 0; update < 300; ++update) {
        matrix<float, 6, 8> x{};
        matrix<float, 1, 8> y{};
        for (std::size_t j = 0; j < 8; ++j) {
            const std::size_t up = random() % 6, down = (up + 1 + random() % 5) % 6;
            x(up, j) = 1, x(down, j) = -1;
            y(0, j) = up < down ? 1 : -1;
        }
        loss = step.step(net, x, y);
    }
    CHECK(loss < 0.05f);
}
