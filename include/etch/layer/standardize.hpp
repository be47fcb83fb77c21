#pragma once
#include <etch/layer/column_range.hpp>
#include <etch/layer/layer.hpp>

namespace etch {

/// Brings every feature to mean 0 and deviation 1, with statistics of the training data that the network carries.
///
///     forward     y  = (x - μ) / σ
///     backward    dx = dy / σ
///
/// Shapes: μ and σ have one number a feature. σ is the deviation of the population (divided by the count).
/// Until it is fitted σ is 0, so that the output is NaN or infinite and cannot be overlooked. `fit` reports
/// constant_column where a feature does not vary, and changes nothing then. Numerics: sums in double, in the order of
/// the samples.
struct standardize {
    static constexpr const char* name = "standardize";
    static constexpr bool elementwise = true;
    static constexpr reads backward_reads = reads::nothing;

    static constexpr shape output(shape input) { return input; }

    static constexpr std::array<parameter, 2> parameters(shape input) {
        return {parameter{.name = "mean", .extents = {input.size()}, .trained = false},
                parameter{.name = "deviation", .extents = {input.size()}, .trained = false}};
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

    /// `sample(i)` gives the features of sample i.
    static constexpr status fit(const auto& layer, std::size_t count, const auto& sample) {
        const auto& [mean, deviation] = layer.parameters;
        using T = std::remove_cvref_t<decltype(mean[0])>;
        for (std::size_t feature = 0; feature < mean.size(); ++feature) {
            const auto range = internal::range_of<T>(feature, count, sample);
            if (range.least == range.most) return status::constant_column;
        }
        for (std::size_t feature = 0; feature < mean.size(); ++feature) {
            double sum = 0;
            for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(sample(i)[feature]);
            const T mu = static_cast<T>(sum / static_cast<double>(count));
            // A power of two near the spread, so that the variance of numbers around 1e30 or 1e-27 stays in range too.
            const auto range = internal::range_of<T>(feature, count, sample);
            const double spread = static_cast<double>(range.most) - static_cast<double>(range.least);
            double unit = 1;
            while (unit * 2 <= spread && unit < 0x1p1000) unit *= 2;
            while (unit > spread) unit /= 2;
            double squares = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const double away =
                    static_cast<double>(sample(i)[feature] - mu);  // a float, so that its square is exact
                squares += away / unit * (away / unit);
            }
            mean[feature] = mu;
            const lanes<T, 1> variance{static_cast<T>(squares / static_cast<double>(count))};
            deviation[feature] = static_cast<T>(unit * static_cast<double>(sqrt(variance).value));
        }
        return status::ok;
    }
};

}  // namespace etch
