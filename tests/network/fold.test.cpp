#include <etch/network/fold.hpp>

#include <type_traits>

#include <etch/layer/batch_norm.hpp>
#include <etch/layer/causal_conv_1d.hpp>
#include <etch/layer/conv_1d.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/conv_transpose_1d.hpp>
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/max_pool.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>

#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

/// All numbers of a network of doubles, statistics too: positive, since some are variances.
template <class Net>
Net scattered() {
    Net net;
    support::scatter_numbers(net.parameters(), seed{1});
    support::scatter_numbers(net.fixed(), seed{2});
    for (double& s : net.fixed()) s = s < 0 ? -s : s;
    return net;
}

/// The farthest output of the folded network from that of the network itself.
template <class Net>
double moved() {
    const Net net = scattered<Net>();
    const auto small = fold(net);
    static_assert(std::is_same_v<decltype(small), const folded<Net>>);
    vector<double, Net::inputs> x;
    support::scatter_numbers(x, seed{3});
    if constexpr (Net::has_state) {
        typename Net::state at{};
        typename folded<Net>::state small_at{};
        double worst = 0;
        for (int step = 0; step < 5; ++step) worst = std::max(worst, support::farthest(small(x, small_at), net(x, at)));
        return worst;
    } else {
        return support::farthest(small(x), net(x));
    }
}

template <class... Layers>
using of_doubles = basic_network<double, Layers...>;
constexpr double rounding = 1e-13;  // of some hundred additions of numbers around 1 in double

}  // namespace

TEST_CASE("fold puts batch_norm into the dense layer before it, or after it; dropout and identity vanish") {
    using net = of_doubles<input<5>, batch_norm<>, dropout<10>, batch_norm<>, dense<7>, batch_norm<>, etch::tanh,
                           dropout<20>, dense<4>, identity, batch_norm<>, batch_norm<1000>>;
    static_assert(std::is_same_v<folded<net>, of_doubles<input<5>, dense<7>, etch::tanh, dense<4>>>);
    CHECK(moved<net>() < rounding);
}

TEST_CASE("fold puts batch_norm into every kind of convolution before it, and into one without a border after it") {
    using image = of_doubles<input<2, 5, 4>, conv_2d<4, 3, 3, padding<1>, groups<2>>, batch_norm<>, relu, batch_norm<>,
                             conv_2d<3, 2>, relu, conv_transpose_2d<3, 2>, batch_norm<>, max_pool<2, 1>>;
    using small = of_doubles<input<2, 5, 4>, conv_2d<4, 3, 3, padding<1>, groups<2>>, relu, conv_2d<3, 2>, relu,
                             conv_transpose_2d<3, 2>, max_pool<2, 1>>;
    static_assert(std::is_same_v<folded<image>, small>);
    CHECK(moved<image>() < rounding);
    using signal = of_doubles<input<2, 9>, conv_1d<4>, batch_norm<>, conv_transpose_1d<3, 4, stride<2>>, batch_norm<>>;
    static_assert(
        std::is_same_v<folded<signal>, of_doubles<input<2, 9>, conv_1d<4>, conv_transpose_1d<3, 4, stride<2>>>>);
    using stream = of_doubles<input<2>, causal_conv_1d<3, 2>, batch_norm<>, etch::tanh>;
    static_assert(std::is_same_v<folded<stream>, of_doubles<input<2>, causal_conv_1d<3, 2>, etch::tanh>>);
    CHECK(moved<stream>() < rounding);
}

TEST_CASE("fold leaves what a border or groups would make wrong, and activations between") {
    using bordered = of_doubles<input<2, 6>, batch_norm<>, conv_1d<2, 3, padding<1>>, etch::tanh, batch_norm<>>;
    STATIC_REQUIRE(std::is_same_v<folded<bordered>, bordered>);
    using grouped = of_doubles<input<2, 6>, batch_norm<>, conv_1d<2, 3, groups<2>>>;
    STATIC_REQUIRE(std::is_same_v<folded<grouped>, grouped>);
    using transposed = of_doubles<input<2, 6>, conv_transpose_1d<4, 3, groups<2>>, batch_norm<>>;
    STATIC_REQUIRE(std::is_same_v<folded<transposed>, transposed>);
    using half = network<input<2>, dense<2, bf16>, batch_norm<>>;
    STATIC_REQUIRE(std::is_same_v<folded<half>, half>);
    using nothing = of_doubles<input<2>, dropout<10>, identity>;
    STATIC_REQUIRE(std::is_same_v<folded<nothing>, of_doubles<input<2>, dropout<10>>>);
}

TEST_CASE("fold reaches the layers inside of residual and parallel, frozen or not") {
    using net = of_doubles<
        input<4>, residual<dense<5>, batch_norm<>, relu, residual<dense<5>, batch_norm<>>, dense<4>>,
        parallel<branch<dense<3>, batch_norm<>, etch::tanh>, branch<identity>, branch<batch_norm<>, dense<2>>>,
        frozen<dense<3>>, frozen<batch_norm<>>, frozen<residual<dense<3>, batch_norm<>>>>;
    static_assert(std::is_same_v<folded<net>,
                                 of_doubles<input<4>, residual<dense<5>, relu, residual<dense<5>>, dense<4>>,
                                            parallel<branch<dense<3>, etch::tanh>, branch<identity>, branch<dense<2>>>,
                                            dense<3>, residual<dense<3>>>>);
    CHECK(moved<net>() < rounding);
}

TEST_CASE("fold runs in a constant expression") {
    using net = network<input<2>, dense<2>, batch_norm<>, relu>;
    constexpr auto small = fold(net{seed{1}});
    static_assert(small({1, 2})[0] == fold(net{seed{1}})({1, 2})[0]);
    CHECK(small({1, 2}) == fold(net{seed{1}})({1, 2}));
}
