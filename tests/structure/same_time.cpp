// The program of same_time.cmake. `same_time KIND` asks a network for an answer to inputs of one kind; how many
// instructions that takes must not depend on the kind.
#include <etch/inference.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>

using namespace etch;

#if defined(ETCH_TEST_BRANCHES)
/// What must not be: a layer that computes only where it seems to pay.
struct branching : layer_defaults {
    static constexpr const char* name = "branching";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr shape output(shape input) { return input; }
    static auto forward(const auto&, const auto& x) {
        vector<float, 16> y = x;
        for (float& number : y)
            if (number > 0) number = math::tanh(lanes<float, 1>(number)).value;
        return y;
    }
};
#else
using branching = identity;
#endif

// Every layer (tests/structure/catalogue.cmake looks whether one is missing), and a policy as it is used.
using activations =
    network<input<16>, branching, dense<16>, etch::tanh, dense<16>, sigmoid, dense<16>, fast_tanh, dense<16>,
            fast_sigmoid, dense<16>, relu, dense<16>, leaky_relu<>, dense<16>, elu<>, dense<16>, selu, dense<16>, gelu,
            dense<16>, silu, dense<16>, softplus, dense<16>, hard_tanh, hard_sigmoid, dense<16>, hard_swish, dense<16>,
            log_softmax, prelu<>, prelu<16>, layer_norm<>, group_norm<2>, gated<etch::tanh, sigmoid>, dense<48>, film,
            residual<dense<16>, identity>, dense<7>, softmax>;
using policy = network<input<17>, dense<64>, etch::tanh, dense<64>, etch::tanh, dense<6>>;

using others = network<input<1, 4, 4>, conv_2d<2, 3>, conv_transpose_2d<2, 1>, batch_norm<>, flatten, standardize,
                       normalize<>, clip, clamp<>, dropout<10>,
                       parallel<branch<slice<0, 3>, frozen<dense<4>>>, branch<embedding<9, 4>, attention<2>, flatten>,
                                branch<gru<5>, lstm<4>, simple_rnn<3>, causal_conv_1d<3, 2>>,
                                branch<wavenet<wavenet_array<3, 2, dilations<1, 2>>>>>,
                       dense<2>, unstandardize>;

using signals = network<input<2, 8>, conv_1d<3, 3, padding<1>>, average_pool<2>, upsample<3>, max_pool<2>,
                        conv_transpose_1d<3>, global_average_pool>;

using sequences =
    network<input<2, 4>, unrolled<gru<5>>, bidirectional<lstm<3>>, unrolled<simple_rnn<3>>, last_step, dense<2>>;

activations net_of_activations{seed{1}};
policy net_of_policy{seed{2}};
others net_of_others{seed{3}};
signals net_of_signals{seed{4}};
sequences net_of_sequences{seed{5}};
float inputs[17], outputs[20];

/// What is counted: from here until it returns.
extern "C" ETCH_NO_INLINE void etch_same_time() {
    vector<float, 16> x;
    std::memcpy(x.data(), inputs, sizeof x);
    const auto a = net_of_activations(x);
    const auto b = net_of_policy(inputs);
    others::state state{};
    const auto c = net_of_others(x, state);
    const auto d = net_of_signals(x);
    vector<float, 8> steps;
    std::memcpy(steps.data(), inputs, sizeof steps);
    const auto e = net_of_sequences(steps);
    std::memcpy(outputs, a.data(), sizeof a);
    std::memcpy(outputs + 7, b.data(), sizeof b);
    std::memcpy(outputs + 13, c.data(), sizeof c);
    std::memcpy(outputs + 15, d.data(), sizeof d);
    std::memcpy(outputs + 18, e.data(), sizeof e);
}

int main(int count, char** arguments) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kinds[][4] = {{0.3f, -1.2f, 0.7f, 2.5f},  // ordinary
                                  {0, 0, -0.0f, 0},           // zeros
                                  {1e-40f, -3e-42f, 1e-45f, -1e-39f},
                                  {nan, nan, -nan, nan},
                                  {infinity, -infinity, infinity, infinity},
                                  {3e38f, -3e38f, 1e30f, -1e25f},
                                  {100, -100, 88.7f, -103.9f},
                                  {nan, 0, infinity, 1e-40f}};
    const auto kind = count > 1 ? static_cast<std::size_t>(std::atoi(arguments[1])) : 0;
    if (kind >= std::size(kinds)) return 2;                         // no such kind
    for (std::size_t i = 0; i < net_of_others.fixed().size(); ++i)  // statistics, all of them different
        net_of_others.fixed()[i] = 0.5f + 0.125f * static_cast<float>(i);
    for (std::size_t i = 0; i < std::size(inputs); ++i) inputs[i] = kinds[kind][i % 4];
    etch_same_time();
    return 0;
}
