// The chain rule through whole networks, against central differences in double.
#include <algorithm>
#include <cmath>

#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/catalogue.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;

/// A layer of the user's: y = s ⊙ x², with one trained number a feature.
struct scaled_square : layer_defaults {
    static constexpr const char* name = "scaled_square";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr shape output(shape input) { return input; }
    template <shape In>
    static constexpr std::array<parameter, 1> parameters() {
        return {parameter{.name = "scale", .extents = {In.size()}, .initializer = constants(3, 2)}};
    }
    static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [s] = layer.parameters;
        return hadamard(hadamard(x, x), s);
    }
    static constexpr auto backward(const auto& layer, const auto& x, const auto&, const auto& dy) {
        const auto& [s] = layer.parameters;
        const auto& [ds] = layer.gradients;
        ds += sum_columns(hadamard(dy, hadamard(x, x)));
        return hadamard(2.0 * dy, hadamard(x, s));
    }
};

/// The largest error of a derivative of the loss of three samples by a parameter, relative to the derivative. A
/// difference of doubles h = 1e-5 apart is good to about 2^-53 L / h = 1e-11 L (rounding) and h² = 1e-10 of the third
/// derivative, so a derivative below 1e-3 is judged as one of 1e-3.
template <class Network, class Loss>
double worst_error() {
    using Double = typename Network::template with<double>;
    constexpr std::size_t batch = 3;
    constexpr double share = 1.0 / batch, h = 1e-5, floor = 1e-3;
    Double net{seed{7}};
    for (std::size_t i = 0; i < Double::statistic_count; ++i) net.fixed()[i] = 0.25 + 0.125 * static_cast<double>(i);
    matrix<double, Double::inputs, batch> x;
    matrix<double, Double::outputs, batch> y;
    random_generator generator{seed{1}};
    for (double& v : x) v = normal<double>(generator);
    for (std::size_t j = 0; j < batch; ++j) y(j % Double::outputs, j) = 1;

    using stepper_type = stepper<Double, Loss, sgd, batch>;
    stepper_type analytic, probe;
    (void)analytic.accumulate(net, x.view(), y.view(), batch, share);
    const auto loss_at = [&](double& parameter, double value) {
        const double kept = parameter;
        parameter = value;
        probe.reset();  // also the dropout mask begins anew
        const double total = probe.accumulate(net, x.view(), y.view(), batch, share);
        parameter = kept;
        return total * share;
    };
    double worst = 0;
    for (std::size_t i = 0; i < Double::parameter_count; ++i) {
        double& p = net.parameters()[i];
        const double numeric = (loss_at(p, p + h) - loss_at(p, p - h)) / (2 * h), found = analytic.gradients()[i];
        const double error = std::abs(numeric - found) / std::max({floor, std::abs(numeric), std::abs(found)});
        if (!(error <= worst)) worst = error;  // a NaN stays
    }
    return worst;
}

}  // namespace

TEST_CASE("gradients of a classifier match finite differences") {
    CHECK(worst_error<network<input<5>, dense<7>, etch::tanh, dense<4>, softmax>, cross_entropy>() < 1e-6);
}

TEST_CASE("gradients through layer_norm to independent probabilities match finite differences") {
    CHECK(worst_error<network<input<5>, dense<7>, gelu, layer_norm<>, dense<4>, sigmoid>, binary_cross_entropy>() <
          1e-6);
}

TEST_CASE("gradients through a residual in a residual, and dropout, match finite differences") {
    using net = network<input<5>, standardize, dense<7>, silu,
                        residual<dense<7>, etch::tanh, residual<dense<7>, softplus>>, dropout<30>, dense<4>>;
    CHECK(worst_error<net, mean_squared_error>() < 1e-6);
}

TEST_CASE("gradients through a softmax that is not last, and of images, match finite differences") {
    using net = network<input<2, 3>, flatten, normalize<>, dense<17>, leaky_relu<>, dense<5>, softmax, dense<3>, elu<>,
                        identity>;
    CHECK(worst_error<net, huber<>>() < 1e-6);
}

TEST_CASE("gradients of a layer that the user wrote match finite differences") {
    CHECK(worst_error<network<input<3>, dense<4>, scaled_square, dense<2>>, mean_squared_error>() < 1e-6);
}

namespace {

/// A layer between two dense ones; on images, or where nothing may follow it, as far as that goes.
template <class Row, class L = typename Row::layer, class Input = typename Row::example_input>
auto around() {
    if constexpr (Input::extents.rank > 1 || L::output(Input::extents).rank > 1)
        return network<Input, L, flatten, dense<2>>{};
    else if constexpr (requires { requires L::fits_targets; })
        return network<Input, dense<Input::extents.size()>, L>{};
    else
        return network<Input, dense<Input::extents.size()>, L, dense<2>>{};
}

}  // namespace

TEST_CASE("gradients through every layer of etch match finite differences") {
    all_layers::for_each([]<class Row>() {
        INFO(Row::layer::name);
        using net = decltype(around<Row>());
        // One with state is trained over sequences: see gru.test.cpp. Indices do not come from a dense layer.
        if constexpr (!net::has_state && Row::layer::indices_below == 0)
            CHECK(worst_error<net, mean_squared_error>() < 1e-6);
    });
}
