#include <etch/data/denoise.hpp>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

#include "support/catch.hpp"

#include <etch/core/random.hpp>

namespace {

/// A signal in the second column of the inputs and, negated, as target; the first column counts the samples.
etch::data_set<2, 1> signal(std::initializer_list<float> numbers) {
    etch::data_set<2, 1> set;
    for (const float x : numbers) set.push_back({static_cast<float>(set.size()), x}, {-x});
    return set;
}

std::vector<float> second(const etch::data_set<2, 1>& set) {
    std::vector<float> column;
    for (std::size_t i = 0; i < set.size(); ++i) column.push_back(set.input(i)[1]);
    return column;
}

using numbers = std::vector<float>;

}  // namespace

TEST_CASE("a moving average is the mean of its window, shorter at the ends", "[data]") {
    auto centred = signal({1, 2, 6, 4, 5});
    REQUIRE(etch::moving_average(centred, {.size = 3}).ok());
    CHECK(second(centred) == numbers{1.5f, 3, 4, 5, 4.5f});
    CHECK(centred.input(2)[0] == 2);     // a line stays a line
    CHECK(centred.input(0)[0] == 0.5f);  // but for its ends
    CHECK(centred.target(2)[0] == -6);
    auto causal = signal({1, 2, 6, 4, 5});
    REQUIRE(etch::moving_average(causal, {.size = 2, .causal = true}).ok());
    CHECK(second(causal) == numbers{1, 1.5f, 4, 5, 4.5f});
    auto longer = signal({1, 2, 6});
    REQUIRE(etch::moving_average(longer, {.size = 101}).ok());
    CHECK(second(longer) == numbers{3, 3, 3});
}

TEST_CASE("a median filter removes a spike and keeps an edge", "[data]") {
    auto set = signal({0, 0, 99, 0, 0, 8, 8, 8});
    REQUIRE(etch::median_filter(set, {.size = 3}).ok());
    CHECK(second(set) == numbers{0, 0, 0, 0, 0, 8, 8, 8});
    auto even = signal({4, 1, 3, 2});
    REQUIRE(etch::median_filter(even, {.size = 4, .causal = true}).ok());
    CHECK(second(even) == numbers{4, 2.5f, 3, 2.5f});
}

TEST_CASE("exponential smoothing follows its recurrence, worked by hand", "[data]") {
    auto set = signal({8, 0, 4, 4});
    REQUIRE(etch::exponential_smoothing(set, {.alpha = 0.25}).ok());
    CHECK(second(set) == numbers{8, 6, 5.5f, 5.125f});
    auto same = signal({8, 0, 4, 4});
    REQUIRE(etch::exponential_smoothing(same, {.alpha = 1}).ok());
    CHECK(second(same) == numbers{8, 0, 4, 4});
}

TEST_CASE("targets are smoothed where they are asked for, and inputs are not", "[data]") {
    auto set = signal({1, 2, 6});
    REQUIRE(etch::moving_average(set, {.size = 3, .columns = etch::filtered::targets}).ok());
    CHECK(second(set) == numbers{1, 2, 6});
    CHECK(set.target(1)[0] == -3);
    REQUIRE(etch::exponential_smoothing(set, {.alpha = 0.5, .columns = etch::filtered::targets}).ok());
    CHECK(second(set) == numbers{1, 2, 6});
    CHECK(set.target(1)[0] == -2.25f);  // from -1.5 and -3
}

TEST_CASE("each filter brings a noisy sine closer to the clean one", "[data]") {
    etch::data_set<1, 1> noisy;
    etch::random_generator random{etch::seed{3}};
    for (int i = 0; i < 500; ++i) {
        const double clean = std::sin(i * 0.02);
        noisy.push_back({static_cast<float>(clean + 0.4 * (random.uniform<double>() - 0.5))},
                        {static_cast<float>(clean)});
    }
    const auto error = [](const etch::data_set<1, 1>& set) {
        double sum = 0;
        for (std::size_t i = 0; i < set.size(); ++i)
            sum += std::abs(double{set.input(i)[0]} - double{set.target(i)[0]});
        return sum / static_cast<double>(set.size());
    };
    auto averaged = noisy, median = noisy, smoothed = noisy;
    REQUIRE(etch::moving_average(averaged, {.size = 9}).ok());
    REQUIRE(etch::median_filter(median, {.size = 9}).ok());
    REQUIRE(etch::exponential_smoothing(smoothed, {.alpha = 0.3}).ok());
    // The deviation of the mean of nine numbers is a third; the median of uniform noise does half as well.
    CHECK(error(averaged) < 0.4 * error(noisy));
    CHECK(error(median) < 0.7 * error(noisy));
    CHECK(error(smoothed) < 0.7 * error(noisy));
}

TEST_CASE("a filter refuses bad options and numbers that are not finite, and changes nothing", "[data]") {
    auto set = signal({1, 2, 6});
    CHECK(etch::moving_average(set, {.size = 4}).code == etch::status::invalid_option);
    CHECK(etch::moving_average(set, {.size = 0, .causal = true}).code == etch::status::invalid_option);
    CHECK(etch::median_filter(set, {.size = 0}).code == etch::status::invalid_option);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double alpha : {0.0, -0.5, 1.5, nan}) {
        CHECK(etch::exponential_smoothing(set, {.alpha = alpha}).code == etch::status::invalid_option);
    }
    etch::data_set<2, 1> empty;
    CHECK(etch::moving_average(empty).code == etch::status::empty_set);
    CHECK(etch::exponential_smoothing(empty).code == etch::status::empty_set);
    set.input(1)[0] = std::numeric_limits<float>::infinity();
    const etch::problem bad{etch::status::non_finite_input, 1, 0};
    CHECK(etch::moving_average(set) == bad);
    CHECK(etch::median_filter(set) == bad);
    CHECK(etch::exponential_smoothing(set) == bad);
    CHECK(second(set) == numbers{1, 2, 6});
    set.target(2)[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(etch::median_filter(set, {.columns = etch::filtered::targets}) ==
          etch::problem{etch::status::non_finite_target, 2, 0});
}
