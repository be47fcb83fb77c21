// libtorch on one thread: a Sequential in inference mode, and PyTorch's own optimizers.
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "contestant.hpp"

namespace {

std::int64_t size(std::size_t n) { return static_cast<std::int64_t>(n); }

torch::Tensor of(const float* numbers, std::size_t rows, std::size_t columns) {  // from_blob only reads
    return torch::from_blob(const_cast<float*>(numbers), {size(rows), size(columns)});
}

template <class Network>
torch::Tensor input_of(const float* samples, std::size_t count) {
    return of(samples, count, Network::inputs);
}
/// Images in the order channel, line, place, as PyTorch sees them; the memory stays as it is.
template <bench::ImageNetwork Network>
torch::Tensor input_of(const float* samples, std::size_t count) {
    return torch::from_blob(const_cast<float*>(samples), {size(count), size(Network::input.height),
                                                          size(Network::input.width), size(Network::input.channels)})
        .permute({0, 3, 1, 2});
}

/// With `Logits`, without the softmax at the end.
template <bool Logits>
void add_activation(torch::nn::Sequential& net, bench::activation after) {
    switch (after) {
        case bench::activation::relu: net->push_back(torch::nn::ReLU(torch::nn::ReLUOptions().inplace(true))); break;
        case bench::activation::elu: net->push_back(torch::nn::ELU(torch::nn::ELUOptions().inplace(true))); break;
        case bench::activation::tanh: net->push_back(torch::nn::Tanh()); break;
        case bench::activation::sigmoid: net->push_back(torch::nn::Sigmoid()); break;
        case bench::activation::softmax:
            if (!Logits) net->push_back(torch::nn::Softmax(1));
            break;
        case bench::activation::none: break;
    }
}

/// With `Logits`, without the softmax at the end.
template <class Network, bool Logits>
torch::nn::Sequential make(const float* parameters) {
    torch::set_num_threads(1);
    torch::nn::Sequential net;
    const torch::NoGradGuard no_gradient;
    for (std::size_t i = 0; i < Network::depth; ++i) {
        const std::size_t inputs = Network::inputs_of(i), outputs = Network::layers[i].outputs;
        torch::nn::Linear linear(size(inputs), size(outputs));
        linear->weight.copy_(of(parameters + Network::weight_offset(i), outputs, inputs));
        linear->bias.copy_(of(parameters + Network::bias_offset(i), 1, outputs)[0]);
        net->push_back(linear);
        add_activation<Logits>(net, Network::layers[i].after);
    }
    return net;
}

/// The weights of a layer, in the order of exchange, as PyTorch has them: channel, line, place.
template <class Network>
torch::Tensor in_order_of_torch(std::size_t layer, torch::Tensor weight) {
    if constexpr (bench::ImageNetwork<Network>) {
        const bench::image_layer l = Network::layers[layer];
        return weight.view({size(l.outputs), size(l.height), size(l.width), -1}).permute({0, 3, 1, 2});
    } else {
        return weight;
    }
}
template <class Network>
bool has_parameters(std::size_t layer) {
    return Network::weights_of(layer) > 0;
}
template <class Network>
torch::Tensor in_order_of_exchange(std::size_t layer, torch::Tensor weight) {
    if constexpr (bench::ImageNetwork<Network>) {
        const bench::image_layer l = Network::layers[layer];
        return weight.view({size(l.outputs), -1, size(l.height), size(l.width)}).permute({0, 2, 3, 1});
    } else {
        return weight;
    }
}

template <bench::ImageNetwork Network, bool Logits>
torch::nn::Sequential make(const float* parameters) {
    torch::set_num_threads(1);
    torch::nn::Sequential net;
    const torch::NoGradGuard no_gradient;
    const auto set = [&](torch::nn::Module& to, std::size_t i) {
        torch::Tensor weight = to.named_parameters()["weight"];
        const auto from = of(parameters + Network::weight_offset(i), 1, Network::weights_of(i));
        weight.copy_(in_order_of_torch<Network>(i, from).reshape(weight.sizes()));
        to.named_parameters()["bias"].copy_(of(parameters + Network::bias_offset(i), 1, Network::layers[i].outputs)[0]);
    };
    for (std::size_t i = 0; i < Network::depth; ++i) {
        const bench::image_layer layer = Network::layers[i];
        const bench::extents in = Network::input_of(i);
        if (layer.what == bench::image_layer::max_pool) {
            net->push_back(torch::nn::MaxPool2d(
                torch::nn::MaxPool2dOptions({size(layer.height), size(layer.width)}).stride(size(layer.stride))));
        } else if (layer.what == bench::image_layer::convolution) {
            torch::nn::Conv2d convolution(torch::nn::Conv2dOptions(size(in.channels), size(layer.outputs),
                                                                   {size(layer.height), size(layer.width)})
                                              .stride(size(layer.stride))
                                              .padding(size(layer.padding)));
            set(*convolution, i);
            net->push_back(convolution);
        } else {
            if (in.width * in.height > 1) net->push_back(torch::nn::Flatten());
            torch::nn::Linear linear(size(in.size()), size(layer.outputs));
            set(*linear, i);
            net->push_back(linear);
        }
        add_activation<Logits>(net, layer.after);
    }
    return net;
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) : net_{make<Network, false>(parameters)} { net_->eval(); }

    const float* operator()(const float* samples) {
        const c10::InferenceMode guard;
        answers_ = net_->forward(input_of<Network>(samples, Samples));
        return answers_.data_ptr<float>();
    }

private:
    torch::nn::Sequential net_;
    torch::Tensor answers_;
};

template <class Network, bench::optimizer Optimizer, std::size_t Batch>
class training {
public:
    explicit training(const float* parameters) : net_{make<Network, true>(parameters)} {
        using namespace bench;
        if constexpr (Optimizer == optimizer::adam)
            optimizer_ = std::make_unique<torch::optim::Adam>(
                net_->parameters(), torch::optim::AdamOptions(static_cast<double>(adam_learning_rate)));
        else if constexpr (Optimizer == optimizer::momentum)
            optimizer_ = std::make_unique<torch::optim::SGD>(
                net_->parameters(), torch::optim::SGDOptions(static_cast<double>(momentum_learning_rate))
                                        .momentum(static_cast<double>(momentum_share)));
        else
            optimizer_ = std::make_unique<torch::optim::SGD>(
                net_->parameters(), torch::optim::SGDOptions(static_cast<double>(sgd_learning_rate)));
    }

    float step(const float* samples, const float* targets) {
        optimizer_->zero_grad();
        const auto answers = net_->forward(input_of<Network>(samples, Batch));
        const auto target = of(targets, Batch, Network::outputs);
        torch::Tensor loss;
        if constexpr (Network::layers.back().after == bench::activation::softmax)
            loss = torch::nn::functional::cross_entropy(answers, target);
        else
            loss = torch::mse_loss(answers, target);
        loss.backward();
        optimizer_->step();
        return loss.item<float>();
    }

    void read(float* parameters) const {
        const std::vector<torch::Tensor> all = net_->parameters();
        std::size_t layer = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool is_weight = i % 2 == 0;
            if (is_weight && i > 0) ++layer;
            while (!has_parameters<Network>(layer)) ++layer;
            const torch::Tensor p = all[i].detach();
            const torch::Tensor numbers = (is_weight ? in_order_of_exchange<Network>(layer, p) : p).contiguous();
            std::memcpy(parameters, numbers.template data_ptr<float>(),
                        static_cast<std::size_t>(numbers.numel()) * sizeof(float));
            parameters += numbers.numel();
        }
    }

private:
    torch::nn::Sequential net_;
    std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

const bool registered = [] {
    using namespace bench;
    add_single<forward, tiny, policy, quadrotor, legged, digits>("libtorch");
    add_batches<forward, policy, digits>("libtorch");
    add_all_training<training>("libtorch");
    add_vision<forward, encoder, lenet>("libtorch");
    add_vision_batch<forward, lenet>("libtorch");
    add_vision_training<training, lenet>("libtorch");
    return true;
}();

}  // namespace
