// The passes of a residual; what it is made of is tested in network/residual.test.cpp.
#include <etch/network/residual.hpp>

#include <cmath>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/tanh.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Sums of four products, then tanh, then one more sum: a few roundings of numbers up to 4.
constexpr double float_tolerance = 1e-6;
constexpr double double_tolerance = 1e-14;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::residual;
    support::passes<T, shape{4}, 3, residual<dense<4>, etch::tanh>> layer;
    for (std::size_t row = 0; row < 4; ++row) {
        for (std::size_t column = 0; column < 4; ++column)
            layer.parameters[column * 4 + row] = static_cast<T>(torch::weight[row * 4 + column]);
        layer.parameters[16 + row] = static_cast<T>(torch::bias[row]);
    }
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.infer();
    const auto answer = layer.output;
    layer.run();
    double worst = support::farthest(answer, layer.output, 0) > 0 ? 1e300 : 0;  // the same bits, in training and not
    worst = std::max({worst, support::farthest(layer.output, torch::output),
                      support::farthest(layer.grad_input, torch::grad_input)});
    for (std::size_t row = 0; row < 4; ++row) {
        for (std::size_t column = 0; column < 4; ++column)
            worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[column * 4 + row]),
                                                      torch::grad_weight[row * 4 + column]));
        worst =
            std::max(worst, support::distance(static_cast<double>(layer.gradients[16 + row]), torch::grad_bias[row]));
    }
    return worst;
}

template <std::size_t Size>
double farthest_from_loops() {
    support::passes<float, shape{Size}, 3, residual<etch::tanh>> layer;
    layer.run();
    double worst = 0;
    for (std::size_t i = 0; i < layer.input.size(); ++i) {
        const double x = layer.input[i], bent = std::tanh(x);
        worst = std::max(worst, support::distance(layer.output[i], x + bent));
        worst = std::max(worst, support::distance(layer.grad_input[i], layer.grad_output[i] * (2 - bent * bent)));
    }
    return worst;
}

}  // namespace

TEST_CASE("residual forward and backward match PyTorch, and inference has the same bits") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("residual backward matches finite differences, also nested, with a dropout inside") {
    using inner = residual<dense<5>, etch::tanh, dropout<30>>;
    CHECK(support::worst_gradient<shape{5}, inner>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{5}, residual<dense<3>, dense<5>, inner>>() < support::gradient_tolerance);
}

TEST_CASE("residual at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<1>() < float_tolerance);
    CHECK(farthest_from_loops<15>() < float_tolerance);
    CHECK(farthest_from_loops<16>() < float_tolerance);
    CHECK(farthest_from_loops<17>() < float_tolerance);
    CHECK(farthest_from_loops<33>() < float_tolerance);
}
