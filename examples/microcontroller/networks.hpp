#pragma once
#include <etch/inference.hpp>

/// The policy of a robot: 17 measurements of its joints in, 6 torques out.
using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

/// Small enough to keep learning inside a sensor.
using tiny = etch::network<etch::input<2>, etch::dense<8>, etch::tanh, etch::dense<1>, etch::sigmoid>;
