// runs on: every instruction set
#include <etch/layer/batch_norm.hpp>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/tanh.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;
using support::passes;

namespace {

/// Mean, variance, root and quotient each round; the gradient subtracts two means: 1e-6 measured.
constexpr double float_tolerance = 5e-6;
constexpr double double_tolerance = 1e-13;

/// Three steps in training and one outside, beside plain loops in double, where the last columns are not real.
template <class T, shape In, std::size_t Columns>
double farthest_from_loops(std::size_t count) {
    static passes<T, In, Columns, batch_norm<>> layer;
    layer.count = count;
    constexpr std::size_t F = In.rank == 3 ? In.extent[0] : In.size(), P = In.size() / F;
    const double n = static_cast<double>(count * P);
    support::scatter_numbers(layer.parameters, seed{4});
    double running_mean[F] = {}, running_var[F], worst = 0;
    std::fill(std::begin(running_var), std::end(running_var), 1);
    const auto number = [](T x) { return static_cast<double>(x); };
    for (std::uint64_t step = 0; step < 3; ++step) {
        support::scatter_numbers(layer.input, seed{10 + step}, 2);
        support::scatter_numbers(layer.grad_output, seed{20 + step});
        layer.run();
        layer.absorb();
        for (std::size_t f = 0; f < F; ++f) {
            double mean = 0, variance = 0, straight = 0, along = 0;
            for (std::size_t j = 0; j < count; ++j)
                for (std::size_t p = 0; p < P; ++p) mean += number(layer.input(p * F + f, j)) / n;
            for (std::size_t j = 0; j < count; ++j)
                for (std::size_t p = 0; p < P; ++p)
                    variance += std::pow(number(layer.input(p * F + f, j)) - mean, 2) / n;
            const double deviation = std::sqrt(variance + 1e-5), gamma = number(layer.parameters[f]);
            const auto normal = [&](std::size_t p, std::size_t j) {
                return (number(layer.input(p * F + f, j)) - mean) / deviation;
            };
            for (std::size_t j = 0; j < count; ++j)
                for (std::size_t p = 0; p < P; ++p) {
                    const double dy = number(layer.grad_output(p * F + f, j));
                    straight += dy;
                    along += dy * normal(p, j);
                }
            for (std::size_t j = 0; j < Columns; ++j)
                for (std::size_t p = 0; p < P; ++p) {
                    const double dy = number(layer.grad_output(p * F + f, j));
                    const double y = gamma * normal(p, j) + number(layer.parameters[F + f]);
                    const double dx =
                        j < count ? gamma * (dy - straight / n - normal(p, j) * along / n) / deviation : 0;
                    worst = std::max(worst, support::distance(number(layer.output(p * F + f, j)), y));
                    worst = std::max(worst, support::distance(number(layer.grad_input(p * F + f, j)), dx));
                }
            worst = std::max(worst, support::distance(number(layer.gradients[f]), along));
            worst = std::max(worst, support::distance(number(layer.gradients[F + f]), straight));
            running_mean[f] += 0.1 * (mean - running_mean[f]);
            running_var[f] += 0.1 * (variance * n / (n - 1) - running_var[f]);
            worst = std::max(worst, support::distance(number(layer.statistics[f]), running_mean[f]));
            worst = std::max(worst, support::distance(number(layer.statistics[F + f]), running_var[f]));
        }
    }
    layer.infer();
    for (std::size_t i = 0; i < layer.output.size(); ++i) {
        const std::size_t f = i % F;
        const double normal = (number(layer.input[i]) - running_mean[f]) / std::sqrt(running_var[f] + 1e-5);
        const double y = number(layer.parameters[f]) * normal + number(layer.parameters[F + f]);
        worst = std::max(worst, support::distance(number(layer.output[i]), y));
    }
    return worst;
}

/// Gradients where `count` of four samples are real.
template <shape In, class... Layers>
double worst_gradient(std::size_t count) {
    static passes<double, In, 4, Layers...> layers;
    layers.count = count;
    return support::worst_gradient(layers);
}

/// PyTorch's case: two training steps, then the first input again outside of training.
template <class T>
double farthest_from_torch() {
    namespace torch = reference::batch_norm;
    passes<T, shape{5}, 4, batch_norm<>> layer;
    const auto set = [](auto& to, const auto& from) {
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<T>(from[i]);
    };
    for (std::size_t i = 0; i < 5; ++i) {
        layer.parameters[i] = static_cast<T>(torch::weight[i]);
        layer.parameters[5 + i] = static_cast<T>(torch::bias[i]);
    }
    set(layer.input, torch::first);
    set(layer.grad_output, torch::grad_output);
    layer.run();
    layer.absorb();
    double worst = support::farthest(layer.output, torch::output);
    worst = std::max(worst, support::farthest(layer.grad_input, torch::grad_input));
    for (std::size_t i = 0; i < 5; ++i) {
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[i]), torch::grad_weight[i]));
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[5 + i]), torch::grad_bias[i]));
    }
    set(layer.input, torch::second);
    layer.run();
    layer.absorb();
    for (std::size_t i = 0; i < 5; ++i) {
        worst = std::max(worst, support::distance(static_cast<double>(layer.statistics[i]), torch::running_mean[i]));
        worst = std::max(worst, support::distance(static_cast<double>(layer.statistics[5 + i]), torch::running_var[i]));
    }
    set(layer.input, torch::first);
    layer.infer();
    return std::max(worst, support::farthest(layer.output, torch::evaluated));
}

}  // namespace

TEST_CASE("batch_norm holds four numbers per feature, or per channel of an image, two of them trained") {
    static_assert(Layer<batch_norm<>>);
    using vectors = chain<float, shape{7}, batch_norm<>>;
    static_assert(vectors::totals.trained == 14 && vectors::totals.fitted == 14);
    static_assert(chain<float, shape{3, 20}, batch_norm<>>::parameters<0>()[0].extents == shape{3});
    using images = chain<float, shape{3, 5, 4}, batch_norm<>>;
    static_assert(images::totals.trained == 6 && images::totals.fitted == 6);
    const passes<float, shape{2}, 4, batch_norm<>> layer;
    CHECK(layer.parameters == std::array<float, 4>{1, 1, 0, 0});
    CHECK(layer.statistics == std::array<float, 4>{0, 0, 1, 1});
}

TEST_CASE("batch_norm has the values that a person works out by hand") {
    passes<float, shape{1}, 4, batch_norm<3>> layer;    // ε = 1 / 3
    layer.input = matrix<float, 1, 4>{1, 3, 100, 100};  // mean 2, variance 1, deviation √(4/3)
    layer.count = 2;
    layer.run();
    layer.absorb();
    CHECK(static_cast<double>(layer.output[1]) == Approx(std::sqrt(0.75)).epsilon(1e-6));
    CHECK(static_cast<double>(layer.statistics[0]) == Approx(0.2).epsilon(1e-6));
    CHECK(static_cast<double>(layer.statistics[1]) == Approx(0.9 + 0.1 * 2).epsilon(1e-6));
}

TEST_CASE("batch_norm in training and outside matches plain loops, with all samples real and with some") {
    CHECK(farthest_from_loops<float, shape{1}, 4>(4) < float_tolerance);
    CHECK(farthest_from_loops<float, shape{33}, 8>(3) < float_tolerance);
    CHECK(farthest_from_loops<float, shape{3, 5, 4}, 3>(2) < float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<float, shape{17}, 5>(5) < float_tolerance);
    CHECK(farthest_from_loops<float, shape{16, 3, 3}, 4>(4) < float_tolerance);
    CHECK(farthest_from_loops<double, shape{7}, 6>(4) < double_tolerance);
    CHECK(farthest_from_loops<double, shape{5, 3, 2}, 3>(2) < double_tolerance);
#endif
}

TEST_CASE("batch_norm forward and backward match PyTorch, as do its running statistics and what it answers then") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("batch_norm backward matches finite differences, with all samples real and with some") {
    CHECK(worst_gradient<shape{5}, batch_norm<>>(4) < support::gradient_tolerance);
    CHECK(worst_gradient<shape{5}, batch_norm<>>(2) < support::gradient_tolerance);
    CHECK(worst_gradient<shape{2, 3, 2}, batch_norm<>>(3) < support::gradient_tolerance);
    CHECK(worst_gradient<shape{3}, dense<5>, batch_norm<>, etch::tanh, dense<2>>(3) < support::gradient_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(worst_gradient<shape{1, 5, 4}, conv_2d<3>, batch_norm<>, etch::tanh, flatten, dense<2>>(3) <
          support::gradient_tolerance);
#endif
}

TEST_CASE("what batch_norm answers outside of training does not depend on the batch") {
    passes<float, shape{2, 3, 4}, 5, batch_norm<>> together;
    passes<float, shape{2, 3, 4}, 1, batch_norm<>> alone;
    support::scatter_numbers(together.parameters, seed{6});
    for (std::size_t i = 0; i < 4; ++i) alone.statistics[i] = together.statistics[i] = 0.5f + static_cast<float>(i);
    alone.parameters = together.parameters;
    together.infer();
    for (std::size_t j = 0; j < 5; ++j) {
        alone.input = together.input.column(j);
        alone.infer();
        CHECK(alone.output == matrix<float, 24, 1>(together.output.column(j)));
    }
}

TEST_CASE("a single real number per feature leaves the running statistics as they are") {
    passes<float, shape{2}, 4, batch_norm<>> layer;
    layer.count = 1;
    layer.run();
    layer.absorb();
    CHECK(layer.statistics == std::array<float, 4>{0, 0, 1, 1});
    for (std::size_t i = 0; i < 2; ++i) CHECK(layer.output[i] == 0);
}
