// Every optimiser follows PyTorch for 100 steps on a small network: dense 3 -> 4, tanh, dense 4 -> 2, mean squared
// error over 8 samples.
#include <algorithm>
#include <cmath>

#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "reference/optimizers.hpp"
#include "support/catch.hpp"

namespace {

using namespace etch;
namespace torch = reference::small_network;
using small = network<input<3>, dense<4>, etch::tanh, dense<2>>;

/// Calls f(parameter, i) in PyTorch's order: layer by layer, weight [out][in] row after row, then bias.
void for_each_in_order(auto& net, auto f) {
    std::size_t i = 0;
    const auto layer = [&](auto parameters) {
        const auto& [W, b] = parameters;
        for (std::size_t row = 0; row < W.rows; ++row)
            for (std::size_t column = 0; column < W.columns; ++column) f(W(row, column), i++);
        for (auto& x : b) f(x, i++);
    };
    layer(net.template parameters<0>());
    layer(net.template parameters<2>());
}

/// The largest difference in any parameter after 1, 10 and 100 steps, and in the loss of any step. PyTorch's run is in
/// float64.
template <class T, class Rule, class Schedule = constant_rate>
double difference(const reference::trajectory& expected, Rule rule, Schedule schedule = {}, gradient_clip clip = {}) {
    typename small::with<T> net;
    for_each_in_order(net, [](T& p, std::size_t i) { p = torch::initial[i]; });
    matrix<T, 3, 8> x;
    matrix<T, 2, 8> y;
    std::copy(std::begin(torch::inputs), std::end(torch::inputs), x.begin());
    std::copy(std::begin(torch::targets), std::end(torch::targets), y.begin());
    stepper<typename small::with<T>, mean_squared_error, Rule, 8, Schedule> training{rule, schedule, clip};
    double worst = 0;
    const auto compare = [&](T found, double known) {
        const double off = std::abs(static_cast<double>(found) - known);
        if (!(off <= worst)) worst = off;  // a NaN stays
    };
    for (std::size_t step = 1; step <= 100; ++step) {
        const T total = training.accumulate(net, x.view(), y.view(), 8, T{1} / 8);
        training.update(net, 100);
        compare(total / 8, expected.loss[step - 1]);
        const double* known = step == 1     ? expected.after_1
                              : step == 10  ? expected.after_10
                              : step == 100 ? expected.after_100
                                            : nullptr;
        if (known != nullptr) for_each_in_order(net, [&](T& p, std::size_t i) { compare(p, known[i]); });
    }
    return worst;
}

/// In float, what roundings add up to in 100 steps; PyTorch's own float32 run strays as far from its float64 run.
constexpr double in_float = 1e-5;
/// In double only the order of roundings differs.
constexpr double in_double = 1e-12;

template <class... Options>
void follows(const reference::trajectory& expected, Options... options) {
    const double float_off = difference<float>(expected, options...),
                 double_off = difference<double>(expected, options...);
    INFO("float " << float_off << ", double " << double_off);
    CHECK(float_off < in_float);
    CHECK(double_off < in_double);
}

}  // namespace

TEST_CASE("sgd follows PyTorch") { follows(torch::sgd, sgd{.learning_rate = 0.1}); }
TEST_CASE("momentum follows PyTorch") { follows(torch::momentum, momentum{.learning_rate = 0.05}); }
TEST_CASE("nesterov follows PyTorch") { follows(torch::nesterov, nesterov{.learning_rate = 0.05}); }
TEST_CASE("adagrad follows PyTorch") { follows(torch::adagrad, adagrad{.learning_rate = 0.1}); }
TEST_CASE("rmsprop follows PyTorch") {
    follows(torch::rmsprop, rmsprop{});
    follows(torch::rmsprop_extended, rmsprop_extended{.learning_rate = 1e-3, .momentum = 0.9, .centered = true});
}
TEST_CASE("adam follows PyTorch") { follows(torch::adam, adam{.learning_rate = 1e-2}); }
TEST_CASE("adamw follows PyTorch") { follows(torch::adamw, adamw{.learning_rate = 1e-2, .weight_decay = 0.1}); }
TEST_CASE("clipping by norm follows PyTorch") {
    follows(torch::sgd_clipped, sgd{.learning_rate = 0.5}, constant_rate{}, gradient_clip{.norm = 0.25});
}
TEST_CASE("a warm-up and a cosine follow PyTorch") {
    follows(torch::adam_cosine, adam{.learning_rate = 2e-2}, cosine_decay{.warmup_steps = 10});
}
