// With numbers of ordinary size flush-to-zero and denormals-are-zero change nothing.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include <etch/layer/dense.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/stepper.hpp>

#include "support/catch.hpp"
#include "support/flush_to_zero.hpp"

namespace {

using namespace etch;
using net_type = network<input<7>, dense<19>, etch::tanh, dense<16>, gelu, layer_norm<>, dense<9>, sigmoid, dense<8>,
                         relu, dense<4>, softmax>;

struct outcome {
    net_type net;
    vector<float, 4> answer;
};

/// Not inlined, so that nothing moves across the change of mode.
ETCH_NO_INLINE outcome train() {
    random_generator random{seed{3}};
    matrix<float, 7, 8> x;
    matrix<float, 4, 8> y;
    for (float& number : x) number = 2 * random.uniform() - 1;
    for (std::size_t j = 0; j < 8; ++j) y(j % 4, j) = 1;
    outcome result{net_type{seed{4}}, {}};
    stepper<net_type, cross_entropy, adam, 8> stepper{{.learning_rate = 0.01}};
    for (int i = 0; i < 10; ++i) stepper.step(result.net, x, y);
    result.answer = result.net(x.column(0));
    return result;
}

ETCH_NO_INLINE float ask(const network<input<1>, dense<1, ones>>& net, float x) { return net({x})[0]; }

bool same(const outcome& a, const outcome& b) {
    const auto bits = [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    };
    const auto parameters = a.net.parameters();
    return std::equal(parameters.begin(), parameters.end(), b.net.parameters().begin(), bits) &&
           std::equal(a.answer.begin(), a.answer.end(), b.answer.begin(), bits);
}

outcome train_flushing() {
    const support::flush_to_zero mode;
    return train();
}

}  // namespace

TEST_CASE("ten training steps and a forward pass are the same whether denormals are flushed to zero or not") {
    CHECK(same(train(), train_flushing()));
}

TEST_CASE("a denormal input is lost where denormals are zero, so the mode is on") {
    const network<input<1>, dense<1, ones>> net{seed{1}};
    volatile float tiny = 0x1p-130f;
    CHECK(ask(net, tiny) == 0x1p-130f);
    const support::flush_to_zero mode;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(ask(net, tiny));
    CHECK((bits == 0) == support::has_flush_to_zero);
}
