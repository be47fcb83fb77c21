// runs on: every instruction set
#include <etch/layer/lstm.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/residual.hpp>

#include "reference/layers.hpp"
#include "support/recurrent.hpp"

using namespace etch;

namespace {

const support::torch_steps& torch() {
    namespace from = reference::lstm;
    static const support::torch_steps steps{from::input,
                                            from::state,
                                            from::grad_output,
                                            from::output,
                                            from::grad_input,
                                            from::grad_state,
                                            {{16, 5, from::weight_ih, from::grad_weight_ih},
                                             {16, 4, from::weight_hh, from::grad_weight_hh},
                                             {16, 1, from::bias_ih, from::grad_bias_ih},
                                             {16, 1, from::bias_hh, from::grad_bias_hh}}};
    return steps;
}

/// One step by plain loops in double; the parameters as the layer holds them, h and c one after the other.
template <class T, std::size_t Inputs, std::size_t Units>
void plain_step(const T* parameters, const T* x, double* state) {
    constexpr std::size_t rows = 4 * Units;
    const T *W_ih = parameters, *W_hh = W_ih + rows * Inputs, *b_ih = W_hh + rows * Units, *b_hh = b_ih + rows;
    double *h = state, *c = h + Units;
    std::vector<double> sums(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        sums[i] = static_cast<double>(b_ih[i]) + static_cast<double>(b_hh[i]);
        for (std::size_t k = 0; k < Inputs; ++k)
            sums[i] += static_cast<double>(W_ih[k * rows + i]) * static_cast<double>(x[k]);
        for (std::size_t k = 0; k < Units; ++k) sums[i] += static_cast<double>(W_hh[k * rows + i]) * h[k];
    }
    const auto logistic = [](double a) { return 1 / (1 + std::exp(-a)); };
    for (std::size_t i = 0; i < Units; ++i) {
        c[i] = logistic(sums[Units + i]) * c[i] + logistic(sums[i]) * std::tanh(sums[2 * Units + i]);
        h[i] = logistic(sums[3 * Units + i]) * std::tanh(c[i]);
    }
}
template <class T, std::size_t Inputs, std::size_t Units>
double farthest_from_loops() {
    return support::farthest_from_loops<T, Inputs, lstm<Units>>(plain_step<T, Inputs, Units>);
}

}  // namespace

TEST_CASE("lstm holds the matrices of four gates one below the other, and carries its output and its cell") {
    static_assert(Layer<lstm<8>>);
    static_assert(lstm<8>::output(shape{5}) == shape{8});
    constexpr auto held = lstm<8>::parameters<shape{5}>();
    const char* names[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::string(held[i].name.text) == names[i]);
    static_assert(held[0].extents == shape{32, 5} && held[1].extents == shape{32, 8});
    static_assert(held[2].extents == shape{32} && held[3].extents == shape{32});
    constexpr auto state = lstm<8>::state<shape{5}>();
    static_assert(state.size() == 2 && state[0].extents == shape{8} && state[1].extents == shape{8});
    CHECK(std::string(state[0].name.text) + state[1].name.text == "hc");
    static_assert(lstm<8>::multiply_adds<shape{5}>() == 32 * 13);
    static_assert(network<input<5>, lstm<8>>::parameter_count == 32 * 13 + 64);
    static_assert(sizeof(network<input<5>, lstm<8>>::state) == 64);
}

TEST_CASE("the matrices of an lstm begin gate by gate, its biases at zero but for the forget gate's, which is 1") {
    constexpr auto held = lstm<8>::parameters<shape{5}>();
    static_assert(held[0].initializer == glorot_uniform && held[0].fan_in == 5 && held[0].fan_out == 8);
    static_assert(held[1].initializer == glorot_uniform && held[1].fan_in == 8 && held[1].fan_out == 8);
    const network<input<5>, lstm<8>> net{seed{1}};
    const auto biases = net.parameters().last(64);
    for (std::size_t i = 0; i < 64; ++i) CHECK(biases[i] == (i >= 8 && i < 16 ? 1 : 0));
    const network<input<3>, residual<lstm<3>>> inside{seed{1}};
    CHECK(inside.parameters()[12 * 6 + 2] == 0);
    CHECK(inside.parameters()[12 * 6 + 3] == 1);
}

TEST_CASE("a step of lstm is the one that a person works out by hand") {
    // x = 1, h = 1/2, c = 2: i = σ(ln 3) = 3/4, f = σ(-ln 3) = 1/4, g = tanh(-4 + 1 + 3 * 1/2) = tanh(-3/2),
    // o = σ(0) = 1/2.
    basic_network<double, input<1>, lstm<1>> net;
    const auto& [W_ih, W_hh, b_ih, b_hh] = net.parameters<0>();
    W_ih[0] = std::log(3.0), W_ih[1] = -std::log(3.0), W_ih[2] = -4;
    W_hh[2] = 3;
    b_ih[2] = 0.25, b_hh[2] = 0.75;
    decltype(net)::state state{{0.5, 2}};
    const double h = net({1}, state)[0], c = 0.5 + 0.75 * std::tanh(-1.5);
    CHECK(h == Approx(0.5 * std::tanh(c)).epsilon(1e-15));
    CHECK(state.numbers[0] == h);
    CHECK(state.numbers[1] == Approx(c).epsilon(1e-15));
}

TEST_CASE("lstm forward and backward match PyTorch over six steps of three samples") {
    const auto in_double = support::farthest_from<double, lstm<4>>(torch());
    const auto in_float = support::farthest_from<float, lstm<4>>(torch());
    CHECK(in_double.output < support::recurrent_double_tolerance);
    CHECK(in_double.gradients < support::recurrent_double_tolerance);
    CHECK(in_float.output < support::recurrent_float_tolerance);
    CHECK(in_float.gradients < support::recurrent_gradient_tolerance);
}

TEST_CASE("lstm stays with a plain double loop for 50 steps, at sizes around the lanes") {
    CHECK(farthest_from_loops<float, 1, 1>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 7, 16>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 33, 21>() < support::recurrent_float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<float, 2, 3>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 5, 5>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 1, 40>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<double, 7, 13>() < support::recurrent_double_tolerance);
#endif
}

TEST_CASE("an lstm whose biases were added beforehand gives the same bits") {
    using net_type = network<input<3>, lstm<7>>;
    net_type two{seed{1}}, one;
    support::scatter_numbers(two.parameters().last(56), seed{4});
    one = two;
    const auto& [W_ih, W_hh, b_ih, b_hh] = one.parameters<0>();
    b_hh = b_ih + b_hh;
    b_ih.fill(0);
    net_type::state a{}, b{};
    for (std::uint64_t i = 0; i < 5; ++i) {
        vector<float, 3> x;
        support::scatter_numbers(x, seed{100 + i}, 2);
        CHECK(two(x, a) == one(x, b));
    }
}

TEST_CASE("gradients of an lstm through seven steps match finite differences") {
    support::unrolled<double, 7, shape{4}, 1, lstm<5>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::unrolled<double, 7, shape{4}, 3, lstm<5>> batch;
    CHECK(support::worst_gradient(batch) < support::gradient_tolerance);
}

TEST_CASE("gradients through seven steps of an lstm behind a gru, in a residual, match finite differences") {
    support::unrolled<double, 7, shape{3}, 2, gru<4>, residual<lstm<5>, dense<4>>, relu, dense<2>> layers;
    CHECK(support::worst_gradient(layers) < support::gradient_tolerance);
}

TEST_CASE(
    "the first backward pass of an update may set the gradients of an lstm, and forward keeps what it needs to do "
    "so again") {
    CHECK(support::sets_what_it_adds<support::unrolled<double, 3, shape{4}, 3, lstm<5>>>());
}

TEST_CASE("training and inference of an lstm give the same bits") {
    CHECK(support::infers_what_it_trains<support::unrolled<float, 7, shape{6}, 3, lstm<9>, lstm<5>, dense<2>>>());
}

TEST_CASE("steps of an lstm, forward and backward, give the same bits in a constant expression") {
    CHECK(support::has_constant_bits<support::unrolled<float, 2, shape{2}, 2, lstm<2>>>());
}
