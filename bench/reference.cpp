#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

#include "workload.hpp"

namespace bench {

std::vector<float> draw(std::size_t count, std::uint32_t seed, float low, float high) {
    std::mt19937 generator{seed};
    std::vector<float> numbers(count);
    for (float& x : numbers) x = low + (high - low) * static_cast<float>(generator() >> 8) * 0x1p-24f;
    return numbers;
}

double apply(activation after, double z) {
    switch (after) {
        case activation::relu: return z > 0 ? z : 0;
        case activation::elu: return z > 0 ? z : std::expm1(z);
        case activation::tanh: return std::tanh(z);
        case activation::sigmoid: return 1 / (1 + std::exp(-z));
        case activation::none:
        case activation::softmax: break;
    }
    return z;
}

double derivative(activation after, double y) {
    switch (after) {
        case activation::relu: return y > 0 ? 1 : 0;
        case activation::elu: return y > 0 ? 1 : y + 1;
        case activation::tanh: return 1 - y * y;
        case activation::sigmoid: return y * (1 - y);
        case activation::none:
        case activation::softmax: break;
    }
    return 1;
}

void reference_updater::operator()(std::span<const double> gradient) {
    const double t = ++steps_;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        double &p = parameters[i], &m = m_[i], &v = v_[i];
        const double g = gradient[i];
        switch (rule_) {
            case optimizer::sgd: p -= static_cast<double>(sgd_learning_rate) * g; break;
            case optimizer::momentum:
                v = static_cast<double>(momentum_share) * v + g;
                p -= static_cast<double>(momentum_learning_rate) * v;
                break;
            case optimizer::adam:
                m += (1 - 0.9) * (g - m);
                v += (1 - 0.999) * (g * g - v);
                p -= 1e-3 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
                break;
        }
    }
}

namespace {

/// The outputs of all layers for one sample, the input first.
std::vector<std::vector<double>> forward(const description& net, std::span<const double> parameters,
                                         std::span<const float> sample) {
    std::vector<std::vector<double>> a{{sample.begin(), sample.end()}};
    for (const dense& layer : net.layers) {
        const std::vector<double>& x = a.back();
        std::vector<double> y(layer.outputs);
        const std::span<const double> weight = parameters.first(layer.outputs * x.size());
        const std::span<const double> bias = parameters.subspan(weight.size(), layer.outputs);
        for (std::size_t o = 0; o < layer.outputs; ++o) {
            y[o] = bias[o];
            for (std::size_t k = 0; k < x.size(); ++k) y[o] += weight[o * x.size() + k] * x[k];
            y[o] = apply(layer.after, y[o]);
        }
        if (layer.after == activation::softmax) {
            const double most = *std::ranges::max_element(y);
            double sum = 0;
            for (double& z : y) sum += z = std::exp(z - most);
            for (double& z : y) z /= sum;
        }
        parameters = parameters.subspan(weight.size() + bias.size());
        a.push_back(std::move(y));
    }
    return a;
}

/// Adds dL/dparameters of one sample, times `share`, to `gradient`.
void backward(const description& net, std::span<const double> parameters, const std::vector<std::vector<double>>& a,
              std::span<const float> target, double share, std::span<double> gradient) {
    const bool cross_entropy = net.layers.back().after == activation::softmax;
    std::vector<double> dy(net.outputs());
    for (std::size_t o = 0; o < dy.size(); ++o)
        dy[o] = (a.back()[o] - static_cast<double>(target[o])) *
                (cross_entropy ? share : 2 * share / static_cast<double>(dy.size()));
    std::size_t end = parameters.size();
    for (std::size_t i = net.layers.size(); i-- > 0;) {
        const std::vector<double>&x = a[i], &y = a[i + 1];
        const std::size_t bias = end - y.size(), weight = bias - y.size() * x.size();
        std::vector<double> dx(x.size());
        for (std::size_t o = 0; o < y.size(); ++o) {
            const double dz = dy[o] * derivative(net.layers[i].after, y[o]);
            gradient[bias + o] += dz;
            for (std::size_t k = 0; k < x.size(); ++k) {
                gradient[weight + o * x.size() + k] += dz * x[k];
                dx[k] += parameters[weight + o * x.size() + k] * dz;
            }
        }
        dy = std::move(dx);
        end = weight;
    }
}

}  // namespace

std::vector<float> make_parameters(const description& net) {
    std::vector<float> parameters;
    std::size_t inputs = net.inputs;
    std::uint32_t seed = 1;
    for (const dense& layer : net.layers) {
        const float limit = std::sqrt(6.0f / static_cast<float>(inputs + layer.outputs));
        for (float w : draw(layer.outputs * inputs, seed++, -limit, limit)) parameters.push_back(w);
        for (float b : draw(layer.outputs, seed++, -0.1f, 0.1f)) parameters.push_back(b);
        inputs = layer.outputs;
    }
    return parameters;
}

std::vector<float> make_samples(const description& net, std::size_t count) {
    return draw(count * net.inputs, 101, -1, 1);
}

std::vector<float> make_targets(activation last, std::size_t outputs, std::size_t count) {
    switch (last) {
        case activation::softmax: {
            std::vector<float> targets(count * outputs);
            for (std::size_t j = 0; j < count; ++j) targets[j * outputs + j * 7 % outputs] = 1;
            return targets;
        }
        case activation::sigmoid: return draw(count * outputs, 102, 0.1f, 0.9f);
        default: return draw(count * outputs, 102, -0.9f, 0.9f);
    }
}

std::vector<float> make_targets(const description& net, std::size_t count) {
    return make_targets(net.layers.back().after, net.outputs(), count);
}

std::vector<double> reference_forward(const description& net, std::span<const float> parameters,
                                      std::span<const float> samples) {
    const std::vector<double> exact{parameters.begin(), parameters.end()};
    std::vector<double> answers;
    for (; !samples.empty(); samples = samples.subspan(net.inputs)) {
        const auto a = forward(net, exact, samples.first(net.inputs));
        answers.insert(answers.end(), a.back().begin(), a.back().end());
    }
    return answers;
}

std::vector<double> reference_training(const description& net, std::span<const float> parameters,
                                       std::span<const float> samples, std::span<const float> targets,
                                       std::size_t batch, std::size_t steps, optimizer rule) {
    reference_updater update{{parameters.begin(), parameters.end()}, rule};
    for (std::size_t step = 0; step < steps; ++step) {
        std::vector<double> g(parameters.size());
        for (std::size_t j = 0; j < batch; ++j) {
            const std::size_t sample = step % training_batches * batch + j;
            const auto a = forward(net, update.parameters, samples.subspan(sample * net.inputs, net.inputs));
            backward(net, update.parameters, a, targets.subspan(sample * net.outputs(), net.outputs()),
                     1 / static_cast<double>(batch), g);
        }
        update(g);
    }
    return update.parameters;
}

double largest_difference(std::span<const float> got, std::span<const double> expected) {
    double most = got.size() == expected.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
        const double difference = std::fabs(static_cast<double>(got[i]) - expected[i]);
        if (std::isnan(difference)) return difference;
        most = std::max(most, difference);
    }
    return most;
}

double reference_function(const std::string& name, double x) {
    if (name == "exp") return std::exp(x);
    if (name == "tanh") return std::tanh(x);
    if (name == "sigmoid") return 1 / (1 + std::exp(-x));
    if (name == "log") return std::log(x);
    if (name == "softplus") return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    if (name == "erf") return std::erf(x);
    return std::numeric_limits<double>::quiet_NaN();
}

double largest_ulp_error(const std::string& name, void (*function)(const float* from, float* to), std::size_t count) {
    constexpr std::uint64_t stride = 4999;  // a prime: every exponent, all kinds of fractions, 859,166 floats
    buffer from{count}, to{count};
    double most = 0;
    std::size_t filled = 0;
    const auto flush = [&] {
        for (std::size_t i = filled; i < count; ++i) from[i] = 1;
        function(from.data(), to.data());
        for (std::size_t i = 0; i < filled; ++i) {
            const double expected = reference_function(name, static_cast<double>(from[i]));
            const int exponent = std::max(std::ilogb(expected), -126);
            const double error = std::fabs(static_cast<double>(to[i]) - expected) / std::ldexp(1.0, exponent - 23);
            if (!(error <= most)) most = error;
            if (std::isnan(error)) return;
        }
        filled = 0;
    };
    for (std::uint64_t bits = 1; bits < std::uint64_t{1} << 32 && !std::isnan(most); bits += stride) {
        const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (!std::isfinite(x) || std::fpclassify(x) == FP_SUBNORMAL) continue;
        // Only if argument and result are ordinary numbers: some clamp e^x near its limits, which does not matter in an
        // activation, and their results for infinities are not compared here.
        if (name != "log" && !(x >= -87 && x <= 88)) continue;
        const auto result = static_cast<float>(reference_function(name, static_cast<double>(x)));
        if (!std::isnormal(result)) continue;
        from[filled++] = x;
        if (filled == count) flush();
    }
    flush();
    return most;
}

std::vector<float> function_arguments(const std::string& name, std::size_t count) {
    if (name == "log") return draw(count, 103, 0.01f, 100);
    if (name == "tanh" || name == "erf") return draw(count, 103, -4, 4);
    return draw(count, 103, -8, 8);
}

}  // namespace bench
