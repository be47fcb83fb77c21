// Layers inside residual and parallel: those that cut positions into columns, count samples, carry a state, draw.
#include <etch/network/inner_layers.hpp>

#include <algorithm>

#include <etch/layer/batch_norm.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
#include "support/unrolled.hpp"

using namespace etch;

namespace {

using in_residual = residual<conv_2d<4, 1>, batch_norm<>, etch::tanh, conv_2d<2, 1>, batch_norm<>>;
using in_parallel = parallel<branch<conv_2d<3>, batch_norm<>, etch::tanh, flatten, dense<2>>,
                             branch<batch_norm<>, residual<conv_2d<2, 1>>, flatten>, branch<conv_2d<1, 2>, flatten>>;

/// As statistics are: variances too.
void scatter_above_zero(auto& numbers) {
    support::scatter_numbers(numbers, seed{5});
    for (auto& x : numbers) x = x < 0 ? -x : x;
}

/// The largest error of a gradient if all of four samples are real, or two.
template <shape In, class... Layers>
double worst_gradient() {
    static support::passes<double, In, 4, Layers...> layers;
    support::scatter_numbers(layers.parameters, seed{4});
    scatter_above_zero(layers.statistics);
    double worst = 0;
    for (const std::size_t count : {4u, 2u}) {
        layers.count = count;
        worst = std::max(worst, support::worst_gradient(layers));
    }
    return worst;
}

/// A training step of which three of five samples are real.
template <shape In, class... Layers>
auto step_of_three() {
    support::passes<float, In, 5, Layers...> layers;
    support::scatter_numbers(layers.parameters, seed{4});
    layers.count = 3;
    layers.run();
    layers.absorb();
    return layers;
}

}  // namespace

TEST_CASE("gradients through convolutions and batch_norm inside layers match finite differences") {
    CHECK(worst_gradient<shape{2, 3, 2}, etch::tanh, in_residual, etch::tanh>() < support::gradient_tolerance);
    CHECK(worst_gradient<shape{2, 4, 3}, etch::tanh, in_parallel>() < support::gradient_tolerance);
    CHECK(worst_gradient<shape{2, 2, 2}, etch::tanh,
                         parallel<branch<conv_2d<1, 1>, flatten>, branch<conv_2d<2, 1>, flatten>>>() <
          support::gradient_tolerance);
}

TEST_CASE("a layer inside another has the bits that it has alone") {
    const auto alone = step_of_three<shape{2, 4, 3}, conv_2d<3>, batch_norm<>, etch::tanh, flatten>();
    const auto inside =
        step_of_three<shape{2, 4, 3}, parallel<branch<conv_2d<3>, batch_norm<>, etch::tanh, flatten>>>();
    CHECK(inside.output == alone.output);
    CHECK(inside.grad_input == alone.grad_input);
    CHECK(inside.gradients == alone.gradients);
    CHECK(inside.statistics == alone.statistics);
    CHECK(inside.statistics[0] != 0);

    auto one = alone, other = one;
    one.infer();
    auto nested = inside;
    nested.infer();
    CHECK(nested.output == one.output);
    CHECK(!(one.output == other.output));
}

TEST_CASE("batch_norm inside layers follows the real samples of a batch only, each its own") {
    const auto alone = step_of_three<shape{4}, batch_norm<>>();
    using nested = parallel<branch<dense<4, ones>>, branch<residual<batch_norm<>>>, branch<batch_norm<>, dense<3>>>;
    auto inside = step_of_three<shape{4}, nested>();
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(inside.statistics[i] == alone.statistics[i]);
        CHECK(inside.statistics[8 + i] == alone.statistics[i]);
    }
    inside.count = 1;  // has no variance
    const auto kept = inside.statistics;
    inside.run();
    inside.absorb();
    CHECK(inside.statistics == kept);
}

TEST_CASE("frozen layers that hold layers answer in training as outside, and keep their statistics") {
    CHECK(worst_gradient<shape{2, 4, 3}, etch::tanh, frozen<in_parallel>>() < support::gradient_tolerance);
    support::passes<float, shape{2, 4, 3}, 3, in_parallel> plain;
    support::passes<float, shape{2, 4, 3}, 3, frozen<in_parallel>> other;
    static_assert(other.trained == 0 && other.statistics_count == plain.trained + plain.statistics_count);
    scatter_above_zero(other.statistics);
    const auto kept = other.statistics;
    other.count = 2;
    other.run();
    other.absorb();
    CHECK(other.statistics == kept);
    const auto in_training = other.output;
    other.infer();
    CHECK(other.output == in_training);
}

TEST_CASE("gradients through three steps of layers with state inside layers match finite differences") {
    using branches = parallel<branch<gru<3>, dense<2>>, branch<etch::tanh, residual<gru<2>, batch_norm<>>>>;
    static support::unrolled<double, 3, shape{2}, 3, dense<2>, branches, dense<2>> layers;
    CHECK(support::worst_gradient(layers) < support::gradient_tolerance);
    static support::unrolled<double, 3, shape{2}, 3, dense<2>, frozen<branches>> all_frozen;
    scatter_above_zero(all_frozen.statistics);
    CHECK(support::worst_gradient(all_frozen) < support::gradient_tolerance);
}

TEST_CASE("random choices differ from branch to branch, and from layer to layer inside a layer") {
    using half = dropout<50>;
    using layers = parallel<branch<half>, branch<half>, branch<residual<half>>, branch<dropout<0>, half>>;
    support::passes<float, shape{32}, 2, layers> four;
    support::passes<float, shape{32}, 2, half> alone;
    four.input.fill(1);
    alone.input.fill(1);
    const auto choices = [&] {
        four.run();
        alone.run();
        std::array<std::array<bool, 32>, 5> kept{};
        for (std::size_t i = 0; i < 32; ++i) {
            for (std::size_t k = 0; k < 4; ++k) kept[k][i] = four.output(32 * k + i, 0) > 1.5f;
            kept[4][i] = alone.output(i, 0) > 1.5f;
        }
        return kept;
    };
    const auto first = choices();
    for (std::size_t k = 0; k < 5; ++k)
        for (std::size_t other = 0; other < k; ++other) CHECK(first[k] != first[other]);
    CHECK(choices() == first);
    four.seed = seed{1};
    for (std::size_t k = 0; k < 4; ++k) CHECK(choices()[k] != first[k]);
}
