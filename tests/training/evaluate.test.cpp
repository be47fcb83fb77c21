#include <etch/training/evaluate.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include "reference/metrics.hpp"
#include "support/catch.hpp"

#include <etch/data/data_set.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_absolute_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/fit_statistics.hpp>
#include <etch/training/trainer.hpp>

namespace {

// Of a loss, the logarithm and exponential of single floats are the error: 2 ulp each, of terms up to 30. Sums and
// scores are taken in double on both sides, in another order.
constexpr double loss_tolerance = 1e-6, score_tolerance = 1e-14;

void check_scores(double found, double expected) {
    CHECK(found == Approx(expected).epsilon(score_tolerance).margin(0));
}

// Samples whose inputs are the logits, so that a network of one last layer answers what the reference answered.
template <std::size_t Outputs>
etch::data_set<Outputs, Outputs> samples_of(const float* logits, const int* truth, std::size_t count) {
    etch::data_set<Outputs, Outputs> set;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<float, Outputs> target{};
        (void)etch::one_hot(static_cast<std::size_t>(truth[i]), std::span{target});
        set.push_back(std::span<const float, Outputs>{logits + i * Outputs, Outputs}, target);
    }
    return set;
}

using choose = etch::network<etch::input<3>, etch::softmax>;
using predict = etch::network<etch::input<2>, etch::identity>;

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("a classification is scored as scikit-learn scores it", "[evaluate]") {
    namespace expected = reference::classes;
    constexpr std::size_t classes = expected::count;
    using network = etch::network<etch::input<classes>, etch::softmax>;
    const auto data = samples_of<classes>(expected::logits, expected::truth, expected::samples);
    const auto report = etch::evaluate(network{}, data);
    REQUIRE(report.ok());
    CHECK(report.count == expected::samples);
    CHECK(report.loss == Approx(expected::loss).epsilon(loss_tolerance));
    CHECK(report.accuracy() == expected::accuracy);
    for (std::size_t c = 0; c < classes; ++c) {
        INFO("class " << c);
        check_scores(report.top_k(c + 1), expected::top[c]);
        check_scores(report.precision(c), expected::precision[c]);
        check_scores(report.recall(c), expected::recall[c]);
        check_scores(report.f1(c), expected::f1[c]);
        for (std::size_t p = 0; p < classes; ++p)
            CHECK(report.confusion[c][p] == static_cast<std::size_t>(expected::confusion[c * classes + p]));
    }
    check_scores(report.macro_precision(), expected::macro_precision);
    check_scores(report.macro_recall(), expected::macro_recall);
    check_scores(report.macro_f1(), expected::macro_f1);
}

TEST_CASE("one sigmoid output is judged as two classes", "[evaluate]") {
    namespace expected = reference::binary;
    using network = etch::network<etch::input<1>, etch::sigmoid>;
    const auto data = samples_of<1>(expected::logits, expected::truth, expected::samples);
    const auto report = etch::evaluate(network{}, data);
    static_assert(decltype(report)::classes == 2);
    REQUIRE(report.ok());
    CHECK(report.loss == Approx(expected::loss).epsilon(loss_tolerance));
    CHECK(report.accuracy() == expected::accuracy);
    for (std::size_t c = 0; c < 2; ++c) {
        check_scores(report.precision(c), expected::precision[c]);
        check_scores(report.recall(c), expected::recall[c]);
        check_scores(report.f1(c), expected::f1[c]);
        for (std::size_t p = 0; p < 2; ++p)
            CHECK(report.confusion[c][p] == static_cast<std::size_t>(expected::confusion[2 * c + p]));
    }
    CHECK(report.top_k(2) == 1);
}

TEST_CASE("a logit of 0 is a probability of 1/2, and that is the second class", "[evaluate]") {
    using network = etch::network<etch::input<1>, etch::sigmoid>;
    etch::data_set<1, 1> data;
    data.push_back({0.0f}, {1.0f});
    data.push_back({0.0f}, {0.5f});  // class_of of the target, too
    CHECK(etch::evaluate(network{}, data).accuracy() == 1);
    CHECK(etch::evaluate<etch::mean_squared_error>(network{}, data).accuracy() == 1);
    CHECK(etch::evaluate_loss<etch::binary_cross_entropy>(network{}, data).accuracy == 1);
    const float probability = network{}(data.input(0))[0];
    CHECK(probability == 0.5f);
}

TEST_CASE("a regression is scored as scikit-learn scores it", "[evaluate]") {
    namespace expected = reference::regression;
    constexpr std::size_t outputs = expected::outputs;
    using network = etch::network<etch::input<outputs>, etch::identity>;
    const etch::data_view<outputs, outputs> data{expected::prediction, expected::target};
    const auto report = etch::evaluate(network{}, data);
    REQUIRE(report.ok());
    CHECK(report.count == expected::samples);
    CHECK(report.loss == Approx(expected::mean_mse).epsilon(loss_tolerance));
    for (std::size_t o = 0; o < outputs; ++o) {
        INFO("output " << o);
        check_scores(report.mae(o), expected::mae[o]);
        check_scores(report.mse(o), expected::mse[o]);
        check_scores(report.rmse(o), expected::rmse[o]);
        CHECK(report.r2(o) == Approx(expected::r2[o]).epsilon(1e-13));  // 1 - a ratio near 1
    }
    check_scores(report.mae(), expected::mean_mae);
    check_scores(report.mse(), expected::mean_mse);
    check_scores(report.rmse(), expected::root_of_mean_mse);
    CHECK(report.r2() == Approx(expected::mean_r2).epsilon(1e-13));
    CHECK(etch::evaluate<etch::mean_absolute_error>(network{}, data).loss == Approx(expected::mean_mae).epsilon(1e-6));
}

TEST_CASE("the loss and accuracy are those that training reports", "[evaluate]") {
    using network = etch::network<etch::input<3>, etch::dense<7>, etch::tanh, etch::dense<4>, etch::softmax>;
    const network net{etch::seed{5}};
    etch::data_set<3, 4> data;
    etch::random_generator random{etch::seed{6}};
    for (std::size_t i = 0; i < 2 * network::batch_columns + 3; ++i) {
        std::array<float, 4> target{};
        (void)etch::one_hot(random.below(4), std::span{target});
        data.push_back(std::array<float, 3>{random.uniform(), random.uniform(), random.uniform()}, target);
    }
    const auto report = etch::evaluate(net, data);
    const auto brief = etch::evaluate_loss<etch::cross_entropy>(net, data);
    CHECK(report.loss == Approx(static_cast<double>(brief.loss)).epsilon(1e-5));  // that sum may be one of floats
    CHECK(report.accuracy() == Approx(static_cast<double>(brief.accuracy)).epsilon(1e-6));

    std::size_t right = 0;
    for (std::size_t i = 0; i < data.size(); ++i)
        right += etch::class_of(net(data.input(i))) == etch::class_of(data.target(i));
    CHECK(report.confusion[0][0] + report.confusion[1][1] + report.confusion[2][2] + report.confusion[3][3] == right);
}

TEST_CASE("of equal scores the first is the answer, so places agree with the confusion matrix", "[evaluate]") {
    etch::data_set<3, 3> data;
    data.push_back({2, 2, 2}, {1, 0, 0});
    data.push_back({2, 2, 2}, {0, 0, 1});
    const auto report = etch::evaluate(choose{}, data);
    CHECK(report.confusion[0][0] == 1);
    CHECK(report.confusion[2][0] == 1);
    CHECK(report.rank_counts == std::array<std::size_t, 3>{1, 0, 1});
}

TEST_CASE("fast_sigmoid is judged as sigmoid is, by the classes that predict gives", "[evaluate]") {
    using network = etch::network<etch::input<1>, etch::fast_sigmoid>;
    const std::array<float, 3> logits{2, -1, -3}, targets{1, 0, 1};
    const auto report = etch::evaluate(network{}, {logits, targets});
    static_assert(decltype(report)::classes == 2);
    CHECK(report.confusion[0][0] == 1);
    CHECK(report.confusion[1][0] == 1);
    CHECK(report.confusion[1][1] == 1);
    CHECK(etch::predict(network{}, {logits[0]}) == 1);
    CHECK(etch::predict(network{}, {logits[2]}) == 0);
    CHECK(etch::evaluate_loss<etch::mean_squared_error>(network{}, {logits, targets}).accuracy == 2.0f / 3);

    using several = etch::network<etch::input<3>, etch::fast_sigmoid>;
    CHECK(etch::evaluate_loss<etch::mean_squared_error>(several{}, {logits, targets}).accuracy == 2.0f / 3);
}

TEST_CASE("a network that ends in fast_sigmoid is trained as one that ends in sigmoid", "[evaluate]") {
    using fast = etch::network<etch::input<1>, etch::dense<1>, etch::fast_sigmoid>;
    using exact = etch::network<etch::input<1>, etch::dense<1>, etch::sigmoid>;
    const std::array<float, 4> x{-2, -1, 1, 2}, y{0, 0, 1, 1};
    fast net{etch::seed{1}};
    exact other{etch::seed{1}};
    etch::trainer<fast, etch::binary_cross_entropy, etch::adam, 4> trainer{{.learning_rate = 0.1}};
    etch::trainer<exact, etch::binary_cross_entropy, etch::adam, 4> other_trainer{{.learning_rate = 0.1}};
    const auto result = trainer.fit(net, {x, y}, {.epochs = 50});
    CHECK(result.training_loss == other_trainer.fit(other, {x, y}, {.epochs = 50}).training_loss);
    CHECK(std::ranges::equal(net.parameters(), other.parameters()));
    CHECK(etch::evaluate(net, {x, y}).loss == etch::evaluate(other, {x, y}).loss);  // by the same loss, of the logits
    CHECK(etch::evaluate(net, {x, y}).accuracy() == 1);
}

TEST_CASE("several sigmoids are judged answer by answer", "[evaluate]") {
    using network = etch::network<etch::input<3>, etch::sigmoid>;
    const std::array<float, 6> logits{2, -1, 3, -1, -1, 1}, targets{1, 1, 0, 0, 0, 1};  // right: 1 of 3, then 3 of 3
    const auto found = etch::evaluate_loss<etch::binary_cross_entropy>(network{}, {logits, targets});
    CHECK(found.accuracy == 4.0f / 6);
}

TEST_CASE("a sigmoid network can be judged by its numbers", "[evaluate]") {
    using network = etch::network<etch::input<1>, etch::sigmoid>;
    etch::data_set<1, 1> data;
    data.push_back({0.0f}, {0.75f});
    data.push_back({0.0f}, {0.25f});
    const auto report = etch::evaluate_regression(network{}, data);  // outputs, while the loss sees logits
    CHECK(report.mae() == 0.25);
    CHECK(report.rmse() == 0.25);
    CHECK(report.r2() == 0);
    CHECK(report.loss == Approx(0.6931471805599453).epsilon(1e-6));  // ln 2
}

TEST_CASE("data that cannot be judged is refused with a status and the sample", "[evaluate]") {
    etch::data_set<3, 3> data;
    CHECK(etch::evaluate(choose{}, data).code == etch::status::empty_set);
    for (int i = 0; i < 40; ++i) data.push_back({1, 2, 3}, {0, 1, 0});
    CHECK(etch::evaluate(choose{}, data).ok());
    const std::vector<float> odd(7);
    const etch::data_view<3, 3> ragged{odd, odd};
    CHECK(etch::evaluate(choose{}, ragged).code == etch::status::size_mismatch);

    data.target(33)[1] = infinity;
    auto report = etch::evaluate(choose{}, data);
    CHECK(report.code == etch::status::non_finite_target);
    CHECK(report.sample == 33);
    CHECK(report.count == 0);
    data.input(7)[2] = -infinity;
    report = etch::evaluate(choose{}, data);
    CHECK(report.code == etch::status::non_finite_input);
    CHECK(report.sample == 7);
    CHECK(etch::evaluate_regression(predict{}, etch::data_set<2, 2>{}).code == etch::status::empty_set);
}

TEST_CASE("a loss that is not finite is reported with its sample, and nothing is half counted", "[evaluate]") {
    etch::data_set<3, 3> data;
    for (int i = 0; i < 50; ++i) data.push_back({1, 2, 3}, {0, 1, 0});
    using network = etch::network<etch::input<3>, etch::dense<3>, etch::softmax>;
    network net{etch::seed{1}};
    for (float& weight : net.parameters()) weight = 1e30f;
    data.input(41)[0] = data.input(45)[0] = 1e30f;
    const auto report = etch::evaluate(net, data);
    CHECK(report.code == etch::status::non_finite_loss);
    CHECK(report.sample == 41);
    CHECK(report.count == 0);
    CHECK(report.loss == 0);

    etch::data_set<2, 2> numbers;
    numbers.push_back({1, 1}, {1, 1});
    numbers.push_back({3e38f, 1}, {1, 1});  // its square overflows
    const auto regression = etch::evaluate(predict{}, numbers);
    CHECK(regression.code == etch::status::non_finite_loss);
    CHECK(regression.sample == 1);
    CHECK(regression.count == 0);
}

TEST_CASE("a network whose statistics were never fitted is not judged", "[evaluate]") {
    using network = etch::network<etch::input<2>, etch::standardize, etch::dense<1>>;
    network net{etch::seed{1}};
    etch::data_set<2, 1> data;
    data.push_back({0, 1}, {1});
    data.push_back({2, 4}, {0});
    CHECK(etch::evaluate(net, data).code == etch::status::not_fitted);
    REQUIRE(etch::fit_statistics(net, data) == etch::status::ok);
    CHECK(etch::evaluate(net, data).ok());
}

TEST_CASE("a network can be judged while compiling", "[evaluate]") {
    constexpr float inputs[] = {3, 1, 0, /**/ 0, 1, 0, /**/ 5, 0, 6, /**/ 2, 1, 0};
    constexpr float targets[] = {1, 0, 0, /**/ 0, 1, 0, /**/ 0, 0, 1, /**/ 0, 0, 1};
    constexpr auto report = etch::evaluate(choose{}, etch::data_view<3, 3>{inputs, targets});
    static_assert(report.accuracy() == 0.75 && report.top_k(2) == 0.75 && report.confusion[2][0] == 1);
    const auto again = etch::evaluate(choose{}, etch::data_view<3, 3>{inputs, targets});
    CHECK(report.loss == again.loss);
}
