#pragma once
#include <etch/inference.hpp>

/// The networks that are embedded: every layer that holds something, every kind of argument.
namespace networks {

using namespace etch;

using tiny = network<input<2>, dense<8>, etch::tanh, dense<1>, sigmoid>;
using measured =
    network<input<5>, standardize, clamp<5>, dense<3>, layer_norm<>, leaky_relu<1, 10>, dropout<20>, dense<4>, softmax>;
using rounded = network<input<9>, dense<16, bf16>, silu, dense<3, bf16>>;
using around = network<input<6>, residual<dense<8>, gelu, dense<6, bf16>, residual<layer_norm<1000>, dense<6>>>,
                       elu<1, 2>, dense<2>>;
using picture = network<input<4, 3>, normalize<-1, 1>, flatten, dense<4>, softplus, clip, dense<1>>;
using double_tiny = basic_network<double, input<3>, dense<5>, selu, dense<2>>;
using named = network<input<5>, dense<3>, softmax>;
using units = network<input<2>, dense<2>, unstandardize>;
using two_classes = network<input<1>, dense<1>, sigmoid>;
using odd = network<input<1>, dense<6>, identity>;
using partly = network<input<17>, dense<64>, etch::tanh, dense<64>, etch::tanh, dense<6>>;
using remembering = network<input<3>, standardize, dense<5>, etch::tanh, gru<4>, residual<lstm<4>>, dense<2>>;
using long_memory = network<input<8>, gru<32>, lstm<5, bf16>, gru<6, reset_before>, gru<3, reset_before, bf16>,
                            simple_rnn<4, with_relu>, dense<2>>;
using seeing = network<input<2, 7, 6>, batch_norm<>, conv_2d<4, 3, 2, stride<2, 1>, padding<1, 0, 1, 1>, groups<2>>,
                       relu, max_pool<2>, conv_2d<3, 1, 1, stored<bf16>>, prelu<3>, group_norm<3>, flatten, dense<2>>;
using hearing = network<input<3, 9>, conv_1d<4, 3, dilation<2>>, prelu<>, average_pool<2, 1, stride<1, 1>>,
                        global_average_pool, dense<2>>;
using reading = network<input<7>,
                        parallel<branch<slice<0, 1>, embedding<4, 3>>,
                                 branch<slice<1, 6>, frozen<dense<4>>, gated<etch::tanh, elu<1, 2>>, dense<3, bf16>>>,
                        film, dense<2>>;
using listening =
    network<input<3, 6>, unrolled<residual<gru<4>, dense<3>>>, bidirectional<lstm<2, bf16>>, residual<attention<2>>,
            unrolled<layer_norm<>>, last_step, frozen<residual<layer_norm<>, dense<4>>>, dense<2>>;
using growing = network<input<2, 3, 2>, conv_transpose_2d<4, 3, 2, stride<2, 1>, padding<1, 0, 0, 1>, groups<2>>, relu,
                        upsample<2, 1>, conv_2d<2, 2, 2>, flatten, dense<2>>;
using lengthening = network<input<2, 5>, conv_transpose_1d<4, 3, stride<2>, dilation<2>, padding<1>>, upsample<2>,
                            gated<etch::tanh, sigmoid>, global_average_pool>;
using streaming =
    network<input<2>, causal_conv_1d<4, 3, dilation<2>, stored<bf16>>, etch::tanh, causal_conv_1d<2, 2>, dense<1>>;
using amplifying =
    network<input<2>,
            wavenet<wavenet_array<3, 4, dilations<1, 2>, gated<etch::tanh, sigmoid>>,
                    wavenet_array<4, 1, dilations<3, 1>, kernel_lengths<2, 4>, leaky_relu<>, head_kernel<3>>>,
            etch::tanh>;
using large = network<input<48>, standardize, dense<512>, elu<>, dense<256>, elu<>, dense<128>, elu<>, dense<12>>;

}  // namespace networks
