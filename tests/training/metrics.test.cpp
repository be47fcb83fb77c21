#include <etch/training/metrics.hpp>

#include "support/catch.hpp"

namespace {

// Ten samples of three classes, of which the last is never true:
//   true 0: five times 0, once 1;  true 1: twice 1, once 0, once 2.
constexpr etch::classification_report<3> ten_samples() {
    etch::classification_report<3> report;
    for (int i = 0; i < 5; ++i) report.add(0, 0, 0);
    report.add(0, 1, 1);
    for (int i = 0; i < 2; ++i) report.add(1, 1, 0);
    report.add(1, 0, 1);
    report.add(1, 2, 2);
    return report;
}

}  // namespace

TEST_CASE("scores of a classification follow from its counts, also while compiling", "[metrics]") {
    constexpr auto report = ten_samples();
    static_assert(report.ok() && report.count == 10);
    static_assert(report.confusion[0] == std::array<std::size_t, 3>{5, 1, 0});
    static_assert(report.confusion[1] == std::array<std::size_t, 3>{1, 2, 1});
    static_assert(report.support(0) == 6 && report.support(1) == 4 && report.support(2) == 0);
    static_assert(report.predicted(0) == 6 && report.predicted(1) == 3 && report.predicted(2) == 1);
    static_assert(report.accuracy() == 0.7);
    static_assert(report.precision(0) == 5.0 / 6 && report.recall(0) == 5.0 / 6 && report.f1(0) == 5.0 / 6);
    static_assert(report.precision(1) == 2.0 / 3 && report.recall(1) == 0.5 && report.f1(1) == 4.0 / 7);
    CHECK(report.macro_precision() == (5.0 / 6 + 2.0 / 3 + 0) / 3);
    CHECK(report.macro_recall() == (5.0 / 6 + 0.5 + 0) / 3);
    CHECK(report.macro_f1() == (5.0 / 6 + 4.0 / 7 + 0) / 3);
}

TEST_CASE("a score whose denominator is 0 is 0", "[metrics]") {
    constexpr auto report = ten_samples();
    CHECK(report.recall(2) == 0);
    CHECK(report.precision(2) == 0);
    constexpr etch::classification_report<2> nothing;
    CHECK(nothing.precision(1) == 0);
    CHECK(nothing.f1(1) == 0);
    CHECK(nothing.accuracy() == 0);
    CHECK(nothing.macro_f1() == 0);
}

TEST_CASE("top-k counts the places up to k, and all of them from the number of classes on", "[metrics]") {
    constexpr auto report = ten_samples();
    static_assert(report.top_k(1) == report.accuracy());
    CHECK(report.top_k(0) == 0);
    CHECK(report.top_k(2) == 0.9);
    CHECK(report.top_k(3) == 1);
    CHECK(report.top_k(99) == 1);
}

TEST_CASE("errors of a regression follow from its sums", "[metrics]") {
    constexpr etch::regression_report<2> report{
        .count = 4, .sum_absolute = {8, 2}, .sum_squares = {36, 1}, .spread = {48, 4}};
    static_assert(report.mae(0) == 2 && report.mse(0) == 9 && report.r2(0) == 0.25);
    static_assert(report.mae() == 1.25 && report.mse() == 4.625 && report.r2() == 0.5);
    CHECK(report.rmse(0) == 3);
    CHECK(report.rmse(1) == 0.5);
    CHECK(report.rmse() * report.rmse() == Approx(4.625).epsilon(1e-15));
}

TEST_CASE("r2 of a constant target is 1 if it is met exactly and 0 otherwise", "[metrics]") {
    constexpr etch::regression_report<2> report{.count = 3, .sum_squares = {0, 1e-12}};
    CHECK(report.r2(0) == 1);
    CHECK(report.r2(1) == 0);
    constexpr etch::regression_report<1> nothing;
    CHECK(nothing.r2() == 0);
    CHECK(nothing.mae() == 0);
}
