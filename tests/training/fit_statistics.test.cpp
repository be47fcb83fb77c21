#include <etch/training/fit_statistics.hpp>

#include <array>
#include <limits>

#include <etch/layer/dense.hpp>
#include <etch/layer/normalize.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/network/network.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using plain = network<input<2>, standardize, dense<1>>;

constexpr std::array<float, 8> inputs{1, 10, 3, 30, 1, 30, 3, 10};  // means 2 and 20, deviations 1 and 10
constexpr std::array<float, 4> targets{};
constexpr data_view<2, 1> training{inputs, targets};

}  // namespace

TEST_CASE("statistics are those of the training data") {
    constexpr plain fitted = [] {
        plain net;
        return fit_statistics(net, training) == status::ok ? net : plain{};
    }();
    const auto [mean, deviation] = fitted.parameters<0>();
    CHECK(mean[0] == 2);
    CHECK(mean[1] == 20);
    CHECK(deviation[0] == 1);
    CHECK(deviation[1] == 10);
}

TEST_CASE("a layer is fitted on what the layers before make of the data") {
    network<input<2>, standardize, dense<1, ones>, normalize<>, dense<1>> net{seed{1}};
    REQUIRE(fit_statistics(net, training) == status::ok);
    // Standardized the samples are (-1, -1), (1, 1), (-1, 1), (1, -1); their sums go from -2 to 2.
    const auto& [least, most] = net.parameters<2>();
    CHECK(least[0] == -2);
    CHECK(most[0] == 2);
}

TEST_CASE("statistics that are there are kept, unless they are to be fitted again") {
    plain net;
    auto [mean, deviation] = net.parameters<0>();
    mean.fill(7), deviation.fill(3);
    const plain before = net;
    CHECK(fit_missing_statistics(net, training) == status::ok);
    CHECK(net == before);
    CHECK(fit_statistics(net, training) == status::ok);
    CHECK(mean[1] == 20);
    plain fresh;
    CHECK(fit_missing_statistics(fresh, training) == status::ok);
    CHECK(fresh == net);
}

TEST_CASE("data that cannot be fitted to leaves the network as it was") {
    network<input<2>, normalize<>, standardize, dense<1>> net{seed{2}};
    const auto before = net;
    CHECK(fit_statistics(net, {}) == status::empty_set);
    const std::array<float, 3> odd{1, 2, 3};
    CHECK(fit_statistics(net, {odd, targets}) == status::size_mismatch);
    auto broken = inputs;
    broken[5] = std::numeric_limits<float>::infinity();
    CHECK(fit_statistics(net, {broken, targets}) == status::non_finite_input);
    const std::array<float, 8> constant{1, 10, 3, 10, 1, 10, 3, 10};
    const problem found = fit_statistics(net, {constant, targets});
    CHECK(found == status::constant_column);
    CHECK(found.column == 1);
    CHECK(net == before);
    // Also where the first layer could be fitted, and only what a later one meets is constant.
    network<input<2>, standardize, dense<1, zeros>, normalize<>> half{seed{1}};
    const auto none = half;
    CHECK(fit_statistics(half, training) == status::constant_column);
    CHECK(half == none);
    network<input<2>, dense<1>> without{seed{1}};
    CHECK(fit_statistics(without, training) == status::ok);
}
