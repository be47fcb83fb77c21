#include <etch/training/stepper.hpp>

#include <bit>
#include <cmath>
#include <cstdint>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/sgd.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using line = network<input<1>, dense<1>>;

constexpr line line_of(float w, float b) {
    line net;
    net.parameters()[0] = w, net.parameters()[1] = b;
    return net;
}

}  // namespace

TEST_CASE("a step is the one worked by hand") {
    // w = 2, b = 1; samples (3, 4) and (-1, 0): errors 3 and -1, losses 9 and 1.
    // dL/dw = (2*3*3 + 2*-1*-1) / 2 = 10, dL/db = (2*3 + 2*-1) / 2 = 2
    stepper<line, mean_squared_error, sgd, 2> training{{.learning_rate = 0.125}};
    line net = line_of(2, 1);
    CHECK(training.step(net, {3, -1}, {4, 0}) == 5);
    CHECK(net == line_of(2 - 1.25f, 1 - 0.25f));
    CHECK(training.steps() == 1);
    CHECK(training.learning_rate() == 0.125f);
    CHECK(training.gradients()[0] == 10);  // until the next batch
    CHECK(training.gradients()[1] == 2);
}

TEST_CASE("the gradients of an update are not left over from the last one") {
    const matrix<float, 1, 2> x{3, -1}, y{4, 0};
    for (const bool in_parts : {false, true}) {
        stepper<line, mean_squared_error, sgd, 2> training{{.learning_rate = 0.125}};
        line net = line_of(2, 1);
        (void)training.step(net, x, y);
        net = line_of(2, 1);
        if (in_parts)
            (void)training.accumulate(net, x.view(), y.view(), 2, 0.5f);
        else
            (void)training.set_gradients(net, x.view(), y.view(), 2, 0.5f);
        CHECK(training.gradients()[0] == 10);
        CHECK(training.gradients()[1] == 2);
    }
}

namespace {

/// y = w x, w one number; its backward adds to the gradient twice.
struct twice : layer_defaults {
    static constexpr const char* name = "twice";
    static constexpr shape output(shape input) { return input; }
    template <shape>
    static constexpr std::array<parameter, 1> parameters() {
        return {parameter{.name = "weight", .extents = {1}, .initializer = ones}};
    }
    static constexpr auto forward(const auto& layer, const auto& x) { return hadamard(x, get<0>(layer.parameters)); }
    static constexpr auto backward(const auto& layer, const auto& x, const auto&, const auto& dy) {
        const auto& [dw] = layer.gradients;
        dw += 0.5f * sum_columns(hadamard(dy, x));
        dw += 0.5f * sum_columns(hadamard(dy, x));
        return hadamard(dy, get<0>(layer.parameters));
    }
};

}  // namespace

TEST_CASE("a layer may add to its gradients more than once") {
    stepper<network<input<1>, twice>, mean_squared_error, sgd, 2> training{{.learning_rate = 0.125}};
    network<input<1>, twice> net{seed{1}};
    for (int again = 0; again < 2; ++again) {
        net.parameters()[0] = 2;
        (void)training.step(net, {3, -1}, {5, -1});  // errors 1 and -1: (2*1*3 + 2*-1*-1) / 2 = 4
        CHECK(training.gradients()[0] == 4);
    }
}

TEST_CASE("gradients of parts of a batch add up, and unused columns count for nothing") {
    stepper<line, mean_squared_error, sgd, 2> training{{.learning_rate = 0.125}};
    line net = line_of(2, 1);
    const matrix<float, 1, 2> first{3, 100}, first_target{4, 0}, second{-1, 5}, second_target{0, 0};
    CHECK(training.accumulate(net, first.view(), first_target.view(), 1, 0.5f) == 9);
    CHECK(training.gradients()[0] == 9);  // 2 * 3 * 3 / 2
    CHECK(training.accumulate(net, second.view(), second_target.view(), 1, 0.5f) == 1);
    CHECK(training.gradients()[0] == 10);
    CHECK(training.gradients()[1] == 2);
    CHECK(net == line_of(2, 1));
    training.update(net, 1);
    CHECK(net == line_of(2 - 1.25f, 1 - 0.25f));
}

TEST_CASE("clipping limits the step") {
    // The gradient is (18, 6), as for the first sample above: its norm is 6 sqrt(10).
    const auto moved = [](gradient_clip clip) {
        stepper<line, mean_squared_error, sgd> training{{.learning_rate = 1}, {}, clip};
        line net = line_of(2, 1);
        (void)training.step(net, {3}, {4});
        return vector<float, 2>{2 - net.parameters()[0], 1 - net.parameters()[1]};
    };
    CHECK(moved({}) == vector<float, 2>{18, 6});
    CHECK(moved({.value = 7}) == vector<float, 2>{7, 6});
    const auto by_norm = moved({.norm = 2});
    CHECK(std::abs(std::hypot(by_norm[0], by_norm[1]) - 2) <
          1e-5);                                          // 1e-6 stands beside the norm, and rounding of 2 - p
    CHECK(std::abs(by_norm[0] - 3 * by_norm[1]) < 1e-5);  // the direction stays
    CHECK(moved({.norm = 100}) == vector<float, 2>{18, 6});
}

TEST_CASE("a schedule is asked with the number of the step") {
    stepper<line, mean_squared_error, sgd, 1, step_decay> training{{.learning_rate = 1},
                                                                   {.step_size = 2, .gamma = 0.5}};
    line net = line_of(0, 0);
    const float expected[] = {1, 1, 0.5f, 0.5f, 0.25f};
    for (const float rate : expected) {
        (void)training.step(net, {0}, {0});
        CHECK(training.learning_rate() == rate);
    }
}

TEST_CASE("reset makes a stepper new") {
    stepper<line, mean_squared_error, adam> training{{.learning_rate = 0.25}};
    line first = line_of(2, 1), again = first;
    for (int i = 0; i < 3; ++i) (void)training.step(first, {3}, {4});
    CHECK(training.record().state[0] != 0);
    training.reset();
    CHECK(training.steps() == 0);
    for (const float s : training.record().state) CHECK(s == 0);
    for (int i = 0; i < 3; ++i) (void)training.step(again, {3}, {4});
    CHECK(first == again);
}

TEST_CASE("dropout masks follow from the seed and the step") {
    using net_type = network<input<1>, dense<32, ones>, dropout<50>, dense<1, ones>>;
    const auto losses = [](seed from) {
        stepper<net_type, mean_squared_error, sgd> training{{.learning_rate = 0}, {}, {}, from};  // the weights stay
        net_type net{seed{1}};
        vector<float, 4> all;
        for (float& loss : all) loss = training.step(net, {1}, {0});
        return all;
    };
    const auto one = losses(seed{1});
    CHECK(one == losses(seed{1}));
    CHECK_FALSE(one == losses(seed{2}));
    CHECK_FALSE(one == vector<float, 4>{one[0], one[0], one[0], one[0]});
    CHECK(net_type{seed{1}}({1})[0] == 32);  // outside of training nothing is dropped
}

namespace {

/// A few steps of a classifier, with everything that a step has.
constexpr auto trained(std::uint64_t number) {
    using net_type = network<input<2>, dense<3>, dropout<10>, etch::tanh, dense<2>, softmax>;
    net_type net{seed{number}};
    stepper<net_type, cross_entropy, adam, 4, cosine_decay> training{
        {.learning_rate = 0.1}, {.steps = 8, .warmup_steps = 2}, {.norm = 0.5}};
    for (int i = 0; i < 6; ++i) (void)training.step(net, {0, 0, 0, 1, 1, 0, 1, 1}, {1, 0, 0, 1, 0, 1, 1, 0});
    return net;
}

}  // namespace

TEST_CASE("each chunk of an update draws its own dropout masks") {
    using net_type = network<input<1>, dropout<50>, dense<1>>;
    stepper<net_type, mean_squared_error, sgd, full_batch> training;
    const net_type net{seed{3}};
    matrix<float, 1, 32> x, y;
    for (std::size_t j = 0; j < 32; ++j) x(0, j) = static_cast<float>(j + 1);
    (void)training.accumulate(net, x.view(), y.view(), 32, 1);
    const float one = training.gradients()[0];
    (void)training.accumulate(net, x.view(), y.view(), 32, 1);
    CHECK(one != 0);
    CHECK(training.gradients()[0] != 2 * one);
}

TEST_CASE("training in a constant expression gives the same bits") {
    static constexpr auto constant = trained(3);
    const volatile std::uint64_t number = 3;
    const auto net = trained(number);
    for (std::size_t i = 0; i < net.parameters().size(); ++i) {
        CHECK(std::bit_cast<std::uint32_t>(net.parameters()[i]) ==
              std::bit_cast<std::uint32_t>(constant.parameters()[i]));
        CHECK(std::isfinite(net.parameters()[i]));
    }
    CHECK_FALSE(net == decltype(net){seed{3}});
}
