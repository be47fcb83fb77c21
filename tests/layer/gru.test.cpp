// runs on: every instruction set
#include <etch/layer/gru.hpp>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/unrolled.hpp"

using namespace etch;

namespace {

/// In double only the order of the sums and the last digits of σ and tanh differ, some 1e-16 per step.
constexpr double double_tolerance = 1e-13;
/// In float a sum of some dozens of products is wrong by some roundings of 2^-24 (6e-8). σ and tanh never enlarge that,
/// and a gate forgets an old error as it forgets the old state, so that it does not grow with the steps: 2e-7 measured.
constexpr double float_tolerance = 3e-6;
/// Gradients are sums over six steps and three samples of numbers up to 2: 6e-7 measured.
constexpr double float_gradient_tolerance = 1e-5;

/// As many numbers as PyTorch's case has, from [rows][columns] to column after column.
template <class T>
void from_rows(T* to, const float* from, std::size_t rows, std::size_t columns) {
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) to[j * rows + i] = static_cast<T>(from[i * columns + j]);
}
template <class T>
double farthest_from_rows(const T* got, const double* want, std::size_t rows, std::size_t columns) {
    double worst = 0;
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            worst = std::max(worst, support::distance(static_cast<double>(got[j * rows + i]), want[i * columns + j]));
    return worst;
}

struct farthest {
    double output, gradients;
};
template <class T>
farthest farthest_from_torch() {
    namespace torch = reference::gru;
    support::unrolled<T, 6, shape{5}, 3, gru<4>> layer;
    from_rows(layer.parameters.data(), torch::weight_ih, 12, 5);
    from_rows(layer.parameters.data() + 60, torch::weight_hh, 12, 4);
    from_rows(layer.parameters.data() + 108, torch::bias_ih, 12, 1);
    from_rows(layer.parameters.data() + 120, torch::bias_hh, 12, 1);
    std::copy(std::begin(torch::state), std::end(torch::state), layer.states[0].begin());
    layer.grad_last_state.fill(0);
    for (std::size_t i = 0; i < 6; ++i) {
        std::copy_n(torch::input + i * 15, 15, layer.input[i].begin());
        std::copy_n(torch::grad_output + i * 12, 12, layer.grad_output[i].begin());
    }
    layer.run();
    farthest worst{0, farthest_from_rows(layer.grad_states[0].data(), torch::grad_state, 12, 1)};
    const auto see = [](double& so_far, double distance) { so_far = std::max(so_far, distance); };
    for (std::size_t i = 0; i < 6; ++i) {
        see(worst.output, farthest_from_rows(layer.output[i].data(), torch::output + i * 12, 12, 1));
        see(worst.gradients, farthest_from_rows(layer.grad_input[i].data(), torch::grad_input + i * 15, 15, 1));
    }
    see(worst.gradients, farthest_from_rows(layer.gradients.data(), torch::grad_weight_ih, 12, 5));
    see(worst.gradients, farthest_from_rows(layer.gradients.data() + 60, torch::grad_weight_hh, 12, 4));
    see(worst.gradients, farthest_from_rows(layer.gradients.data() + 108, torch::grad_bias_ih, 12, 1));
    see(worst.gradients, farthest_from_rows(layer.gradients.data() + 120, torch::grad_bias_hh, 12, 1));
    return worst;
}

/// One step by plain loops in double; the parameters as the layer holds them.
template <class T>
void plain_step(const T* parameters, std::size_t inputs, std::size_t units, const T* x, double* h) {
    const T *W_ih = parameters, *W_hh = W_ih + 3 * units * inputs, *b_ih = W_hh + 3 * units * units;
    const T* b_hh = b_ih + 3 * units;
    std::vector<double> from_input(3 * units), from_state(3 * units);
    for (std::size_t i = 0; i < 3 * units; ++i) {
        from_input[i] = b_ih[i], from_state[i] = b_hh[i];
        for (std::size_t k = 0; k < inputs; ++k)
            from_input[i] += static_cast<double>(W_ih[k * 3 * units + i]) * static_cast<double>(x[k]);
        for (std::size_t k = 0; k < units; ++k) from_state[i] += static_cast<double>(W_hh[k * 3 * units + i]) * h[k];
    }
    const auto logistic = [](double a) { return 1 / (1 + std::exp(-a)); };
    for (std::size_t i = 0; i < units; ++i) {
        const double r = logistic(from_input[i] + from_state[i]);
        const double z = logistic(from_input[units + i] + from_state[units + i]);
        const double n = std::tanh(from_input[2 * units + i] + r * from_state[2 * units + i]);
        h[i] = (1 - z) * n + z * h[i];
    }
}

/// The largest distance over 50 steps, in which the network and the loops each carry their own state.
template <class T, std::size_t Inputs, std::size_t Units>
double farthest_from_loops() {
    using net_type = basic_network<T, input<Inputs>, gru<Units>>;
    const auto net = [] {
        net_type drawn{seed{Units}};
        support::scatter_numbers(drawn.parameters().last(6 * Units), seed{4});  // biases
        return drawn;
    }();
    typename net_type::state state{};
    std::vector<double> h(Units);
    double worst = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
        vector<T, Inputs> x;
        support::scatter_numbers(x, seed{100 + i}, 2);
        const auto y = net(x, state);
        plain_step(net.parameters().data(), Inputs, Units, x.data(), h.data());
        worst = std::max(worst, support::farthest(y, h));
    }
    return worst;
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
    const farthest in_double = farthest_from_torch<double>(), in_float = farthest_from_torch<float>();
    CHECK(in_double.output < double_tolerance);
    CHECK(in_double.gradients < double_tolerance);
    CHECK(in_float.output < float_tolerance);
    CHECK(in_float.gradients < float_gradient_tolerance);
}

TEST_CASE("gru stays with a plain double loop for 50 steps, at sizes around the lanes") {
    CHECK(farthest_from_loops<float, 1, 1>() < float_tolerance);
    CHECK(farthest_from_loops<float, 7, 16>() < float_tolerance);
    CHECK(farthest_from_loops<float, 33, 21>() < float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<float, 5, 5>() < float_tolerance);
    CHECK(farthest_from_loops<double, 7, 13>() < double_tolerance);
#endif
}

TEST_CASE("gradients of a gru through seven steps match finite differences") {
    support::unrolled<double, 7, shape{4}, 1, gru<5>> one;
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
    support::unrolled<double, 7, shape{4}, 3, gru<5>> batch;
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
    support::unrolled<double, 3, shape{4}, 3, gru<5>> layers;
    layers.run();
    const auto added = layers.gradients;
    layers.template run<true>();
    CHECK(layers.gradients == added);
}

TEST_CASE("training and inference of a gru give the same bits") {
    support::unrolled<float, 7, shape{6}, 3, gru<9>, gru<5>, dense<2>> layers;
    layers.forward();
    const auto output = layers.output;
    const auto last = layers.states[7];
    layers.infer();
    CHECK(layers.output == output);
    CHECK(layers.states[7] == last);
}

TEST_CASE("steps of a gru, forward and backward, give the same bits in a constant expression") {
    using layers = support::unrolled<float, 2, shape{2}, 2, gru<2>>;
    constexpr auto run = [] {
        layers steps;
        steps.run();
        return std::tuple{steps.output, steps.gradients, steps.grad_input, steps.grad_states};
    };
    static constexpr auto folded = run();
    CHECK(run() == folded);
}
