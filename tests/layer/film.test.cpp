// runs on: every instruction set
#include <etch/layer/film.hpp>

#include <etch/layer/dense.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/parallel.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// A product and a sum of numbers up to 4, of one rounding under the first contract and two under the second.
constexpr double float_tolerance = 3e-7;
constexpr double double_tolerance = 1e-15;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::film;
    support::passes<T, shape{15, 3}, 3, film> layer;
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    return std::max(support::farthest(layer.output, torch::output),
                    support::farthest(layer.grad_input, torch::grad_input));
}

/// Both passes in plain loops.
template <shape In>
double farthest_from_loops() {
    support::passes<float, In, 3, film> layer;
    layer.run();
    constexpr std::size_t C = In.extent[0], third = C / 3;
    double worst = 0;
    for (std::size_t i = 0; i < layer.output.size(); ++i) {
        const std::size_t at = i / third * C + i % third;
        const auto number = [](float x) { return static_cast<double>(x); };
        const double x = number(layer.input[at]), s = number(layer.input[at + third]);
        const double t = number(layer.input[at + 2 * third]), dy = number(layer.grad_output[i]);
        worst = std::max({worst, support::distance(number(layer.output[i]), x * s + t),
                          support::distance(number(layer.grad_input[at]), dy * s),
                          support::distance(number(layer.grad_input[at + third]), dy * x),
                          support::distance(number(layer.grad_input[at + 2 * third]), dy)});
    }
    return worst;
}

}  // namespace

TEST_CASE("film returns a third of the channels, and keeps the other extents") {
    static_assert(Layer<film>);
    static_assert(film::output(shape{15}) == shape{5});
    static_assert(film::output(shape{15, 3}) == shape{5, 3});
    CHECK(chain<float, shape{15}, film>::totals.trained == 0);
}

TEST_CASE("film has the values that a person works out by hand") {
    support::passes<float, shape{6}, 1, film> layer;
    layer.input = matrix<float, 6, 1>{2, 3, 10, 100, 0.5f, -1};
    layer.grad_output = matrix<float, 2, 1>{1, 2};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 1>{20.5f, 299});
    CHECK(layer.grad_input == matrix<float, 6, 1>{10, 200, 2, 6, 1, 2});
}

TEST_CASE("film forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("film at sizes around the lanes, of vectors, sequences and images, matches plain loops") {
    CHECK(farthest_from_loops<shape{3}>() < float_tolerance);
    CHECK(farthest_from_loops<shape{51}>() < float_tolerance);
    CHECK(farthest_from_loops<shape{9, 5}>() < float_tolerance);
    CHECK(farthest_from_loops<shape{3, 2, 3}>() < float_tolerance);
}

TEST_CASE("film backward matches finite differences, also with scale and shift that a branch computes") {
    CHECK(support::worst_gradient<shape{6, 2}, film>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{6},
                                  parallel<branch<slice<0, 4>, dense<3>, etch::tanh>, branch<slice<4, 2>, dense<6>>>,
                                  film, dense<2>>() < support::gradient_tolerance);
}
