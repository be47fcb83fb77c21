// runs on: every instruction set
#include <etch/layer/causal_conv_1d.hpp>

#include <cmath>
#include <limits>

#include <etch/layer/conv_1d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/unrolled.hpp"

using namespace etch;

namespace {

/// Sums of up to 48 products of numbers up to 2: 1e-6 measured.
constexpr double float_tolerance = 1e-5;
constexpr double double_tolerance = 1e-13;

/// PyTorch's Conv1d on signals of six steps, with zeros before them: its weight is [filters][channels][t].
template <class T>
double farthest_from_torch() {
    namespace torch = reference::causal_conv_1d;
    constexpr std::size_t S = 3, C = 3, F = 4, K = 3, steps = 6, weights = F * C * K;
    static support::unrolled<T, steps, shape{C}, S, causal_conv_1d<F, K, dilation<2>>> layer;
    const auto at_etch = [](std::size_t of_torch) {
        const std::size_t t = of_torch % K, c = of_torch / K % C, f = of_torch / (K * C);
        return f + F * (c + C * t);
    };
    for (std::size_t i = 0; i < weights; ++i) layer.parameters[at_etch(i)] = static_cast<T>(torch::weight[i]);
    for (std::size_t f = 0; f < F; ++f) layer.parameters[weights + f] = static_cast<T>(torch::bias[f]);
    layer.states[0].fill(0);
    layer.grad_last_state.fill(0);
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t j = 0; j < S; ++j) {
            for (std::size_t c = 0; c < C; ++c)
                layer.input[t](c, j) = static_cast<T>(torch::input[(j * steps + t) * C + c]);
            for (std::size_t f = 0; f < F; ++f)
                layer.grad_output[t](f, j) = static_cast<T>(torch::grad_output[(j * steps + t) * F + f]);
        }
    layer.run();
    double worst = 0;
    const auto see = [&worst](T got, double want) {
        worst = std::max(worst, support::distance(static_cast<double>(got), want));
    };
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t j = 0; j < S; ++j) {
            for (std::size_t c = 0; c < C; ++c)
                see(layer.grad_input[t](c, j), torch::grad_input[(j * steps + t) * C + c]);
            for (std::size_t f = 0; f < F; ++f) see(layer.output[t](f, j), torch::output[(j * steps + t) * F + f]);
        }
    for (std::size_t i = 0; i < weights; ++i) see(layer.gradients[at_etch(i)], torch::grad_weight[i]);
    for (std::size_t f = 0; f < F; ++f) see(layer.gradients[weights + f], torch::grad_bias[f]);
    return worst;
}

/// How many outputs of a stream have another bit than those of conv_1d on the whole signal, alone and as one of three.
template <std::size_t Channels, std::size_t Filters, std::size_t Length, std::size_t Dilation, std::size_t Groups = 1>
std::size_t differences_from_whole_signal() {
    constexpr std::size_t steps = 2 * (Length - 1) * Dilation + 3;
    using whole =
        network<input<Channels, steps>,
                conv_1d<Filters, Length, padding<(Length - 1) * Dilation, 0>, dilation<Dilation>, groups<Groups>>>;
    using stream = network<input<Channels>, causal_conv_1d<Filters, Length, dilation<Dilation>, groups<Groups>>>;
    static whole of_signal{seed{1}};
    static stream of_stream;
    std::copy(of_signal.parameters().begin(), of_signal.parameters().end(), of_stream.parameters().begin());
    static vector<float, Channels * steps> signal;
    support::scatter_numbers(signal, seed{2}, 2);
    const auto wanted = of_signal(signal);
    typename stream::state state{};
    typename stream::template states<3> states{};
    std::size_t found = 0;
    for (std::size_t t = 0; t < steps; ++t) {
        vector<float, Channels> x;
        matrix<float, Channels, 3> three;
        for (std::size_t c = 0; c < Channels; ++c) {
            x[c] = signal[t * Channels + c];
            for (std::size_t j = 0; j < 3; ++j) three(c, j) = static_cast<float>(j) * x[c];
        }
        const auto y = of_stream(x, state);
        const auto of_three = of_stream(three, states);
        for (std::size_t f = 0; f < Filters; ++f) found += (y[f] != wanted[t * Filters + f]) + (of_three(f, 1) != y[f]);
    }
    return found;
}

}  // namespace

TEST_CASE("causal_conv_1d has the parameters of conv_1d, and the state that its kernel reaches back") {
    STATIC_REQUIRE(Layer<causal_conv_1d<4>>);
    STATIC_REQUIRE(causal_conv_1d<4>::output(shape{3}) == shape{4});
    using layer = causal_conv_1d<4, 3, dilation<5>>;
    STATIC_REQUIRE(layer::parameters<shape{6}>()[0].extents == shape{4, 6, 3});
    STATIC_REQUIRE(layer::state<shape{6}>()[0].extents == shape{6, 10} &&
                   layer::state<shape{6}>()[1].extents == shape{1});
    STATIC_REQUIRE(layer::multiply_adds<shape{6}>() == 4 * 6 * 3);
    using grouped = causal_conv_1d<4, 3, groups<2>>;
    STATIC_REQUIRE(grouped::parameters<shape{6}>()[0].extents == shape{4, 3, 3});
    STATIC_REQUIRE(sizeof(network<input<6>, layer>::state) == 4 * 61);
    STATIC_REQUIRE(std::is_trivially_copyable_v<network<input<6>, layer>::state>);
}

TEST_CASE("causal_conv_1d has the values that a person works out by hand") {
    network<input<1>, causal_conv_1d<1, 2, dilation<2>>> net;
    const float weights[] = {10, 1, 0.5f};  // of two steps before, of this one, bias
    std::copy(std::begin(weights), std::end(weights), net.parameters().begin());
    decltype(net)::state state{};
    CHECK(net({1}, state)[0] == 1.5f);
    CHECK(net({2}, state)[0] == 2.5f);
    CHECK(net({3}, state)[0] == 13.5f);
    const auto snapshot = state;
    CHECK(net({4}, state)[0] == 24.5f);
    state = snapshot;
    CHECK(net({5}, state)[0] == 25.5f);
    CHECK(net({6}, state)[0] == 36.5f);
}

TEST_CASE("a stream has the bits of conv_1d on the whole signal") {
    CHECK(differences_from_whole_signal<1, 1, 3, 1>() == 0);
    CHECK(differences_from_whole_signal<5, 17, 2, 7>() == 0);
    CHECK(differences_from_whole_signal<6, 9, 4, 3, 3>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(differences_from_whole_signal<1, 8, 3, 4>() == 0);
    CHECK(differences_from_whole_signal<8, 8, 3, 16>() == 0);
    CHECK(differences_from_whole_signal<8, 1, 3, 2>() == 0);
    CHECK(differences_from_whole_signal<3, 5, 9, 2>() == 0);
    CHECK(differences_from_whole_signal<33, 33, 3, 2, 33>() == 0);
#endif
}

TEST_CASE("causal_conv_1d forward and backward match PyTorch on the whole signal") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("gradients of causal_conv_1d through more steps than it remembers match finite differences") {
    support::unrolled<double, 9, shape{3}, 2, causal_conv_1d<5, 3, dilation<2>>> layer;
    layer.states[0][24] = 2.5;  // where the oldest input is, between two steps of the rounding
    layer.states[0][25] = 1.5;  // in the other sample
    CHECK(support::worst_gradient(layer) < support::gradient_tolerance);
}

TEST_CASE("gradients of stacked causal convolutions, of groups too, match finite differences") {
    support::unrolled<double, 7, shape{4}, 1, causal_conv_1d<4, 2, groups<4>>, etch::tanh,
                      causal_conv_1d<6, 3, groups<2>>, etch::tanh, causal_conv_1d<1, 2, dilation<2>>, dense<2>>
        layers;
    CHECK(support::worst_gradient(layers) < support::gradient_tolerance);
}

TEST_CASE("the first backward pass of an update may set the gradients of causal_conv_1d") {
    CHECK(support::sets_what_it_adds<
          support::unrolled<double, 3, shape{4}, 3, causal_conv_1d<6, 3>, causal_conv_1d<4, 2, groups<2>>>>());
}

TEST_CASE("training and inference of causal_conv_1d give the same bits") {
    CHECK(support::infers_what_it_trains<support::unrolled<float, 7, shape{6}, 3, causal_conv_1d<9, 3, dilation<2>>,
                                                           causal_conv_1d<9, 2, groups<9>>>>());
}

TEST_CASE("steps of causal_conv_1d, forward and backward, give the same bits in a constant expression") {
    CHECK(support::has_constant_bits<
          support::unrolled<float, 3, shape{2}, 2, causal_conv_1d<4, 2>, causal_conv_1d<2, 2, groups<2>>>>());
}

TEST_CASE("a state whose place of the oldest input is none begins at 0") {
    const network<input<2>, causal_conv_1d<3, 3, dilation<4>>> net{seed{1}};
    const decltype(net)::state fresh{};
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float wrong : {-1.0f, 8.0f, 1e30f, infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
        auto state = fresh, right = fresh;
        state.numbers[16] = wrong;
        CHECK(net({1, 2}, state) == net({1, 2}, right));
        CHECK(state.numbers[16] == 1);
    }
}

TEST_CASE("causal_conv_1d is written with the options that differ from the default") {
    CHECK(topology<network<input<4>, causal_conv_1d<8, 3, groups<2>, dilation<16>>, causal_conv_1d<8, 2>>> ==
          "input<4>, causal_conv_1d<8, 3, dilation<16>, groups<2>>, causal_conv_1d<8, 2>");
}
