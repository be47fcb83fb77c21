#include <etch/report/metrics_text.hpp>

#include <memory>
#include <string>

#include "support/catch.hpp"

#include <etch/layer/dense.hpp>
#include <etch/report/summary_text.hpp>

namespace {

using small = etch::network<etch::input<2>, etch::dense<1>>;

etch::classification_report<3> nine_samples() {
    etch::classification_report<3> report;
    for (int i = 0; i < 4; ++i) report.add(0, 0, 0);
    for (int i = 0; i < 3; ++i) report.add(1, 1, 0);
    report.add(1, 2, 1);
    report.add(2, 1, 2);
    report.loss = 0.25;
    return report;
}

}  // namespace

TEST_CASE("a classification is printed with its scores and an aligned confusion matrix", "[metrics_text]") {
    CHECK(to_text(nine_samples(), {"setosa", "versicolor", "virginica"}) ==
          "9 samples   loss 0.2500   accuracy 77.78 %   top-2 88.89 %\n"
          "\n"
          "class       precision  recall      f1  samples\n"
          "----------------------------------------------\n"
          "setosa         1.0000  1.0000  1.0000        4\n"
          "versicolor     0.7500  0.7500  0.7500        4\n"
          "virginica      0.0000  0.0000  0.0000        1\n"
          "----------------------------------------------\n"
          "mean           0.5833  0.5833  0.5833        9\n"
          "\n"
          "true \\ answer  setosa  versicolor  virginica\n"
          "--------------------------------------------\n"
          "setosa              4           .          .\n"
          "versicolor          .           3          1\n"
          "virginica           .           1          .\n");
}

TEST_CASE("without names classes are numbers, and a matrix too wide is left out", "[metrics_text]") {
    const std::string text = to_text(nine_samples());
    CHECK(text.find("\n2              .  1  .\n") != std::string::npos);
    etch::classification_report<31> wide;
    wide.add(30, 30, 0);
    CHECK(to_text(wide).find("the confusion matrix of 31 classes is too wide") != std::string::npos);
    CHECK(to_text(wide).find("top-5 100.00 %") != std::string::npos);
}

TEST_CASE("a regression is printed with the errors of each output", "[metrics_text]") {
    const etch::regression_report<2> report{
        .count = 4, .loss = 4.625, .sum_absolute = {8, 2}, .sum_squares = {36, 1}, .spread = {48, 4}};
    CHECK(to_text(report, {"angle", "force"}) ==
          "4 samples   loss 4.625\n"
          "\n"
          "output   MAE   RMSE      R2\n"
          "---------------------------\n"
          "angle      2      3  0.2500\n"
          "force    0.5    0.5  0.7500\n"
          "---------------------------\n"
          "all     1.25  2.151  0.5000\n");
    const etch::regression_report<1> single{.count = 1, .sum_absolute = {1}, .sum_squares = {1}};
    CHECK(to_text(single).find("all") == std::string::npos);
}

TEST_CASE("a report that was refused says why", "[metrics_text]") {
    etch::classification_report<3> report;
    report.code = etch::status::non_finite_input;
    report.sample = 17;
    CHECK(to_text(report) == "sample 17: an input is NaN or infinite\n");
    etch::regression_report<1> empty;
    empty.code = etch::status::empty_set;
    CHECK(to_text(empty) == "the data set has no samples\n");
}

TEST_CASE("print writes the text, with names or without", "[metrics_text]") {
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> file{std::tmpfile(), close};
    REQUIRE(file);
    etch::print(nine_samples(), file.get());
    etch::print(nine_samples(), {"a", "b", "c"}, file.get());
    etch::print(etch::summary<small>, file.get());
    std::rewind(file.get());
    std::string text;
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) text += static_cast<char>(c);
    CHECK(text == to_text(nine_samples()) + to_text(nine_samples(), {"a", "b", "c"}) + to_text(etch::summary<small>));
}
