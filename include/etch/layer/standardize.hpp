#pragma once
#include <etch/layer/layer.hpp>
#include <etch/tensor/column_statistics.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Sets a layer's mean and deviation, its two parameters, from samples; a constant column leaves them unchanged.
constexpr problem fit_mean_and_deviation(const auto& layer, std::size_t count, const auto& sample) {
    const auto& mean = get<0>(layer.parameters);  // clang 14: no structured bindings in lambdas
    const auto& deviation = get<1>(layer.parameters);
    using T = std::remove_cvref_t<decltype(mean[0])>;
    constexpr std::size_t features = std::remove_cvref_t<decltype(mean)>::size();
    const auto ranges = column_ranges<T, features>(count, sample);
    if (const problem constant = find_constant_column(ranges); !constant.ok()) return constant;
    find_mean_and_deviation(ranges, count, sample, mean, deviation);
    return {};
}

}  // namespace internal

/// Brings every feature to mean 0 and deviation 1, with statistics of the training data that are part of the network.
///
///     forward     y  = (x - μ) / σ
///     backward    dx = dy / σ
///
/// Shapes: μ and σ have one element per feature. σ is the deviation of the population (divided by the count). Until it
/// is fitted (see is_fitted) σ is 0, and the output is NaN or infinite, so that the mistake is noticed. `fit` reports
/// constant_column if a feature does not vary, and then changes nothing. Numerics: sums in double, in the order of the
/// samples.
struct standardize : layer_defaults {
    static constexpr const char* name = "standardize";
    static constexpr bool elementwise = true;
    static constexpr bool normalizes_input = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return {parameter{.name = "mean", .extents = {In.size()}, .role = parameter_role::fitted},
                parameter{.name = "deviation", .extents = {In.size()}, .role = parameter_role::fitted}};
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [mean, deviation] = layer.parameters;
        return (x - mean) / deviation;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto&, const auto&, const auto& dy) {
        const auto& [mean, deviation] = layer.parameters;
        return dy / deviation;
    }

    /// Whether the statistics have been set.
    static constexpr bool fitted(const auto& layer) {
        const auto& [mean, deviation] = layer.parameters;
        return deviation[0] != 0;
    }

    /// `sample(i)` returns the features of sample i.
    static constexpr problem fit(const auto& layer, std::size_t count, const auto& sample) {
        return internal::fit_mean_and_deviation(layer, count, sample);
    }
};

}  // namespace etch::inline ETCH_VARIANT
