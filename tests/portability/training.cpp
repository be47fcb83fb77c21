// Ten steps of each optimizer, schedules and clipping, and fits from end to end.
#include <array>
#include <cstddef>
#include <span>

#include <etch/layer/causal_conv_1d.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/lstm.hpp>
#include <etch/training/sequence_stepper.hpp>

#include "items.hpp"

namespace golden {

namespace {

/// Five updates from pieces of four sequences, of which one ends early and one is empty.
template <class Memory>
digest sequences() {
    using namespace etch;
    constexpr std::size_t steps = 6, batch = 4;
    using net_type = network<input<3>, Memory, dense<2>>;
    static net_type net;
    net = net_type{seed{3}};
    static sequence_stepper<net_type, mean_squared_error, adam, steps, batch> stepper{{.learning_rate = 0.01}};
    typename net_type::template states<batch> state{};
    matrix<float, 3, steps * batch> x;
    matrix<float, 2, steps * batch> y;
    const std::array<std::size_t, batch> lengths{6, 4, 0, 6};
    digest d;
    for (std::uint64_t piece = 0; piece < 5; ++piece) {
        draw(x, 2 * piece), draw(y, 2 * piece + 1);
        d.add(stepper.step(net, x, y, state, {.lengths = lengths}).loss);
    }
    d.add_all(net.parameters());
    d.add_all(state.numbers);
    return d;
}

}  // namespace

void training() {
    using namespace etch;
    report("sgd", ten_steps<sgd>());
    report("momentum", ten_steps<momentum>());
    report("nesterov", ten_steps<nesterov>());
    report("adagrad", ten_steps<adagrad>());
    report("rmsprop", ten_steps<rmsprop>());
    report("adam", ten_steps<adam>());
    report("adamw", ten_steps<adamw>());
    report("cosine decay, clipped", ten_steps<adam, cosine_decay>({}, {}, {.norm = 0.5}));
    report("exponential decay", ten_steps<momentum, exponential_decay>());
    report("sequences", sequences<gru<9>>());
    report("sequences, lstm", sequences<lstm<9>>());
    report("sequences, causal_conv_1d", sequences<causal_conv_1d<9, 3>>());
    report("fit of 16 samples", whole_fit<16, 2>());
    report("fit of 500 samples", whole_fit<500, 12>());
}

}  // namespace golden
