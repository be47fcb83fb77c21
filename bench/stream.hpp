#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "workload.hpp"

/// The networks that carry a state from step to step, only as sizes, and the data for them.
namespace bench {

/// A causal convolution sees the inputs of this step and of length - 1 before, `dilation` apart.
struct stream_layer {
    enum kind { dense, gru, lstm, convolution } what;
    std::size_t outputs, length = 1, dilation = 1;
    activation after = activation::none;

    [[nodiscard]] constexpr bool is_recurrent() const { return what == gru || what == lstm; }
    /// The rows of its weights.
    [[nodiscard]] constexpr std::size_t rows() const { return outputs * (what == gru ? 3 : what == lstm ? 4 : 1); }
    /// How many earlier inputs it needs.
    [[nodiscard]] constexpr std::size_t remembered() const { return (length - 1) * dilation; }
    [[nodiscard]] constexpr std::size_t weights(std::size_t in) const {
        return rows() * (is_recurrent() ? in + outputs : in * length);
    }
    [[nodiscard]] constexpr std::size_t parameters(std::size_t in) const {
        return weights(in) + rows() * (is_recurrent() ? 2 : 1);
    }
};

constexpr stream_layer filters_of_3(std::size_t dilation) {
    return {stream_layer::convolution, 8, 3, dilation, activation::tanh};
}

/// Parameters are stored in the order of exchange, layer by layer: weights [out][in], of a convolution
/// [out][time][channel], then bias; of a recurrent layer weight_ih, weight_hh, bias_ih, bias_hh with PyTorch's gates.
template <std::size_t Inputs, stream_layer... Layers>
struct stream_network {
    static constexpr std::size_t inputs = Inputs, depth = sizeof...(Layers);
    static constexpr std::array<stream_layer, depth> layers{Layers...};
    static constexpr std::size_t outputs = layers.back().outputs;

    static constexpr std::size_t input_of(std::size_t layer) { return layer == 0 ? Inputs : layers[layer - 1].outputs; }
    static constexpr std::size_t offset(std::size_t layer) {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < layer; ++i) sum += layers[i].parameters(input_of(i));
        return sum;
    }
    static constexpr std::size_t parameters = offset(depth);
    static constexpr std::size_t widest = [] {
        std::size_t most = Inputs;
        for (const stream_layer& layer : layers) most = layer.outputs > most ? layer.outputs : most;
        return most;
    }();
};

/// Effects for audio.
struct gru_8 : stream_network<1, stream_layer{stream_layer::gru, 8}, stream_layer{stream_layer::dense, 1}> {
    static constexpr const char* name = "gru_8";
};
struct gru_24 : stream_network<1, stream_layer{stream_layer::gru, 24}, stream_layer{stream_layer::dense, 1}> {
    static constexpr const char* name = "gru_24";
};
struct lstm_20 : stream_network<1, stream_layer{stream_layer::lstm, 20}, stream_layer{stream_layer::dense, 1}> {
    static constexpr const char* name = "lstm_20";
};
struct lstm_40 : stream_network<1, stream_layer{stream_layer::lstm, 40}, stream_layer{stream_layer::dense, 1}> {
    static constexpr const char* name = "lstm_40";
};
/// A walking robot's policy with a memory.
struct lstm_128 : stream_network<48, stream_layer{stream_layer::lstm, 128}, stream_layer{stream_layer::dense, 12}> {
    static constexpr const char* name = "lstm_128";
};
struct gru_64 : stream_network<64, stream_layer{stream_layer::gru, 64}> {
    static constexpr const char* name = "gru_64";
};
/// A stack of causal convolutions.
struct causal
    : stream_network<1, filters_of_3(1), filters_of_3(2), filters_of_3(4), filters_of_3(8), filters_of_3(16),
                     filters_of_3(32), filters_of_3(64), filters_of_3(128), stream_layer{stream_layer::dense, 1}> {
    static constexpr const char* name = "causal";
};

/// How many steps a call has, in the rows that end in _block64.
constexpr std::size_t steps_per_block = 64;

struct stream_description {
    std::string name;
    std::size_t inputs, outputs;
    std::vector<stream_layer> layers;
};

template <class Network>
concept StreamNetwork = requires { Network::layers[0].dilation; };

template <StreamNetwork Network>
stream_description describe() {
    stream_description net{Network::name, Network::inputs, Network::outputs, {}};
    for (const stream_layer& layer : Network::layers) net.layers.push_back(layer);
    return net;
}

std::vector<float> make_parameters(const stream_description&);
std::vector<float> make_samples(const stream_description&, std::size_t steps);
/// The outputs of one stream whose state is zero at the beginning.
std::vector<double> reference_forward(const stream_description&, std::span<const float> parameters,
                                      std::span<const float> samples);

}  // namespace bench
