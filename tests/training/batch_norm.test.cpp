// Statistics that training updates: a network with batch_norm through stepper and trainer.
#include <etch/layer/batch_norm.hpp>

#include <algorithm>
#include <array>

#include <etch/data/data_view.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

using namespace etch;

TEST_CASE(
    "a step moves the running statistics by a tenth towards those of its batch, and a const network's not at all") {
    network<input<1>, batch_norm<>, dense<1>> net{seed{1}};
    stepper<decltype(net), mean_squared_error, sgd, 4> training{{.learning_rate = 1e-3f}};
    const matrix<float, 1, 4> x{1, 3, 5, 7}, y{0, 0, 0, 0};  // mean 4, variance 20 / 3
    (void)training.set_gradients(std::as_const(net), x.view(), y.view(), 4, 0.25f);
    CHECK(net.statistics()[0] == 0);
    (void)training.step(net, x, y);
    CHECK(net.statistics()[0] == Approx(0.4f));
    CHECK(net.statistics()[1] == Approx(0.9f + 0.1f * 20 / 3));
    (void)training.set_gradients(net, x.view(), y.view(), 2, 0.5f);  // two of them real: mean 2, variance 2
    CHECK(net.statistics()[0] == Approx(0.4f * 0.9f + 0.2f));
}

TEST_CASE("a fit needs no statistics for batch_norm, and what it leaves answers alone as in training") {
    std::array<float, 60> x{}, y{};
    for (std::size_t i = 0; i < 60; ++i) {
        x[i] = 100 + static_cast<float>(i % 20);
        y[i] = (x[i] - 110) * (x[i] - 110) / 100;
    }
    using net_type = network<input<1>, batch_norm<>, dense<16>, relu, dense<1>>;
    static net_type net{seed{3}};
    CHECK(net.is_fitted());
    static trainer<net_type, mean_squared_error, adam, 16> training{{.learning_rate = 1e-2f}};
    CHECK(training.fit(net, data_view<1, 1>{x, y}, {.epochs = 300}).ok());
    CHECK(net.statistics()[0] == Approx(109.5f).epsilon(0.02));
    float worst = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        const float away = net({x[i]})[0] - y[i];
        worst = away * away > worst ? away * away : worst;
    }
    CHECK(worst < 0.09f);
}

TEST_CASE("a fit trains batch_norm inside layers as it does alone, the last batch of an epoch being smaller") {
    std::array<float, 10> x{}, y{};
    for (std::size_t i = 0; i < 10; ++i) x[i] = static_cast<float>(i * i), y[i] = static_cast<float>(i);
    const auto fitted = [&]<class Net>(Net net) {
        CHECK(net.is_fitted());
        trainer<Net, mean_squared_error, sgd, 4> training{{.learning_rate = 1e-3f}};
        CHECK(training.fit(net, data_view<1, 1>{x, y}, {.epochs = 3}).ok());
        return net;
    };
    const auto alone = fitted(network<input<1>, batch_norm<>, dense<1>>{seed{1}});
    const auto inside = fitted(network<input<1>, parallel<branch<batch_norm<>>>, dense<1>>{seed{1}});
    CHECK(std::ranges::equal(alone.parameters(), inside.parameters()));
    CHECK(std::ranges::equal(alone.statistics(), inside.statistics()));
    const auto around = fitted(network<input<1>, residual<batch_norm<>>, dense<1>>{seed{1}});
    CHECK(std::ranges::equal(alone.statistics(), around.statistics()));
}
