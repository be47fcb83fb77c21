// runs on: every instruction set
#include <etch/layer/group_norm.hpp>

#include <cmath>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/tanh.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Mean, variance, root and quotient each round; the gradient subtracts two means from numbers up to 2: 1e-6 measured.
constexpr double float_tolerance = 5e-6;
constexpr double double_tolerance = 1e-13;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::group_norm;
    support::passes<T, shape{6, 2, 3}, 3, group_norm<2>> layer;
    for (std::size_t i = 0; i < 6; ++i) {
        layer.parameters[i] = static_cast<T>(torch::weight[i]);
        layer.parameters[6 + i] = static_cast<T>(torch::bias[i]);
    }
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    double worst = std::max(support::farthest(layer.output, torch::output),
                            support::farthest(layer.grad_input, torch::grad_input));
    for (std::size_t i = 0; i < 6; ++i) {
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[i]), torch::grad_weight[i]));
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[6 + i]), torch::grad_bias[i]));
    }
    return worst;
}

/// Both passes in loops over the elements of each group.
template <shape In, std::size_t Groups, std::size_t Columns = 3>
double farthest_from_loops() {
    static support::passes<float, In, Columns, group_norm<Groups>> layer;
    support::scatter_numbers(layer.parameters, seed{7});
    layer.run();
    constexpr std::size_t C = In.extent[0], each = C / Groups, n = In.size() / Groups;
    double worst = 0, dgamma[C] = {}, dbeta[C] = {};
    const auto number = [](float x) { return static_cast<double>(x); };
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t group = 0; group < Groups; ++group) {
            std::size_t at[n], filled = 0;
            for (std::size_t i = 0; i < In.size(); ++i)
                if (i % C / each == group) at[filled++] = i;
            double mu = 0, variance = 0, straight = 0, along = 0, normal[n], dnormal[n];
            for (std::size_t i : at) mu += number(layer.input(i, j)) / n;
            for (std::size_t i : at) variance += std::pow(number(layer.input(i, j)) - mu, 2) / n;
            const double deviation = std::sqrt(variance + 1e-5);
            for (std::size_t k = 0; k < n; ++k) {
                const std::size_t c = at[k] % C;
                const double dy = number(layer.grad_output(at[k], j));
                normal[k] = (number(layer.input(at[k], j)) - mu) / deviation;
                dnormal[k] = dy * number(layer.parameters[c]);
                dgamma[c] += dy * normal[k];
                dbeta[c] += dy;
                straight += dnormal[k] / n;
                along += dnormal[k] * normal[k] / n;
            }
            for (std::size_t k = 0; k < n; ++k) {
                const std::size_t c = at[k] % C;
                const double y = normal[k] * number(layer.parameters[c]) + number(layer.parameters[C + c]);
                const double dx = (dnormal[k] - straight - normal[k] * along) / deviation;
                worst = std::max(worst, support::distance(number(layer.output(at[k], j)), y));
                // 1 / deviation, 316 for a single number, enlarges the roundings of dx as it does dx.
                worst =
                    std::max(worst, support::distance(number(layer.grad_input(at[k], j)) * deviation, dx * deviation));
            }
        }
    for (std::size_t c = 0; c < C; ++c)
        worst = std::max({worst, support::distance(number(layer.gradients[c]), dgamma[c]),
                          support::distance(number(layer.gradients[C + c]), dbeta[c])});
    return worst;
}

}  // namespace

TEST_CASE("group_norm keeps the shape and has two numbers per channel, which begin at 1 and 0") {
    static_assert(Layer<group_norm<2>>);
    static_assert(group_norm<2>::output(shape{6, 2, 3}) == shape{6, 2, 3});
    constexpr auto held = group_norm<2>::parameters<shape{6, 2, 3}>();
    static_assert(held[0].extents == shape{6} && held[0].initializer == ones);
    static_assert(held[1].extents == shape{6} && held[1].initializer == zeros);
    CHECK(chain<float, shape{6, 2, 3}, group_norm<2>>::totals.trained == 12);
}

TEST_CASE("group_norm has the values that a person works out by hand") {
    // Two groups of two channels at two positions: (1, 3; 5, 7) has mean 4 and variance 5, (2, 2; 2, 4) 2.5 and 3/4.
    support::passes<double, shape{4, 2}, 1, group_norm<2>> layer;
    layer.input = matrix<double, 8, 1>{1, 3, 2, 2, 5, 7, 2, 4};
    layer.parameters = {1, 2, 1, 1, 0, 0, 0, 10};
    layer.run();
    CHECK(layer.output[0] == Approx(-3 / std::sqrt(5 + 1e-5)).epsilon(1e-14));
    CHECK(layer.output[1] == Approx(-2 / std::sqrt(5 + 1e-5)).epsilon(1e-14));
    CHECK(layer.output[6] == Approx(-0.5 / std::sqrt(0.75 + 1e-5)).epsilon(1e-14));
    CHECK(layer.output[7] == Approx(1.5 / std::sqrt(0.75 + 1e-5) + 10).epsilon(1e-14));
}

TEST_CASE("group_norm with one group of a vector is layer_norm, and with one number per group all biases") {
    support::passes<double, shape{7}, 3, group_norm<1>> one_group;
    support::passes<double, shape{7}, 3, layer_norm<>> norm;
    support::scatter_numbers(one_group.parameters, seed{9});
    norm.parameters = one_group.parameters;
    one_group.run();
    norm.run();
    CHECK(support::farthest(one_group.output, norm.output) < double_tolerance);
    CHECK(support::farthest(one_group.grad_input, norm.grad_input) < double_tolerance);
    CHECK(support::farthest(one_group.gradients, norm.gradients) < double_tolerance);

    support::passes<float, shape{5}, 3, group_norm<5>> alone;
    for (std::size_t i = 0; i < 5; ++i) alone.parameters[5 + i] = static_cast<float>(i);
    alone.run();
    for (std::size_t i = 0; i < 15; ++i) CHECK(alone.output[i] == static_cast<float>(i % 5));
}

TEST_CASE("group_norm forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("group_norm at sizes around the lanes, of vectors, sequences and images, matches plain loops") {
    CHECK(farthest_from_loops<shape{1}, 1>() < float_tolerance);
    CHECK(farthest_from_loops<shape{33}, 3>() < float_tolerance);
    CHECK(farthest_from_loops<shape{17, 5}, 17>() < float_tolerance);  // instance norm
    CHECK(farthest_from_loops<shape{6, 3, 5}, 3>() < float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<shape{16}, 1>() < float_tolerance);
    CHECK(farthest_from_loops<shape{15, 2}, 5>() < float_tolerance);
    CHECK(farthest_from_loops<shape{32, 4, 4}, 8>() < float_tolerance);
    CHECK(farthest_from_loops<shape{3, 21}, 1, 7>() < float_tolerance);
#endif
}

TEST_CASE("group_norm backward matches finite differences, also between convolutions") {
    CHECK(support::worst_gradient<shape{6}, group_norm<2>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{4, 3}, group_norm<4>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 5, 4}, conv_2d<4>, group_norm<2>, etch::tanh, conv_2d<2, 2>>() <
          support::gradient_tolerance);
}
