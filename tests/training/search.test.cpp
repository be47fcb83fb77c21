#include <etch/training/search.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <etch/data/data_set.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/report/search_text.hpp>

namespace {

using plane = etch::network<etch::input<2>, etch::dense<1>, etch::sigmoid>;
using folded =
    etch::network<etch::input<2>, etch::dense<6>, etch::tanh, etch::dropout<5>, etch::dense<1>, etch::sigmoid>;
using both = etch::candidates<plane, folded>;

// Points of the square, of the second class where their coordinates differ in sign: no plane tells them apart.
etch::data_set<2, 1> corners(std::size_t count, std::uint64_t from) {
    etch::data_set<2, 1> set;
    etch::random_generator random{etch::seed{from}};
    for (std::size_t i = 0; i < count; ++i) {
        const float x = 2 * random.uniform() - 1, y = 2 * random.uniform() - 1;
        set.push_back({x, y}, {static_cast<float>((x < 0) != (y < 0))});
    }
    return set;
}

const auto training = corners(120, 1), validation = corners(40, 2);

template <class Space>
auto search(const Space& space) {
    return etch::search<both, etch::binary_cross_entropy, etch::adamw, 8>(training, validation, space);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("a search tries every candidate with every setting and ranks them by the validation loss", "[search]") {
    const auto found = search(etch::grid_search{.learning_rate = {3e-2, 1e-4}, .epochs = {40, 2}});
    REQUIRE(found);
    REQUIRE(found.trials.size() == 2 * 2 * 2);
    int tried[2] = {};
    for (std::size_t i = 0; i < found.trials.size(); ++i) {
        ++tried[found.trials[i].network];
        if (i > 0) CHECK(found.trials[i].validation_loss >= found.trials[i - 1].validation_loss);
        CHECK(found.trials[i].epochs == found.trials[i].settings.epochs);
    }
    CHECK(tried[0] == 4);
    CHECK(tried[1] == 4);
    CHECK(found.best().network == 1);
    CHECK(found.best().settings.learning_rate == 3e-2);
    CHECK(found.best().settings.epochs == 40);
    CHECK(found.best().validation_accuracy > 0.9f);

    // The network that is handed out is the one that was judged, and on the validation set.
    CHECK(found.network<0>() == nullptr);
    REQUIRE(found.network<1>() != nullptr);
    const auto judged = etch::evaluate_loss<etch::binary_cross_entropy>(*found.network<1>(), validation);
    CHECK(judged.loss == found.best().validation_loss);
    CHECK(judged.accuracy == found.best().validation_accuracy);
    CHECK(found.visit([](const auto& net) { return net.depth; }) == folded::depth);
}

TEST_CASE("a trial can be repeated by hand, to the bit", "[search]") {
    const auto found = search(etch::random_search{.trials = 2,
                                                  .learning_rate = {0.1, 0.3},
                                                  .weight_decay = {1e-5, 1e-2},
                                                  .clip_norm = {0.5, 2},
                                                  .epochs = 80,
                                                  .patience = 3,
                                                  .seed = etch::seed{4}});
    REQUIRE(found);
    REQUIRE(found.network<1>() != nullptr);
    const auto settings = found.best().settings;
    folded net{derive(settings.seed, 0)};
    etch::trainer<folded, etch::binary_cross_entropy, etch::adamw, 8> trainer{
        {.learning_rate = *settings.learning_rate, .weight_decay = *settings.weight_decay},
        {},
        {.norm = settings.clip_norm},
        derive(settings.seed, 1)};
    const auto result = trainer.fit(net, training,
                                    {.epochs = settings.epochs,
                                     .validation = validation,
                                     .patience = settings.patience,
                                     .shuffle = derive(settings.seed, 2)});
    CHECK(result.stopped_early());
    CHECK(net == *found.network<1>());
    CHECK(result.best_loss == found.best().validation_loss);  // patience keeps the best epoch's weights
    CHECK(result.best_epoch == found.best().best_epoch);
}

TEST_CASE("of equal candidates and settings the earlier one wins", "[search]") {
    const auto found = etch::search<etch::candidates<plane, plane>, etch::binary_cross_entropy, etch::adamw, 8>(
        training, validation, etch::grid_search{.clip_norm = {0, 1e9}, .epochs = {3}});
    REQUIRE(found.trials.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(found.trials[i].validation_loss == found.best().validation_loss);
        CHECK(found.trials[i].network == i / 2);
        CHECK(found.trials[i].settings.clip_norm == (i % 2 == 0 ? 0 : 1e9));
    }
    CHECK(found.network<0>() != nullptr);
    CHECK(found.network<1>() == nullptr);
}

TEST_CASE("what a grid does not name is the optimizer's own, adamw's weight decay too", "[search]") {
    const auto decays = [](const etch::grid_search& space) {
        const auto found = search(space);
        REQUIRE(found.trials.size() == 2);
        return std::pair{*found.best().settings.weight_decay, found.best().validation_loss};
    };
    const auto unnamed = decays({.epochs = {4}});
    CHECK(unnamed.first == 0.01);
    CHECK(unnamed == decays({.weight_decay = {0.01}, .epochs = {4}}));
    CHECK(unnamed.second != decays({.weight_decay = {0}, .epochs = {4}}).second);
}

TEST_CASE("training data cannot buy a place: the validation set alone decides", "[search]") {
    // The validation set says the opposite of what is taught, so the best is the one that learned least.
    auto opposite = training;
    for (std::size_t i = 0; i < opposite.size(); ++i) opposite.target(i)[0] = 1 - opposite.target(i)[0];
    const auto found = etch::search<etch::candidates<folded>, etch::binary_cross_entropy, etch::adamw, 8>(
        training, opposite, etch::grid_search{.learning_rate = {1e-5, 3e-2}, .epochs = {40}});
    REQUIRE(found);
    CHECK(found.best().settings.learning_rate == 1e-5);
}

TEST_CASE("a trial that diverges is last and says so; the others are not touched by it", "[search]") {
    const auto found = search(etch::grid_search{.learning_rate = {1e38, 1e-2, 0}, .epochs = {3}});
    REQUIRE(found);
    REQUIRE(found.trials.size() == 6);
    CHECK(found.trials[0].code == etch::status::ok);
    CHECK(found.trials[1].code == etch::status::ok);
    for (std::size_t i = 2; i < 6; ++i)
        CHECK(found.trials[i].code == (found.trials[i].settings.learning_rate == 0 ? etch::status::invalid_option
                                                                                   : etch::status::non_finite_loss));
    const std::string text = to_text(found);
    CHECK(contains(text, "diverged"));
    CHECK(contains(text, "refused"));

    const auto none = search(etch::grid_search{.learning_rate = {1e38}});
    CHECK_FALSE(none);
    CHECK(none.code == etch::status::non_finite_loss);
    CHECK(none.network<0>() == nullptr);
    CHECK(none.network<1>() == nullptr);
}

TEST_CASE("what cannot be searched is refused before anything is trained", "[search]") {
    int calls = 0;
    const auto refused = [&](const auto& train, const auto& judge, const etch::grid_search& space) {
        return etch::search<both, etch::binary_cross_entropy, etch::adamw, 8>(train, judge, space,
                                                                              [&](const auto&) { ++calls; });
    };
    const etch::data_set<2, 1> empty;
    auto found = refused(training, empty, {});
    CHECK(found.code == etch::status::empty_set);
    CHECK(to_text(found) == std::string{describe(etch::status::empty_set)} + "\n");
    auto broken = validation;
    broken.input(17)[1] = infinity;
    found = refused(training, broken, {});
    CHECK(found.code == etch::status::non_finite_input);
    CHECK(found.sample == 17);
    CHECK(refused(empty, validation, {}).code == etch::status::empty_set);
    CHECK(refused(training, validation, {.epochs = {}}).code == etch::status::invalid_option);
    CHECK(calls == 0);
    CHECK(refused(training, validation, {.epochs = {1}}).code == etch::status::ok);
    CHECK(calls == 2);
}

TEST_CASE("the table names the candidates, what varied, and the best first", "[search]") {
    const auto found = search(etch::grid_search{
        .learning_rate = {1e-4, 3e-2}, .weight_decay = {1e-3}, .epochs = {20}, .seed = {etch::seed{5}}, .patience = 9});
    const std::string text = to_text(found);
    INFO(text);
    CHECK(contains(text, "network 0: 2, dense 1, sigmoid (3 parameters)\n"));
    CHECK(contains(text, "network 1: 2, dense 6, tanh, dropout, dense 1, sigmoid (25 parameters)\n"));
    CHECK(contains(text, "in every trial: weight decay 0.001, epochs 20, patience 9, seed 5\n"));
    CHECK(contains(text,
                   "\nplace  network  learning rate  best epoch  validation loss  accuracy\n"
                   "--------------------------------------------------------------------\n"
                   "    1        1           0.03 "));
    CHECK(contains(text, "\n    4        "));
    CHECK_FALSE(contains(text, "\n    5        "));
}
