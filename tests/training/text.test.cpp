// What is printed for a person: summaries and reports, whole.
#include <etch/training/report_text.hpp>
#include <etch/training/summary_text.hpp>

#include <memory>
#include <string>

#include "support/catch.hpp"

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>

namespace {

using reader = etch::network<etch::input<28, 28>, etch::flatten, etch::standardize, etch::dense<128>, etch::relu,
                             etch::dense<10>, etch::softmax>;

struct teacher {
    using network_type = reader;
    float gradients[1000];
};

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

TEST_CASE("columns are aligned by characters, not by bytes", "[text]") {
    etch::internal::text_table table;
    table.row({"name", "n"});
    table.rule();
    table.row({"Käse", "1"});
    table.row({"x", "234"});
    CHECK(table.text() == "name    n\n---------\nKäse    1\nx     234\n");
    CHECK(etch::internal::text_table{}.text().empty());
}

TEST_CASE("numbers are grouped by thousands", "[text]") {
    CHECK(etch::internal::grouped(0) == "0");
    CHECK(etch::internal::grouped(999) == "999");
    CHECK(etch::internal::grouped(1000) == "1'000");
    CHECK(etch::internal::grouped(1234567) == "1'234'567");
}

TEST_CASE("a summary is printed as a table of its layers and of the memory it takes", "[text]") {
    CHECK(to_text(etch::summary<reader>) ==
          "layer        output    parameters    bytes  multiply-adds\n"
          "---------------------------------------------------------\n"
          "input        28x28              -        -              -\n"
          "flatten      784                -        -              -\n"
          "standardize  784     1'568 fitted    6'272              -\n"
          "dense        128          100'480  401'920        100'352\n"
          "relu         128                -        -              -\n"
          "dense        10             1'290    5'160          1'280\n"
          "softmax      10                 -        -              -\n"
          "---------------------------------------------------------\n"
          "total                     103'338  413'352        101'632\n"
          "\n"
          "network                              " +
              std::string(etch::has_simd ? "413'376" : "413'352") +  // whole lines of the cache
              " bytes\n"
              "stack for one sample, beside frames    3'648 bytes\n"
              "stack for 32 samples, beside frames  116'736 bytes\n" +
              etch::build_notice);
}

TEST_CASE("the summary of a trainer has a line for it", "[text]") {
    const std::string text = to_text(etch::summary<teacher>);
    CHECK(text.find("\ntrainer                                4'000 bytes\n") != std::string::npos);
}

TEST_CASE("a topology is one line", "[text]") {
    CHECK(topology_of(etch::summary<reader>) == "28x28, flatten 784, standardize, dense 128, relu, dense 10, softmax");
}

TEST_CASE("a classification is printed with its scores and an aligned confusion matrix", "[text]") {
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

TEST_CASE("without names classes are numbers, and a matrix too wide is left out", "[text]") {
    const std::string text = to_text(nine_samples());
    CHECK(text.find("\n2              .  1  .\n") != std::string::npos);
    etch::classification_report<31> wide;
    wide.add(30, 30, 0);
    CHECK(to_text(wide).find("the confusion matrix of 31 classes is too wide") != std::string::npos);
    CHECK(to_text(wide).find("top-5 100.00 %") != std::string::npos);
}

TEST_CASE("a regression is printed with the errors of each output", "[text]") {
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

TEST_CASE("a report that was refused says why", "[text]") {
    etch::classification_report<3> report;
    report.code = etch::status::non_finite_input;
    report.sample = 17;
    CHECK(to_text(report) == "sample 17: an input is NaN or infinite\n");
    etch::regression_report<1> empty;
    empty.code = etch::status::empty_set;
    CHECK(to_text(empty) == "the data set holds no sample\n");
}

TEST_CASE("print writes the text, with names or without", "[text]") {
    const auto close = [](std::FILE* f) { std::fclose(f); };
    const std::unique_ptr<std::FILE, decltype(close)> file{std::tmpfile(), close};
    REQUIRE(file);
    etch::print(nine_samples(), file.get());
    etch::print(nine_samples(), {"a", "b", "c"}, file.get());
    etch::print(etch::summary<reader>, file.get());
    std::rewind(file.get());
    std::string text;
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) text += static_cast<char>(c);
    CHECK(text == to_text(nine_samples()) + to_text(nine_samples(), {"a", "b", "c"}) + to_text(etch::summary<reader>));
}

TEST_CASE("a summary names a network or trainer that is large for a stack, and the way out", "[text]") {
    auto small = etch::summary<etch::network<etch::input<2>, etch::dense<1>>>;
    CHECK(to_text(small).find("of a stack") == std::string::npos);
    small.trainer_bytes = etch::stack_limit + 1;
    CHECK(to_text(small).find("A local trainer takes 524'289 bytes of a stack") != std::string::npos);
    CHECK(to_text(small).find("etch::on_heap") != std::string::npos);
    small.network_bytes = 16'000'000;
    CHECK(to_text(small).find("A local network takes 16'000'000 bytes") != std::string::npos);
}
