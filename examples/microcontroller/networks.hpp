#pragma once
#include <etch/inference.hpp>

/// The policy of a robot: 17 measurements of its joints in, 6 torques out.
using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

/// Small enough to keep learning inside a sensor.
using tiny = etch::network<etch::input<2>, etch::dense<8>, etch::tanh, etch::dense<1>, etch::sigmoid>;

/// An effect that remembers: a sample of sound in, one out.
using sound = etch::network<etch::input<1>, etch::lstm<16>, etch::dense<1>>;

/// The stream of examples/activity.cpp: three accelerations in, the probabilities of four activities out.
using activity = etch::network<etch::input<3>, etch::causal_conv_1d<8, 4>, etch::relu,       //
                               etch::causal_conv_1d<8, 4, etch::dilation<4>>, etch::relu,    //
                               etch::causal_conv_1d<16, 4, etch::dilation<16>>, etch::relu,  //
                               etch::dense<4>, etch::softmax>;
