#include <etch/training/history.hpp>

#include <span>

#include "support/catch.hpp"

#include <etch/data/data_set.hpp>
#include <etch/layer/dense.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/sgd.hpp>

namespace {

using line = etch::network<etch::input<1>, etch::dense<1>>;

etch::data_set<1, 1> points() {
    etch::data_set<1, 1> set;
    for (int i = 0; i < 8; ++i) set.push_back({static_cast<float>(i) / 8}, {static_cast<float>(i) / 4});
    return set;
}

}  // namespace

TEST_CASE("a history holds the epochs of the last fit and no more", "[history]") {
    etch::trainer<line, etch::mean_squared_error, etch::sgd, 4> trainer{{.learning_rate = 0.1}};
    line net{etch::seed{1}};
    const auto data = points();
    etch::history<5> history;
    CHECK(history.records().empty());
    REQUIRE(trainer.fit(net, data, {.epochs = 4, .history = history}).ok());
    REQUIRE(history.records().size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(history.records()[i].epoch == i + 1);
        CHECK(history.records()[i].training_loss > 0);
        CHECK(history.records()[i].learning_rate == 0.1f);
    }
    CHECK(history.records()[3].training_loss < history.records()[0].training_loss);

    REQUIRE(trainer.fit(net, data, {.epochs = 2, .history = history}).ok());
    CHECK(history.records().size() == 2);
    REQUIRE(trainer.fit(net, data, {.epochs = 7, .history = history}).ok());
    CHECK(history.records().size() == 5);
}

TEST_CASE("a history is a constant's to fill, too", "[history]") {
    constexpr auto epochs = [] {
        etch::history<3, double> history;
        const std::span<etch::epoch_record<double>> memory = history;
        memory[0] = {.epoch = 1, .training_loss = 0.5};
        memory[1] = {.epoch = 2, .training_loss = 0.25};
        return history.records().size();
    }();
    static_assert(epochs == 2);
    CHECK(epochs == 2);
}
