// FANN has tanh and the sigmoid, but neither ReLU nor ELU nor batches: two of the networks, one sample at a time.
#include <cstddef>
#include <memory>
#include <vector>

#include <floatfann.h>

#include "contestant.hpp"

namespace {

struct release {
    void operator()(struct fann* net) const { fann_destroy(net); }
};
using handle = std::unique_ptr<struct fann, release>;

template <class Network>
handle make() {
    std::vector<unsigned> sizes{Network::inputs};
    for (const bench::dense& layer : Network::layers) sizes.push_back(static_cast<unsigned>(layer.outputs));
    handle net{fann_create_standard_array(static_cast<unsigned>(sizes.size()), sizes.data())};
    for (std::size_t i = 0; i < Network::depth; ++i) {
        // FANN's functions are tanh(s x) and 1 / (1 + e^(-2 s x)) with a steepness s.
        const bench::activation after = Network::layers[i].after;
        const bool sigmoid = after == bench::activation::sigmoid;
        const auto function = after == bench::activation::none ? FANN_LINEAR
                              : sigmoid                        ? FANN_SIGMOID
                                                               : FANN_SIGMOID_SYMMETRIC;
        fann_set_activation_function_layer(net.get(), function, static_cast<int>(i + 1));
        fann_set_activation_steepness_layer(net.get(), sigmoid ? 0.5f : 1.0f, static_cast<int>(i + 1));
    }
    return net;
}

/// Calls f(FANN's weight, its index in the order of exchange) for all weights: FANN stores the weights of a neuron
/// together, its bias last.
template <class Network>
void for_each_weight(struct fann* net, auto f) {
    float* own = net->weights;
    for (std::size_t i = 0; i < Network::depth; ++i) {
        for (std::size_t o = 0; o < Network::layers[i].outputs; ++o) {
            for (std::size_t k = 0; k < Network::inputs_of(i); ++k)
                f(*own++, Network::weight_offset(i) + o * Network::inputs_of(i) + k);
            f(*own++, Network::bias_offset(i) + o);
        }
    }
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) {
        for_each_weight<Network>(net_.get(), [&](float& own, std::size_t at) { own = parameters[at]; });
    }
    const float* operator()(const float* sample) { return fann_run(net_.get(), const_cast<float*>(sample)); }

private:
    handle net_ = make<Network>();
};

template <class Network, bench::optimizer, std::size_t>
class training {
public:
    explicit training(const float* parameters) {
        fann_set_training_algorithm(net_.get(), FANN_TRAIN_INCREMENTAL);
        fann_set_train_error_function(net_.get(), FANN_ERRORFUNC_LINEAR);
        fann_set_learning_rate(net_.get(),
                               2 * bench::sgd_learning_rate);  // its gradient lacks the factor 2 of the square
        for_each_weight<Network>(net_.get(), [&](float& own, std::size_t at) { own = parameters[at]; });
    }
    float step(const float* sample, const float* target) {
        fann_train(net_.get(), const_cast<float*>(sample), const_cast<float*>(target));
        return 0;
    }
    void read(float* parameters) const {
        for_each_weight<Network>(net_.get(), [&](float& own, std::size_t at) { parameters[at] = own; });
    }

private:
    handle net_ = make<Network>();
};

const bool registered = [] {
    using namespace bench;
    add_single<forward, tiny, policy>("fann");
    add_training<training, tiny, optimizer::sgd, 1>("fann");
    return true;
}();

}  // namespace
