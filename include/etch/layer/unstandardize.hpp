#pragma once
#include <etch/layer/standardize.hpp>

namespace etch::inline ETCH_VARIANT {

/// The last layer of a network whose outputs have the units of its targets (prices, degrees, newtons), but which is
/// trained in units of their deviation. The statistics of the training targets are part of the network.
///
///     forward     y  = σ z + μ
///     backward    dz = σ dy
///
///     network<input<13>, standardize, dense<32>, relu, dense<1>, unstandardize>
///
/// Shapes: μ and σ have one element per output. A stepper or trainer leaves this layer out and compares z with (target
/// - μ) / σ, so that gradients are near 1 whatever the units, and every output has the same weight. The losses that a
/// fit reports are in these units; `evaluate` uses the targets' own. `trainer::fit` fits it first; until then σ, and
/// with it every output, is 0. Errors: constant_target if a target does not vary. Does not compile if another layer
/// follows.
struct unstandardize : layer_defaults {
    static constexpr const char* name = "unstandardize";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool fits_targets = true;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return standardize::parameters<In>();
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& z) {
        const auto& [mean, deviation] = layer.parameters;
        return hadamard(z, deviation) + mean;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto&, const auto&, const auto& dy) {
        const auto& [mean, deviation] = layer.parameters;
        return hadamard(dy, deviation);
    }

    /// Whether the statistics have been set.
    static constexpr bool fitted(const auto& layer) { return standardize::fitted(layer); }

    /// `target(i)` returns the targets of sample i.
    static constexpr problem fit(const auto& layer, std::size_t count, const auto& target) {
        problem found = internal::fit_mean_and_deviation(layer, count, target);
        if (found == status::constant_column) found.code = status::constant_target;
        return found;
    }

    /// The targets with which the output of the layer before is compared.
    ETCH_INLINE static constexpr auto targets(const auto& layer, const auto& y) {
        return standardize::forward(layer, y);
    }
};

}  // namespace etch::inline ETCH_VARIANT
