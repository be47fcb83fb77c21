// Samples that are read one by one are trained on and evaluated with the bits of the same samples in one piece.
#include <etch/data/sample_source.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <etch/data/data_set.hpp>
#include <etch/data/windows.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/evaluate.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using forecaster = network<input<8>, standardize, dense<6>, etch::tanh, dense<1>>;
using trainer_type = trainer<forecaster, mean_squared_error, adam, 16>;

const std::vector<float> signal = [] {
    std::vector<float> numbers(200);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] =
            static_cast<float>(std::sin(0.3 * static_cast<double>(i)) + 0.2 * std::sin(static_cast<double>(i)));
    return numbers;
}();
const windows<8> past{std::span{signal}.first(150), std::span{signal}.first(150), {.ahead = 1}};
const windows<8> future{std::span{signal}.last(50), std::span{signal}.last(50), {.ahead = 1}};

/// Reads another source, and computes what it returns.
struct computed {
    using value_type = float;
    static constexpr std::size_t input_size = 8, output_size = 1;
    const windows<8>& from;
    bool broken = false;

    [[nodiscard]] std::size_t size() const { return from.size(); }
    [[nodiscard]] std::array<float, 8> input(std::size_t i) const {
        std::array<float, 8> numbers;
        std::copy_n(from.input(i).data(), 8, numbers.data());
        if (broken && i == 11) numbers[3] = std::numeric_limits<float>::infinity();
        return numbers;
    }
    [[nodiscard]] std::array<float, 1> target(std::size_t i) const { return {from.target(i)[0]}; }
};
static_assert(SampleSource<computed>);

data_set<8, 1> copied(const windows<8>& from) {
    data_set<8, 1> samples;
    for (std::size_t i = 0; i < from.size(); ++i) samples.push_back(from.input(i), from.target(i));
    return samples;
}

}  // namespace

TEST_CASE("a fit on a source of samples has the bits of a fit on their copies") {
    const auto training = copied(past), validation = copied(future);
    forecaster by_copies{seed{1}}, by_windows{seed{1}}, by_computed{seed{1}};
    trainer_type first{{.learning_rate = 1e-2}}, second{{.learning_rate = 1e-2}}, third{{.learning_rate = 1e-2}};
    const auto a = first.fit(by_copies, training, {.epochs = 6, .validation = validation, .patience = 3});
    const auto b = second.fit(by_windows, past, future, {.epochs = 6, .patience = 3});
    const auto c = third.fit(by_computed, computed{past}, {.epochs = 6, .validation = validation, .patience = 3});
    REQUIRE(a.ok());
    REQUIRE(b.ok());
    REQUIRE(c.ok());
    CHECK(by_copies == by_windows);
    CHECK(by_copies == by_computed);
    CHECK(a.validation_loss == b.validation_loss);
    CHECK(a.validation_loss == c.validation_loss);
    CHECK(b.validated);
    CHECK(c.validated);
    CHECK(a.best_epoch == b.best_epoch);

    const auto of_copies = evaluate(by_copies, validation);
    const auto of_windows = evaluate(by_copies, future);
    const auto of_computed = evaluate(by_copies, computed{future});
    REQUIRE(of_copies.ok());
    for (const auto& report : {of_windows, of_computed}) {
        CHECK(report.loss == of_copies.loss);
        CHECK(report.count == future.size());
        CHECK(report.sum_squares == of_copies.sum_squares);
    }
    CHECK(evaluate_loss<mean_squared_error>(by_copies, future).loss ==
          evaluate_loss<mean_squared_error>(by_copies, validation).loss);
}

TEST_CASE("samples in memory and samples that are read one by one are training and validation data of one fit") {
    const auto training = copied(past), validation = copied(future);
    const auto fitted = [](const auto& train) {
        forecaster net{seed{1}};
        trainer_type trainer{{.learning_rate = 1e-2}};
        REQUIRE(train(trainer, net).validated);
        return net;
    };
    const forecaster expected = fitted([&](auto& trainer, auto& net) {
        return trainer.fit(net, training, {.epochs = 3, .validation = validation, .patience = 2});
    });
    const trainer_type::fit_options options{.epochs = 3, .patience = 2};
    CHECK(expected == fitted([&](auto& t, auto& net) { return t.fit(net, training, future, options); }));
    CHECK(expected == fitted([&](auto& t, auto& net) { return t.fit(net, training.view(), future, options); }));
    CHECK(expected == fitted([&](auto& t, auto& net) { return t.fit(net, training, validation, options); }));
    CHECK(expected == fitted([&](auto& t, auto& net) { return t.fit(net, past, validation.view(), options); }));
    const auto view = validation.view();
    CHECK(expected ==
          fitted([&](auto& t, auto& net) { return t.fit(net, past, {view.inputs(), view.targets()}, options); }));
}

TEST_CASE("statistics are fitted on a source of samples") {
    forecaster a{seed{1}}, b{seed{1}}, c{seed{1}};
    REQUIRE(fit_statistics(a, copied(past)).ok());
    REQUIRE(fit_statistics(b, past).ok());
    REQUIRE(fit_statistics(c, computed{past}).ok());
    CHECK(a == b);
    CHECK(a == c);
}

TEST_CASE("what is wrong with a source of samples is found before anything is changed") {
    const forecaster before{seed{1}};
    forecaster net = before;
    trainer_type trainer;
    const auto infinite = trainer.fit(net, computed{past, true}, {.epochs = 1});
    CHECK(infinite.code == status::non_finite_input);
    CHECK(infinite.sample == 11);
    CHECK(infinite.column == 3);
    const auto in_validation = trainer.fit(net, past, computed{past, true}, {.epochs = 1});
    CHECK(in_validation.code == status::non_finite_input);
    CHECK(in_validation.in_validation);
    const windows<8> none{std::span{signal}.first(8), std::span{signal}.first(8), {.ahead = 1}};
    CHECK(trainer.fit(net, none).code == status::empty_set);
    CHECK(trainer.fit(net, past, none, {.epochs = 1}).code == status::empty_set);
    CHECK(std::string(trainer.fit(net, windows<8>{signal, signal, {.stride = 0}}).message()) ==
          "stride is 0, but must be at least 1");
    CHECK(fit_statistics(net, none) == status::empty_set);
    CHECK(evaluate(net, past).code == status::not_fitted);
    CHECK(evaluate(net, none).code == status::empty_set);
    CHECK(net == before);
}
