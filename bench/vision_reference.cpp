#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "vision.hpp"

namespace bench {

namespace {

using image = std::vector<double>;

/// The image with the layer's padding around it.
image with_border(const image_layer& layer, extents in, const image& x) {
    const extents whole = layer.padded(in);
    image padded(whole.size());
    const std::size_t line = in.channels * in.width;
    for (std::size_t y = 0; y < in.height; ++y)
        std::copy_n(x.data() + y * line, line,
                    padded.data() + in.channels * (layer.padding + whole.width * (layer.padding + y)));
    return padded;
}

image without_border(const image_layer& layer, extents in, const image& padded) {
    const extents whole = layer.padded(in);
    image x(in.size());
    const std::size_t line = in.channels * in.width;
    for (std::size_t y = 0; y < in.height; ++y)
        std::copy_n(padded.data() + in.channels * (layer.padding + whole.width * (layer.padding + y)), line,
                    x.data() + y * line);
    return x;
}

/// f(position, first element that the window sees there), in the order of the outputs.
template <class F>
void for_each_position(const image_layer& layer, extents in, F&& f) {
    const extents whole = layer.padded(in), out = layer.output(in);
    for (std::size_t y = 0; y < out.height; ++y)
        for (std::size_t x = 0; x < out.width; ++x)
            f(x + out.width * y, in.channels * layer.stride * (x + whole.width * y));
}

/// The place, from the window's first, of the largest element of a channel; the first of several.
std::size_t largest_place(const image_layer& layer, std::size_t line, std::size_t channels, const double* from) {
    std::size_t most = 0;
    for (std::size_t ky = 0; ky < layer.height; ++ky)
        for (std::size_t kx = 0; kx < layer.width; ++kx) {
            const std::size_t place = ky * line + kx * channels;
            if (from[place] > from[most]) most = place;
        }
    return most;
}

image forward(const image_layer& layer, extents in, const double* parameters, const image& x) {
    const image padded = with_border(layer, in, x);
    const std::size_t line = in.channels * layer.padded(in).width, row = in.channels * layer.width;
    const std::size_t seen = layer.seen(in);
    image z(layer.output(in).size());
    for_each_position(layer, in, [&](std::size_t position, std::size_t first) {
        if (layer.what == image_layer::max_pool) {
            for (std::size_t c = 0; c < in.channels; ++c) {
                const double* const from = padded.data() + first + c;
                z[position * in.channels + c] = from[largest_place(layer, line, in.channels, from)];
            }
            return;
        }
        for (std::size_t o = 0; o < layer.outputs; ++o) {
            double sum = parameters[layer.outputs * seen + o];
            for (std::size_t ky = 0; ky < layer.height; ++ky)
                for (std::size_t i = 0; i < row; ++i)
                    sum += parameters[o * seen + ky * row + i] * padded[first + ky * line + i];
            z[position * layer.outputs + o] = sum;
        }
    });
    if (layer.after == activation::softmax) {
        const double most = *std::ranges::max_element(z);
        double sum = 0;
        for (double& each : z) sum += each = std::exp(each - most);
        for (double& each : z) each /= sum;
    } else {
        for (double& each : z) each = apply(layer.after, each);
    }
    return z;
}

/// The gradient of the input; adds that of the parameters.
image backward(const image_layer& layer, extents in, const double* parameters, const image& x, const image& y,
               const image& dy, double* gradient) {
    const image padded = with_border(layer, in, x);
    image dpadded(padded.size());
    const std::size_t line = in.channels * layer.padded(in).width, row = in.channels * layer.width;
    const std::size_t seen = layer.seen(in);
    for_each_position(layer, in, [&](std::size_t position, std::size_t first) {
        if (layer.what == image_layer::max_pool) {
            for (std::size_t c = 0; c < in.channels; ++c)
                dpadded[first + c + largest_place(layer, line, in.channels, padded.data() + first + c)] +=
                    dy[position * in.channels + c];
            return;
        }
        for (std::size_t o = 0; o < layer.outputs; ++o) {
            const std::size_t output = position * layer.outputs + o;
            const double dz = dy[output] * derivative(layer.after, y[output]);
            if (dz == 0) continue;
            gradient[layer.outputs * seen + o] += dz;
            for (std::size_t ky = 0; ky < layer.height; ++ky)
                for (std::size_t i = 0; i < row; ++i) {
                    gradient[o * seen + ky * row + i] += dz * padded[first + ky * line + i];
                    dpadded[first + ky * line + i] += parameters[o * seen + ky * row + i] * dz;
                }
        }
    });
    return without_border(layer, in, dpadded);
}

/// The outputs of all layers, the input first.
std::vector<image> forward(const image_description& net, const double* parameters, std::span<const float> sample) {
    std::vector<image> a{{sample.begin(), sample.end()}};
    extents in = net.input;
    for (const image_layer& layer : net.layers) {
        a.push_back(forward(layer, in, parameters, a.back()));
        parameters += layer.outputs * (layer.seen(in) + 1);
        in = layer.output(in);
    }
    return a;
}

}  // namespace

std::vector<float> make_parameters(const image_description& net) {
    std::vector<float> parameters;
    extents in = net.input;
    std::uint32_t seed = 1;
    for (const image_layer& layer : net.layers) {
        const std::size_t seen = layer.seen(in);
        const float limit = std::sqrt(6.0f / static_cast<float>(seen + layer.outputs));
        for (const float w : draw(layer.outputs * seen, seed++, -limit, limit)) parameters.push_back(w);
        for (const float b : draw(layer.outputs, seed++, -0.1f, 0.1f)) parameters.push_back(b);
        in = layer.output(in);
    }
    return parameters;
}

std::vector<float> make_samples(const image_description& net, std::size_t count) {
    return draw(count * net.inputs, 101, -1, 1);
}

std::vector<float> make_targets(const image_description& net, std::size_t count) {
    return make_targets(net.layers.back().after, net.outputs, count);
}

std::vector<double> reference_forward(const image_description& net, std::span<const float> parameters,
                                      std::span<const float> samples) {
    const std::vector<double> exact{parameters.begin(), parameters.end()};
    std::vector<double> answers;
    for (; !samples.empty(); samples = samples.subspan(net.inputs)) {
        const auto a = forward(net, exact.data(), samples.first(net.inputs));
        answers.insert(answers.end(), a.back().begin(), a.back().end());
    }
    return answers;
}

std::vector<double> reference_training(const image_description& net, std::span<const float> parameters,
                                       std::span<const float> samples, std::span<const float> targets,
                                       std::size_t batch, std::size_t steps, optimizer rule) {
    static std::map<std::string, std::vector<double>> known;  // the same for every contestant of a network's only row
    if (const auto found = known.find(net.name); found != known.end()) return found->second;
    reference_updater update{{parameters.begin(), parameters.end()}, rule};
    std::vector<extents> inputs{net.input};
    for (const image_layer& layer : net.layers) inputs.push_back(layer.output(inputs.back()));
    const double share = 1 / static_cast<double>(batch);
    const bool cross_entropy = net.layers.back().after == activation::softmax;
    for (std::size_t step = 0; step < steps; ++step) {
        std::vector<double> gradient(parameters.size());
        for (std::size_t j = 0; j < batch; ++j) {
            const std::size_t sample = step % training_batches * batch + j;
            const auto a = forward(net, update.parameters.data(), samples.subspan(sample * net.inputs, net.inputs));
            image dy(net.outputs);
            for (std::size_t o = 0; o < dy.size(); ++o)
                dy[o] = (a.back()[o] - static_cast<double>(targets[sample * net.outputs + o])) *
                        (cross_entropy ? share : 2 * share / static_cast<double>(dy.size()));
            std::size_t first = parameters.size();
            for (std::size_t i = net.layers.size(); i-- > 0;) {
                const image_layer& layer = net.layers[i];
                first -= layer.outputs * (layer.seen(inputs[i]) + 1);
                dy = backward(layer, inputs[i], update.parameters.data() + first, a[i], a[i + 1], dy,
                              gradient.data() + first);
            }
        }
        update(gradient);
    }
    return known[net.name] = update.parameters;
}

}  // namespace bench
