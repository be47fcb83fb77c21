#pragma once
#include <array>
#include <cstddef>

/// The five networks that every contestant runs, only as sizes, so that a contestant's file needs nothing from etch.
namespace bench {

enum class activation { none, relu, elu, tanh, sigmoid, softmax };
enum class optimizer { sgd, momentum, adam };

struct dense {
    std::size_t outputs;
    activation after = activation::none;
};

/// Parameters are stored in the order of exchange: layer by layer, weights [out][in] row-major, then bias.
template <std::size_t Inputs, dense... Layers>
struct network {
    static constexpr std::size_t depth = sizeof...(Layers), inputs = Inputs;
    static constexpr std::array<dense, depth> layers{Layers...};
    static constexpr std::size_t outputs = layers[depth - 1].outputs;

    static constexpr std::size_t inputs_of(std::size_t layer) {
        return layer == 0 ? Inputs : layers[layer - 1].outputs;
    }
    static constexpr std::size_t weights_of(std::size_t layer) { return layers[layer].outputs * inputs_of(layer); }
    static constexpr std::size_t weight_offset(std::size_t layer) {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < layer; ++i) sum += weights_of(i) + layers[i].outputs;
        return sum;
    }
    static constexpr std::size_t bias_offset(std::size_t layer) { return weight_offset(layer) + weights_of(layer); }
    static constexpr std::size_t parameters = weight_offset(depth);
    static constexpr std::size_t widest = [] {
        std::size_t most = Inputs;
        for (const dense& layer : layers) most = layer.outputs > most ? layer.outputs : most;
        return most;
    }();
};

/// A controller.
struct tiny : network<2, dense{8, activation::tanh}, dense{1, activation::sigmoid}> {
    static constexpr const char* name = "tiny";
};
/// A policy trained by proximal policy optimization; its last layer computes means, so it has no activation.
struct policy : network<17, dense{64, activation::tanh}, dense{64, activation::tanh}, dense{6}> {
    static constexpr const char* name = "policy";
};
/// Flight control: the commands to four motors are bounded.
struct quadrotor : network<22, dense{64, activation::relu}, dense{64, activation::relu}, dense{4, activation::tanh}> {
    static constexpr const char* name = "quadrotor";
};
/// A walking robot: 764 KB of weights.
struct legged
    : network<48, dense{512, activation::elu}, dense{256, activation::elu}, dense{128, activation::elu}, dense{12}> {
    static constexpr const char* name = "legged";
};
/// MNIST.
struct digits : network<784, dense{128, activation::relu}, dense{10, activation::softmax}> {
    static constexpr const char* name = "digits";
};

/// The options of all optimizers of all contestants: PyTorch's defaults, if it has one.
inline constexpr float sgd_learning_rate = 0.05f;
inline constexpr float momentum_learning_rate = 0.01f, momentum_share = 0.9f;
inline constexpr float adam_learning_rate = 1e-3f, adam_beta1 = 0.9f, adam_beta2 = 0.999f, adam_epsilon = 1e-8f;

/// Training cycles through this many batches, so that it neither converges nor learns one batch by heart.
inline constexpr std::size_t training_batches = 8;

}  // namespace bench
