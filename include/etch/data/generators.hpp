#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

#include <etch/core/random.hpp>
#include <etch/data/data_set.hpp>
#include <etch/math/distribution.hpp>

namespace etch::inline ETCH_VARIANT {

/// How many samples to generate, and the standard deviation of the normal noise: added to the inputs of classes, to the
/// targets of functions.
struct generator_options {
    std::size_t samples = 200;
    double noise = 0.1;
    etch::seed seed = etch::seed{1};
};

namespace internal {

/// Noise around values, in double. Results are rounded to the element type once, so that a difference in the last bit
/// between the sines of two C libraries hardly ever shows.
class noise_source {
public:
    explicit noise_source(seed start) noexcept : random_{start} {}

    /// value + deviation * noise
    [[nodiscard]] double around(double value, double deviation) noexcept {
        return std::fma(deviation, normal<double>(random_), value);
    }
    [[nodiscard]] double between(double low, double high) noexcept { return uniform<double>(random_, low, high); }

private:
    random_generator random_;
};

template <std::size_t Classes, class T>
std::array<T, Classes> one_hot_row(std::size_t label) noexcept {
    std::array<T, Classes> row{};
    row[label] = T{1};
    return row;
}

}  // namespace internal

/// The corners of the unit square in turn, each with noise; the target is the exclusive or of the corner's coordinates.
/// No straight line separates the classes.
template <class T = float>
data_set<2, 1, T> make_xor(const generator_options& options = {}) {
    data_set<2, 1, T> set;
    set.reserve(options.samples);
    internal::noise_source noise{options.seed};
    for (std::size_t i = 0; i < options.samples; ++i) {
        const std::size_t x = i & 1, y = i >> 1 & 1;
        const double at_x = noise.around(static_cast<double>(x), options.noise);
        const double at_y = noise.around(static_cast<double>(y), options.noise);
        set.push_back({static_cast<T>(at_x), static_cast<T>(at_y)}, {static_cast<T>(x ^ y)});
    }
    return set;
}

/// Two interleaved spirals, one per class, with samples of the two in turn: `turns` full turns, from radius 0.1 to 1.
template <class T = float>
data_set<2, 2, T> make_spirals(const generator_options& options = {.noise = 0.02}, double turns = 1.5) {
    data_set<2, 2, T> set;
    set.reserve(options.samples);
    internal::noise_source noise{options.seed};
    for (std::size_t i = 0; i < options.samples; ++i) {
        const double along = noise.between(0, 1);
        const double radius = std::fma(0.9, along, 0.1);
        const double angle = std::numbers::pi * std::fma(2 * turns, along, static_cast<double>(i & 1));
        const std::array<T, 2> at{static_cast<T>(noise.around(radius * std::cos(angle), options.noise)),
                                  static_cast<T>(noise.around(radius * std::sin(angle), options.noise))};
        set.push_back(at, internal::one_hot_row<2, T>(i & 1));
    }
    return set;
}

/// Two interleaved half circles of radius 1, one per class, with samples of the two in turn.
template <class T = float>
data_set<2, 2, T> make_moons(const generator_options& options = {}) {
    data_set<2, 2, T> set;
    set.reserve(options.samples);
    internal::noise_source noise{options.seed};
    for (std::size_t i = 0; i < options.samples; ++i) {
        const double angle = noise.between(0, std::numbers::pi);
        const bool lower = (i & 1) != 0;
        const double x = lower ? 1 - std::cos(angle) : std::cos(angle);
        const double y = lower ? 0.5 - std::sin(angle) : std::sin(angle);
        const std::array<T, 2> at{static_cast<T>(noise.around(x, options.noise)),
                                  static_cast<T>(noise.around(y, options.noise))};
        set.push_back(at, internal::one_hot_row<2, T>(i & 1));
    }
    return set;
}

/// Clusters of points around one centre per class, with samples of the classes in turn. The centres are uniform in the
/// cube from -1 to 1 and depend only on the seed, not on the number of samples.
template <std::size_t Inputs, std::size_t Classes, class T = float>
data_set<Inputs, Classes, T> make_blobs(const generator_options& options = {}) {
    std::array<std::array<double, Inputs>, Classes> centre{};
    internal::noise_source where{derive(options.seed, 0)};
    for (auto& row : centre) {
        for (double& x : row) x = where.between(-1, 1);
    }
    data_set<Inputs, Classes, T> set;
    set.reserve(options.samples);
    internal::noise_source noise{derive(options.seed, 1)};
    for (std::size_t i = 0; i < options.samples; ++i) {
        std::array<T, Inputs> at{};
        for (std::size_t j = 0; j < Inputs; ++j) {
            at[j] = static_cast<T>(noise.around(centre[i % Classes][j], options.noise));
        }
        set.push_back(at, internal::one_hot_row<Classes, T>(i % Classes));
    }
    return set;
}

/// sin(x) plus noise at evenly spaced x from 0 to 2 pi times `periods`: a signal, its samples in time order.
template <class T = float>
data_set<1, 1, T> make_sine(const generator_options& options = {}, double periods = 1) {
    data_set<1, 1, T> set;
    set.reserve(options.samples);
    internal::noise_source noise{options.seed};
    const double end = 2 * std::numbers::pi * periods;
    for (std::size_t i = 0; i < options.samples; ++i) {
        const double x = end * static_cast<double>(i) / static_cast<double>(options.samples);
        set.push_back({static_cast<T>(x)}, {static_cast<T>(noise.around(std::sin(x), options.noise))});
    }
    return set;
}

/// weights . x + bias plus noise, for x uniform in the cube from -1 to 1.
template <std::size_t Inputs, class T = float>
data_set<Inputs, 1, T> make_linear(const std::array<T, Inputs>& weights, T bias,
                                   const generator_options& options = {}) {
    data_set<Inputs, 1, T> set;
    set.reserve(options.samples);
    internal::noise_source noise{options.seed};
    for (std::size_t i = 0; i < options.samples; ++i) {
        std::array<T, Inputs> x{};
        auto y = static_cast<double>(bias);
        for (std::size_t j = 0; j < Inputs; ++j) {
            x[j] = static_cast<T>(noise.between(-1, 1));
            y = std::fma(static_cast<double>(weights[j]), static_cast<double>(x[j]), y);
        }
        const std::array<T, 1> target{static_cast<T>(noise.around(y, options.noise))};
        set.push_back(x, target);
    }
    return set;
}

}  // namespace etch::inline ETCH_VARIANT
