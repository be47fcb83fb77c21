#include <etch/loss/sum_of.hpp>

#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

using heads = parts<part<"class", 3>, part<"label", 2>, part<"unseen", 2>, part<"value", 1>>;
using objective = sum_of<on_part<heads, "class", sparse_cross_entropy>,
                         on_part<heads, "label", binary_cross_entropy, 3>, on_part<heads, "value", huber<>, 1, 2>>;
static_assert(Loss<objective>);
static_assert(objective::targets(8) == 1 + 2 + 1);

constexpr std::size_t batch = 3;

template <class T>
struct example {
    matrix<T, 8, batch> p;
    matrix<T, 4, batch> y;
    example() {
        support::scatter_numbers(p, seed{1}, 3);
        for (std::size_t j = 0; j < batch; ++j) {
            y(0, j) = static_cast<T>(2 - j);
            y(1, j) = static_cast<T>(j % 2);
            y(2, j) = T{1};
            y(3, j) = static_cast<T>(0.25 * static_cast<double>(j));
        }
    }
};

}  // namespace

TEST_CASE("the sum of losses is what each gives for its outputs and targets, times its weight") {
    const example<float> e;
    const auto found = objective::value(e.p, e.y);
    const matrix<float, 3, batch> logits(rows<0, 3>(e.p));
    const matrix<float, 2, batch> labels(rows<3, 2>(e.p)), wanted(rows<1, 2>(e.y));
    const matrix<float, 1, batch> values(rows<7, 1>(e.p)), classes(rows<0, 1>(e.y)), targets(rows<3, 1>(e.y));
    const auto a = sparse_cross_entropy::value(logits, classes);
    const auto b = binary_cross_entropy::value(labels, wanted);
    const auto c = huber<>::value(values, targets);
    for (std::size_t j = 0; j < batch; ++j)
        CHECK(support::distance(found[j], static_cast<double>(a[j]) + 3 * static_cast<double>(b[j]) +
                                              0.5 * static_cast<double>(c[j])) < 1e-6);
}

TEST_CASE("gradients of a sum of losses match finite differences, and are 0 for outputs that no loss sees") {
    example<double> e;
    const matrix<double, 8, batch> gradient(objective::gradient(e.p, e.y));
    const auto total = [&] {
        const auto each = objective::value(e.p, e.y);
        return each[0] + each[1] + each[2];
    };
    CHECK(support::worst_gradient(gradient.data(), e.p.data(), e.p.size(), total) < support::gradient_tolerance);
    for (std::size_t j = 0; j < batch; ++j) {
        CHECK(gradient(5, j) == 0);
        CHECK(gradient(6, j) == 0);
    }
}

TEST_CASE("a loss alone in a sum is the loss itself") {
    const example<float> e;
    using alone = sum_of<on<0, 8, mean_squared_error>>;
    matrix<float, 8, batch> y;
    support::scatter_numbers(y, seed{2});
    const auto found = alone::value(e.p, y), wanted = mean_squared_error::value(e.p, y);
    for (std::size_t j = 0; j < batch; ++j) CHECK(found[j] == wanted[j]);
    const matrix<float, 8, batch> a(alone::gradient(e.p, y)), b(mean_squared_error::gradient(e.p, y));
    CHECK(a == b);
}
