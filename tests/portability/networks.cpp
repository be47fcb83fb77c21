// Forward passes: the five networks of bench/, and odd sizes. A sample alone and in a batch.
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/inference.hpp>

#include "golden.hpp"

namespace golden {

namespace {

using namespace etch;

/// Three samples, alone and together. The network lies in static memory: a microcontroller's stack is small.
template <class Net>
void forward(const char* name) {
    static Net net;
    net = Net{seed{1}};
    static matrix<float, Net::inputs, 3> samples;
    draw(samples, 2);
    digest d;
    for (std::size_t j = 0; j < 3; ++j) d.add_all(net(samples.column(j)));
    d.add_all(net(samples));
    report(name, d);
}

/// 45 steps of a stream, a block of which is computed together, and the state after them.
template <class Net>
void stream(const char* name) {
    constexpr std::size_t steps = 45;
    static Net net;
    net = Net{seed{1}};
    static std::array<float, steps * Net::inputs> inputs;
    static std::array<float, steps * Net::outputs> outputs;
    static typename Net::state state;
    draw(inputs, 2);
    (void)net(inputs, outputs, state);
    digest d;
    d.add_all(outputs);
    d.add_all(state.numbers);
    report(name, d);
}

}  // namespace

void networks() {
    forward<network<input<2>, dense<8>, etch::tanh, dense<1>, sigmoid>>("tiny");
    forward<network<input<17>, dense<64>, etch::tanh, dense<64>, etch::tanh, dense<6>>>("policy");
    forward<network<input<22>, dense<64>, relu, dense<64>, relu, dense<4>, etch::tanh>>("quadrotor");
    forward<network<input<48>, dense<512>, elu<>, dense<256>, elu<>, dense<128>, elu<>, dense<12>>>("legged");
    forward<network<input<784>, dense<128>, relu, dense<10>, softmax>>("digits");
    forward<network<input<1>, dense<1>>>("1-1");
    forward<network<input<3>, dense<7>, softplus, dense<5>, relu, dense<2>>>("3-7-5-2");
    forward<network<input<17>, dense<33>, gelu, dense<9>, softmax>>("17-33-9");
    forward<network<input<40>, dense<31>, silu, dense<15>, etch::tanh, dense<3>>>("40-31-15-3");
    forward<network<input<64>, dense<6>>>("64-6");
    forward<network<input<65>, dense<67>, relu, dense<1>>>("65-67-1");
    stream<network<input<3>, dense<7>, etch::tanh, causal_conv_1d<8, 3, dilation<40>>, relu,
                   residual<causal_conv_1d<8, 2>, etch::tanh>, lstm<5>, gru<3>, dense<2>>>("stream in blocks");
}

}  // namespace golden
