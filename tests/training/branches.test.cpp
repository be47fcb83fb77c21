// A network with two heads, trained end to end on both of its tasks.
#include <etch/network/parallel.hpp>

#include <array>
#include <cmath>
#include <cstddef>

#include <etch/data/data_set.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/loss/sum_of.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/tensor/argmax.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using heads = parts<part<"ring", 3>, part<"angle", 2>>;
using net_type = network<input<2>, standardize, dense<32>, etch::tanh, dense<32>, relu,
                         parallel<branch<dense<16>, relu, dense<3>>, branch<dense<16>, etch::tanh, dense<2>>>>;
using objective = sum_of<on_part<heads, "ring", sparse_cross_entropy>, on_part<heads, "angle", mean_squared_error, 2>>;
using training_type = trainer<net_type, objective, adam, 16>;
static_assert(net_type::outputs == heads::size && training_type::targets == 3);

/// Points in a disk: which of three rings they are in, and the cosine and sine of their angle.
data_set<2, 3> points(std::size_t count, seed from) {
    data_set<2, 3> all;
    random_generator random{from};
    for (std::size_t i = 0; i < count; ++i) {
        const float ring = static_cast<float>(i % 3), radius = ring + 0.2f + 0.6f * random.uniform();
        const float angle = 6.2831853f * random.uniform(), c = std::cos(angle), s = std::sin(angle);
        all.push_back(std::array<float, 2>{radius * c, radius * s}, std::array<float, 3>{ring, c, s});
    }
    return all;
}

}  // namespace

TEST_CASE("a network with two heads learns a class and a regression at once, also for points that it never saw") {
    const auto seen = points(900, seed{1}), unseen = points(300, seed{2});
    net_type net{seed{3}};
    static training_type training{{.learning_rate = 0.01f}};
    REQUIRE(training.fit(net, seen, {.epochs = 40, .validation = unseen}).ok());
    std::size_t right = 0;
    double error = 0;
    for (std::size_t i = 0; i < unseen.size(); ++i) {
        const auto y = net(unseen.input(i));
        const auto target = unseen.target(i);
        right += argmax(vector<float, 3>(heads::of<"ring">(y))) == static_cast<std::size_t>(target[0]);
        const auto angle = heads::of<"angle">(y);
        error += std::pow(angle[0] - target[1], 2) + std::pow(angle[1] - target[2], 2);
    }
    CHECK(right >= 285);                                             // of 300
    CHECK(error / (2 * static_cast<double>(unseen.size())) < 0.02);  // the targets have a variance of 0.5
}

TEST_CASE("a target that a loss in a sum cannot be taken of is found, with its place") {
    auto data = points(12, seed{1});
    net_type net{seed{3}};
    static training_type training;
    data.target(7)[0] = 3;
    const auto result = training.fit(net, data, {.epochs = 1});
    CHECK(result.code == status::invalid_target);
    CHECK(result.sample == 7);
    using probabilities =
        trainer<network<input<2>, dense<4>>, sum_of<on<0, 2, mean_squared_error>, on<2, 2, cross_entropy>>, adam>;
    static probabilities other;
    network<input<2>, dense<4>> plain{seed{1}};
    data_set<2, 4> few;
    few.push_back({0, 0}, {5, -7, 0.5f, 0.5f});
    few.push_back({1, 0}, {5, -7, 0.5f, 1.5f});
    const auto refused = other.fit(plain, few, {.epochs = 1});
    CHECK(refused.code == status::invalid_target);
    CHECK(refused.sample == 1);
    CHECK(refused.column == 3);
}
