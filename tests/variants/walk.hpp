#pragma once
#include <array>

#include <etch/inference.hpp>

using walk_network = etch::network<etch::input<12>, etch::dense<24>, etch::tanh, etch::dense<4>>;
using observation = std::array<float, 12>;
using action = std::array<float, 4>;

action walk(const observation& x);  // optimized.cpp
