// runs on: every instruction set
#include <etch/layer/gru.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/residual.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/recurrent.hpp"

using namespace etch;

namespace {

const support::torch_steps& torch() {
    namespace from = reference::gru;
    static const support::torch_steps steps{from::input,
                                            from::state,
                                            from::grad_output,
                                            from::output,
                                            from::grad_input,
                                            from::grad_state,
                                            {{12, 5, from::weight_ih, from::grad_weight_ih},
                                             {12, 4, from::weight_hh, from::grad_weight_hh},
                                             {12, 1, from::bias_ih, from::grad_bias_ih},
                                             {12, 1, from::bias_hh, from::grad_bias_hh}}};
    return steps;
}
const support::torch_steps& with_reset_before() {
    namespace from = reference::gru_with_reset_before;
    static const support::torch_steps steps{from::input,
                                            from::state,
                                            from::grad_output,
                                            from::output,
                                            from::grad_input,
                                            from::grad_state,
                                            {{12, 5, from::weight_ih, from::grad_weight_ih},
                                             {12, 4, from::weight_hh, from::grad_weight_hh},
                                             {12, 1, from::bias, from::grad_bias}}};
    return steps;
}

/// One step by plain loops in double; the parameters as the layer holds them.
template <class T, std::size_t Inputs, std::size_t Units, bool ResetBefore>
void plain_step(const T* parameters, const T* x, double* h) {
    constexpr std::size_t rows = 3 * Units;
    const T *W_ih = parameters, *W_hh = W_ih + rows * Inputs, *b_ih = W_hh + rows * Units, *b_hh = b_ih + rows;
    const auto times = [](const T* W, std::size_t row, const auto* v, std::size_t count) {
        double sum = 0;
        for (std::size_t k = 0; k < count; ++k)
            sum += static_cast<double>(W[k * rows + row]) * static_cast<double>(v[k]);
        return sum;
    };
    const auto from_input = [&](std::size_t row) {
        return static_cast<double>(b_ih[row]) + times(W_ih, row, x, Inputs);
    };
    const auto from_state = [&](std::size_t row, const std::vector<double>& of) {
        return (ResetBefore ? 0 : static_cast<double>(b_hh[row])) + times(W_hh, row, of.data(), Units);
    };
    const auto logistic = [](double a) { return 1 / (1 + std::exp(-a)); };
    const std::vector<double> before(h, h + Units);
    std::vector<double> r(Units), kept(Units);
    for (std::size_t i = 0; i < Units; ++i) {
        r[i] = logistic(from_input(i) + from_state(i, before));
        kept[i] = r[i] * before[i];
    }
    for (std::size_t i = 0; i < Units; ++i) {
        const std::size_t row = 2 * Units + i;
        const double z = logistic(from_input(Units + i) + from_state(Units + i, before));
        const double from_kept = ResetBefore ? from_state(row, kept) : r[i] * from_state(row, before);
        h[i] = (1 - z) * std::tanh(from_input(row) + from_kept) + z * before[i];
    }
}
template <class T, std::size_t Inputs, std::size_t Units>
double farthest_from_loops() {
    return support::farthest_from_loops<T, Inputs, gru<Units>>(plain_step<T, Inputs, Units, false>);
}
template <class T, std::size_t Inputs, std::size_t Units>
double farthest_with_reset_before() {
    return support::farthest_from_loops<T, Inputs, gru<Units, reset_before>>(plain_step<T, Inputs, Units, true>);
}

}  // namespace

TEST_CASE("gru holds the matrices of three gates one below the other, and carries its output") {
    static_assert(Layer<gru<8>>);
    static_assert(gru<8>::output(shape{5}) == shape{8});
    constexpr auto held = gru<8>::parameters<shape{5}>();
    const char* names[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::string(held[i].name.text) == names[i]);
    static_assert(held[0].extents == shape{24, 5} && held[1].extents == shape{24, 8});
    static_assert(held[2].extents == shape{24} && held[3].extents == shape{24});
    static_assert(gru<8>::state<shape{5}>().size() == 1 && gru<8>::state<shape{5}>()[0].extents == shape{8});
    static_assert(gru<8>::multiply_adds<shape{5}>() == 24 * 13);
    static_assert(network<input<5>, gru<8>>::parameter_count == 24 * 13 + 48);
    static_assert(sizeof(network<input<5>, gru<8>>::state) == 32);
    static_assert(network<input<5>, gru<8, reset_before>>::parameter_count == 24 * 13 + 24);
    static_assert(topology<network<input<5>, gru<8, reset_before>>> == "input<5>, gru<8, reset_before>");
    static_assert(topology<network<input<5>, gru<8>>> == "input<5>, gru<8>");
}

TEST_CASE("the matrices of a gru begin gate by gate, its biases at zero") {
    constexpr auto held = gru<8>::parameters<shape{5}>();
    static_assert(held[0].initializer == glorot_uniform && held[0].fan_in == 5 && held[0].fan_out == 8);
    static_assert(held[1].initializer == glorot_uniform && held[1].fan_in == 8 && held[1].fan_out == 8);
    const network<input<5>, gru<8>> net{seed{1}};
    double largest = 0;
    for (const float w : net.parameters().subspan(24 * 5, 24 * 8)) largest = std::max(largest, std::abs(double{w}));
    CHECK(largest <= std::sqrt(3.0 / 8));  // of U(-l, l) with variance 1/8
    CHECK(largest > 0.9 * std::sqrt(3.0 / 8));
    for (const float b : net.parameters().last(48)) CHECK(b == 0);
}

TEST_CASE("a step of gru is the one that a person works out by hand") {
    // x = 1, h = 1/2: r = σ(ln 3) = 3/4, z = σ(-ln 3) = 1/4, c = 2 * 1/2 + 1 = 2, n = tanh(-4 + 1 + 3/4 * 2) =
    // tanh(-3/2), and h' = 3/4 n + 1/4 * 1/2.
    basic_network<double, input<1>, gru<1>> net;
    auto [W_ih, W_hh, b_ih, b_hh] = net.parameters<0>();
    W_ih[0] = std::log(3.0), W_ih[1] = -std::log(3.0), W_ih[2] = -4;
    W_hh[2] = 2;
    b_ih[2] = 1, b_hh[2] = 1;
    decltype(net)::state state{{0.5}};
    const double h = net({1}, state)[0];
    CHECK(h == Approx(0.75 * std::tanh(-1.5) + 0.125).epsilon(1e-15));
    CHECK(state.numbers[0] == h);
}

TEST_CASE("gru forward and backward match PyTorch over six steps of three samples") {
    const auto in_double = support::farthest_from<double, gru<4>>(torch());
    const auto in_float = support::farthest_from<float, gru<4>>(torch());
    CHECK(in_double.output < support::recurrent_double_tolerance);
    CHECK(in_double.gradients < support::recurrent_double_tolerance);
    CHECK(in_float.output < support::recurrent_float_tolerance);
    CHECK(in_float.gradients < support::recurrent_gradient_tolerance);
}

TEST_CASE(
    "gru with the reset before the product, forward and backward, matches PyTorch's derivatives of its formulas") {
    const auto in_double = support::farthest_from<double, gru<4, reset_before>>(with_reset_before());
    const auto in_float = support::farthest_from<float, gru<4, reset_before>>(with_reset_before());
    CHECK(in_double.output < support::recurrent_double_tolerance);
    CHECK(in_double.gradients < support::recurrent_double_tolerance);
    CHECK(in_float.output < support::recurrent_float_tolerance);
    CHECK(in_float.gradients < support::recurrent_gradient_tolerance);
}

TEST_CASE("gru stays with a plain double loop for 50 steps, at sizes around the lanes") {
    CHECK(farthest_from_loops<float, 1, 1>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 7, 16>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<float, 33, 21>() < support::recurrent_float_tolerance);
    CHECK(farthest_with_reset_before<float, 1, 1>() < support::recurrent_float_tolerance);
    CHECK(farthest_with_reset_before<float, 33, 21>() < support::recurrent_float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<float, 5, 5>() < support::recurrent_float_tolerance);
    CHECK(farthest_from_loops<double, 7, 13>() < support::recurrent_double_tolerance);
    CHECK(farthest_with_reset_before<float, 2, 3>() < support::recurrent_float_tolerance);
    CHECK(farthest_with_reset_before<float, 7, 16>() < support::recurrent_float_tolerance);
    CHECK(farthest_with_reset_before<double, 7, 13>() < support::recurrent_double_tolerance);
#endif
}

TEST_CASE("gradients of a gru through seven steps match finite differences") {
    support::unrolled<double, 7, shape{4}, 1, gru<5>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::unrolled<double, 7, shape{4}, 3, gru<5>> batch;
    CHECK(support::worst_gradient(batch) < support::gradient_tolerance);
}

TEST_CASE("gradients of a gru with the reset before the product match finite differences") {
    support::unrolled<double, 5, shape{4}, 1, gru<5, reset_before>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::unrolled<double, 5, shape{4}, 3, gru<3, reset_before>, dense<2>> batch;
    CHECK(support::worst_gradient(batch) < support::gradient_tolerance);
}

TEST_CASE("gradients through seven steps of a gru behind another one, in a residual, match finite differences") {
    support::unrolled<double, 7, shape{3}, 2, gru<4>, residual<gru<5>, dense<4>>, relu, dense<2>> layers;
    CHECK(support::worst_gradient(layers) < support::gradient_tolerance);
}

#if ETCH_TEST_EVERYTHING  // the preset test-all
TEST_CASE("gradients through seven steps of two stacked grus match finite differences") {
    support::unrolled<double, 7, shape{3}, 2, gru<4>, gru<3>, dense<2>> layers;
    CHECK(support::worst_gradient(layers) < support::gradient_tolerance);
}

TEST_CASE("gradients through seven steps of a gru in a residual match finite differences") {
    support::unrolled<double, 7, shape{3}, 2, dense<4>, residual<gru<5>, dense<4>>, relu, dense<2>> layers;
    CHECK(support::worst_gradient(layers) < support::gradient_tolerance);
}
#endif

TEST_CASE(
    "the first backward pass of an update may set a gru's gradients, and forward keeps what it needs to do so again") {
    CHECK(support::sets_what_it_adds<support::unrolled<double, 3, shape{4}, 3, gru<5>, gru<3, reset_before>>>());
}

TEST_CASE("training and inference of a gru give the same bits") {
    CHECK(support::infers_what_it_trains<
          support::unrolled<float, 7, shape{6}, 3, gru<9>, gru<5, reset_before>, dense<2>>>());
}

TEST_CASE("steps of a gru, forward and backward, give the same bits in a constant expression") {
    CHECK(support::has_constant_bits<support::unrolled<float, 2, shape{2}, 2, gru<2>, gru<1, reset_before>>>());
}
