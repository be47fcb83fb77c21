// libtorch on one thread: a Sequential in inference mode, and PyTorch's own optimizers.
#include <cstddef>
#include <cstring>
#include <memory>

#include <torch/torch.h>

#include "contestant.hpp"

namespace {

torch::Tensor of(const float* numbers, std::size_t rows, std::size_t columns) {  // from_blob only reads
    return torch::from_blob(const_cast<float*>(numbers),
                            {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)});
}

/// With `Logits`, without the softmax at the end.
template <class Network, bool Logits>
torch::nn::Sequential make(const float* parameters) {
    torch::set_num_threads(1);
    torch::nn::Sequential net;
    const torch::NoGradGuard no_gradient;
    for (std::size_t i = 0; i < Network::depth; ++i) {
        const std::size_t inputs = Network::inputs_of(i), outputs = Network::layers[i].outputs;
        torch::nn::Linear linear(static_cast<std::int64_t>(inputs), static_cast<std::int64_t>(outputs));
        linear->weight.copy_(of(parameters + Network::weight_offset(i), outputs, inputs));
        linear->bias.copy_(of(parameters + Network::bias_offset(i), 1, outputs)[0]);
        net->push_back(linear);
        switch (Network::layers[i].after) {
            case bench::activation::relu:
                net->push_back(torch::nn::ReLU(torch::nn::ReLUOptions().inplace(true)));
                break;
            case bench::activation::elu: net->push_back(torch::nn::ELU(torch::nn::ELUOptions().inplace(true))); break;
            case bench::activation::tanh: net->push_back(torch::nn::Tanh()); break;
            case bench::activation::sigmoid: net->push_back(torch::nn::Sigmoid()); break;
            case bench::activation::softmax:
                if (!Logits) net->push_back(torch::nn::Softmax(1));
                break;
            case bench::activation::none: break;
        }
    }
    return net;
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) : net_{make<Network, false>(parameters)} { net_->eval(); }

    const float* operator()(const float* samples) {
        const c10::InferenceMode guard;
        answers_ = net_->forward(of(samples, Samples, Network::inputs));
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
        const auto answers = net_->forward(of(samples, Batch, Network::inputs));
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
        for (const torch::Tensor& p : net_->parameters()) {
            const torch::Tensor numbers = p.detach().contiguous();
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
    return true;
}();

}  // namespace
