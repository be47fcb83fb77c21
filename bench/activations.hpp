#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "networks.hpp"

/// Plain loops for contestants that have products but no activations, and for `plain` itself. Each file that
/// includes this is compiled with -ffast-math, under which g++ calls the C library's vector functions; the anonymous
/// namespace gives each its own copy.
namespace {

/// A function of its own: inside another loop g++ 12 first unrolls the few iterations of a small layer, and then
/// finds no loop to vectorize: eight scalar calls of tanhf instead of one vector call.
template <bench::activation Activation, std::size_t Count>
[[gnu::noinline]] void activate(float* z) {
    using enum bench::activation;
    if constexpr (Activation == relu) {
        for (std::size_t i = 0; i < Count; ++i) z[i] = z[i] > 0 ? z[i] : 0;
    } else if constexpr (Activation == elu) {
        for (std::size_t i = 0; i < Count; ++i) {
            const float negative = z[i] < 0 ? z[i] : 0;
            z[i] = (z[i] > 0 ? z[i] : 0) + (std::exp(negative) - 1);
        }
    } else if constexpr (Activation == tanh) {
        for (std::size_t i = 0; i < Count; ++i) z[i] = std::tanh(z[i]);
    } else if constexpr (Activation == sigmoid) {
        for (std::size_t i = 0; i < Count; ++i) z[i] = 1 / (1 + std::exp(-z[i]));
    } else if constexpr (Activation == softmax) {
        float most = z[0];
        for (std::size_t i = 1; i < Count; ++i) most = z[i] > most ? z[i] : most;
        float sum = 0;
        for (std::size_t i = 0; i < Count; ++i) sum += z[i] = std::exp(z[i] - most);
        const float scale = 1 / sum;
        for (std::size_t i = 0; i < Count; ++i) z[i] *= scale;
    }
}

/// y = g(W x + b) of one layer, one sample after the other: `add_product` adds W x to y, which holds the bias.
template <class Network, std::size_t Samples, std::size_t Layer, class AddProduct>
inline void forward_through(const float* parameters, const float* x, float* y, const AddProduct& add_product) {
    constexpr std::size_t outputs = Network::layers[Layer].outputs;
    constexpr bench::activation after = Network::layers[Layer].after;
    for (std::size_t j = 0; j < Samples; ++j)
        std::copy_n(parameters + Network::bias_offset(Layer), outputs, y + j * outputs);
    add_product.template operator()<Layer>(x, y);
    if constexpr (after == bench::activation::softmax)
        for (std::size_t j = 0; j < Samples; ++j) activate<after, outputs>(y + j * outputs);
    else
        activate<after, Samples * outputs>(y);
}

/// All layers in order, with the outputs of each in a row of y.
template <class Network, std::size_t Samples, class AddProduct>
inline void forward_layers(const float* parameters, const float* samples, float (*y)[Samples * Network::widest],
                           const AddProduct& add_product) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (forward_through<Network, Samples, I>(parameters, I == 0 ? samples : y[I == 0 ? 0 : I - 1], y[I], add_product),
         ...);
    }(std::make_index_sequence<Network::depth>{});
}

/// dz = dy g'(z), from the output y = g(z).
template <bench::activation Activation, std::size_t Count>
inline void differentiate(const float* y, float* dy) {
    using enum bench::activation;
    if constexpr (Activation == relu) {
        for (std::size_t i = 0; i < Count; ++i) dy[i] = y[i] > 0 ? dy[i] : 0;
    } else if constexpr (Activation == elu) {
        for (std::size_t i = 0; i < Count; ++i) dy[i] *= y[i] > 0 ? 1 : y[i] + 1;
    } else if constexpr (Activation == tanh) {
        for (std::size_t i = 0; i < Count; ++i) dy[i] *= 1 - y[i] * y[i];
    } else if constexpr (Activation == sigmoid) {
        for (std::size_t i = 0; i < Count; ++i) dy[i] *= y[i] * (1 - y[i]);
    }
}

/// The loss of one sample; y becomes dL/dy, or dL/dz after softmax, times `share`. Mean squared error, or cross-entropy
/// after softmax.
template <class Network>
inline float differentiate_loss(float* y, const float* target, float share) {
    constexpr std::size_t outputs = Network::outputs;
    float loss = 0;
    if constexpr (Network::layers.back().after == bench::activation::softmax) {
        for (std::size_t o = 0; o < outputs; ++o) {
            loss -= target[o] * std::log(y[o]);
            y[o] = share * (y[o] - target[o]);
        }
        return loss;
    } else {
        for (std::size_t o = 0; o < outputs; ++o) {
            const float e = y[o] - target[o];
            loss += e * e;
            y[o] = 2 * share / static_cast<float>(outputs) * e;
        }
        return loss / static_cast<float>(outputs);
    }
}

/// One pass over the flat parameters, gradients and state.
template <bench::optimizer Optimizer, std::size_t Count>
class updater {
public:
    void operator()(float* p, const float* g) {
        using namespace bench;
        if constexpr (Optimizer == optimizer::sgd) {
            for (std::size_t i = 0; i < Count; ++i) p[i] -= sgd_learning_rate * g[i];
        } else if constexpr (Optimizer == optimizer::momentum) {
            for (std::size_t i = 0; i < Count; ++i) {
                v_[i] = momentum_share * v_[i] + g[i];
                p[i] -= momentum_learning_rate * v_[i];
            }
        } else {
            power1_ *= static_cast<double>(adam_beta1);
            power2_ *= static_cast<double>(adam_beta2);
            const float rate = adam_learning_rate / static_cast<float>(1 - power1_);
            const float scale = 1 / std::sqrt(static_cast<float>(1 - power2_));
            for (std::size_t i = 0; i < Count; ++i) {
                m_[i] = adam_beta1 * m_[i] + (1 - adam_beta1) * g[i];
                v_[i] = adam_beta2 * v_[i] + (1 - adam_beta2) * g[i] * g[i];
                p[i] -= rate * m_[i] / (std::sqrt(v_[i]) * scale + adam_epsilon);
            }
        }
    }

private:
    static constexpr std::size_t first = Optimizer == bench::optimizer::adam ? Count : 1;
    static constexpr std::size_t second = Optimizer == bench::optimizer::sgd ? 1 : Count;
    alignas(64) float m_[first] = {};
    alignas(64) float v_[second] = {};
    double power1_ = 1, power2_ = 1;
};

}  // namespace
