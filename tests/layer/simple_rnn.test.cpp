// runs on: every instruction set
#include <etch/layer/simple_rnn.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/network/residual.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/recurrent.hpp"

using namespace etch;

namespace {

const support::torch_steps& torch() {
    namespace from = reference::simple_rnn;
    static const support::torch_steps steps{from::input,
                                            from::state,
                                            from::grad_output,
                                            from::output,
                                            from::grad_input,
                                            from::grad_state,
                                            {{4, 5, from::weight_ih, from::grad_weight_ih},
                                             {4, 4, from::weight_hh, from::grad_weight_hh},
                                             {4, 1, from::bias_ih, from::grad_bias_ih},
                                             {4, 1, from::bias_hh, from::grad_bias_hh}}};
    return steps;
}
const support::torch_steps& torch_with_relu() {
    namespace from = reference::simple_rnn_with_relu;
    static const support::torch_steps steps{from::input,
                                            from::state,
                                            from::grad_output,
                                            from::output,
                                            from::grad_input,
                                            from::grad_state,
                                            {{4, 5, from::weight_ih, from::grad_weight_ih},
                                             {4, 4, from::weight_hh, from::grad_weight_hh},
                                             {4, 1, from::bias_ih, from::grad_bias_ih},
                                             {4, 1, from::bias_hh, from::grad_bias_hh}}};
    return steps;
}

/// One step by plain loops in double; the parameters as the layer holds them.
template <class T, std::size_t Inputs, std::size_t Units>
void plain_step(const T* parameters, const T* x, double* h) {
    const T *W_ih = parameters, *W_hh = W_ih + Units * Inputs, *b_ih = W_hh + Units * Units, *b_hh = b_ih + Units;
    const std::vector<double> before(h, h + Units);
    for (std::size_t i = 0; i < Units; ++i) {
        double sum = static_cast<double>(b_ih[i]) + static_cast<double>(b_hh[i]);
        for (std::size_t k = 0; k < Inputs; ++k)
            sum += static_cast<double>(W_ih[k * Units + i]) * static_cast<double>(x[k]);
        for (std::size_t k = 0; k < Units; ++k) sum += static_cast<double>(W_hh[k * Units + i]) * before[k];
        h[i] = std::tanh(sum);
    }
}
template <class T, std::size_t Inputs, std::size_t Units>
double farthest_from_loops() {
    return support::farthest_from_loops<T, Inputs, simple_rnn<Units>>(plain_step<T, Inputs, Units>);
}

}  // namespace

TEST_CASE("simple_rnn holds two matrices and two biases, and carries its output") {
    static_assert(Layer<simple_rnn<8>>);
    static_assert(simple_rnn<8>::output(shape{5}) == shape{8});
    constexpr auto held = simple_rnn<8>::parameters<shape{5}>();
    const char* names[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::string(held[i].name.text) == names[i]);
    static_assert(held[0].extents == shape{8, 5} && held[1].extents == shape{8, 8});
    static_assert(held[0].initializer == glorot_uniform && held[0].fan_in == 5 && held[0].fan_out == 8);
    static_assert(simple_rnn<8>::multiply_adds<shape{5}>() == 8 * 13);
    static_assert(network<input<5>, simple_rnn<8>>::parameter_count == 8 * 13 + 16);
    static_assert(sizeof(network<input<5>, simple_rnn<8>>::state) == 32);
    static_assert(simple_rnn<8>::range.high == 1 && !(simple_rnn<8, with_relu>::range.high < 1e300));
    static_assert(topology<network<input<5>, simple_rnn<8, with_relu>>> == "input<5>, simple_rnn<8, with_relu>");
}

TEST_CASE("a step of simple_rnn is the one that a person works out by hand") {
    basic_network<double, input<1>, simple_rnn<1>> net;  // x = 1, h = 1/2: tanh(-4 + 1 + 3 * 1/2)
    const auto& [W_ih, W_hh, b_ih, b_hh] = net.parameters<0>();
    W_ih[0] = -4, W_hh[0] = 3, b_ih[0] = 0.25, b_hh[0] = 0.75;
    decltype(net)::state state{{0.5}};
    const double h = net({1}, state)[0];
    CHECK(h == Approx(std::tanh(-1.5)).epsilon(1e-15));
    CHECK(state.numbers[0] == h);
    CHECK(net({1}, state)[0] == Approx(std::tanh(-3 + 3 * h)).epsilon(1e-15));
}

TEST_CASE("simple_rnn forward and backward match PyTorch over six steps of three samples") {
    const auto in_double = support::farthest_from<double, simple_rnn<4>>(torch());
    const auto in_float = support::farthest_from<float, simple_rnn<4>>(torch());
    const auto with_relu_in_double = support::farthest_from<double, simple_rnn<4, with_relu>>(torch_with_relu());
    CHECK(in_double.output < support::recurrent_double_tolerance);
    CHECK(in_double.gradients < support::recurrent_double_tolerance);
    CHECK(in_float.output < support::recurrent_float_tolerance);
    CHECK(in_float.gradients < support::recurrent_gradient_tolerance);
    CHECK(with_relu_in_double.output < support::recurrent_double_tolerance);
    CHECK(with_relu_in_double.gradients < support::recurrent_double_tolerance);
}

TEST_CASE("simple_rnn stays with a plain double loop for 50 steps, at sizes around the lanes") {
    CHECK(farthest_from_loops<float, 1, 1>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 7, 16>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 9, 1>() < support::recurrent_float_tolerance);  // a dot product
#if ETCH_TEST_EVERYTHING                                                             // the preset test-all
    CHECK(farthest_from_loops<float, 2, 3>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 33, 21>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<double, 7, 13>() < support::recurrent_double_tolerance);
#endif
}

TEST_CASE("gradients of a simple_rnn through seven steps match finite differences") {
    support::unrolled<double, 7, shape{4}, 1, simple_rnn<5>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::unrolled<double, 7, shape{4}, 3, simple_rnn<1>, residual<simple_rnn<4>, dense<1>>, dense<2>> batch;
    CHECK(support::worst_gradient(batch) < support::gradient_tolerance);
}

TEST_CASE("training and inference of a simple_rnn give the same bits, and a second backward pass those of the first") {
    using two = support::unrolled<float, 7, shape{6}, 3, simple_rnn<9>, simple_rnn<5, with_relu>, dense<2>>;
    CHECK(support::infers_what_it_trains<two>());
    CHECK(support::sets_what_it_adds<support::unrolled<float, 3, shape{6}, 3, simple_rnn<9>>>());
}

TEST_CASE("steps of a simple_rnn, forward and backward, give the same bits in a constant expression") {
    CHECK(support::has_constant_bits<
          support::unrolled<float, 2, shape{2}, 2, simple_rnn<2>, simple_rnn<1, with_relu>>>());
}
