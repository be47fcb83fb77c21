// runs on: every instruction set
#include <etch/layer/embedding.hpp>

#include <cmath>
#include <limits>

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Forward copies; a gradient is a sum of up to 15 numbers below 2.
constexpr double float_tolerance = 5e-7;
constexpr double double_tolerance = 1e-14;

template <class T>
double farthest_from_torch() {
    namespace torch = reference::embedding;
    support::passes<T, shape{5}, 3, embedding<6, 3>> layer;
    for (std::size_t i = 0; i < 18; ++i) layer.parameters[i % 3 * 6 + i / 3] = static_cast<T>(torch::weight[i]);
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    double worst = support::farthest(layer.output, torch::output, 1e-300);
    for (std::size_t i = 0; i < 18; ++i)
        worst = std::max(
            worst, support::distance(static_cast<double>(layer.gradients[i % 3 * 6 + i / 3]), torch::grad_weight[i]));
    for (const T x : layer.grad_input) worst = std::max(worst, std::abs(static_cast<double>(x)));
    return worst;
}

}  // namespace

TEST_CASE("embedding makes a vector of an index, and of several a vector per position") {
    static_assert(Layer<embedding<6, 3>>);
    static_assert(embedding<6, 3>::output(shape{1}) == shape{3});
    static_assert(embedding<6, 3>::output(shape{5}) == shape{3, 5});
    static_assert(embedding<6, 3>::parameters<shape{5}>()[0].extents == shape{6, 3});
    CHECK(chain<float, shape{5}, embedding<6, 3>>::totals.trained == 18);
}

TEST_CASE("embedding looks up, and has a gradient only in the rows that were used") {
    support::passes<float, shape{2}, 2, embedding<3, 2>> layer;
    layer.parameters = {1, 2, 3, 10, 20, 30};  // rows (1, 10), (2, 20), (3, 30)
    layer.input = matrix<float, 2, 2>{2, 0, 2, -0.0f};
    layer.grad_output = matrix<float, 4, 2>{1, 2, 3, 4, 5, 6, 7, 8};
    layer.run();
    CHECK(layer.output == matrix<float, 4, 2>{3, 30, 1, 10, 3, 30, 1, 10});
    CHECK(layer.gradients == std::array<float, 6>{3 + 7, 0, 1 + 5, 4 + 8, 0, 2 + 6});
    CHECK(layer.grad_input == matrix<float, 2, 2>{});
    layer.infer();
    CHECK(layer.output == matrix<float, 4, 2>{3, 30, 1, 10, 3, 30, 1, 10});
}

TEST_CASE("embedding copies the bits, also of a negative zero") {
    support::passes<float, shape{1}, 1, embedding<2, 1>> layer;
    layer.parameters = {1, -0.0f};
    layer.input[0] = 1;
    layer.run();
    CHECK(std::signbit(layer.output[0]));
}

TEST_CASE("embedding of a number that is no index is NaN, and leaves gradients and the other positions alone") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float wrong :
         {-1.0f, 6.0f, 2.5f, 1e-30f, 3e38f, infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
        INFO(wrong);
        support::passes<float, shape{2}, 1, embedding<6, 3>> layer;
        layer.input = matrix<float, 2, 1>{wrong, 5};
        layer.run();
        for (std::size_t i = 0; i < 6; ++i) CHECK(std::isnan(layer.output[i]) == (i < 3));
        for (std::size_t i = 0; i < 18; ++i) CHECK((layer.gradients[i] != 0) == (i % 6 == 5));
    }
}

TEST_CASE("embedding forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("embedding backward matches finite differences, also beside other inputs in a branch") {
    const auto worst = []<class Passes>(Passes layers) {
        for (std::size_t j = 0; j < 3; ++j) layers.input(0, j) = static_cast<double>(2 - j);
        layers.run();
        const auto gradients = layers.gradients;
        return support::worst_gradient(gradients.data(), layers.parameters.data(), layers.trained, [&] {
            layers.run();
            double sum = 0;
            for (std::size_t i = 0; i < layers.output.size(); ++i) sum += layers.output[i] * layers.grad_output[i];
            return sum;
        });
    };
    CHECK(worst(support::passes<double, shape{1}, 3, embedding<4, 5>, dense<3>, etch::tanh>{}) <
          support::gradient_tolerance);
    using beside = parallel<branch<slice<0, 1>, embedding<3, 4>>, branch<slice<1, 2>>>;
    CHECK(worst(support::passes<double, shape{3}, 3, beside, dense<3>, etch::tanh>{}) < support::gradient_tolerance);
}

TEST_CASE("a frozen embedding looks up the same") {
    support::passes<float, shape{1}, 1, frozen<embedding<6, 17>>> layer;
    for (std::size_t i = 0; i < 6 * 17; ++i) layer.statistics[i] = static_cast<float>(i);
    layer.input[0] = 4;
    layer.run();
    for (std::size_t i = 0; i < 17; ++i) CHECK(layer.output[i] == static_cast<float>(4 + 6 * i));
}

TEST_CASE("embedding answers while compiling, and a batch has its samples' bits") {
    using net_type = network<input<3>, embedding<5, 7>, flatten, dense<2>>;
    static constexpr net_type net{seed{3}};
    static constexpr vector<float, 2> folded = net({4, 0, 2});
    CHECK(net({4, 0, 2}) == folded);
    const matrix<float, 3, 4> batch{0, 1, 2, 4, 0, 2, 3, 3, 3, 1, 0, 4};
    const auto together = net(batch);
    CHECK(vector<float, 2>(together.column(1)) == folded);
    CHECK(folded[0] - folded[0] == 0);
}

TEST_CASE("an embedding is trained with the same bits in a constant expression") {
    using net_type = network<input<3>, embedding<5, 7>, flatten, dense<2>>;
    constexpr auto trained = [](std::uint64_t number) {
        net_type net{seed{number}};
        stepper<net_type, mean_squared_error, sgd, 2> step{{.learning_rate = 0.5f}};
        (void)step.step(net, matrix<float, 3, 2>{0, 1, 1, 4, 0, 4}, matrix<float, 2, 2>{1, 2, 3, 4});
        return net;
    };
    static constexpr net_type folded = trained(3);
    const volatile std::uint64_t number = 3;  // keeps the compiler from knowing the rest
    const net_type net = trained(number);
    CHECK(std::equal(net.parameters().begin(), net.parameters().end(), folded.parameters().begin()));
    CHECK(folded.parameters()[2] == net_type{seed{3}}.parameters()[2]);  // of index 2, which was not used
    CHECK(folded.parameters()[1] != net_type{seed{3}}.parameters()[1]);
}
