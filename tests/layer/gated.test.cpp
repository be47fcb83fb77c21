// runs on: every instruction set
#include <etch/layer/gated.hpp>

#include <cmath>

#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/tanh.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

using wavenet = gated<etch::tanh, sigmoid>;

/// tanh and sigmoid are wrong by an ulp or two, and their products round twice: 2e-7 measured.
constexpr double float_tolerance = 5e-7;
constexpr double double_tolerance = 2e-15;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::gated;
    support::passes<T, shape{10, 3}, 3, wavenet> layer;
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    const double worst = std::max(support::farthest(layer.output, torch::output),
                                  support::farthest(layer.grad_input, torch::grad_input));
    const auto trained = layer.output;
    layer.infer();
    return trained == layer.output ? worst : 1e300;  // the same bits in training
}

/// Both passes in plain loops.
template <shape In, std::size_t Columns = 3>
double farthest_from_loops() {
    support::passes<float, In, Columns, wavenet> layer;
    layer.run();
    constexpr std::size_t C = In.extent[0], half = C / 2;
    double worst = 0;
    for (std::size_t i = 0; i < layer.output.size(); ++i) {
        const std::size_t first = i / half * C + i % half, second = first + half;
        const double dy = static_cast<double>(layer.grad_output[i]);
        const double f = std::tanh(static_cast<double>(layer.input[first]));
        const double g = 1 / (1 + std::exp(-static_cast<double>(layer.input[second])));
        worst = std::max({worst, support::distance(static_cast<double>(layer.output[i]), f * g),
                          support::distance(static_cast<double>(layer.grad_input[first]), dy * g * (1 - f * f)),
                          support::distance(static_cast<double>(layer.grad_input[second]), dy * f * g * (1 - g))});
    }
    return worst;
}

}  // namespace

TEST_CASE("gated halves the channels, and keeps the other extents") {
    static_assert(Layer<wavenet>);
    static_assert(wavenet::output(shape{10}) == shape{5});
    static_assert(wavenet::output(shape{10, 3}) == shape{5, 3});
    static_assert(wavenet::output(shape{2, 4, 3}) == shape{1, 4, 3});
    CHECK(chain<float, shape{10, 3}, wavenet>::totals.trained == 0);
}

TEST_CASE("gated has the values that a person works out by hand") {
    support::passes<float, shape{4}, 1, gated<identity, identity>> layer;
    layer.input = matrix<float, 4, 1>{2, 3, 5, 7};
    layer.grad_output = matrix<float, 2, 1>{1, 2};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 1>{10, 21});
    CHECK(layer.grad_input == matrix<float, 4, 1>{5, 14, 2, 6});

    support::passes<float, shape{2, 2}, 1, gated<identity, sigmoid>> glu;  // of two positions
    glu.input = matrix<float, 4, 1>{3, 0, 5, 100};
    glu.run();
    CHECK(glu.output == matrix<float, 2, 1>{1.5f, 5});
}

TEST_CASE("gated forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("gated at sizes around the lanes, of vectors, sequences and images, matches plain loops") {
    CHECK(farthest_from_loops<shape{2}>() < float_tolerance);
    CHECK(farthest_from_loops<shape{34}>() < float_tolerance);
    CHECK(farthest_from_loops<shape{30, 5}>() < float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<shape{32}, 1>() < float_tolerance);
    CHECK(farthest_from_loops<shape{6, 3, 5}>() < float_tolerance);
#endif
}

TEST_CASE("gated backward matches finite differences, whatever the activations keep") {
    CHECK(support::worst_gradient<shape{6, 3}, wavenet>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{6}, gated<silu, identity>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{3}, dense<10>, gated<identity, gelu>, etch::tanh, dense<2>>() <
          support::gradient_tolerance);
}

TEST_CASE("a frozen gate is the same gate") {
    support::passes<float, shape{10}, 3, wavenet> gate;
    support::passes<float, shape{10}, 3, frozen<wavenet>> kept;
    gate.run();
    kept.run();
    CHECK(kept.output == gate.output);
    CHECK(kept.grad_input == gate.grad_input);
}
