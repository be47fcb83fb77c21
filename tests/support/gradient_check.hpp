#pragma once
// Gradients against central differences, in double.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "support/passes.hpp"

namespace support {

/// The bound of every gradient check: relative to the gradient, or to 1e-3 where it is smaller. With h = 1e-5 and
/// values around 1, central differences err by h² f''' / 6, some 1e-11, and by 2^-53 / h, some 1e-11; against 1e-3 that
/// is 1e-8.
inline constexpr double gradient_tolerance = 1e-6;
inline constexpr double step_width = 1e-5;
inline constexpr double smallest_gradient = 1e-3;

/// The largest relative error among `gradients` of f(), a function of `variables`.
template <class F>
double worst_gradient(const double* gradients, double* variables, std::size_t count, F f) {
    double worst = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double kept = variables[i];
        variables[i] = kept + step_width;
        const double above = f();
        variables[i] = kept - step_width;
        const double below = f();
        variables[i] = kept;
        const double found = (above - below) / (2 * step_width);
        const double scale = std::max({smallest_gradient, std::abs(found), std::abs(gradients[i])});
        const double away = std::abs(found - gradients[i]) / scale;
        worst = away >= 0 ? std::max(worst, away) : 1e300;
    }
    return worst;
}

/// The largest relative error among the gradients of the input and of the parameters of layers.
template <class Passes>
    requires requires(Passes& layers) { layers.run(); }
double worst_gradient(Passes& layers) {
    layers.run();
    const auto grad_input = layers.grad_input;
    const auto gradients = layers.gradients;
    const auto objective = [&] {
        layers.run();
        double sum = 0;
        for (std::size_t i = 0; i < layers.output.size(); ++i) sum += layers.output[i] * layers.grad_output[i];
        return sum;
    };
    return std::max(worst_gradient(grad_input.data(), layers.input.data(), layers.input.size(), objective),
                    worst_gradient(gradients.data(), layers.parameters.data(), layers.trained, objective));
}
template <etch::shape Input, class... Layers>
double worst_gradient() {
    passes<double, Input, 3, Layers...> layers;
    return worst_gradient(layers);
}

}  // namespace support
