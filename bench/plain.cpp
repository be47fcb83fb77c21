// Hand-written loops over arrays of compile-time sizes, with -O3 -ffast-math. Weights are stored either output by
// output (`rows`: a dot product for each output) or input by input (`columns`: each input is spread over the outputs).
// The pass of one sample is a function of its own, as in a user's program: inside the loop of the benchmark or of the
// batch g++ 12 unrolls short loops before it vectorizes, and the code is slower.
#include <cmath>
#include <cstddef>
#include <utility>

#include "activations.hpp"
#include "contestant.hpp"

namespace {

enum class layout { rows, columns, mixed };

/// Mixed: columns, or rows if the outputs do not fill an AVX-512 register.
constexpr layout layout_of(layout network, std::size_t outputs) {
    if (network != layout::mixed) return network;
    return outputs < 16 ? layout::rows : layout::columns;
}

/// y = g(W x + b). The sums are an array of their own, so that the compiler may keep them in registers.
template <layout Layout, std::size_t Inputs, std::size_t Outputs, bench::activation After>
inline void forward_layer(const float* __restrict weight, const float* __restrict bias, const float* __restrict x,
                          float* __restrict y) {
    alignas(64) float sums[Outputs];
    if constexpr (Layout == layout::rows) {
        for (std::size_t o = 0; o < Outputs; ++o) {
            float sum = bias[o];
            for (std::size_t k = 0; k < Inputs; ++k) sum += weight[o * Inputs + k] * x[k];
            sums[o] = sum;
        }
    } else {
        for (std::size_t o = 0; o < Outputs; ++o) sums[o] = bias[o];
        for (std::size_t k = 0; k < Inputs; ++k)
            for (std::size_t o = 0; o < Outputs; ++o) sums[o] += weight[k * Outputs + o] * x[k];
    }
    activate<After, Outputs>(sums);
    for (std::size_t o = 0; o < Outputs; ++o) y[o] = sums[o];
}

/// Converts between the order of exchange and the contestant's own.
template <class Network, layout Layout>
void copy_parameters(const float* from, float* to, bool back) {
    for (std::size_t i = 0; i < Network::depth; ++i) {
        const std::size_t inputs = Network::inputs_of(i), outputs = Network::layers[i].outputs;
        const std::size_t first = Network::weight_offset(i);
        for (std::size_t o = 0; o < outputs; ++o) {
            for (std::size_t k = 0; k < inputs; ++k) {
                const std::size_t exchanged = first + o * inputs + k;
                const std::size_t own =
                    layout_of(Layout, outputs) == layout::rows ? exchanged : first + k * outputs + o;
                to[back ? exchanged : own] = from[back ? own : exchanged];
            }
            to[Network::bias_offset(i) + o] = from[Network::bias_offset(i) + o];
        }
    }
}

template <class Network, layout Layout, std::size_t Layer>
inline void forward_layer(const float* parameters, const float* x, float* y) {
    constexpr bench::dense layer = Network::layers[Layer];
    forward_layer<layout_of(Layout, layer.outputs), Network::inputs_of(Layer), layer.outputs, layer.after>(
        parameters + Network::weight_offset(Layer), parameters + Network::bias_offset(Layer), x, y);
}

template <class Network, layout Layout, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) { copy_parameters<Network, Layout>(parameters, parameters_, false); }

    const float* operator()(const float* samples) {
        for (std::size_t j = 0; j < Samples; ++j)
            one(samples + j * Network::inputs, answers_ + j * Network::outputs,
                std::make_index_sequence<Network::depth>{});
        return answers_;
    }

private:
    template <std::size_t... I>
    [[gnu::noinline]] void one(const float* sample, float* answer, std::index_sequence<I...>) {
        alignas(64) float a[2][Network::widest];
        (forward_layer<Network, Layout, I>(parameters_, I == 0 ? sample : a[I % 2],
                                           I + 1 == Network::depth ? answer : a[(I + 1) % 2]),
         ...);
    }

    alignas(64) float parameters_[Network::parameters];
    alignas(64) float answers_[Samples * Network::outputs];
};
template <class Network, std::size_t Samples>
using forward_rows = forward<Network, layout::rows, Samples>;
template <class Network, std::size_t Samples>
using forward_mixed = forward<Network, layout::mixed, Samples>;
template <class Network, std::size_t Samples>
using forward_columns = forward<Network, layout::columns, Samples>;

template <class Network, layout Layout, bench::optimizer Optimizer, std::size_t Batch>
class training {
public:
    explicit training(const float* parameters) { copy_parameters<Network, Layout>(parameters, parameters_, false); }

    float step(const float* samples, const float* targets) {
        for (float& g : gradients_) g = 0;
        float loss = 0;
        for (std::size_t j = 0; j < Batch; ++j)
            loss += one(samples + j * Network::inputs, targets + j * Network::outputs,
                        std::make_index_sequence<Network::depth>{});
        update_(parameters_, gradients_);
        return loss / static_cast<float>(Batch);
    }
    void read(float* parameters) const { copy_parameters<Network, Layout>(parameters_, parameters, true); }

private:
    template <std::size_t... I>
    [[gnu::noinline]] float one(const float* sample, const float* target, std::index_sequence<I...>) {
        alignas(64) float a[Network::depth][Network::widest];
        (forward_layer<Network, Layout, I>(parameters_, I == 0 ? sample : a[I - 1], a[I]), ...);
        alignas(64) float dy[2][Network::widest];
        constexpr std::size_t last = Network::depth - 1;
        for (std::size_t o = 0; o < Network::outputs; ++o) dy[last % 2][o] = a[last][o];
        const float loss = differentiate_loss<Network>(dy[last % 2], target, 1.0f / static_cast<float>(Batch));
        (backward_layer<last - I>(last == I ? sample : a[last - I - (last == I ? 0 : 1)], a[last - I],
                                  dy[(last - I) % 2], dy[(last - I + 1) % 2]),
         ...);
        return loss;
    }

    template <std::size_t Layer>
    void backward_layer(const float* __restrict x, const float* __restrict y, float* __restrict dz,
                        float* __restrict dx) {
        constexpr std::size_t inputs = Network::inputs_of(Layer), outputs = Network::layers[Layer].outputs;
        differentiate<Network::layers[Layer].after, outputs>(y, dz);
        const float* __restrict weight = parameters_ + Network::weight_offset(Layer);
        float* __restrict dweight = gradients_ + Network::weight_offset(Layer);
        float* __restrict dbias = gradients_ + Network::bias_offset(Layer);
        for (std::size_t o = 0; o < outputs; ++o) dbias[o] += dz[o];
        if constexpr (layout_of(Layout, outputs) == layout::rows) {
            for (std::size_t o = 0; o < outputs; ++o)
                for (std::size_t k = 0; k < inputs; ++k) dweight[o * inputs + k] += dz[o] * x[k];
            if constexpr (Layer > 0) {
                for (std::size_t k = 0; k < inputs; ++k) dx[k] = 0;
                for (std::size_t o = 0; o < outputs; ++o)
                    for (std::size_t k = 0; k < inputs; ++k) dx[k] += weight[o * inputs + k] * dz[o];
            }
        } else {
            for (std::size_t k = 0; k < inputs; ++k)
                for (std::size_t o = 0; o < outputs; ++o) dweight[k * outputs + o] += dz[o] * x[k];
            if constexpr (Layer > 0) {
                for (std::size_t k = 0; k < inputs; ++k) {
                    float sum = 0;
                    for (std::size_t o = 0; o < outputs; ++o) sum += weight[k * outputs + o] * dz[o];
                    dx[k] = sum;
                }
            }
        }
    }

    alignas(64) float parameters_[Network::parameters];
    alignas(64) float gradients_[Network::parameters] = {};
    updater<Optimizer, Network::parameters> update_;
};
template <class Network, bench::optimizer Optimizer, std::size_t Batch>
using training_rows = training<Network, layout::rows, Optimizer, Batch>;
template <class Network, bench::optimizer Optimizer, std::size_t Batch>
using training_mixed = training<Network, layout::mixed, Optimizer, Batch>;
template <class Network, bench::optimizer Optimizer, std::size_t Batch>
using training_columns = training<Network, layout::columns, Optimizer, Batch>;

template <class Of>
struct function {
    static void run(const float* __restrict from, float* __restrict to, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) to[i] = Of{}(from[i]);
    }
};

const bool registered = [] {
    using namespace bench;
    add_single<forward_rows, tiny, policy, quadrotor, legged, digits>("plain:rows");
    add_single<forward_columns, tiny, policy, quadrotor, legged, digits>("plain:columns");
    add_single<forward_mixed, policy, quadrotor, legged, digits>("plain:mixed");
    add_batches<forward_mixed, policy, digits>("plain:mixed");
    add_batches<forward_rows, policy, digits>("plain:rows");
    add_batches<forward_columns, policy, digits>("plain:columns");
    add_all_training<training_mixed>("plain:mixed");
    add_all_training<training_rows>("plain:rows");
    add_all_training<training_columns>("plain:columns");
    add_function<"exp", function>("plain", [](float x) { return std::exp(x); });
    add_function<"tanh", function>("plain", [](float x) { return std::tanh(x); });
    add_function<"sigmoid", function>("plain", [](float x) { return 1 / (1 + std::exp(-x)); });
    add_function<"log", function>("plain", [](float x) { return std::log(x); });
    add_function<"softplus", function>("plain",
                                       [](float x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::fabs(x))); });
    add_function<"erf", function>("plain", [](float x) { return std::erf(x); });
    return true;
}();

}  // namespace
