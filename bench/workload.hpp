#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "networks.hpp"

/// The data that contestants are given, and the double-precision passes that their outputs are compared with. All
/// of it is computed at run time in one translation unit that is compiled without -ffast-math, so no contestant's
/// compiler knows the weights.
namespace bench {

/// Floats on the heap, aligned to a cache line, as a careful user would store them. Initially zero.
class buffer {
public:
    explicit buffer(std::size_t size) : size_{size}, numbers_{allocate(size)} {}
    explicit buffer(std::span<const float> from) : buffer(from.size()) {
        for (std::size_t i = 0; i < size_; ++i) numbers_[i] = from[i];
    }

    [[nodiscard]] float* data() noexcept { return numbers_.get(); }
    [[nodiscard]] const float* data() const noexcept { return numbers_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    float& operator[](std::size_t i) noexcept { return numbers_[i]; }
    const float& operator[](std::size_t i) const noexcept { return numbers_[i]; }

private:
    struct release {
        void operator()(float* p) const noexcept { std::free(p); }
    };
    static float* allocate(std::size_t size) {
        const std::size_t bytes = (size * sizeof(float) + 127) / 64 * 64;
        void* memory = std::aligned_alloc(64, bytes);
        if (memory == nullptr) throw std::bad_alloc{};
        float* numbers = static_cast<float*>(memory);
        for (std::size_t i = 0; i < bytes / sizeof(float); ++i) numbers[i] = 0;
        return numbers;
    }

    std::size_t size_;
    std::unique_ptr<float[], release> numbers_;
};

/// A network of networks.hpp at run time.
struct description {
    std::string name;
    std::size_t inputs;
    std::vector<dense> layers;

    [[nodiscard]] std::size_t outputs() const { return layers.back().outputs; }
};

template <class Network>
description describe() {
    return {Network::name, Network::inputs, {Network::layers.begin(), Network::layers.end()}};
}

std::vector<float> make_parameters(const description&);
std::vector<float> make_samples(const description&, std::size_t count);
/// One-hot after softmax, otherwise values that the last activation can reach.
std::vector<float> make_targets(const description&, std::size_t count);

std::vector<double> reference_forward(const description&, std::span<const float> parameters,
                                      std::span<const float> samples);
/// The parameters after `steps` updates, one batch per update.
std::vector<double> reference_training(const description&, std::span<const float> parameters,
                                       std::span<const float> samples, std::span<const float> targets,
                                       std::size_t batch, std::size_t steps, optimizer);

// What the references have in common.

/// Different numbers for different seeds, the same in every run.
std::vector<float> draw(std::size_t count, std::uint32_t seed, float low, float high);
std::vector<float> make_targets(activation last, std::size_t outputs, std::size_t count);
/// g(z); softmax apart.
double apply(activation, double z);
/// g'(z), from the output y = g(z).
double derivative(activation, double y);
/// The update of an optimizer, called with one gradient per step.
class reference_updater {
public:
    reference_updater(std::vector<double> start, optimizer rule)
        : parameters(std::move(start)), rule_{rule}, m_(parameters.size()), v_(parameters.size()) {}

    void operator()(std::span<const double> gradient);

    std::vector<double> parameters;

private:
    optimizer rule_;
    std::vector<double> m_, v_;
    int steps_ = 0;
};

double largest_difference(std::span<const float> got, std::span<const double> expected);

/// Mathematical functions in double: exp, tanh, sigmoid, log, softplus, erf.
double reference_function(const std::string& name, double x);
/// Error in units in the last place of the exact result; NaN if the contestant returned NaN for a number.
double largest_ulp_error(const std::string& name, void (*function)(const float* from, float* to), std::size_t count);
/// `count` arguments for the timing: around zero for activations, as in networks, and over four decades for log.
std::vector<float> function_arguments(const std::string& name, std::size_t count);

}  // namespace bench
