#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <etch/core/random.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>

namespace etch::inline ETCH_VARIANT {

/// The settings of training that are given at run time and varied by a search.
struct training_settings {
    std::optional<double> learning_rate{};  ///< default: the optimizer's own
    std::optional<double> weight_decay{};   ///< likewise
    double clip_norm = 0;                   ///< of gradient_clip; 0: off
    std::size_t epochs = 10;
    std::size_t patience = 0;  ///< as in fit_options; 0: all epochs
    etch::seed seed{0};        ///< for the weights, the order of the samples and dropout

    [[nodiscard]] constexpr bool operator==(const training_settings& other) const noexcept {
        return learning_rate == other.learning_rate && weight_decay == other.weight_decay &&
               clip_norm == other.clip_norm && epochs == other.epochs && patience == other.patience &&
               seed.value == other.seed.value;
    }
};

/// Every combination of the listed values: good for two or three settings of a few values each. If learning rates or
/// weight decays are not listed, the optimizer's own are used.
///
///     etch::grid_search{.learning_rate = {1e-3, 1e-2}, .weight_decay = {0, 1e-2}, .epochs = {100}}
struct grid_search {
    std::vector<std::optional<double>> learning_rate{std::nullopt};
    std::vector<std::optional<double>> weight_decay{std::nullopt};
    std::vector<double> clip_norm{0};
    std::vector<std::size_t> epochs{10};
    std::vector<etch::seed> seed{etch::seed{0}};
    std::size_t patience = 0;

    /// The first list varies slowest. Empty if one of the lists is.
    [[nodiscard]] std::vector<training_settings> settings() const {
        std::vector<training_settings> all;
        for (const auto& rate : learning_rate)
            for (const auto& decay : weight_decay)
                for (const double norm : clip_norm)
                    for (const std::size_t count : epochs)
                        for (const etch::seed start : seed) all.push_back({rate, decay, norm, count, patience, start});
        return all;
    }
};

/// The range from which a setting is drawn; {x} is always x, and {} is no range.
struct range {
    double low = 0, high = low;
    bool given = false;

    constexpr range() noexcept = default;
    constexpr range(double only) noexcept : low{only}, high{only}, given{true} {}
    constexpr range(double from, double to) noexcept : low{from}, high{to}, given{true} {}

    /// Uniform in the logarithm, so that 1e-4 to 1e-3 gets as many draws as 1e-3 to 1e-2; uniform in the number itself
    /// if the range includes zero or numbers below 1e-38. Seven digits: drawn in float, and therefore the same
    /// everywhere.
    [[nodiscard]] double draw(random_generator& random) const noexcept {
        using number = lanes<float, 1>;
        const float share = random.uniform();
        if (low == high) return low;
        const bool logarithmic = low >= 0x1p-126 && high >= 0x1p-126;  // floats whose logarithm is exact
        const auto scaled = [&](double x) {
            return logarithmic ? math::log(number(static_cast<float>(x))) : number(static_cast<float>(x));
        };
        const number begin = scaled(low), end = scaled(high);
        const number drawn = fma(number(share), end - begin, begin);
        const auto x = static_cast<double>((logarithmic ? math::exp(drawn) : drawn).value);
        return std::clamp(x, (std::min)(low, high), (std::max)(low, high));
    }
};

/// Draws settings at random: for more than three settings better than a grid of the same size, since every trial tries
/// a new value of each. Source: J. Bergstra, Y. Bengio, "Random Search for Hyper-Parameter Optimization", 2012.
///
///     etch::random_search{
///         .trials = 30, .learning_rate = {1e-4, 1e-1}, .weight_decay = {1e-5, 1e-1}, .epochs = {20, 200}}
struct random_search {
    std::size_t trials = 20;
    range learning_rate{1e-4, 1e-1};
    range weight_decay{};  ///< default: the optimizer's own
    range clip_norm{0};
    range epochs{10};
    std::size_t patience = 0;
    etch::seed seed{0};  ///< for the draws; each trial gets a seed derived from it

    [[nodiscard]] std::vector<training_settings> settings() const {
        std::vector<training_settings> all;
        for (std::size_t trial = 0; trial < trials; ++trial) {
            random_generator random{derive(seed, trial)};
            training_settings drawn;
            drawn.learning_rate = learning_rate.draw(random);
            if (weight_decay.given) drawn.weight_decay = weight_decay.draw(random);
            drawn.clip_norm = clip_norm.draw(random);
            const double count = epochs.draw(random) + 0.5;
            drawn.epochs =
                count >= 1 && count < 0x1p63 ? static_cast<std::size_t>(count) : 0;  // 0 is rejected by the trial
            drawn.patience = patience;
            drawn.seed = derive(derive(seed, trial), 0);
            all.push_back(drawn);
        }
        return all;
    }
};

}  // namespace etch::inline ETCH_VARIANT
