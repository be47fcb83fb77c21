#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "workload.hpp"

/// The networks on images and signals, only as sizes, and the data for them: what networks.hpp and workload.hpp are for
/// the others.
namespace bench {

/// An image, or a signal of height 1. In memory the channels of a place are neighbours, places follow each other along
/// the width, then along the height.
struct extents {
    std::size_t channels, width, height;

    [[nodiscard]] constexpr std::size_t size() const { return channels * width * height; }
};

/// A window of width x height places moves over an image with `padding` zeros on all sides. A dense layer is a
/// convolution whose window is the whole image.
struct image_layer {
    enum kind { convolution, max_pool, dense } what;
    std::size_t outputs = 0, width = 1, height = 1, stride = 1, padding = 0;
    activation after = activation::none;

    [[nodiscard]] constexpr extents padded(extents in) const {
        return {in.channels, in.width + 2 * padding, in.height + 2 * padding};
    }
    [[nodiscard]] constexpr extents output(extents in) const {
        const extents whole = padded(in);
        return {what == max_pool ? in.channels : outputs, (whole.width - width) / stride + 1,
                (whole.height - height) / stride + 1};
    }
    /// How many elements an output is computed from.
    [[nodiscard]] constexpr std::size_t seen(extents in) const { return in.channels * width * height; }
};

constexpr image_layer pooled(std::size_t width) { return {image_layer::max_pool, 0, width, width, width}; }
constexpr image_layer fully_connected(std::size_t outputs, activation after = activation::none) {
    return {image_layer::dense, outputs, 0, 0, 1, 0, after};
}

/// Parameters are stored in the order of exchange: layer by layer, weights [out][y][x][channel], then bias.
template <extents Input, image_layer... Layers>
struct image_network {
    static constexpr std::size_t depth = sizeof...(Layers);
    static constexpr extents input = Input;
    static constexpr std::array<image_layer, depth> layers = [] {
        std::array<image_layer, depth> all{Layers...};
        extents in = Input;
        for (image_layer& layer : all) {
            if (layer.what == image_layer::dense) layer.width = in.width, layer.height = in.height;
            in = layer.output(in);
        }
        return all;
    }();

    static constexpr extents input_of(std::size_t layer) {
        extents in = Input;
        for (std::size_t i = 0; i < layer; ++i) in = layers[i].output(in);
        return in;
    }
    static constexpr extents output_of(std::size_t layer) { return input_of(layer + 1); }
    static constexpr std::size_t weights_of(std::size_t layer) {
        return layers[layer].outputs * layers[layer].seen(input_of(layer));
    }
    static constexpr std::size_t weight_offset(std::size_t layer) {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < layer; ++i) sum += weights_of(i) + layers[i].outputs;
        return sum;
    }
    static constexpr std::size_t bias_offset(std::size_t layer) { return weight_offset(layer) + weights_of(layer); }

    static constexpr std::size_t inputs = Input.size(), outputs = input_of(depth).size();
    static constexpr std::size_t parameters = weight_offset(depth);
    /// The largest image, with its padding.
    static constexpr std::size_t widest = [] {
        std::size_t most = outputs;
        for (std::size_t i = 0; i < depth; ++i) {
            const std::size_t size = layers[i].padded(input_of(i)).size();
            most = size > most ? size : most;
        }
        return most;
    }();
};

/// What a walking robot did in the last 50 steps, 31 numbers each, becomes 8 numbers that describe the ground.
struct encoder
    : image_network<extents{31, 50, 1},  //
                    image_layer{image_layer::convolution, 32, 8, 1, 4, 0, activation::relu},
                    image_layer{image_layer::convolution, 32, 5, 1, 1, 0, activation::relu},
                    image_layer{image_layer::convolution, 32, 5, 1, 1, 0, activation::relu}, fully_connected(8)> {
    static constexpr const char* name = "encoder";
};
/// LeNet-5 with the layers of today, for MNIST.
struct lenet : image_network<extents{1, 28, 28},  //
                             image_layer{image_layer::convolution, 6, 5, 5, 1, 2, activation::relu}, pooled(2),
                             image_layer{image_layer::convolution, 16, 5, 5, 1, 0, activation::relu}, pooled(2),
                             fully_connected(120, activation::relu), fully_connected(84, activation::relu),
                             fully_connected(10, activation::softmax)> {
    static constexpr const char* name = "lenet";
};

/// An image network at run time.
struct image_description {
    std::string name;
    extents input;
    std::vector<image_layer> layers;
    std::size_t inputs, outputs;
};

template <class Network>
concept ImageNetwork = requires { Network::input.channels; };

template <ImageNetwork Network>
image_description describe() {
    image_description net{Network::name, Network::input, {}, Network::inputs, Network::outputs};
    // One by one: g++ 12 copies the whole array as constants, of which the last 32 bytes are wrong with AVX-512.
    for (const image_layer& layer : Network::layers) net.layers.push_back(layer);
    return net;
}

std::vector<float> make_parameters(const image_description&);
std::vector<float> make_samples(const image_description&, std::size_t count);
std::vector<float> make_targets(const image_description&, std::size_t count);
std::vector<double> reference_forward(const image_description&, std::span<const float> parameters,
                                      std::span<const float> samples);
std::vector<double> reference_training(const image_description&, std::span<const float> parameters,
                                       std::span<const float> samples, std::span<const float> targets,
                                       std::size_t batch, std::size_t steps, optimizer);

}  // namespace bench
