#pragma once
#include <etch/inference.hpp>

/// The policy of a robot: from 17 measurements of its joints to 6 torques.
using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

/// Small enough to go on learning in a sensor.
using tiny = etch::network<etch::input<2>, etch::dense<8>, etch::tanh, etch::dense<1>, etch::sigmoid>;
