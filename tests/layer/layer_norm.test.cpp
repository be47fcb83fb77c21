#include <etch/layer/layer_norm.hpp>

#include <cmath>
#include <limits>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Mean, variance, root and quotient each round; the gradient subtracts two means from numbers up to 2: 5e-7 measured.
constexpr double float_tolerance = 2e-6;
constexpr double double_tolerance = 1e-14;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::layer_norm;
    support::passes<T, shape{7}, 3, layer_norm<>> layer;
    for (std::size_t i = 0; i < 7; ++i) {
        layer.parameters[i] = static_cast<T>(torch::weight[i]);
        layer.parameters[7 + i] = static_cast<T>(torch::bias[i]);
    }
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    double worst = std::max(support::farthest(layer.output, torch::output),
                            support::farthest(layer.grad_input, torch::grad_input));
    for (std::size_t i = 0; i < 7; ++i) {
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[i]), torch::grad_weight[i]));
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[7 + i]), torch::grad_bias[i]));
    }
    return worst;
}

template <std::size_t Size, std::size_t Columns>
double farthest_from_loops() {
    support::passes<float, shape{Size}, Columns, layer_norm<>> layer;
    support::scatter_numbers(layer.parameters, seed{Size});
    layer.run();
    constexpr double n = Size;
    double worst = 0, dgamma[Size] = {}, dbeta[Size] = {};
    for (std::size_t j = 0; j < Columns; ++j) {
        double mu = 0, variance = 0, along = 0, straight = 0, normal[Size], dnormal[Size];
        for (std::size_t i = 0; i < Size; ++i) mu += layer.input(i, j) / n;
        for (std::size_t i = 0; i < Size; ++i) variance += std::pow(layer.input(i, j) - mu, 2) / n;
        const double deviation = std::sqrt(variance + 1e-5);
        for (std::size_t i = 0; i < Size; ++i) {
            const double dy = layer.grad_output(i, j);
            normal[i] = (layer.input(i, j) - mu) / deviation;
            dnormal[i] = dy * layer.parameters[i];
            dgamma[i] += dy * normal[i];
            dbeta[i] += dy;
            straight += dnormal[i] / n;
            along += dnormal[i] * normal[i] / n;
        }
        for (std::size_t i = 0; i < Size; ++i) {
            const double y = normal[i] * layer.parameters[i] + layer.parameters[Size + i];
            const double dx = (dnormal[i] - straight - normal[i] * along) / deviation;
            worst = std::max(worst, support::distance(layer.output(i, j), y));
            // 1 / deviation, 316 for a single feature, enlarges the roundings of dx as it does dx.
            worst = std::max(worst, support::distance(layer.grad_input(i, j) * deviation, dx * deviation));
        }
    }
    for (std::size_t i = 0; i < Size; ++i)
        worst = std::max({worst, support::distance(layer.gradients[i], dgamma[i]),
                          support::distance(layer.gradients[Size + i], dbeta[i])});
    return worst;
}

}  // namespace

TEST_CASE("layer_norm keeps the shape and holds two numbers a feature, which begin at 1 and 0") {
    static_assert(Layer<layer_norm<>>);
    static_assert(layer_norm<>::output(shape{7}) == shape{7});
    constexpr auto held = layer_norm<>::parameters<shape{7}>();
    static_assert(held[0].extents == shape{7} && held[0].initializer == ones);
    static_assert(held[1].extents == shape{7} && held[1].initializer == zeros);
    CHECK(chain<float, shape{7}, layer_norm<>>::totals.trained == 14);
}

TEST_CASE("layer_norm has the values that a person works out by hand") {
    support::passes<double, shape{7}, 3, layer_norm<>> layer;
    layer.input.column(0) = vector<double, 7>{1, 1, 1, 2, 3, 3, 3};  // mean 2, variance 6/7
    layer.parameters = {2, 1, 1, 1, 1, 1, 4, 0.5, 0, 0, 0, 0, 0, -0.5};
    layer.run();
    const double unit = 1 / std::sqrt(6.0 / 7 + 1e-5);
    CHECK(layer.output[0] == Approx(-2 * unit + 0.5).epsilon(1e-14));
    CHECK(layer.output[3] == 0);
    CHECK(layer.output[6] == Approx(4 * unit - 0.5).epsilon(1e-14));

    support::passes<double, shape{2}, 1, layer_norm<3>> other;  // ε = 1/3: the deviation is √(4/3)
    other.input = matrix<double, 2, 1>{1, 3};
    other.run();
    CHECK(other.output[1] == Approx(std::sqrt(0.75)).epsilon(1e-14));
}

TEST_CASE("layer_norm of a constant sample is the bias, and its gradients are finite") {
    support::passes<float, shape{7}, 3, layer_norm<>> layer;
    layer.input.fill(0.5f);  // its mean is exact
    for (std::size_t i = 0; i < 7; ++i) layer.parameters[7 + i] = static_cast<float>(i);
    layer.run();
    for (std::size_t i = 0; i < 21; ++i) {
        CHECK(layer.output[i] == static_cast<float>(i % 7));
        CHECK(std::isfinite(layer.grad_input[i]));
    }
}

TEST_CASE("layer_norm keeps its precision far from zero") {
    support::passes<float, shape{7}, 3, layer_norm<>> layer;
    layer.input.column(0) = vector<float, 7>{1, 3, 5, 7, 9, 11, 13};
    layer.input.column(1) = layer.input.column(0) + 100'000;  // the same, moved; exact in float
    layer.run();
    for (std::size_t i = 0; i < 7; ++i) CHECK(std::abs(layer.output(i, 1) - layer.output(i, 0)) < 1e-6f);
}

TEST_CASE("layer_norm keeps NaN in its sample") {
    support::passes<float, shape{7}, 3, layer_norm<>> layer;
    layer.input(3, 1) = std::numeric_limits<float>::quiet_NaN();
    layer.run();
    for (std::size_t i = 0; i < 21; ++i) {
        CHECK(std::isnan(layer.output[i]) == (i / 7 == 1));
        CHECK(std::isnan(layer.grad_input[i]) == (i / 7 == 1));
    }
}

TEST_CASE("layer_norm forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("layer_norm backward matches finite differences") {
    support::passes<double, shape{7}, 3, layer_norm<>> layer;
    support::scatter_numbers(layer.parameters, seed{9});
    CHECK(support::worst_gradient(layer) < support::gradient_tolerance);
}

TEST_CASE("layer_norm at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<1, 1>() < float_tolerance);
    CHECK(farthest_from_loops<15, 1>() < float_tolerance);
    CHECK(farthest_from_loops<16, 1>() < float_tolerance);
    CHECK(farthest_from_loops<17, 3>() < float_tolerance);
    CHECK(farthest_from_loops<33, 1>() < float_tolerance);
}
