// runs on: every instruction set
#include <etch/layer/prelu.hpp>

#include <cmath>
#include <limits>

#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// One product forward; the slope's gradient is a sum of up to 99 products of numbers up to 2: 2e-6 measured.
constexpr double float_tolerance = 5e-6;
constexpr double double_tolerance = 1e-14;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::prelu;
    support::passes<T, shape{3, 4, 2}, 3, prelu<3>> layer;
    std::copy(std::begin(torch::weight), std::end(torch::weight), layer.parameters.begin());
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    return std::max({support::farthest(layer.output, torch::output),
                     support::farthest(layer.grad_input, torch::grad_input),
                     support::farthest(layer.gradients, torch::grad_weight)});
}

/// Both passes in plain loops.
template <shape In, std::size_t Slopes, std::size_t Columns = 3>
double farthest_from_loops() {
    support::passes<float, In, Columns, prelu<Slopes>> layer;
    support::scatter_numbers(layer.parameters, seed{4});
    layer.run();
    double worst = 0, dw[Slopes] = {};
    for (std::size_t i = 0; i < In.size() * Columns; ++i) {
        const std::size_t channel = i % In.extent[0] % Slopes;
        const double z = static_cast<double>(layer.input[i]), da = static_cast<double>(layer.grad_output[i]);
        const double w = static_cast<double>(layer.parameters[channel]);
        worst = std::max(worst, support::distance(static_cast<double>(layer.output[i]), z > 0 ? z : w * z));
        worst = std::max(worst, support::distance(static_cast<double>(layer.grad_input[i]), z > 0 ? da : w * da));
        if (!(z > 0)) dw[channel] += da * z;
    }
    for (std::size_t i = 0; i < Slopes; ++i)
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[i]), dw[i]));
    return worst;
}

}  // namespace

TEST_CASE("prelu has one slope, or one for each channel, which begin at a quarter") {
    static_assert(Layer<prelu<>>);
    static_assert(prelu<>::output(shape{3, 4, 2}) == shape{3, 4, 2});
    static_assert(prelu<>::parameters<shape{3, 4, 2}>()[0].extents == shape{1});
    static_assert(prelu<3>::parameters<shape{3, 4, 2}>()[0].extents == shape{3});
    static_assert(prelu<3>::parameters<shape{3}>()[0].initializer == constants(1, 4));
    CHECK(prelu<>::elementwise);         // computed where the sum of a dense layer is
    CHECK_FALSE(prelu<3>::elementwise);  // which needs the channels in memory
}

TEST_CASE("prelu has the values that a person works out by hand") {
    support::passes<float, shape{2}, 2, prelu<2>> layer;
    layer.input = matrix<float, 2, 2>{4, -4, -2, 8};
    layer.grad_output = matrix<float, 2, 2>{1, 2, 3, 4};
    layer.parameters = {0.5f, -0.25f};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 2>{4, 1, -1, 8});
    CHECK(layer.grad_input == matrix<float, 2, 2>{1, -0.5f, 1.5f, 4});
    CHECK(layer.gradients == std::array<float, 2>{-6, -8});

    support::passes<float, shape{2}, 2, prelu<>> with_one;
    with_one.input = layer.input;
    with_one.grad_output = layer.grad_output;
    with_one.run();
    CHECK(with_one.output == matrix<float, 2, 2>{4, -1, -0.5f, 8});
    CHECK(with_one.gradients[0] == -14);
}

TEST_CASE("prelu of NaN is NaN, and of infinity with a slope of zero infinity") {
    support::passes<float, shape{17}, 1, prelu<>> layer;
    layer.parameters[0] = 0;
    layer.input[3] = std::numeric_limits<float>::quiet_NaN();
    layer.input[16] = std::numeric_limits<float>::infinity();
    layer.run();
    for (std::size_t i = 0; i < 17; ++i) CHECK(std::isnan(layer.output[i]) == (i == 3));
    CHECK(layer.output[16] == std::numeric_limits<float>::infinity());
}

TEST_CASE("prelu forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("prelu at sizes around the lanes, of vectors and of images, matches plain loops") {
    CHECK(farthest_from_loops<shape{1}, 1>() < float_tolerance);
    CHECK(farthest_from_loops<shape{17}, 17>() < float_tolerance);
    CHECK(farthest_from_loops<shape{33}, 1>() < float_tolerance);
    CHECK(farthest_from_loops<shape{5, 7}, 5>() < float_tolerance);
    CHECK(farthest_from_loops<shape{3, 2, 3}, 1>() < float_tolerance);
}

TEST_CASE("prelu backward matches finite differences, also after a layer whose sum it gets") {
    CHECK(support::worst_gradient<shape{5}, prelu<>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{5, 3}, prelu<5>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{4}, dense<5>, prelu<>, dense<3>, prelu<3>>() < support::gradient_tolerance);
}

TEST_CASE("a frozen prelu keeps its slope, and passes the same gradient on") {
    support::passes<float, shape{5}, 3, prelu<>> trained;
    support::passes<float, shape{5}, 3, frozen<prelu<>>> kept;
    trained.run();
    kept.run();
    CHECK(kept.trained == 0);
    CHECK(kept.output == trained.output);
    CHECK(kept.grad_input == trained.grad_input);
}
