// Which outputs are stored, and what a layer meets whose input is not cut into a column per sample.
#include <etch/network/memory_plan.hpp>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/stepper.hpp>

#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

template <class... Layers>
constexpr bool keeps(std::size_t i, bool training) {
    return internal::is_stored(chain<float, shape{2, 5, 4}, Layers...>::infos, i, sizeof...(Layers), training);
}

/// The layers in one pass, and one after the other, each from a stored input.
template <class First, class Second, class Third>
std::size_t differences(bool training) {
    constexpr shape in{2, 5, 4}, after_first = First::output(in), after_second = Second::output(after_first);
    static support::passes<float, in, 3, First, Second, Third> together;
    static support::passes<float, in, 3, First> first;
    static support::passes<float, after_first, 3, Second> second;
    static support::passes<float, after_second, 3, Third> third;
    support::scatter_numbers(together.parameters, seed{5});
    support::scatter_numbers(together.statistics, seed{6});
    support::scatter_numbers(third.statistics, seed{6});  // the others have none
    std::copy(together.parameters.begin(), together.parameters.begin() + first.trained, first.parameters.begin());
    const auto pass = [&](auto& layers) {
        if (training)
            layers.run();
        else
            layers.infer();
    };
    pass(together);
    pass(first);
    second.input = first.output;
    pass(second);
    third.input = second.output;
    pass(third);
    return together.output == third.output ? 0 : 1;
}

}  // namespace

TEST_CASE("elementwise layers are computed in one expression with what is before them, in whatever cut") {
    static_assert(!keeps<conv_2d<3>, relu, etch::tanh>(0, false));
    static_assert(!keeps<conv_2d<3>, relu, etch::tanh>(1, false));
    static_assert(!keeps<conv_2d<3>, dropout<30>, etch::tanh>(0, true));
    static_assert(keeps<conv_2d<3>, relu, conv_2d<2, 2>>(1, false));  // which reads it more than once
    CHECK(differences<conv_2d<3>, relu, etch::tanh>(false) == 0);
}

TEST_CASE("an elementwise layer with parameters has a number per feature, so that it gets a stored column per sample") {
    static_assert(!keeps<conv_2d<3>, relu, standardize>(0, false));
    static_assert(keeps<conv_2d<3>, relu, standardize>(1, false));
    static_assert(keeps<conv_2d<3>, standardize, relu>(0, false));
    static_assert(!keeps<conv_2d<3>, standardize, relu>(1, false));
    static_assert(!keeps<flatten, dense<4>, relu, standardize>(2, false));
    CHECK(differences<conv_2d<3>, relu, standardize>(false) == 0);
    CHECK(differences<conv_2d<3>, relu, standardize>(true) == 0);
}

TEST_CASE("dropout after a convolution drops the same numbers forward and backward") {
    support::passes<float, shape{2, 5, 4}, 3, conv_2d<3>, dropout<50>> layers;
    layers.parameters.fill(0);
    for (std::size_t f = 0; f < 3; ++f) layers.parameters[3 * 2 * 9 + f] = 1;  // the bias: the mask comes out
    layers.grad_output.fill(1);
    layers.run();
    float kept[3] = {};
    for (std::size_t i = 0; i < layers.output.size(); ++i) {
        CHECK((layers.output[i] == 0 || layers.output[i] == 2));
        kept[i % 3] += layers.output[i];
    }
    for (std::size_t f = 0; f < 3; ++f) CHECK(layers.gradients[3 * 2 * 9 + f] == kept[f]);
    CHECK(kept[0] + kept[1] + kept[2] < 2 * 54);  // some were dropped
    CHECK(kept[0] + kept[1] + kept[2] > 0);
}

TEST_CASE("a network of convolutions learns where in an image the bright spot is") {
    using net_type = network<input<1, 6, 6>, conv_2d<6>, relu, conv_2d<4, 2>, relu, flatten, dense<2>>;
    static net_type net{seed{4}};
    static stepper<net_type, mean_squared_error, adam, 16> training{{.learning_rate = 3e-3f}};
    static matrix<float, 36, 16> x;
    static matrix<float, 2, 16> y;
    for (std::size_t j = 0; j < 16; ++j) {
        const std::size_t across = j % 4 + 1, down = j / 4 + 1;
        x(across + 6 * down, j) = 1;
        y(0, j) = static_cast<float>(across) / 4;
        y(1, j) = static_cast<float>(down) / 4;
    }
    const float first = training.step(net, x, y);
    float last = first;
    for (int i = 0; i < 400; ++i) last = training.step(net, x, y);
    CHECK(first > 0.1f);
    CHECK(last < 2e-3f);
}
