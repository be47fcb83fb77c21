#include <cmath>
#include <cstdint>

#include "stream.hpp"

namespace bench {

namespace {

using signal = std::vector<std::vector<double>>;  // a vector per step

/// W x, added to y.
void add_product(const float* weight, const std::vector<double>& x, std::vector<double>& y) {
    for (double& sum : y)
        for (const double number : x) sum += static_cast<double>(*weight++) * number;
}

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

signal convolved(const stream_layer& layer, const float* weight, const signal& x) {
    const std::size_t in = x.front().size(), length = layer.length;
    const float* const bias = weight + layer.weights(in);
    signal y;
    for (std::size_t t = 0; t < x.size(); ++t) {
        y.emplace_back(bias, bias + layer.outputs);
        for (std::size_t k = 0; k < length; ++k) {
            const std::size_t before = (length - 1 - k) * layer.dilation;
            if (before > t) continue;
            for (std::size_t o = 0; o < layer.outputs; ++o)
                for (std::size_t c = 0; c < in; ++c)
                    y[t][o] += static_cast<double>(weight[(o * length + k) * in + c]) * x[t - before][c];
        }
        for (double& number : y[t]) number = apply(layer.after, number);
    }
    return y;
}

signal recurrent(const stream_layer& layer, const float* weight, const signal& x) {
    const std::size_t in = x.front().size(), units = layer.outputs, rows = layer.rows();
    const float *const weight_hh = weight + rows * in, *const bias_ih = weight_hh + rows * units;
    const float* const bias_hh = bias_ih + rows;
    std::vector<double> h(units), cell(units);
    signal y;
    for (const std::vector<double>& input : x) {
        std::vector<double> of_x(bias_ih, bias_ih + rows), of_h(bias_hh, bias_hh + rows);
        add_product(weight, input, of_x);
        add_product(weight_hh, h, of_h);
        for (std::size_t u = 0; u < units; ++u) {
            const auto sum = [&](std::size_t gate) { return of_x[gate * units + u] + of_h[gate * units + u]; };
            if (layer.what == stream_layer::gru) {
                const double r = sigmoid(sum(0)), z = sigmoid(sum(1));
                const double n = std::tanh(of_x[2 * units + u] + r * of_h[2 * units + u]);
                h[u] = (1 - z) * n + z * h[u];
            } else {
                cell[u] = sigmoid(sum(1)) * cell[u] + sigmoid(sum(0)) * std::tanh(sum(2));
                h[u] = sigmoid(sum(3)) * std::tanh(cell[u]);
            }
        }
        y.push_back(h);
    }
    return y;
}

}  // namespace

std::vector<float> make_parameters(const stream_description& net) {
    std::vector<float> parameters;
    std::size_t in = net.inputs;
    std::uint32_t seed = 1;
    for (const stream_layer& layer : net.layers) {
        const std::size_t seen = layer.is_recurrent() ? in + layer.outputs : in * layer.length;
        const float limit = std::sqrt(6.0f / static_cast<float>(seen + layer.outputs));
        const std::size_t weights = layer.weights(in);
        for (const float w : draw(weights, seed++, -limit, limit)) parameters.push_back(w);
        for (const float b : draw(layer.parameters(in) - weights, seed++, -0.1f, 0.1f)) parameters.push_back(b);
        in = layer.outputs;
    }
    return parameters;
}

std::vector<float> make_samples(const stream_description& net, std::size_t steps) {
    return draw(steps * net.inputs, 101, -1, 1);
}

std::vector<double> reference_forward(const stream_description& net, std::span<const float> parameters,
                                      std::span<const float> samples) {
    signal x;
    for (; !samples.empty(); samples = samples.subspan(net.inputs))
        x.emplace_back(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(net.inputs));
    const float* next = parameters.data();
    for (const stream_layer& layer : net.layers) {
        const std::size_t in = x.front().size();
        x = layer.is_recurrent() ? recurrent(layer, next, x) : convolved(layer, next, x);
        next += layer.parameters(in);
    }
    std::vector<double> answers;
    for (const auto& y : x) answers.insert(answers.end(), y.begin(), y.end());
    return answers;
}

}  // namespace bench
