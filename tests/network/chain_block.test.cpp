// Steps of a stream that are computed together have the bits of single steps.
// runs on: every instruction set
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <etch/inference.hpp>

#include "../../examples/low_pass.hpp"
#include "support/catch.hpp"

namespace {

using namespace etch;

// Dilations on both sides of the block's 32 steps, groups, layers within layers, and layers that run step by step: gru,
// lstm, and one that a user wrote, after which an activation belongs to the same expression.
using everything =
    network<input<4>, dense<5>, etch::tanh, causal_conv_1d<6, 4, groups<1>, dilation<9>>, gated<etch::tanh, sigmoid>,
            residual<causal_conv_1d<3, 2, dilation<50>>, relu>,
            parallel<branch<gru<4>>, branch<causal_conv_1d<4, 3, dilation<33>>, relu>, branch<identity>>, lstm<6>,
            causal_conv_1d<9, 2, groups<3>>, low_pass, etch::tanh, layer_norm<>, causal_conv_1d<1, 3>, relu>;
// The output has the size of the input, as that of an effect for audio.
using effect =
    network<input<1>, causal_conv_1d<3, 3, dilation<16>>, etch::tanh, residual<residual<dense<3>>>, dense<1>>;
using recurrent = network<input<9>, lstm<9>, gru<5>, etch::tanh, dense<8>, gru<3, reset_before>, dense<8>,
                          simple_rnn<8>, simple_rnn<1>, dense<11>, lstm<2>>;
using recurrent_alone = network<input<2>, gru<3>>;
using too_wide = network<input<2>, dense<600>, relu, dense<600>, causal_conv_1d<2, 2>>;

template <class Net>
using block_of = internal::chain_block<typename Net::layers, float, internal::block_steps>;

static_assert(block_of<everything>::pays == has_simd && block_of<effect>::pays == has_simd);
static_assert(!block_of<recurrent_alone>::pays && !block_of<too_wide>::pays);

template <class Net>
constexpr void run_steps(const Net& net, std::span<const float> from, std::span<float> to, typename Net::state& state) {
    for (; !from.empty(); from = from.subspan(Net::inputs), to = to.subspan(Net::outputs)) {
        const auto y = net(from.template first<Net::inputs>(), state);
        for (std::size_t i = 0; i < Net::outputs; ++i) to[i] = y[i];
    }
}
template <class Net>
std::vector<float> steps_of(const Net& net, std::span<const float> from, typename Net::state& state) {
    std::vector<float> to(from.size() / Net::inputs * Net::outputs);
    run_steps(net, from, to, state);
    return to;
}

std::vector<float> signal_of(std::size_t numbers) {
    random_generator random{seed{5}};
    std::vector<float> signal(numbers);
    for (float& x : signal) x = 4 * random.uniform() - 2;
    return signal;
}

/// Whether a stream in two calls, the second from step `split` on, has the outputs and the state of single steps.
template <class Net>
bool has_bits_of_steps(const Net& net, std::size_t steps, std::size_t split) {
    const std::vector<float> from = signal_of(steps * Net::inputs);
    std::vector<float> to(steps * Net::outputs);
    typename Net::state one{}, other{};
    const std::vector<float> wanted = steps_of(net, from, one);
    const std::span<const float> x{from};
    const std::span<float> y{to};
    return net(x.first(split * Net::inputs), y.first(split * Net::outputs), other) == status::ok &&
           net(x.subspan(split * Net::inputs), y.subspan(split * Net::outputs), other) == status::ok && to == wanted &&
           one == other;
}

/// The same for one block, also on targets where a stream is computed step by step.
template <class Net>
constexpr bool block_has_bits_of_steps(const Net& net, std::span<const float> from) {
    using block = block_of<Net>;
    std::array<float, internal::block_steps * Net::outputs> to{}, wanted{};
    std::array<float, block::size> memory{};
    typename Net::state one{}, other{};
    run_steps(net, from, wanted, one);
    block::run(net.memory(), from.data(), to.data(), memory.data(), internal::extras_for(other));
    return to == wanted && one == other;
}

/// Whether the outputs may overwrite the inputs.
template <class Net>
bool works_in_place(const Net& net, std::size_t steps) {
    std::vector<float> signal = signal_of(steps * Net::inputs);
    typename Net::state one{}, other{};
    const std::vector<float> wanted = steps_of(net, signal, one);
    return net(signal, signal, other) == status::ok && signal == wanted && one == other;
}

constexpr bool is_constant() {
    const effect net{seed{1}};
    std::array<float, internal::block_steps> signal{1, -2, 0.5f};
    signal[30] = 3;
    return block_has_bits_of_steps(net, signal);
}
static_assert(is_constant());

}  // namespace

TEST_CASE("a stream of any length has the bits of single steps, and leaves their state") {
    const everything net{seed{1}};
    for (const std::size_t steps : {0u, 1u, 31u, 32u, 33u, 100u})
        for (const std::size_t split : {0u, 1u, 32u, 45u})
            if (split <= steps) {
                CAPTURE(steps, split);
                CHECK(has_bits_of_steps(net, steps, split));
            }
}

TEST_CASE("a block has the bits of its steps on every target") {
    CHECK(block_has_bits_of_steps(everything{seed{1}}, signal_of(internal::block_steps * everything::inputs)));
}

TEST_CASE("recurrent layers with many inputs have the bits of single steps, with weights stored as bf16 too") {
    const recurrent net{seed{1}};
    CHECK(has_bits_of_steps(net, 75, 3));
    CHECK(block_has_bits_of_steps(net, signal_of(internal::block_steps * recurrent::inputs)));
    CHECK(has_bits_of_steps(convert<with_bf16<recurrent>>(net), 75, 3));
}

TEST_CASE("a network without state takes a stream too") {
    using plain = network<input<3>, dense<7>, relu, batch_norm<>, dropout<10>, dense<2>, softmax>;
    plain net{seed{1}};
    plain::state state{};
    const std::vector<float> from = signal_of(70 * plain::inputs);
    std::vector<float> to(70 * plain::outputs);
    REQUIRE(net(from, to, state) == status::ok);
    CHECK(to == steps_of(net, from, state));
}

TEST_CASE("the outputs of a stream may overwrite its inputs") {
    CHECK(works_in_place(effect{seed{1}}, 100));
    CHECK(works_in_place(network<input<2>, causal_conv_1d<2>>{seed{1}}, 100));
}

TEST_CASE("networks whose blocks do not pay or do not fit run step by step") {
    CHECK(has_bits_of_steps(recurrent_alone{seed{1}}, 40, 3));
#if ETCH_TEST_EVERYTHING
    CHECK(has_bits_of_steps(too_wide{seed{1}}, 40, 3));
#endif
}
