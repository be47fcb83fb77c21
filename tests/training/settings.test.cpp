#include <etch/training/settings.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "support/catch.hpp"

TEST_CASE("a grid has every combination once, in order", "[settings]") {
    const etch::grid_search grid{.learning_rate = {0.1, 0.2},
                                 .weight_decay = {0, 1},
                                 .clip_norm = {5},
                                 .epochs = {3, 4, 5},
                                 .seed = {etch::seed{7}, etch::seed{8}},
                                 .patience = 2};
    const auto all = grid.settings();
    REQUIRE(all.size() == 2 * 2 * 1 * 3 * 2);
    CHECK(all.front() == etch::training_settings{0.1, 0, 5, 3, 2, etch::seed{7}});
    CHECK(all[1] == etch::training_settings{0.1, 0, 5, 3, 2, etch::seed{8}});
    CHECK(all[2] == etch::training_settings{0.1, 0, 5, 4, 2, etch::seed{7}});
    CHECK(all.back() == etch::training_settings{0.2, 1, 5, 5, 2, etch::seed{8}});
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(all[i] == all[j]);
}

TEST_CASE("an empty list leaves nothing to try", "[settings]") {
    CHECK(etch::grid_search{}.settings().size() == 1);
    CHECK(etch::grid_search{.weight_decay = {}}.settings().empty());
    CHECK(etch::random_search{.trials = 0}.settings().empty());
}

TEST_CASE("drawn rates are uniform in the logarithm and stay in their range", "[settings]") {
    const auto all =
        etch::random_search{.trials = 3000, .learning_rate = {1e-4, 1e-1}, .seed = etch::seed{3}}.settings();
    REQUIRE(all.size() == 3000);
    int decade[3] = {};
    for (const auto& s : all) {
        REQUIRE(s.learning_rate >= 1e-4);
        REQUIRE(s.learning_rate <= 1e-1);
        ++decade[s.learning_rate < 1e-3 ? 0 : s.learning_rate < 1e-2 ? 1 : 2];
    }
    for (const int count : decade) {  // 1000 expected, standard deviation 26
        CHECK(count > 870);
        CHECK(count < 1130);
    }
}

TEST_CASE("a range that has no sense gives settings that a fit refuses, or the range's own numbers", "[settings]") {
    CHECK(etch::random_search{.trials = 1, .epochs = {-5}}.settings()[0].epochs == 0);
    for (const auto& s : etch::random_search{.trials = 100, .learning_rate = {1e-60, 1}}.settings()) {
        REQUIRE(s.learning_rate >= 1e-60);
        REQUIRE(s.learning_rate <= 1);
    }
}

TEST_CASE("a range that reaches zero is drawn uniformly, a single number is itself", "[settings]") {
    const auto all = etch::random_search{.trials = 2000,
                                         .weight_decay = {0, 2},
                                         .clip_norm = 1.5,
                                         .epochs = {10, 12},
                                         .patience = 4,
                                         .seed = etch::seed{9}}
                         .settings();
    int low = 0;
    std::set<std::size_t> epochs;
    for (const auto& s : all) {
        REQUIRE(s.weight_decay >= 0);
        REQUIRE(s.weight_decay <= 2);
        low += s.weight_decay < 1;
        epochs.insert(s.epochs);
        CHECK(s.clip_norm == 1.5);
        CHECK(s.patience == 4);
    }
    CHECK(low > 880);  // 1000 expected, standard deviation 22
    CHECK(low < 1120);
    CHECK(epochs == std::set<std::size_t>{10, 11, 12});
}

TEST_CASE("draws depend on the seed alone, and a longer search begins with the shorter one", "[settings]") {
    const auto draw = [](std::size_t trials, std::uint64_t from) {
        return etch::random_search{.trials = trials, .weight_decay = {1e-5, 1}, .seed = etch::seed{from}}.settings();
    };
    const auto first = draw(20, 1), again = draw(20, 1), longer = draw(50, 1), other = draw(20, 2);
    CHECK(first == again);
    CHECK(std::equal(first.begin(), first.end(), longer.begin()));
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK_FALSE(first[i].learning_rate == other[i].learning_rate);
        for (std::size_t j = 0; j < i; ++j) {
            CHECK(first[i].seed.value != first[j].seed.value);
            CHECK(first[i].learning_rate != first[j].learning_rate);
        }
    }
}

TEST_CASE("a range is drawn in either direction, and crosses zero in a straight line", "[settings]") {
    etch::random_generator random{etch::seed{5}};
    const etch::range falling{1, 1e-3}, across{-1, 1};
    bool negative = false, positive = false;
    int small = 0;
    for (int i = 0; i < 100; ++i) {
        const double x = falling.draw(random), y = across.draw(random);
        CHECK((x >= 1e-3 && x <= 1));
        CHECK((y >= -1 && y <= 1));
        small += x < 0x1p-5;  // half of the logarithms
        (y < 0 ? negative : positive) = true;
    }
    CHECK((negative && positive));
    CHECK((small > 25 && small < 75));
}

TEST_CASE("a draw stays in its range, though the logarithms are those of floats", "[settings]") {
    etch::random_generator random{etch::seed{6}};
    constexpr double above = 1 + 0x1p-30, below = 1 - 0x1p-30;  // both are 1 as floats
    for (const auto& [low, high] : {std::pair{above, 1 + 0x1p-29}, std::pair{1 - 0x1p-29, below}}) {
        const double up = etch::range{low, high}.draw(random), down = etch::range{high, low}.draw(random);
        CHECK((up >= low && up <= high));
        CHECK((down >= low && down <= high));
    }
}
