// A layer that the user wrote, in one struct outside of the library: the one of examples/custom_layer.cpp.
#include <cmath>
#include <string>

#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/stepper.hpp>

#include "../../examples/snake.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// The formula, by its sine: y = x + sin²(βx) / β.
double snake_value(double x, double beta) { return x + std::pow(std::sin(beta * x), 2) / beta; }
double snake_slope(double x, double beta) { return 1 + std::sin(2 * beta * x); }
double snake_by_beta(double x, double beta) {
    return (x * std::sin(2 * beta * x) - std::pow(std::sin(beta * x), 2) / beta) / beta;
}

/// The angle is rounded once, 2^-24 of up to 6, and with it the sine; for β the sum is over three samples.
constexpr double float_tolerance = 3e-6;

template <std::size_t Size>
double farthest_from_loops() {
    support::passes<float, shape{Size}, 3, snake> layer;
    for (std::size_t i = 0; i < Size; ++i) layer.parameters[i] = 0.5f + static_cast<float>(i % 8) / 8;
    layer.run();
    double worst = 0, by_beta[Size] = {};
    for (std::size_t i = 0; i < layer.input.size(); ++i) {
        const double x = layer.input[i], beta = layer.parameters[i % Size], dy = layer.grad_output[i];
        worst = std::max(worst, support::distance(layer.output[i], snake_value(x, beta)));
        worst = std::max(worst, support::distance(layer.grad_input[i], dy * snake_slope(x, beta)));
        by_beta[i % Size] += dy * snake_by_beta(x, beta);
    }
    for (std::size_t i = 0; i < Size; ++i) worst = std::max(worst, support::distance(layer.gradients[i], by_beta[i]));
    return worst;
}

}  // namespace

TEST_CASE("a layer of the user's is a layer") {
    static_assert(Layer<snake>);
    static_assert(snake::output(shape{4, 5}) == shape{4, 5});
    using net_type = network<input<3>, dense<4>, snake, dense<1>>;
    static_assert(net_type::parameter_count == 3 * 4 + 4 + 4 + 4 + 1);
    static_assert(net_type::layers::parameters<0>()[0].initializer == lecun_normal);
    const net_type net{seed{1}};
    const auto held = net.parameters<1>();
    for (float beta : get<0>(held)) CHECK(beta == 1);
    CHECK(std::string(net_type::layers::parameters<1>()[0].name.text) == "frequency");
}

TEST_CASE("a layer of the user's has the values that a person works out by hand") {
    support::passes<float, shape{1}, 3, snake> layer;
    layer.parameters[0] = 2;
    layer.input = matrix<float, 1, 3>{0, 0.785398163f, -0.785398163f};  // π / 4: sin(2 π / 4) = 1, sin(4 π / 4) = 0
    layer.grad_output = matrix<float, 1, 3>{1, 1, 2};
    layer.run();
    CHECK(layer.output[0] == 0);
    CHECK(static_cast<double>(layer.output[1]) == Approx(0.7853981633974483 + 0.5).epsilon(2.4e-7));
    CHECK(static_cast<double>(layer.output[2]) == Approx(-0.7853981633974483 + 0.5).epsilon(2.4e-7));
    CHECK(layer.grad_input[0] == 1);
    CHECK(static_cast<double>(layer.grad_input[1]) == Approx(1).epsilon(1e-6));
    CHECK(static_cast<double>(layer.grad_input[2]) == Approx(2).epsilon(1e-6));
    CHECK(static_cast<double>(layer.gradients[0]) == Approx(-3 * 0.25).epsilon(1e-6));  // -sin² / β², by 1 + 2
}

TEST_CASE("a layer of the user's at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<1>() < float_tolerance);
    CHECK(farthest_from_loops<15>() < float_tolerance);
    CHECK(farthest_from_loops<17>() < float_tolerance);
    CHECK(farthest_from_loops<33>() < float_tolerance);
}

TEST_CASE("a layer of the user's matches finite differences") {
    CHECK(support::worst_gradient<shape{5}, snake>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{3}, dense<5>, snake, dense<2>>() < support::gradient_tolerance);
}

TEST_CASE("a layer of the user's is trained: its frequency finds that of the data") {
    // One snake alone, y = x + sin²(βx) / β, on data of β = 1.5; the optimizer has to find it from 1.
    network<input<1>, snake> net{seed{1}};
    stepper<decltype(net), mean_squared_error, adam, 16> training{{.learning_rate = 1e-2}};
    matrix<float, 1, 16> x, y;
    for (std::size_t i = 0; i < 16; ++i) {
        x[i] = -1 + static_cast<float>(i) / 8;
        y[i] = static_cast<float>(snake_value(x[i], 1.5));
    }
    const float first = training.step(net, x, y);
    float last = first;
    for (int i = 0; i < 1000; ++i) last = training.step(net, x, y);
    CHECK(first > 1e-3f);
    CHECK(last < 1e-6f);
    CHECK(net.parameters()[0] == Approx(1.5f).epsilon(1e-3));
}
