// OpenBLAS multiplies; the activations are plain loops.
#include <algorithm>
#include <cstddef>
#include <utility>

#include <cblas.h>

#include "activations.hpp"
#include "contestant.hpp"

namespace {

/// A batch is a row-major matrix with one sample a row, so that weights are used as they are exchanged.
template <class Network, std::size_t Samples, std::size_t Layer>
void forward_layer(const float* parameters, const float* x, float* y) {
    constexpr int inputs = static_cast<int>(Network::inputs_of(Layer));
    constexpr int outputs = static_cast<int>(Network::layers[Layer].outputs);
    constexpr int samples = static_cast<int>(Samples);
    const float* weight = parameters + Network::weight_offset(Layer);
    const float* bias = parameters + Network::bias_offset(Layer);
    for (std::size_t j = 0; j < Samples; ++j) std::copy_n(bias, outputs, y + j * static_cast<std::size_t>(outputs));
    if constexpr (Samples == 1)
        cblas_sgemv(CblasRowMajor, CblasNoTrans, outputs, inputs, 1, weight, inputs, x, 1, 1, y, 1);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, samples, outputs, inputs, 1, x, inputs, weight, inputs, 1,
                    y, outputs);
    using enum bench::activation;
    if constexpr (Network::layers[Layer].after == softmax) {
        for (std::size_t j = 0; j < Samples; ++j)
            activate<softmax, Network::outputs>(y + j * static_cast<std::size_t>(outputs));
    } else {
        activate<Network::layers[Layer].after, Samples * Network::layers[Layer].outputs>(y);
    }
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) { std::copy_n(parameters, Network::parameters, parameters_); }

    const float* operator()(const float* samples) {
        run(samples, std::make_index_sequence<Network::depth>{});
        return y_[Network::depth - 1];
    }

private:
    template <std::size_t... I>
    void run(const float* samples, std::index_sequence<I...>) {
        (forward_layer<Network, Samples, I>(parameters_, I == 0 ? samples : y_[I == 0 ? 0 : I - 1], y_[I]), ...);
    }

    alignas(64) float parameters_[Network::parameters];
    alignas(64) float y_[Network::depth][Samples * Network::widest];
};

template <class Network, bench::optimizer Optimizer, std::size_t Batch>
class training {
public:
    explicit training(const float* parameters) { std::copy_n(parameters, Network::parameters, parameters_); }

    float step(const float* samples, const float* targets) {
        return run(samples, targets, std::make_index_sequence<Network::depth>{});
    }
    void read(float* parameters) const { std::copy_n(parameters_, Network::parameters, parameters); }

private:
    template <std::size_t... I>
    float run(const float* samples, const float* targets, std::index_sequence<I...>) {
        constexpr std::size_t last = Network::depth - 1;
        (forward_layer<Network, Batch, I>(parameters_, I == 0 ? samples : y_[I == 0 ? 0 : I - 1], y_[I]), ...);
        std::copy_n(y_[last], Batch * Network::outputs, dy_[last]);
        float loss = 0;
        constexpr float share = 1.0f / static_cast<float>(Batch);
        for (std::size_t j = 0; j < Batch; ++j)
            loss +=
                differentiate_loss<Network>(dy_[last] + j * Network::outputs, targets + j * Network::outputs, share);
        (backward_layer<last - I>(samples), ...);
        update_(parameters_, gradients_);
        return loss * share;
    }

    template <std::size_t Layer>
    void backward_layer(const float* samples) {
        constexpr int inputs = static_cast<int>(Network::inputs_of(Layer));
        constexpr int outputs = static_cast<int>(Network::layers[Layer].outputs);
        constexpr int batch = static_cast<int>(Batch);
        const float* x = samples;
        if constexpr (Layer > 0) x = y_[Layer - 1];
        float* dz = dy_[Layer];
        differentiate<Network::layers[Layer].after, Batch * Network::layers[Layer].outputs>(y_[Layer], dz);
        float* dbias = gradients_ + Network::bias_offset(Layer);
        std::fill_n(dbias, outputs, 0.0f);
        for (std::size_t j = 0; j < Batch; ++j)
            for (std::size_t o = 0; o < Network::layers[Layer].outputs; ++o)
                dbias[o] += dz[j * Network::layers[Layer].outputs + o];
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, outputs, inputs, batch, 1, dz, outputs, x, inputs, 0,
                    gradients_ + Network::weight_offset(Layer), inputs);
        if constexpr (Layer > 0)
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, inputs, outputs, 1, dz, outputs,
                        parameters_ + Network::weight_offset(Layer), inputs, 0, dy_[Layer - 1], inputs);
    }

    alignas(64) float parameters_[Network::parameters];
    alignas(64) float gradients_[Network::parameters];
    alignas(64) float y_[Network::depth][Batch * Network::widest];
    alignas(64) float dy_[Network::depth][Batch * Network::widest];
    updater<Optimizer, Network::parameters> update_;
};

const bool registered = [] {
    using namespace bench;
    add_single<forward, tiny, policy, quadrotor, legged, digits>("openblas");
    add_batches<forward, policy, digits>("openblas");
    add_all_training<training>("openblas");
    return true;
}();

}  // namespace
