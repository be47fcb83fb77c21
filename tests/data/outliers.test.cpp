#include <etch/data/outliers.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace {

etch::data_set<2, 1> training() {  // 0 ... 10 and a constant
    etch::data_set<2, 1> set;
    for (int i = 10; i >= 0; --i) set.push_back({static_cast<float>(i), 7}, {static_cast<float>(2 * i)});
    return set;
}

}  // namespace

TEST_CASE("limits of k deviations are fitted on one part and applied to others", "[data]") {
    auto clip = etch::outlier_clipper<2>::by_deviation(1);
    REQUIRE(clip.fit(training()).ok());
    const double deviation = std::sqrt(10.0);  // of 0 ... 10: (11^2 - 1) / 12
    CHECK(clip.lower() == std::array<float, 2>{static_cast<float>(5 - deviation), 7});
    CHECK(clip.upper() == std::array<float, 2>{static_cast<float>(5 + deviation), 7});
    etch::data_set<2, 1> test;
    test.push_back({1000, 8}, {0});
    test.push_back({-1000, -8}, {0});
    test.push_back({6, 7}, {0});
    REQUIRE(clip.apply(test).ok());
    CHECK(test.input(0)[0] == static_cast<float>(5 + deviation));
    CHECK(test.input(0)[1] == 7);
    CHECK(test.input(1)[0] == static_cast<float>(5 - deviation));
    CHECK(test.input(1)[1] == 7);
    CHECK(test.input(2)[0] == 6);
}

TEST_CASE("a constant column's limits are its value to the bit", "[data]") {
    etch::data_set<1, 1, double> tenths;  // whose mean is rounded to something else
    for (int i = 0; i < 10; ++i) tenths.push_back({0.1}, {0});
    auto clip = etch::outlier_clipper<1, double>::by_deviation(3);
    REQUIRE(clip.fit(tenths).ok());
    CHECK(clip.lower()[0] == 0.1);
    CHECK(clip.upper()[0] == 0.1);
}

TEST_CASE("quantiles lie between two samples in proportion", "[data]") {
    auto clip = etch::outlier_clipper<2>::by_quantile(0.1, 0.75);
    REQUIRE(clip.fit(training()).ok());
    CHECK(clip.lower() == std::array<float, 2>{1, 7});
    CHECK(clip.upper() == std::array<float, 2>{7.5f, 7});
    auto all = etch::outlier_clipper<2>::by_quantile(0, 1);
    REQUIRE(all.fit(training()).ok());
    CHECK(all.lower()[0] == 0);
    CHECK(all.upper()[0] == 10);
    auto targets = etch::outlier_clipper<1>::by_quantile(0.2, 0.8);
    REQUIRE(targets.fit_targets(training()).ok());
    auto set = training();
    REQUIRE(targets.apply_targets(set).ok());
    CHECK(set.target(0)[0] == 16);
    CHECK(set.target(10)[0] == 4);
    CHECK(set.input(0)[0] == 10);
}

TEST_CASE("a clipper refuses bad options, no data and numbers that are not finite", "[data]") {
    using clipper = etch::outlier_clipper<2>;
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    for (auto bad : {clipper::by_deviation(0), clipper::by_deviation(-1), clipper::by_deviation(nan),
                     clipper::by_deviation(infinity), clipper::by_quantile(-0.1, 0.5), clipper::by_quantile(0.5, 1.1),
                     clipper::by_quantile(0.5, 0.5), clipper::by_quantile(0.9, 0.1), clipper::by_quantile(nan, 1)}) {
        CHECK(bad.fit(training()).code == etch::status::invalid_option);
        CHECK_FALSE(bad.fitted());
    }
    auto clip = clipper::by_deviation();
    auto set = training();
    CHECK(clip.apply(set).code == etch::status::not_fitted);
    CHECK(clip.fit(etch::data_set<2, 1>{}).code == etch::status::empty_set);
    set.input(3)[0] = std::numeric_limits<float>::infinity();
    CHECK(clip.fit(set) == etch::problem{etch::status::non_finite_input, 3, 0});
    REQUIRE(clip.fit(training()).ok());
    CHECK(clip.apply(set) == etch::problem{etch::status::non_finite_input, 3, 0});  // clipping hides no infinity
    etch::data_set<1, 1> wide;
    wide.push_back({-3e38f}, {0});
    wide.push_back({3e38f}, {0});
    auto beyond = etch::outlier_clipper<1>::by_deviation(3);
    CHECK(beyond.fit(wide) == etch::problem{.code = etch::status::non_finite_input, .column = 0});
}
