#include <etch/data/normalize.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace {

etch::data_set<2, 1> three_samples() {
    etch::data_set<2, 1> set;
    set.push_back({-3, 10}, {1});
    set.push_back({0, 30}, {2});
    set.push_back({1, 20}, {3});
    return set;
}

bool near(double value, double expected, double tolerance) { return std::abs(value - expected) <= tolerance; }

}  // namespace

TEST_CASE("the training range becomes 0 to 1 exactly", "[data]") {
    auto set = three_samples();
    etch::normalizer<2> scale;
    REQUIRE(scale.fit(set).ok());
    CHECK(scale.minimum() == std::array<float, 2>{-3, 10});
    CHECK(scale.maximum() == std::array<float, 2>{1, 30});
    REQUIRE(scale.apply(set).ok());
    CHECK(std::vector<float>(set.inputs().begin(), set.inputs().end()) == std::vector<float>{0, 0, 0.75f, 1, 1, 0.5f});
    REQUIRE(scale.inverse(set).ok());
    const auto original = three_samples();
    for (std::size_t i = 0; i < 6; ++i) CHECK(set.inputs()[i] == original.inputs()[i]);
}

TEST_CASE("any range may be asked for, and its ends are met to the bit", "[data]") {
    auto set = three_samples();
    etch::normalizer<2> scale{0.1f, 0.7f};
    REQUIRE(scale.fit(set).ok());
    REQUIRE(scale.apply(set).ok());
    CHECK(set.input(0)[0] == 0.1f);
    CHECK(set.input(2)[0] == 0.7f);
    CHECK(set.input(1)[1] == 0.7f);
    etch::data_set<1, 1, double> exact;
    exact.push_back({1}, {0});
    exact.push_back({4}, {0});
    etch::normalizer<1, double> of_exact{0.2, 0.9};  // 0.2 + (0.9 - 0.2) is not 0.9
    REQUIRE(of_exact.fit(exact).ok());
    REQUIRE(of_exact.apply(exact).ok());
    CHECK(exact.input(0)[0] == 0.2);
    CHECK(exact.input(1)[0] == 0.9);
    etch::data_set<2, 1> test;
    test.push_back({5, 20}, {0});  // one range beyond the maximum
    REQUIRE(scale.apply(test).ok());
    CHECK(near(test.input(0)[0], 1.3, 1e-6 * 1.3));  // of float
}

TEST_CASE("targets are normalized by themselves and come back", "[data]") {
    auto set = three_samples();
    etch::normalizer<1> scale{-1, 1};
    REQUIRE(scale.fit_targets(set).ok());
    REQUIRE(scale.apply_targets(set).ok());
    CHECK(set.target(0)[0] == -1);
    CHECK(set.target(1)[0] == 0);
    CHECK(set.target(2)[0] == 1);
    CHECK(set.input(0)[0] == -3);
    REQUIRE(scale.inverse_targets(set).ok());
    CHECK(set.target(2)[0] == 3);
}

TEST_CASE("a normalizer refuses a constant column, an empty range and numbers that are not finite", "[data]") {
    auto set = three_samples();
    etch::normalizer<2> scale;
    CHECK(scale.apply(set).code == etch::status::not_fitted);
    set.input(1)[1] = std::numeric_limits<float>::infinity();
    CHECK(scale.fit(set) == etch::problem{etch::status::non_finite_input, 1, 1});
    for (std::size_t i = 0; i < 3; ++i) set.input(i)[1] = 4;
    CHECK(scale.fit(set) == etch::problem{.code = etch::status::constant_column, .column = 1});
    for (auto empty : {etch::normalizer<2>{1, 1}, etch::normalizer<2>{1, 0},
                       etch::normalizer<2>{0, std::numeric_limits<float>::infinity()}}) {
        CHECK(empty.fit(three_samples()).code == etch::status::invalid_option);
    }
    etch::data_set<1, 1, double> wide;
    wide.push_back({-1.5e308}, {0});
    wide.push_back({1.5e308}, {0});
    etch::normalizer<1, double> of_wide;
    CHECK(of_wide.fit(wide) == etch::problem{.code = etch::status::non_finite_input, .column = 0});
}
