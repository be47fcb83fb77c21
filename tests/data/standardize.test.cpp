#include <etch/data/standardize.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace {

etch::data_set<2, 1> four_samples() {
    etch::data_set<2, 1> set;
    set.push_back({1, 100}, {2});
    set.push_back({3, 300}, {4});
    set.push_back({5, 300}, {4});
    set.push_back({7, 100}, {6});
    return set;
}

template <class Numbers>
std::vector<float> copy_of(const Numbers& numbers) {
    return {numbers.begin(), numbers.end()};
}

bool near(double value, double expected, double tolerance) { return std::abs(value - expected) <= tolerance; }

}  // namespace

TEST_CASE("standardized columns have mean 0 and deviation 1, worked by hand", "[data]") {
    auto set = four_samples();
    etch::standardizer<2> scale;
    CHECK_FALSE(scale.fitted());
    REQUIRE(scale.fit(set).ok());
    CHECK(scale.fitted());
    CHECK(scale.mean() == std::array<float, 2>{4, 200});
    CHECK(scale.deviation() == std::array<float, 2>{std::sqrt(5.0f), 100});  // (9 + 1 + 1 + 9) / 4 = 5
    REQUIRE(scale.apply(set).ok());
    CHECK(set.input(0)[0] == static_cast<float>(-3 / std::sqrt(5.0)));
    CHECK(set.input(3)[0] == static_cast<float>(3 / std::sqrt(5.0)));
    CHECK(copy_of(set.input(1)) == std::vector<float>{static_cast<float>(-1 / std::sqrt(5.0)), 1});
    CHECK(set.target(3)[0] == 6);
}

TEST_CASE("what the training part taught is applied to others, and undone", "[data]") {
    const auto training = four_samples();
    etch::standardizer<2> scale;
    REQUIRE(scale.fit(training).ok());
    etch::data_set<2, 1> test;
    test.push_back({14, -100}, {0});
    REQUIRE(scale.apply(test).ok());
    CHECK(test.input(0)[0] == static_cast<float>(10 / std::sqrt(5.0)));
    CHECK(test.input(0)[1] == -3);
    REQUIRE(scale.inverse(test).ok());
    CHECK(near(test.input(0)[0], 14, 1e-6 * 14));  // two roundings to float
    CHECK(test.input(0)[1] == -100);
    std::array<float, 2> sample{4, 300};
    REQUIRE(scale.apply(std::span{sample}).ok());
    CHECK(sample == std::array<float, 2>{0, 1});
    REQUIRE(scale.inverse(std::span{sample}).ok());
    CHECK(sample == std::array<float, 2>{4, 300});
}

TEST_CASE("targets are standardized by themselves", "[data]") {
    auto set = four_samples();
    etch::standardizer<1> scale;
    REQUIRE(scale.fit_targets(set).ok());
    REQUIRE(scale.apply_targets(set).ok());
    CHECK(scale.mean()[0] == 4);
    CHECK(copy_of(set.inputs()) == copy_of(four_samples().inputs()));
    CHECK(copy_of(set.targets()) ==
          std::vector<float>{-std::sqrt(2.0f), 0, 0, std::sqrt(2.0f)});  // (4 + 0 + 0 + 4) / 4 = 2
    REQUIRE(scale.inverse_targets(set).ok());
    CHECK(near(set.target(0)[0], 2, 1e-6 * 2));
}

TEST_CASE("a large offset does not cost the deviation its digits", "[data]") {
    etch::data_set<1, 1, double> set;
    for (int i = 0; i < 1000; ++i) set.push_back({1e9 + (i % 2)}, {0});
    etch::standardizer<1, double> scale;
    REQUIRE(scale.fit(set).ok());
    CHECK(scale.mean()[0] == 1e9 + 0.5);
    CHECK(scale.deviation()[0] == 0.5);
}

TEST_CASE("a constant column is named, and nothing was learned", "[data]") {
    etch::data_set<3, 1> set;
    for (int i = 0; i < 7; ++i) set.push_back({static_cast<float>(i), 0.1f, static_cast<float>(-i)}, {1});
    etch::standardizer<3> scale;
    CHECK(scale.fit(set) == etch::problem{.code = etch::status::constant_column, .column = 1});
    CHECK_FALSE(scale.fitted());
    const auto before = copy_of(set.inputs());
    CHECK(scale.apply(set).code == etch::status::not_fitted);
    CHECK(copy_of(set.inputs()) == before);
    etch::data_set<1, 1, double> tenths;  // whose mean is rounded to something else
    for (int i = 0; i < 10; ++i) tenths.push_back({0.1}, {1});
    etch::standardizer<1, double> of_tenths;
    CHECK(of_tenths.fit(tenths) == etch::problem{.code = etch::status::constant_column, .column = 0});
    etch::standardizer<1> of_targets;
    CHECK(of_targets.fit_targets(set) == etch::problem{.code = etch::status::constant_column, .column = 0});
}

TEST_CASE("a failed fit leaves an earlier one in force", "[data]") {
    etch::standardizer<2> scale;
    REQUIRE(scale.fit(four_samples()).ok());
    auto bad = four_samples();
    bad.input(2)[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK(scale.fit(bad) == etch::problem{etch::status::non_finite_input, 2, 1});
    CHECK(scale.fit(etch::data_set<2, 1>{}).code == etch::status::empty_set);
    const std::vector<float> numbers{1, 2, 3, 4, 5};
    const etch::data_view<2, 2> uneven{numbers, numbers};  // two samples and a half
    CHECK(scale.fit(uneven) == etch::problem{etch::status::size_mismatch, 2});
    CHECK(scale.fit_targets(uneven) == etch::problem{etch::status::size_mismatch, 2});
    CHECK(scale.fitted());
    CHECK(scale.mean() == std::array<float, 2>{4, 200});
}

TEST_CASE("numbers that are not finite, or would not be, are refused whole", "[data]") {
    etch::data_set<1, 1> training;
    training.push_back({0}, {0});
    training.push_back({1e-6f}, {0});
    etch::standardizer<1> scale;
    REQUIRE(scale.fit(training).ok());
    etch::data_set<1, 1> set;
    set.push_back({1}, {0});
    set.push_back({1e38f}, {0});  // 2e44 deviations away: more than a float holds
    CHECK(scale.apply(set) == etch::problem{etch::status::non_finite_input, 1, 0});
    CHECK(set.input(0)[0] == 1);
    etch::standardizer<1> of_targets;
    set.target(1)[0] = std::numeric_limits<float>::infinity();
    CHECK(of_targets.fit_targets(set) == etch::problem{etch::status::non_finite_target, 1, 0});
    etch::data_set<1, 1, double> huge;
    huge.push_back({1.6e308}, {0});
    huge.push_back({1.7e308}, {0});
    etch::standardizer<1, double> of_huge;
    CHECK(of_huge.fit(huge) ==
          etch::problem{.code = etch::status::non_finite_input, .column = 0});  // the sum, though not the squares
}

TEST_CASE("columns whose squares no double can hold are standardized", "[data]") {
    for (const double unit : {1e200, 1e-200}) {
        INFO("unit " << unit);
        etch::data_set<1, 1, double> set;
        set.push_back({1 * unit}, {0});
        set.push_back({3 * unit}, {0});
        etch::standardizer<1, double> scale;
        REQUIRE(scale.fit(set).ok());
        CHECK(scale.mean()[0] == 2 * unit);
        CHECK(near(scale.deviation()[0], unit, 1e-15 * unit));
    }
}
