// A training run in a constant expression gives the bits that it gives at run time: every layer, loss, statistic,
// dropout mask and shuffled order. (Optimizers and schedules one by one: optimizer.update, optimizer.schedule. Every
// other instruction set: the preset portability.)
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <etch/layer/batch_norm.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/film.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/gated.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/group_norm.hpp>
#include <etch/layer/hard_sigmoid.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/log_softmax.hpp>
#include <etch/layer/normalize.hpp>
#include <etch/layer/prelu.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_absolute_error.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;

template <class A, class B>
std::size_t differing_bits(const A& a, const B& b) {
    std::size_t found = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        found += std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]);
    return found;
}

/// Five samples, so that the second batch of an epoch is not full.
template <class Trainer, class Network>
constexpr Network fitted(std::uint64_t number) {
    constexpr std::size_t samples = 5;
    std::array<float, samples * Network::inputs> inputs{};
    std::array<float, samples * Network::outputs> targets{};
    random_generator random{seed{number}};
    for (float& x : inputs) x = 4 * random.uniform() - 2;
    for (std::size_t i = 0; i < samples; ++i) targets[i * Network::outputs + i % Network::outputs] = 1;
    Network net{seed{number + 1}};
    Trainer trainer{{.learning_rate = 0.01}, {}, {.norm = 0.5, .value = 0.25}, seed{number + 2}};
    const auto result = trainer.fit(net, {inputs, targets}, {.epochs = 1, .shuffle = seed{number + 3}});
    if (!result.ok()) net = Network{};
    return net;
}

template <class Network, class Loss, class Optimizer, class Schedule>
void check_training() {
    using fitter = trainer<Network, Loss, Optimizer, 3, Schedule>;
    static constexpr Network folded = fitted<fitter, Network>(7);
    const volatile std::uint64_t number = 7;  // keeps the compiler from knowing the rest
    const Network net = fitted<fitter, Network>(number);
    CHECK(differing_bits(net.parameters(), folded.parameters()) == 0);
    CHECK(differing_bits(net.fixed(), folded.fixed()) == 0);
    CHECK(net.parameters()[0] != 0);
    CHECK(differing_bits(net.parameters(), Network{seed{8}}.parameters()) > 0);
}

/// Values and gradients for errors of every kind: none, small, beyond huber's delta.
template <class Loss>
void check_loss() {
    struct outcome {
        tensor<float, 1, 4> value;
        matrix<float, 5, 4> gradient;
    };
    constexpr auto compute = [](std::uint64_t number) {
        random_generator random{seed{number}};
        matrix<float, 5, 4> prediction, target;
        for (float& x : prediction) x = 8 * random.uniform() - 4;
        for (float& x : target) x = random.uniform();
        target[0] = prediction[0];
        return outcome{Loss::value(prediction.view(), target.view()), Loss::gradient(prediction.view(), target.view())};
    };
    static constexpr outcome folded = compute(5);
    const volatile std::uint64_t number = 5;
    const outcome now = compute(number);
    CHECK(differing_bits(now.value, folded.value) == 0);
    CHECK(differing_bits(now.gradient, folded.gradient) == 0);
}

}  // namespace

TEST_CASE("a fit of one half of the layers gives the same bits in a constant expression") {
    check_training<network<input<2, 3>, standardize, flatten, dense<5, glorot_normal>, relu, dense<4, he_uniform>,
                           leaky_relu<>, elu<>, dense<5, lecun_normal>, selu, gelu, dense<3>, silu, softplus, softmax>,
                   cross_entropy, adam, cosine_decay>();
}

TEST_CASE("a fit of the other half of the layers gives the same bits in a constant expression") {
    check_training<
        network<input<3>, normalize<>, dense<4>, etch::tanh, hard_tanh, dropout<30>, residual<dense<4>, fast_tanh>,
                layer_norm<>, identity, dense<3, he_normal>, fast_sigmoid, dense<2, glorot_uniform>, sigmoid>,
        binary_cross_entropy, momentum, exponential_decay>();
}

TEST_CASE("a fit of layers of images and of branches gives the same bits in a constant expression") {
    using inner = parallel<branch<slice<0, 3>, frozen<dense<2>>>, branch<residual<batch_norm<>>, dense<2>>>;
    check_training<network<input<1, 3, 3>, conv_2d<2, 2>, batch_norm<>, etch::tanh, flatten, inner, dense<2>>,
                   mean_squared_error, momentum, constant_rate>();
}

TEST_CASE("a fit of the activations that are cheap, and of logarithms, gives the same bits in a constant expression") {
    check_training<network<input<3>, dense<4>, hard_sigmoid, dense<3>, hard_swish, dense<3>, log_softmax>,
                   cross_entropy, momentum, constant_rate>();
}

TEST_CASE("a fit of layers that look at channels gives the same bits in a constant expression") {
    check_training<network<input<4, 2>, group_norm<2>, prelu<4>, gated<etch::tanh, sigmoid>, flatten, dense<6>, prelu<>,
                           film, dense<2>>,
                   mean_squared_error, momentum, constant_rate>();
}

TEST_CASE("a loss gives the same bits in a constant expression") {
    check_loss<mean_squared_error>();
    check_loss<mean_absolute_error>();
    check_loss<huber<>>();
    check_loss<cross_entropy>();
    check_loss<binary_cross_entropy>();
}
