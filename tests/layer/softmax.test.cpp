#include <etch/layer/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Each exponential, their sum and the quotient are wrong by 1 ulp or 2 each; of numbers below 1 that is 2e-7 at most.
constexpr double float_tolerance = 3e-7;
constexpr double double_tolerance = 1e-15;

/// One sample of a few logits; up to 17 the others are so low that they have no part.
using sample = support::passes<float, shape{17}, 3, softmax>;

sample of(std::initializer_list<float> logits, std::initializer_list<float> gradient = {}) {
    sample layer;
    layer.input.fill(-3e38f);
    layer.grad_output.fill(0);
    std::copy(logits.begin(), logits.end(), layer.input.column(1).begin());
    std::copy(gradient.begin(), gradient.end(), layer.grad_output.column(1).begin());
    layer.run();
    return layer;
}

/// Whether the probabilities begin with these, and the others are 0.
bool begins(const sample& layer, std::initializer_list<float> probabilities) {
    bool same = true;
    for (std::size_t i = 0; i < 17; ++i)
        same = same && layer.output(i, 1) == (i < probabilities.size() ? probabilities.begin()[i] : 0);
    return same;
}

template <class T>
double farthest_from_torch() {
    support::passes<T, shape{11}, 3, softmax> layer;
    for (std::size_t i = 0; i < 33; ++i) {
        layer.input[i] = static_cast<T>(reference::activation_input[i]);
        layer.grad_output[i] = static_cast<T>(reference::activation_grad_output[i]);
    }
    layer.run();
    return std::max(support::farthest(layer.output, reference::softmax.output),
                    support::farthest(layer.grad_input, reference::softmax.grad_input));
}

template <std::size_t Size>
double farthest_from_loops() {
    support::passes<float, shape{Size}, 3, softmax> layer;
    layer.run();
    double worst = 0;
    for (std::size_t j = 0; j < 3; ++j) {
        double a[Size], total = 0, inner = 0;
        for (std::size_t i = 0; i < Size; ++i) total += a[i] = std::exp(static_cast<double>(layer.input(i, j)));
        for (double& x : a) x /= total;
        for (std::size_t i = 0; i < Size; ++i) inner += a[i] * layer.grad_output(i, j);
        for (std::size_t i = 0; i < Size; ++i) {
            worst = std::max(worst, support::distance(layer.output(i, j), a[i]));
            worst =
                std::max(worst, support::distance(layer.grad_input(i, j), a[i] * (layer.grad_output(i, j) - inner)));
        }
    }
    return worst;
}

}  // namespace

TEST_CASE("softmax keeps the shape and is stored, since it passes over its output twice") {
    static_assert(Layer<softmax>);
    static_assert(softmax::output(shape{10}) == shape{10});
    CHECK(chain<float, shape{10}, softmax>::totals.trained == 0);
    CHECK(softmax::stored_output);
    CHECK_FALSE(softmax::elementwise);
}

TEST_CASE("softmax has the values that a person works out by hand") {
    const sample layer = of({0.0f, 1.09861229f});  // log 3
    CHECK(static_cast<double>(layer.output(0, 1)) == Approx(0.25).epsilon(2.4e-7));
    CHECK(static_cast<double>(layer.output(1, 1)) == Approx(0.75).epsilon(2.4e-7));
    // dz = a ⊙ (da - Σ a ⊙ da): with a = (1/2, 1/2) and da = (1, 0) that is (1/4, -1/4).
    const sample equal = of({7, 7}, {1, 0});
    CHECK(equal.grad_input(0, 1) == 0.25f);
    CHECK(equal.grad_input(1, 1) == -0.25f);
}

TEST_CASE("softmax of equal logits is uniform, and of a shifted sample the same") {
    for (float logit : {0.0f, -1e4f, 1e30f})
        CHECK(begins(of({logit, logit, logit, logit}), {0.25f, 0.25f, 0.25f, 0.25f}));
    CHECK(of({1, 2, 4}).output == of({-31, -30, -28}).output);
}

TEST_CASE("softmax of logits of any size is finite") {
    CHECK(begins(of({1e4f, -1e4f, 0}), {1}));
    CHECK(begins(of({-1e4f, -1e4f, -3e38f}), {0.5f, 0.5f}));
}

TEST_CASE("softmax of a sample with NaN is NaN, and leaves the others alone") {
    for (std::size_t at : {0u, 3u, 16u}) {
        sample layer;
        layer.input(at, 1) = std::numeric_limits<float>::quiet_NaN();
        layer.run();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < 51; ++i) {
            wrong += std::isnan(layer.output[i]) != (i / 17 == 1);
            wrong += std::isnan(layer.grad_input[i]) != (i / 17 == 1);
        }
        INFO("NaN at " << at);
        CHECK(wrong == 0);
    }
}

TEST_CASE("softmax forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("softmax backward matches finite differences") {
    CHECK(support::worst_gradient<shape{11}, softmax>() < support::gradient_tolerance);
}

TEST_CASE("softmax at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<1>() < float_tolerance);
    CHECK(farthest_from_loops<15>() < float_tolerance);
    CHECK(farthest_from_loops<16>() < float_tolerance);
    CHECK(farthest_from_loops<17>() < float_tolerance);
    CHECK(farthest_from_loops<33>() < float_tolerance);
}
