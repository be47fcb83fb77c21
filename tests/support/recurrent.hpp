#pragma once
// Recurrent layers against PyTorch, and against loops.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include <etch/network/network.hpp>

#include "support/catch.hpp"
#include "support/unrolled.hpp"

namespace support {

/// In double only the order of the sums and the last digits of σ and tanh differ, some 1e-16 per step.
constexpr double recurrent_double_tolerance = 1e-13;
/// In float a sum of some dozens of products is wrong by some roundings of 2^-24 (6e-8). σ and tanh never enlarge that,
/// and a gate forgets an old error as it forgets the old state, so that it does not grow with the steps: 2e-7 measured
/// for gru, 3e-7 for lstm.
constexpr double recurrent_float_tolerance = 3e-6;
/// Gradients are sums over six steps and three samples of numbers up to 2: 6e-7 measured.
constexpr double recurrent_gradient_tolerance = 1e-5;

/// A matrix of a reference, [rows][columns], and the gradient that PyTorch computed for it.
struct torch_tensor {
    std::size_t rows, columns;
    std::span<const float> values;
    std::span<const double> gradient;
};
/// The numbers of a reference for six steps of three samples.
struct torch_steps {
    std::span<const float> input, state, grad_output;
    std::span<const double> output, grad_input, grad_state;
    std::vector<torch_tensor> parameters;
};

struct farthest_of_passes {
    double output, gradients;
};

/// How far a layer's six steps are from those of PyTorch.
template <class T, class L>
farthest_of_passes farthest_from(const torch_steps& torch) {
    unrolled<T, 6, etch::shape{5}, 3, L> layer;
    std::size_t at = 0;
    for (const torch_tensor& tensor : torch.parameters)
        for (std::size_t j = 0; j < tensor.columns; ++j)
            for (std::size_t i = 0; i < tensor.rows; ++i)
                layer.parameters[at++] = static_cast<T>(tensor.values[i * tensor.columns + j]);
    REQUIRE(at == layer.parameters.size());
    std::copy(torch.state.begin(), torch.state.end(), layer.states[0].begin());
    layer.grad_last_state.fill(0);
    constexpr std::size_t in = 15, out = layer.outputs * 3;
    for (std::size_t i = 0; i < 6; ++i) {
        std::copy_n(torch.input.data() + i * in, in, layer.input[i].begin());
        std::copy_n(torch.grad_output.data() + i * out, out, layer.grad_output[i].begin());
    }
    layer.run();

    farthest_of_passes worst{0, farthest(layer.grad_states[0], torch.grad_state)};
    const auto see = [](double& so_far, double distance) { so_far = std::max(so_far, distance); };
    for (std::size_t i = 0; i < 6; ++i) {
        see(worst.output, farthest(layer.output[i], torch.output.subspan(i * out, out)));
        see(worst.gradients, farthest(layer.grad_input[i], torch.grad_input.subspan(i * in, in)));
    }
    at = 0;
    for (const torch_tensor& tensor : torch.parameters)
        for (std::size_t j = 0; j < tensor.columns; ++j)
            for (std::size_t i = 0; i < tensor.rows; ++i)
                see(worst.gradients,
                    distance(static_cast<double>(layer.gradients[at++]), tensor.gradient[i * tensor.columns + j]));
    return worst;
}

/// The largest distance over 50 steps, in which the network and `step(parameters, x, state)`, plain loops in double,
/// each carry their own state.
template <class T, std::size_t Inputs, class L>
double farthest_from_loops(auto step) {
    using net_type = etch::basic_network<T, etch::input<Inputs>, L>;
    const auto net = [] {
        net_type drawn{etch::seed{Inputs}};
        for (T& number : drawn.parameters())  // biases
            if (number == 0) number = static_cast<T>((&number - drawn.parameters().data()) % 7 - 3) / 8;
        return drawn;
    }();
    typename net_type::state state{};
    std::vector<double> plain(net_type::state::size);
    double worst = 0;
    for (std::uint64_t i = 0; i < 50; ++i) {
        etch::vector<T, Inputs> x;
        scatter_numbers(x, etch::seed{100 + i}, 2);
        const auto y = net(x, state);
        step(net.parameters().data(), x.data(), plain.data());
        worst = std::max(worst, farthest(y, std::span<const double>{plain}.first(y.size())));
    }
    return worst;
}

}  // namespace support
