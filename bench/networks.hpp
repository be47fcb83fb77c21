#pragma once
#include <array>
#include <cstddef>

#include <etch/etch.hpp>

/// The five networks that every benchmark measures, from a controller's to a walking robot's.
namespace networks {

using namespace etch;

using tiny = network<input<2>, dense<8>, etch::tanh, dense<1>, sigmoid>;
using policy = network<input<17>, dense<64>, etch::tanh, dense<64>, etch::tanh, dense<6>, etch::tanh>;
using quadrotor = network<input<22>, dense<64>, relu, dense<64>, relu, dense<4>, etch::tanh>;
using legged = network<input<48>, dense<512>, elu<>, dense<256>, elu<>, dense<128>, elu<>, dense<12>>;
using digits = network<input<784>, dense<128>, relu, dense<10>, softmax>;

/// Numbers between -1 and 1, the same on every machine.
template <std::size_t Count>
std::array<float, Count> numbers(seed from) {
    std::array<float, Count> result{};
    random_generator random{from};
    for (float& x : result) x = uniform(random, -1.0f, 1.0f);
    return result;
}

}  // namespace networks
