// Inputs that are indices: what a fit, an evaluation and a step of sequences do with others.
#include <array>
#include <string>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/embedding.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/slice.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/bidirectional.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/unrolled.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/evaluate.hpp>
#include <etch/training/sequence_stepper.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

using net_type = network<input<2>, embedding<4, 3>, flatten, dense<1>>;

/// All pairs of 0 to 3, and what no weighted sum of the two numbers is.
struct pairs {
    std::vector<float> inputs, targets;
    pairs() {
        for (int a = 0; a < 4; ++a)
            for (int b = 0; b < 4; ++b) {
                inputs.push_back(static_cast<float>(a));
                inputs.push_back(static_cast<float>(b));
                targets.push_back(static_cast<float>(a % 2 + b / 2));
            }
    }
    [[nodiscard]] data_view<2, 1> view() const { return {inputs, targets}; }
};

}  // namespace

TEST_CASE("a network of an embedding learns a table") {
    const pairs data;
    net_type net{seed{1}};
    trainer<net_type, mean_squared_error, adam, 8> training{{.learning_rate = 0.03}};
    const auto result = training.fit(net, data.view(), {.epochs = 200, .shuffle = seed{2}});
    INFO(result.message().c_str());
    CHECK(result.ok());
    CHECK(result.training_loss < 1e-3f);
}

TEST_CASE("a fit names the input that is not an index, and leaves the network as it was") {
    for (const float wrong : {4.0f, -1.0f, 1.5f}) {
        pairs data;
        data.inputs[2 * 5 + 1] = wrong;
        net_type net{seed{1}};
        const net_type before = net;
        trainer<net_type, mean_squared_error, adam, 8> training;
        const auto result = training.fit(net, data.view(), {.epochs = 2});
        CHECK(result.code == status::invalid_index);
        CHECK(result.sample == 5);
        CHECK(result.column == 1);
        CHECK(result.value == static_cast<double>(wrong));
        CHECK(std::equal(net.parameters().begin(), net.parameters().end(), before.parameters().begin()));
        const pairs right;
        const auto validated = training.fit(net, right.view(), data.view(), {.epochs = 2});
        CHECK(validated.in_validation);
        CHECK(validated.code == status::invalid_index);
    }
    pairs data;
    data.inputs[0] = 7;
    net_type net{seed{1}};
    trainer<net_type, mean_squared_error, adam, 8> training;
    CHECK(std::string{training.fit(net, data.view(), {.epochs = 2}).message().c_str()} ==
          "training data: sample 0: input 0 is 7, but the first layer needs an index, a whole number from 0 to 3");
}

TEST_CASE("an evaluation names it too") {
    pairs data;
    data.inputs[3] = 0.25f;
    const auto report = evaluate(net_type{seed{1}}, data.view());
    CHECK(report.code == status::invalid_index);
    using by_position = network<input<1, 2>, unrolled<embedding<4, 3>>, flatten, dense<1>>;
    CHECK(evaluate(by_position{seed{1}}, data.view()).code == status::invalid_index);
    using both_ways = network<input<1, 2>, bidirectional<embedding<4, 3>>, flatten, dense<1>>;
    CHECK(evaluate(both_ways{seed{1}}, data.view()).code == status::invalid_index);
}

TEST_CASE("the input of an embedding in a branch is named, and no other") {
    using mixed =
        network<input<4>,
                parallel<branch<slice<1, 3>, parallel<branch<slice<1, 1>, embedding<3, 2>>, branch<identity>>>,
                         branch<dense<1>>>,
                dense<1>>;
    const mixed net{seed{1}};
    std::vector<float> inputs{9.5f, -1, 2, 8, 0.5f, 7, 0, 9}, targets(2);
    CHECK(evaluate(net, data_view<4, 1>{inputs, targets}).ok());
    inputs[6] = 3;
    const auto report = evaluate(net, data_view<4, 1>{inputs, targets});
    CHECK(report.code == status::invalid_index);
    CHECK(std::string{report.message().c_str()} == "sample 1: input 2 is not an index, as the first layer needs it");
}

TEST_CASE("a step of sequences names it too, and changes nothing") {
    using memory = network<input<1>, embedding<4, 3>, gru<2>>;
    memory net{seed{1}};
    static sequence_stepper<memory, mean_squared_error, adam, 3> training;
    const std::array<float, 3> x{0, 4, 1};
    const std::array<float, 6> y{};
    memory::state state{};
    const auto result = training.step(net, x, y, state);
    CHECK(result.code == status::invalid_index);
    for (const float number : state.numbers) CHECK(number == 0);
    CHECK(training.step(net, std::array<float, 3>{0, 3, 1}, y, state).ok());
}
