// Targets that are class indices: what a loss says of its targets' size reaches whoever trains and evaluates.
#include <array>
#include <string_view>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/evaluate.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using classifier = network<input<2>, standardize, dense<8>, etch::tanh, dense<3>, softmax>;
template <class Loss>
using teacher = trainer<classifier, Loss, adam, 16>;

constexpr std::size_t count = 40;

/// Points in three sectors, with their class as an index and one-hot.
struct sectors {
    std::vector<float> inputs, indices, one_hot = std::vector<float>(3 * count);

    sectors() {
        random_generator generator{seed{5}};
        for (std::size_t i = 0; i < count; ++i) {
            const float x = 2 * generator.uniform() - 1, y = 2 * generator.uniform() - 1;
            const std::size_t sector = x > 0 ? 0 : y > 0 ? 1 : 2;
            inputs.insert(inputs.end(), {x, y});
            indices.push_back(static_cast<float>(sector));
            one_hot[3 * i + sector] = 1;
        }
    }
    [[nodiscard]] data_view<2, 1> sparse() const { return {inputs, indices}; }
    [[nodiscard]] data_view<2, 3> dense() const { return {inputs, one_hot}; }
};

}  // namespace

TEST_CASE("training with class indices gives the bits of training with one-hot targets") {
    const sectors data;
    classifier by_index{seed{1}}, by_one_hot{seed{1}};
    teacher<sparse_cross_entropy> indexed{{.learning_rate = 0.05}};
    teacher<cross_entropy> one_hot{{.learning_rate = 0.05}};
    static_assert(decltype(indexed)::targets == 1 && decltype(one_hot)::targets == 3);
    const auto a = indexed.fit(by_index, data.sparse(), {.epochs = 5, .validation = data.sparse()});
    const auto b = one_hot.fit(by_one_hot, data.dense(), {.epochs = 5, .validation = data.dense()});
    REQUIRE(a);
    CHECK(by_index == by_one_hot);
    CHECK(a.training_loss == b.training_loss);
    CHECK(a.validation_loss == b.validation_loss);

    const auto x = evaluate<sparse_cross_entropy>(by_index, data.sparse());
    const auto y = evaluate(by_one_hot, data.dense());
    CHECK(x.loss == y.loss);
    CHECK(x.confusion == y.confusion);
    CHECK(x.rank_counts == y.rank_counts);
    CHECK(evaluate_loss<sparse_cross_entropy>(by_index, data.sparse()).accuracy ==
          evaluate_loss<cross_entropy>(by_index, data.dense()).accuracy);
}

TEST_CASE("an index that names no class is refused with its sample") {
    sectors data;
    classifier net{seed{1}};
    teacher<sparse_cross_entropy> training;
    for (const float index : {3.0f, -1.0f, 0.5f, 1e30f}) {
        data.indices[7] = index;
        const auto result = training.fit(net, data.sparse());
        CHECK(result.code == status::invalid_target);
        CHECK(result.sample == 7);
        CHECK(net == classifier{seed{1}});
    }
    data.indices[7] = 3;
    CHECK(training.fit(net, data.sparse()).message() ==
          "training data: sample 7: the target is 3, but this loss needs the index of a class, a whole number "
          "from 0 to 2");
    CHECK(fit_statistics<sparse_cross_entropy>(net, data.sparse()).ok());
    const auto report = evaluate<sparse_cross_entropy>(net, data.sparse());
    CHECK(report.code == status::invalid_target);
    CHECK(report.sample == 7);
    CHECK(evaluate_loss<sparse_cross_entropy>(net, data.sparse()).accuracy < 1);  // counted as wrong
}

TEST_CASE("class indices without a sample are a warning") {
    sectors data;
    for (float& index : data.indices)
        if (index == 1) index = 0;
    classifier net{seed{1}};
    teacher<sparse_cross_entropy> training;
    const auto result = training.fit(net, data.sparse());
    REQUIRE(result);
    CHECK(result.warning.what == fit_warning::kind::missing_class);
    CHECK(result.warning.column == 1);
}

namespace {

/// A mean squared error with a weight per sample: the last number of a target.
struct weighted_squares {
    static constexpr const char* name = "weighted_squares";
    static constexpr std::size_t targets(std::size_t outputs) { return outputs + 1; }

    static constexpr auto value(const auto& p, const auto& y) {
        auto result = sum_rows(hadamard(difference(p, y), difference(p, y)));
        for (std::size_t j = 0; j < p.columns; ++j) result[j] *= y(p.rows, j);
        return result;
    }
    static constexpr auto gradient(const auto& p, const auto& y) {
        auto result = difference(p, y);
        for (std::size_t j = 0; j < p.columns; ++j)
            for (std::size_t o = 0; o < p.rows; ++o) result(o, j) *= 2 * y(p.rows, j);
        return result;
    }

private:
    template <class P>
    static constexpr auto difference(const P& p, const auto& y) {
        matrix<typename P::value_type, P::rows, P::columns> result;
        for (std::size_t j = 0; j < P::columns; ++j)
            for (std::size_t o = 0; o < P::rows; ++o) result(o, j) = p(o, j) - y(o, j);
        return result;
    }
};

}  // namespace

TEST_CASE("a target may have more numbers than there are outputs, such as a weight") {
    using line = network<input<1>, dense<1>>;
    const std::array<float, 4> inputs{1, 2, 3, 4};
    const std::array<float, 8> targets{1, 1, 2, 1, 3, 1, 400, 0};  // y = x, and one without any weight
    line net{seed{3}};
    trainer<line, weighted_squares, adam, 4> training{{.learning_rate = 0.1}};
    const auto result = training.fit(net, {inputs, targets}, {.epochs = 300});
    REQUIRE(result);
    CHECK(result.training_loss < 1e-3f);
    CHECK(evaluate_loss<weighted_squares>(net, {inputs, targets}).loss < 1e-3f);
    CHECK(evaluate_regression<weighted_squares>(net, {inputs, targets}).mae() == Approx(99).epsilon(1e-2));  // 396 / 4
}
