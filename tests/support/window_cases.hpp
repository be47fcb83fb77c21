#pragma once
// Layers without parameters that treat each channel alike: pooling and the like.
#include <algorithm>
#include <cstddef>
#include <iterator>

#include "support/gradient_check.hpp"

/// The numbers of a case of reference/layers.hpp.
#define ETCH_TORCH(name) \
    reference::name::input, reference::name::output, reference::name::grad_output, reference::name::grad_input

namespace support {

/// Of both passes, with three samples.
template <class T, etch::shape In, class L>
double farthest_from_torch(const auto& input, const auto& output, const auto& grad_output, const auto& grad_input) {
    passes<T, In, 3, L> layer;
    std::copy(std::begin(input), std::end(input), layer.input.begin());
    std::copy(std::begin(grad_output), std::end(grad_output), layer.grad_output.begin());
    layer.run();
    return std::max(farthest(layer.output, output), farthest(layer.grad_input, grad_input));
}

/// Whether images of several channels have the bits of each channel alone, in both passes, in training and outside, and
/// three samples those of each sample alone.
template <std::size_t Channels, std::size_t Width, std::size_t Height, class L>
bool is_the_same_by_channel() {
    static passes<float, etch::shape{Channels, Width, Height}, 3, L> all;
    static passes<float, etch::shape{1, Width, Height}, 1, L> one;
    all.run();
    bool same = true;
    for (std::size_t sample = 0; sample < 3; ++sample)
        for (std::size_t c = 0; c < Channels; ++c) {
            for (std::size_t i = 0; i < one.inputs; ++i) one.input[i] = all.input(i * Channels + c, sample);
            for (std::size_t i = 0; i < one.outputs; ++i)
                one.grad_output[i] = all.grad_output(i * Channels + c, sample);
            one.run();
            for (std::size_t i = 0; i < one.outputs; ++i) same &= one.output[i] == all.output(i * Channels + c, sample);
            for (std::size_t i = 0; i < one.inputs; ++i)
                same &= one.grad_input[i] == all.grad_input(i * Channels + c, sample);
        }
    const auto trained = all.output;
    all.infer();
    return same && all.output == trained;
}

}  // namespace support
