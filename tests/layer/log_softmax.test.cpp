#include <etch/layer/log_softmax.hpp>

#include <cmath>
#include <limits>

#include <etch/layer/dense.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/network/predict.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// The difference from the maximum, its exponentials' sum and the logarithm round once each; logarithms down to -60.
constexpr double float_tolerance = 3e-7;
constexpr double double_tolerance = 2e-15;

template <class T>
double farthest_from_torch() {
    support::passes<T, shape{11}, 3, log_softmax> layer;
    for (std::size_t i = 0; i < 33; ++i) {
        layer.input[i] = static_cast<T>(reference::activation_input[i]);
        layer.grad_output[i] = static_cast<T>(reference::activation_grad_output[i]);
    }
    layer.run();
    return std::max(support::farthest(layer.output, reference::log_softmax.output),
                    support::farthest(layer.grad_input, reference::log_softmax.grad_input));
}

template <std::size_t Size>
double farthest_from_loops() {
    support::passes<float, shape{Size}, 3, log_softmax> layer;
    layer.run();
    double worst = 0;
    for (std::size_t j = 0; j < 3; ++j) {
        double total = 0, gradients = 0;
        for (std::size_t i = 0; i < Size; ++i) {
            total += std::exp(static_cast<double>(layer.input(i, j)));
            gradients += static_cast<double>(layer.grad_output(i, j));
        }
        for (std::size_t i = 0; i < Size; ++i) {
            const double a = static_cast<double>(layer.input(i, j)) - std::log(total);
            const double dz = static_cast<double>(layer.grad_output(i, j)) - std::exp(a) * gradients;
            worst = std::max(worst, support::distance(static_cast<double>(layer.output(i, j)), a));
            worst = std::max(worst, support::distance(static_cast<double>(layer.grad_input(i, j)), dz));
        }
    }
    return worst;
}

/// The loss of a batch and the gradients, where the network ends in L.
template <class L, class Loss, std::size_t Targets>
auto trained_with(const matrix<float, Targets, 3>& y) {
    using net_type = network<input<5>, dense<4>, L>;
    const net_type net{seed{3}};
    static stepper<net_type, Loss, sgd, 3> step;
    matrix<float, 5, 3> x;
    support::scatter_numbers(x, seed{1}, 2);
    const float loss = step.set_gradients(net, x.view(), y.view(), 3, 1.0f / 3);
    std::array<float, 1 + net_type::parameter_count> all{loss};
    for (std::size_t i = 0; i < net_type::parameter_count; ++i) all[1 + i] = step.gradients()[i];
    return all;
}

}  // namespace

TEST_CASE("log_softmax keeps the shape and has no tensors") {
    static_assert(Layer<log_softmax>);
    static_assert(log_softmax::output(shape{10}) == shape{10});
    CHECK(chain<float, shape{10}, log_softmax>::totals.trained == 0);
    CHECK_FALSE(log_softmax::elementwise);
}

TEST_CASE("log_softmax has the values that a person works out by hand") {
    support::passes<double, shape{2}, 1, log_softmax> layer;
    layer.input = matrix<double, 2, 1>{0, std::log(3.0)};
    layer.grad_output = matrix<double, 2, 1>{1, 0};
    layer.run();
    CHECK(layer.output[0] == Approx(std::log(0.25)).epsilon(1e-15));
    CHECK(layer.output[1] == Approx(std::log(0.75)).epsilon(1e-15));
    CHECK(layer.grad_input[0] == Approx(0.75).epsilon(1e-15));  // 1 - 1/4
    CHECK(layer.grad_input[1] == Approx(-0.75).epsilon(1e-15));
}

TEST_CASE("log_softmax of logits of any size is finite, and exact where a probability would be 0") {
    support::passes<float, shape{3}, 1, log_softmax> layer;
    layer.input = matrix<float, 3, 1>{1e4f, -1e4f, 1e38f};
    layer.run();
    CHECK(layer.output == matrix<float, 3, 1>{1e4f - 1e38f, -1e4f - 1e38f, 0});
    layer.input = matrix<float, 3, 1>{0, -200, -300};
    layer.run();
    CHECK(layer.output == matrix<float, 3, 1>{0, -200, -300});
    for (float x : layer.grad_input) CHECK(x - x == 0);
}

TEST_CASE("log_softmax of a sample with NaN is NaN, and leaves the others alone") {
    for (std::size_t at : {0u, 3u, 16u}) {
        support::passes<float, shape{17}, 3, log_softmax> layer;
        layer.input(at, 1) = std::numeric_limits<float>::quiet_NaN();
        layer.run();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < 51; ++i) wrong += std::isnan(layer.output[i]) != (i / 17 == 1);
        INFO("NaN at " << at);
        CHECK(wrong == 0);
    }
}

TEST_CASE("log_softmax forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("log_softmax backward matches finite differences") {
    CHECK(support::worst_gradient<shape{11}, log_softmax>() < support::gradient_tolerance);
}

TEST_CASE("log_softmax at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<1>() < float_tolerance);
    CHECK(farthest_from_loops<15>() < float_tolerance);
    CHECK(farthest_from_loops<16>() < float_tolerance);
    CHECK(farthest_from_loops<17>() < float_tolerance);
    CHECK(farthest_from_loops<33>() < float_tolerance);
}

TEST_CASE("with cross_entropy, log_softmax trains as softmax does, to the bit") {
    const matrix<float, 4, 3> probabilities{1, 0, 0, 0, 0, 0, 1, 0, 0.25f, 0.25f, 0.25f, 0.25f};
    const matrix<float, 1, 3> classes{0, 2, 3};
    CHECK(trained_with<log_softmax, cross_entropy>(probabilities) ==
          trained_with<softmax, cross_entropy>(probabilities));
    CHECK(trained_with<log_softmax, sparse_cross_entropy>(classes) ==
          trained_with<softmax, sparse_cross_entropy>(classes));
}

TEST_CASE("a network that ends in log_softmax predicts the class that softmax would") {
    const network<input<5>, dense<4>, log_softmax> logarithms{seed{3}};
    const network<input<5>, dense<4>, softmax> probabilities{seed{3}};
    vector<float, 5> x;
    for (std::uint64_t i = 0; i < 20; ++i) {
        support::scatter_numbers(x, seed{i}, 2);
        CHECK(predict(logarithms, x) == predict(probabilities, x));
    }
}
