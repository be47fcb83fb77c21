// OpenBLAS multiplies; the activations are plain loops.
#include <algorithm>
#include <cstddef>
#include <utility>

#include <cblas.h>

#include "activations.hpp"
#include "contestant.hpp"

namespace {

/// A batch is a row-major matrix, one sample per row, so that weights are used in the order of exchange.
template <class Network, std::size_t Samples>
void run_forward(const float* parameters, const float* samples, float (*y)[Samples * Network::widest]) {
    forward_layers<Network, Samples>(parameters, samples, y, [&]<std::size_t Layer>(const float* x, float* to) {
        constexpr int inputs = static_cast<int>(Network::inputs_of(Layer));
        constexpr int outputs = static_cast<int>(Network::layers[Layer].outputs);
        const float* weight = parameters + Network::weight_offset(Layer);
        if constexpr (Samples == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, outputs, inputs, 1, weight, inputs, x, 1, 1, to, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(Samples), outputs, inputs, 1, x,
                        inputs, weight, inputs, 1, to, outputs);
    });
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) { std::copy_n(parameters, Network::parameters, parameters_); }

    const float* operator()(const float* samples) {
        run_forward<Network, Samples>(parameters_, samples, y_);
        return y_[Network::depth - 1];
    }

private:
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
        run_forward<Network, Batch>(parameters_, samples, y_);
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
