#include <etch/network/residual.hpp>

#include <string>

#include <etch/layer/dense.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using block = residual<dense<3>, relu, dense<2>>;

}  // namespace

TEST_CASE("a residual adds its layers to what passes around them") {
    using net_type = network<input<2>, residual<dense<2>, relu>>;
    constexpr auto net = [] {
        net_type made;
        auto [W, b] = made.parameters<0>();
        W(0, 0) = 2, W(1, 1) = -1;
        b[0] = 1;
        return made;
    }();
    static_assert(net({3, 4}) == vector<float, 2>{3 + 7, 4 + 0});
    CHECK(net({-3, -4}) == vector<float, 2>{-3 + 0, -4 + 4});
}

TEST_CASE("the parameters of a residual bear the places of its layers") {
    constexpr auto held = block::parameters<shape{2}>();
    static_assert(held.size() == 4);
    const char* names[] = {"0.weight", "0.bias", "2.weight", "2.bias"};
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::string(held[i].name.text) == names[i]);
    static_assert(held[0].extents == shape{3, 2} && held[2].extents == shape{2, 3} && held[3].extents == shape{2});
    static_assert(block::multiply_adds<shape{2}>() == 12);
    constexpr auto nested = residual<etch::tanh, residual<dense<2>>>::parameters<shape{2}>();
    CHECK(std::string(nested[1].name.text) == "1.0.bias");
}

TEST_CASE("weights inside a residual begin as the activation inside wants it") {
    static_assert(block::parameters<shape{2}>()[0].initializer == he_uniform);
    static_assert(block::parameters<shape{2}>()[2].initializer == glorot_uniform);
    static_assert(residual<dense<2>, selu>::parameters<shape{2}>()[0].initializer == lecun_normal);
    static_assert(residual<dense<2, ones>, selu>::parameters<shape{2}>()[0].initializer == ones);
    const network<input<2>, residual<dense<2, ones>>> net{seed{1}};
    CHECK(net({1, 2}) == vector<float, 2>{1 + 3, 2 + 3});
}

TEST_CASE("a step through a residual is the one worked by hand") {
    // y = x + w x + b with w = 2, b = 1, x = 3: y = 10; L = (y - 4)² = 36, dL/dw = 2 * 6 * 3 = 36, dL/db = 12.
    network<input<1>, residual<dense<1>>> net;
    net.parameters()[0] = 2, net.parameters()[1] = 1;
    stepper<decltype(net), mean_squared_error, sgd> training{{.learning_rate = 0.25}};
    CHECK(training.step(net, {3}, {4}) == 36);
    CHECK(net.parameters()[0] == 2 - 9);
    CHECK(net.parameters()[1] == 1 - 3);
}
