#pragma once
// A custom layer: one struct in your own file. The library does not change.
#include <array>
#include <numbers>

#include <etch/layer/layer.hpp>
#include <etch/math/cos_pi.hpp>

/// An activation with a trained frequency β per feature, for periodic signals: a straight line plus a wave.
///
///     forward     y  = x + sin²(βx) / β
///     backward    dx = dy ⊙ (1 + sin(2βx))
///                 dβ = dy ⊙ (x sin(2βx) - sin²(βx) / β) / β      (summed over the samples)
///
/// Source: L. Ziyin, T. Hartwig, M. Ueda, "Neural Networks Fail to Learn Periodic Functions and How to Fix It", 2020.
struct snake : etch::layer_defaults {
    static constexpr const char* name = "snake";
    static constexpr bool elementwise = true;  // element i of y depends only on element i of x
    static constexpr etch::saved_values saved_for_backward = etch::saved_values::input;
    static constexpr etch::initializer preferred = etch::lecun_normal;  // for the weights of the layer before

    static constexpr etch::shape output(etch::shape input) { return input; }

    template <etch::shape In>
    static constexpr std::array<etch::parameter, 1> parameters() {
        return {etch::parameter{.name = "frequency", .extents = {In.size()}, .initializer = etch::ones}};
    }

    static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [frequency] = layer.parameters;
        return etch::map([](auto z, auto beta) { return z + sine_squared(beta * z) / beta; }, x, frequency);
    }

    static constexpr auto backward(const auto& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        const auto& [frequency] = layer.parameters;
        const auto& [dfrequency] = layer.gradients;
        const auto by_frequency = [](auto z, auto beta) {
            return fma(z, sine(beta * z * number(z, 2)), -(sine_squared(beta * z) / beta)) / beta;
        };
        dfrequency += sum_columns(hadamard(dy, etch::map(by_frequency, x, frequency)));
        return hadamard(dy, etch::map([](auto z, auto beta) { return number(z, 1) + sine(beta * z * number(z, 2)); }, x,
                                      frequency));
    }

private:
    // Each of these computes several elements at a time: `V` is a SIMD register, or one number in scalar code.
    template <class V>
    static constexpr V number(V, double value) {
        return V(static_cast<typename V::value_type>(value));
    }
    template <class V>
    static constexpr V sine(V angle) {  // sin(a) = cos(a - π / 2)
        return etch::math::cos_pi(fma(angle, number(angle, std::numbers::inv_pi), number(angle, -0.5)));
    }
    template <class V>
    static constexpr V sine_squared(V angle) {  // sin²(a) = (1 - cos(2a)) / 2
        const V cosine = etch::math::cos_pi(angle * number(angle, 2 * std::numbers::inv_pi));
        return fma(cosine, number(angle, -0.5), number(angle, 0.5));
    }
};
