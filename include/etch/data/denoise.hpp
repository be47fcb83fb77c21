#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <etch/data/data_set.hpp>

namespace etch::inline ETCH_VARIANT {

/// The columns that a filter smooths.
enum class filtered { inputs, targets };

/// How many samples a moving filter uses. A centred window has as many before as after, so size must be odd, and does
/// not shift the signal; a causal one has the current sample and those before it, for devices that cannot see ahead.
struct filter_window {
    std::size_t size = 5;
    bool causal = false;
    filtered columns = filtered::inputs;
};

/// The weight of the new number in exponential smoothing, in (0, 1]; 1 does not smooth.
struct smoothing_factor {
    double alpha = 0.3;
    filtered columns = filtered::inputs;
};

namespace internal {

/// Replaces each number by `combine(window)`, where window contains the numbers of its column within reach, oldest
/// first; at the ends of the set it is shorter.
template <std::size_t Columns, class T, class Combine>
problem filter_rows(std::span<T> rows, filter_window window, status non_finite, Combine combine) {
    if (window.size == 0 || (!window.causal && window.size % 2 == 0))
        return {.code = status::invalid_option,
                .option = {"size", static_cast<double>(window.size), window.causal ? "at least 1" : "odd"}};
    const std::size_t samples = rows.size() / Columns;
    const std::size_t before = window.causal ? window.size - 1 : window.size / 2;
    const std::size_t after = window.causal ? 0 : window.size / 2;
    if (samples == 0) return {status::empty_set};
    for (std::size_t i = 0; i < samples; ++i) {
        if (!all_finite<T>(rows.subspan(i * Columns, Columns)))
            return {non_finite, i, first_not_finite<T>(rows.subspan(i * Columns, Columns))};
    }
    std::vector<T> result(rows.size());
    std::vector<double> reach;
    reach.reserve((std::min)(window.size, samples));
    for (std::size_t i = 0; i < samples; ++i) {
        const std::size_t first = i - (std::min)(i, before);
        const std::size_t last = i + (std::min)(samples - 1 - i, after);
        for (std::size_t c = 0; c < Columns; ++c) {
            reach.clear();
            for (std::size_t j = first; j <= last; ++j) reach.push_back(static_cast<double>(rows[j * Columns + c]));
            result[i * Columns + c] = static_cast<T>(combine(reach));
        }
    }
    std::copy(result.begin(), result.end(), rows.begin());
    return {};
}

template <std::size_t Inputs, std::size_t Outputs, class T, class Combine>
problem filter_set(data_set<Inputs, Outputs, T>& set, filter_window window, Combine combine) {
    if (window.columns == filtered::inputs) {
        return filter_rows<Inputs>(set.inputs(), window, status::non_finite_input, combine);
    }
    return filter_rows<Outputs>(set.targets(), window, status::non_finite_target, combine);
}

template <std::size_t Columns, class T>
problem smooth_rows(std::span<T> rows, double alpha, status non_finite) {
    if (!(alpha > 0 && alpha <= 1))
        return {.code = status::invalid_option, .option = {"alpha", alpha, "positive and at most 1"}};
    if (rows.empty()) return {status::empty_set};
    for (std::size_t i = 0; i < rows.size() / Columns; ++i) {
        if (!all_finite<T>(rows.subspan(i * Columns, Columns)))
            return {non_finite, i, first_not_finite<T>(rows.subspan(i * Columns, Columns))};
    }
    for (std::size_t c = 0; c < Columns; ++c) {
        auto state = static_cast<double>(rows[c]);
        for (std::size_t i = c; i < rows.size(); i += Columns) {
            state = std::fma(alpha, static_cast<double>(rows[i]) - state, state);
            rows[i] = static_cast<T>(state);
        }
    }
    return {};
}

}  // namespace internal

// The filters below run along time, that is, along the order of the samples, each column by itself: filter before the
// samples are shuffled, and each recording by itself. They learn nothing, so there is nothing to fit. If a number is
// not finite, nothing is changed, and the problem names the sample.

/// The mean of the numbers within the window. A window four times as wide halves the deviation of the noise; edges are
/// rounded off. Each mean is summed anew, in `size` operations, so that rounding errors do not accumulate.
template <std::size_t Inputs, std::size_t Outputs, class T>
problem moving_average(data_set<Inputs, Outputs, T>& set, filter_window window = {}) {
    return internal::filter_set(set, window, [](const std::vector<double>& reach) {
        double sum = 0;
        for (const double x : reach) sum += x;
        return sum / static_cast<double>(reach.size());
    });
}

/// The median of the numbers within the window; for an even number of them, the mean of the middle two. Removes single
/// spikes completely and preserves edges.
template <std::size_t Inputs, std::size_t Outputs, class T>
problem median_filter(data_set<Inputs, Outputs, T>& set, filter_window window = {}) {
    return internal::filter_set(set, window, [](std::vector<double>& reach) {
        const auto middle = reach.begin() + static_cast<std::ptrdiff_t>(reach.size() / 2);
        std::nth_element(reach.begin(), middle, reach.end());
        if (reach.size() % 2 == 1) return *middle;
        return (*std::max_element(reach.begin(), middle) + *middle) / 2;
    });
}

/// s = s + alpha (x - s), started at the first number. Causal, with one number of state per column.
template <std::size_t Inputs, std::size_t Outputs, class T>
problem exponential_smoothing(data_set<Inputs, Outputs, T>& set, smoothing_factor factor = {}) {
    if (factor.columns == filtered::inputs) {
        return internal::smooth_rows<Inputs>(set.inputs(), factor.alpha, status::non_finite_input);
    }
    return internal::smooth_rows<Outputs>(set.targets(), factor.alpha, status::non_finite_target);
}

}  // namespace etch::inline ETCH_VARIANT
