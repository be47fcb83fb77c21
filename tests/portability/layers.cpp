// Every layer and every loss, forward and backward.
#include <cstddef>

#include <etch/inference.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_absolute_error.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/sequence_tape.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "golden.hpp"

namespace golden {

namespace {

using namespace etch;

/// Outputs, loss and gradients of a batch of five. Means and deviations are 0.75, a range is from `minimum` to there.
template <class Net, class Loss = mean_squared_error>
void both_passes(const char* name, float minimum = 0.75f) {
    constexpr std::size_t batch = 5;
    static Net net;
    net = Net{seed{3}};
    if constexpr (Net::statistic_count > 0) {
        for (float& x : net.statistics()) x = 0.75f;
        for (float& x : net.statistics().first(net.statistics().size() / 2)) x = minimum;
    }
    matrix<float, Net::inputs, batch> x;
    static stepper<Net, Loss, sgd, batch> step{sgd{}, {}, {}, seed{5}};
    constexpr std::size_t targets = decltype(step)::targets;
    matrix<float, targets, batch> y;
    draw(x, 4);
    for (std::size_t j = 0; j < batch; ++j) y(j % targets, j) = 1;
    digest d;
    d.add_all(net(x));
    d.add(step.set_gradients(net, x.view(), y.view(), batch, 0.2f));
    d.add_all(step.gradients());
    report(name, d);
}

/// Of indices instead of drawn numbers.
void embedded(const char* name) {
    using net_type = network<input<5>, embedding<9, 3>, flatten, dense<3>>;
    const net_type net{seed{3}};
    matrix<float, 5, 5> x;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * i % 9);
    matrix<float, 3, 5> y;
    draw(y, 4);
    static stepper<net_type, mean_squared_error, sgd, 5> step;
    digest d;
    d.add_all(net(x));
    d.add(step.set_gradients(net, x.view(), y.view(), 5, 0.2f));
    d.add_all(step.gradients());
    report(name, d);
}

/// Outputs, last state and gradients of a batch of five through four steps.
template <class Net>
void through_time(const char* name) {
    constexpr std::size_t batch = 5, steps = 4;
    static Net net;
    net = Net{seed{3}};
    static sequence_tape<Net, batch, steps> tape;
    static matrix<float, Net::inputs, batch> inputs[steps];
    typename Net::template states<batch> state{};
    tape.begin(state);
    digest d;
    for (std::size_t i = 0; i < steps; ++i) {
        draw(inputs[i], 4 + i);
        d.add_all(matrix<float, Net::outputs, batch>(tape.forward(net, i, inputs[i].view())));
    }
    tape.get_state(steps, state);
    d.add_all(state.numbers);
    for (std::size_t i = steps; i-- > 0;) {
        matrix<float, Net::outputs, batch> grad_output;
        draw(grad_output, 14 + i);
        d.add_all(matrix<float, Net::inputs, batch>(tape.backward(net, i, grad_output.view())));
    }
    d.add_all(tape.grad_first_state());
    d.add_all(tape.gradients());
    report(name, d);
}

/// Five samples through four steps, with weights stored as bf16.
template <class Net>
void as_bf16(const char* name) {
    constexpr std::size_t batch = 5;
    static Net net;
    net = Net{seed{3}};
    static with_bf16<Net> half;
    half = convert<with_bf16<Net>>(net);
    typename with_bf16<Net>::template states<batch> state{};
    digest d;
    for (std::uint64_t i = 0; i < 4; ++i) {
        matrix<float, Net::inputs, batch> x;
        draw(x, 4 + i);
        d.add_all(half(x, state));
    }
    report(name, d);
}

/// A layer between two dense ones.
template <class L>
void layer(const char* name) {
    both_passes<network<input<7>, dense<21>, L, dense<3>>>(name);
}
template <class Loss, class... Last>
void loss(const char* name) {
    both_passes<network<input<7>, dense<4>, Last...>, Loss>(name);
}

}  // namespace

void layers() {
    layer<identity>("identity");
    layer<relu>("relu");
    layer<leaky_relu<>>("leaky_relu");
    layer<elu<>>("elu");
    layer<selu>("selu");
    layer<gelu>("gelu");
    layer<silu>("silu");
    layer<etch::softplus>("softplus layer");
    layer<etch::tanh>("tanh layer");
    layer<etch::sigmoid>("sigmoid layer");
    layer<etch::fast_tanh>("fast_tanh layer");
    layer<etch::fast_sigmoid>("fast_sigmoid layer");
    layer<hard_tanh>("hard_tanh");
    layer<hard_sigmoid>("hard_sigmoid");
    layer<hard_swish>("hard_swish");
    layer<prelu<>>("prelu");
    both_passes<network<input<5, 7>, prelu<5>, flatten, dense<3>>>("prelu of channels");
    layer<clamp<1, 2>>("clamp");
    layer<softmax>("softmax");
    layer<log_softmax>("log_softmax");
    layer<layer_norm<>>("layer_norm");
    layer<group_norm<3>>("group_norm");
    both_passes<network<input<6, 5, 3>, group_norm<3>, flatten, dense<3>>>("group_norm of images");
    both_passes<network<input<7>, dense<42>, gated<etch::tanh, etch::sigmoid>, dense<3>>>("gated");
    both_passes<network<input<10, 5>, gated<silu, identity>, flatten, dense<3>>>("gated of channels");
    both_passes<network<input<7>, dense<21>, film, dense<3>>>("film");
    embedded("embedding");
    both_passes<network<input<12, 5>, attention<3>, flatten, dense<3>>>("attention");
    both_passes<network<input<18, 7>, attention<2, true>, flatten, dense<3>>>("attention, causal");
    layer<dropout<30>>("dropout");
    layer<residual<dense<21>, etch::tanh>>("residual");
    through_time<network<input<7>, gru<21>, dense<3>>>("gru");
    through_time<network<input<7>, gru<21, reset_before>, dense<3>>>("gru, reset before the product");
    through_time<network<input<7>, lstm<21>, dense<3>>>("lstm");
    through_time<network<input<7>, simple_rnn<21>, simple_rnn<5, with_relu>, dense<3>>>("simple_rnn");
    as_bf16<network<input<7>, lstm<21>, gru<9>, gru<5, reset_before>, simple_rnn<3>>>("recurrent, bf16");
    as_bf16<network<input<5>, causal_conv_1d<21>, dense<24>>>("causal_conv_1d, bf16");
    as_bf16<network<input<3, 6, 5>, conv_2d<21>, etch::tanh, conv_2d<5, 2>, flatten>>("conv_2d, bf16");
    both_passes<network<input<7, 5>, unrolled<lstm<21>>, unrolled<gru<4>>, last_step, dense<3>>>("unrolled");
    both_passes<network<input<7, 5>, bidirectional<gru<9>>, unrolled<dense<3>>, flatten>>("bidirectional");
    layer<batch_norm<>>("batch_norm");
    both_passes<network<input<7>, standardize, dense<3>>>("standardize");
    both_passes<network<input<7>, normalize<>, dense<3>>>("normalize", -0.5f);
    both_passes<network<input<7>, dense<21>, clip, dense<3>>>("clip", -0.5f);
    both_passes<network<input<7>, dense<3>, unstandardize>>("unstandardize");
    both_passes<network<input<7>, dense<1>, etch::tanh, dense<1>>>("single numbers");
    both_passes<network<input<7, 3>, flatten, dense<3>>>("flatten");
    both_passes<network<input<2, 7, 6>, conv_2d<5>, etch::tanh, conv_2d<3, 2>, flatten, dense<3>>>("conv_2d");
    both_passes<network<input<2, 7, 6>, conv_2d<5, 3, 3, stride<2, 1>, padding<1, 2>>, etch::tanh,
                        conv_2d<3, 2, 2, dilation<1, 2>>, flatten, dense<3>>>("conv_2d with options");
    both_passes<network<input<6, 5, 4>, conv_2d<6, 3, 3, padding<1>, groups<6>>, etch::tanh,
                        conv_2d<10, 2, 2, groups<2>>, flatten, dense<3>>>("conv_2d of groups");
    both_passes<
        network<input<3, 17>, conv_1d<21>, etch::tanh, conv_1d<9, 5, padding<4, 0>, groups<3>>, flatten, dense<3>>>(
        "conv_1d");
    both_passes<network<input<9, 7, 6>, max_pool<2>, max_pool<2, 2, stride<1>>, flatten, dense<3>>>("max_pool");
    both_passes<network<input<9, 7, 6>, max_pool<3, 3, stride<2>, padding<1>>, flatten, dense<3>>>("max_pool, padded");
    both_passes<network<input<9, 7, 6>, average_pool<3, 3, padding<1, 0>>, flatten, dense<3>>>("average_pool, padded");
    both_passes<network<input<9, 7, 6>, average_pool<3, 2>, flatten, dense<3>>>("average_pool");
    both_passes<network<input<21, 5, 3>, global_average_pool, dense<3>>>("global_average_pool");
    both_passes<network<input<9, 3, 2>, upsample<2, 3>, flatten, dense<3>>>("upsample");
    through_time<
        network<input<7>, causal_conv_1d<21, 3>, etch::tanh, causal_conv_1d<9, 2, dilation<2>, groups<3>>, dense<3>>>(
        "causal_conv_1d");
    through_time<
        network<input<7>, wavenet<wavenet_array<9, 5, dilations<1, 3>, gated<etch::tanh, sigmoid>>,
                                  wavenet_array<5, 3, dilations<2>, leaky_relu<>, head_kernel<2>, head_bias>>>>(
        "wavenet");
    both_passes<network<input<3, 9>, conv_transpose_1d<9, 4, stride<2>, padding<1>>, etch::tanh,
                        conv_transpose_1d<6, 3, groups<3>>, flatten, dense<3>>>("conv_transpose_1d");
    both_passes<network<input<2, 5, 4>, conv_transpose_2d<9, 3, 2>, etch::tanh,
                        conv_transpose_2d<3, 3, 3, stride<2>, padding<1>>, flatten, dense<3>>>("conv_transpose_2d");
    layer<frozen<dense<5>>>("frozen");
    layer<parallel<branch<dense<5>, etch::tanh, dropout<30>, dense<4>>, branch<slice<3, 9>>, branch<relu>>>("parallel");
    layer<slice<2, 17>>("slice");
    loss<mean_squared_error>("mean_squared_error");
    loss<mean_absolute_error>("mean_absolute_error");
    loss<huber<>>("huber");
    loss<cross_entropy, softmax>("cross_entropy");
    loss<sparse_cross_entropy, softmax>("sparse_cross_entropy");
    loss<binary_cross_entropy, etch::sigmoid>("binary_cross_entropy");
}

}  // namespace golden
