#pragma once
// A custom layer with state: one struct in your own file. The library does not change.
#include <array>

#include <etch/layer/layer.hpp>

/// A low-pass filter with a trained rate a per feature, for noisy sensors: h is what it remembers, its state.
///
///     forward     h' = h + a ⊙ (x - h)        y = h'
///     backward    dh' = dy + what the step after this one passes back
///                 dx  = a ⊙ dh'
///                 dh  = dh' - a ⊙ dh'                            (to the step before)
///                 da  = dh' ⊙ (x - h)                            (summed over the samples)
struct low_pass : etch::layer_defaults {
    static constexpr const char* name = "low_pass";
    static constexpr etch::saved_values saved_for_backward = etch::saved_values::input;

    static constexpr etch::shape output(etch::shape input) { return input; }

    template <etch::shape In>
    static constexpr std::array<etch::parameter, 1> parameters() {
        return {etch::parameter{.name = "rate", .extents = {In.size()}, .initializer = etch::constants(1, 8)}};
    }
    template <etch::shape In>
    static constexpr std::array<etch::named_tensor, 1> state() {
        return {etch::named_tensor{.name = "level", .extents = {In.size()}}};
    }

    static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [rate] = layer.parameters;
        const auto& [level] = layer.state;            // as the step before left it: read-only
        const auto& [next_level] = layer.next_state;  // as the next step will find it
        next_level = level + hadamard(x - level, rate);
        return next_level;
    }

    static constexpr auto backward(const auto& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        const auto& [rate] = layer.parameters;
        const auto& [drate] = layer.gradients;
        const auto& [level] = layer.state;
        const auto& [dnext_level] = layer.grad_next_state;  // from the step after this one
        const auto& [dlevel] = layer.grad_state;            // to the step before
        drate += sum_columns(hadamard(dy + dnext_level, x - level));
        dlevel = dy + dnext_level - hadamard(dy + dnext_level, rate);
        return hadamard(dy + dnext_level, rate);
    }
};
