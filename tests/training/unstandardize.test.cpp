// unstandardize: targets in their own units, trained in units of their deviation.
#include <array>
#include <string>

#include <etch/data/data_set.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/evaluate.hpp>
#include <etch/training/fit_statistics.hpp>
#include <etch/training/on_heap.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using plain = network<input<2>, standardize, dense<8>, relu, dense<1>>;
using scaled = network<input<2>, standardize, dense<8>, relu, dense<1>, unstandardize>;
template <class Network>
using trainer_of = trainer<Network, mean_squared_error, adam, 16>;

/// Prices of flats: 3,000 a square metre, less the farther they are.
data_set<2, 1> flats(std::size_t count, std::uint64_t from) {
    data_set<2, 1> set;
    random_generator random{seed{from}};
    for (std::size_t i = 0; i < count; ++i) {
        const float area = 40 + 160 * random.uniform(), distance = 30 * random.uniform();
        set.push_back({area, distance}, {3000 * area * (1 - 0.02f * distance) + 5000 * random.uniform()});
    }
    return set;
}

const auto training = flats(300, 1), validation = flats(60, 2);

}  // namespace

TEST_CASE("prices are learned, in units of their deviation, and answered as prices") {
    scaled net{seed{1}};
    trainer_of<scaled> trainer{{.learning_rate = 1e-2}};
    const auto result = trainer.fit(net, training, {.epochs = 60, .validation = validation});
    REQUIRE(result);
    CHECK(net.is_fitted());
    CHECK(result.warning.ok());
    CHECK(result.training_loss < 0.1f);  // of a variance of 1
    CHECK(result.validation_loss < 0.1f);
    const auto report = evaluate(net, validation);
    CHECK(report.r2() > 0.9);
    CHECK(report.mae() > 100);  // in the targets' own units
    CHECK(report.loss == Approx(report.mse()).epsilon(1e-6));
    CHECK(evaluate_loss<mean_squared_error>(net, validation).loss == Approx(report.mse()).epsilon(1e-5));

    SECTION("with the bits of a network that is trained on standardized targets by hand") {
        plain by_hand{seed{1}};
        auto targets = training;
        const float mean = net.statistics()[4], deviation = net.statistics()[5];
        for (float& t : targets.targets()) t = (t - mean) / deviation;
        trainer_of<plain> other{{.learning_rate = 1e-2}};
        const auto expected = other.fit(by_hand, targets, {.epochs = 60});
        CHECK(expected.training_loss == result.training_loss);
        CHECK(std::equal(net.parameters().begin(), net.parameters().end(), by_hand.parameters().begin()));
    }
    SECTION("a stepper takes targets in the same units") {
        scaled again{seed{1}};
        REQUIRE(fit_statistics(again, training.view()).ok());
        stepper<scaled, mean_squared_error, adam, 1> single;
        const float loss =
            single.step(again, matrix<float, 2, 1>{training.input(0)}, matrix<float, 1, 1>{training.target(0)});
        CHECK(loss < 10);
    }
}

TEST_CASE("prices without that layer are trained, and the result says what is wrong") {
    plain net{seed{1}};
    trainer_of<plain> trainer;
    const auto result = trainer.fit(net, training, {.epochs = 2});
    REQUIRE(result);
    CHECK(result.warning.what == fit_warning::kind::large_targets);
    CHECK(result.warning.column == 0);
    const std::string text = result.message().c_str();
    INFO(text);
    CHECK(text.find("; warning: target 0 reaches ") != text.npos);
    CHECK(text.find("unstandardize") != text.npos);

    auto tiny = training;
    for (float& t : tiny.targets()) t *= 1e-10f;
    CHECK(trainer.fit(net, tiny).warning.what == fit_warning::kind::small_targets);
}

TEST_CASE("targets that do not vary cannot be scaled") {
    scaled net{seed{1}};
    const scaled before = net;
    auto constant = training;
    for (float& t : constant.targets()) t = 3;
    const auto trainer = on_heap<trainer_of<scaled>>({.learning_rate = 1e-2});
    CHECK(trainer->record().optimizer.learning_rate == 1e-2);
    CHECK(*on_heap<scaled>(seed{1}) == net);
    CHECK(*on_heap<scaled>() == scaled{});
    const auto result = trainer->fit(net, constant);
    CHECK(result.code == status::constant_target);
    CHECK(result.column == 0);
    CHECK(result.message() == "training data: target 0 is constant, so it cannot be scaled");
    CHECK(net == before);
    CHECK_FALSE(net.is_fitted());
    CHECK(evaluate(net, validation).code == status::not_fitted);
}
