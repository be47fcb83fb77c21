#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <etch/core/finite.hpp>
#include <etch/data/column_transform.hpp>
#include <etch/tensor/column_statistics.hpp>

namespace etch::inline ETCH_VARIANT {

/// Moves numbers outside a column's limits onto the nearest limit. The limits come from the training part:
///     by_deviation(k)          mean - k deviation  to  mean + k deviation
///     by_quantile(low, high)   the quantiles, interpolated linearly between samples (numpy's default)
/// A constant column is allowed: both limits are its value. fit: invalid_option unless k is positive and finite, or 0
/// <= low < high <= 1; non_finite_input with the column if a limit exceeds the largest T.
template <std::size_t Columns, class T = float>
class outlier_clipper : public internal::column_transform<outlier_clipper<Columns, T>, Columns, T> {
public:
    [[nodiscard]] static outlier_clipper by_deviation(double k = 3) noexcept { return {rule::deviation, -k, k}; }
    [[nodiscard]] static outlier_clipper by_quantile(double low = 0.01, double high = 0.99) noexcept {
        return {rule::quantile, low, high};
    }

    /// Each column's limits; 0 and 0 before fit.
    [[nodiscard]] std::array<T, Columns> lower() const noexcept { return lower_; }
    [[nodiscard]] std::array<T, Columns> upper() const noexcept { return upper_; }

private:
    friend class internal::column_transform<outlier_clipper, Columns, T>;
    enum class rule { deviation, quantile };

    outlier_clipper(rule by, double low, double high) noexcept : rule_{by}, low_{low}, high_{high} {}

    problem learn(std::span<const T> training) {
        const bool in_range =
            rule_ == rule::deviation ? high_ > 0 && internal::is_finite(high_) : low_ >= 0 && high_ <= 1;
        if (!in_range || !(low_ < high_)) {
            if (rule_ == rule::deviation)
                return {.code = status::invalid_option, .option = {"k", high_, "positive and finite"}};
            const bool low_is_wrong = !(low_ >= 0 && low_ < 1);
            return {.code = status::invalid_option,
                    .option = {low_is_wrong ? "low" : "high", low_is_wrong ? low_ : high_,
                               low_is_wrong ? "at least 0 and below high" : "above low and at most 1"}};
        }
        std::array<T, Columns> lower{}, upper{};
        if (rule_ == rule::deviation) {
            const auto sample = [training](std::size_t i) { return training.subspan(i * Columns, Columns); };
            const std::size_t count = training.size() / Columns;
            const auto ranges = internal::column_ranges<double, Columns>(count, sample);
            std::array<double, Columns> mean{}, deviation{};
            internal::find_mean_and_deviation(ranges, count, sample, mean, deviation);
            for (std::size_t c = 0; c < Columns; ++c) {
                lower[c] = static_cast<T>(std::fma(low_, deviation[c], mean[c]));
                upper[c] = static_cast<T>(std::fma(high_, deviation[c], mean[c]));
                if (ranges[c].least == ranges[c].most) lower[c] = upper[c] = static_cast<T>(ranges[c].least);
            }
        } else {
            std::vector<T> sorted(training.size() / Columns);
            for (std::size_t c = 0; c < Columns; ++c) {
                for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = training[i * Columns + c];
                std::sort(sorted.begin(), sorted.end());
                lower[c] = quantile(sorted, low_);
                upper[c] = quantile(sorted, high_);
            }
        }
        for (std::size_t c = 0; c < Columns; ++c) {
            if (!internal::is_finite(lower[c]) || !internal::is_finite(upper[c]))
                return {.code = status::non_finite_input, .column = c};
        }
        lower_ = lower;
        upper_ = upper;
        return {};
    }

    [[nodiscard]] static T quantile(const std::vector<T>& sorted, double q) noexcept {
        const auto last = static_cast<double>(sorted.size() - 1);
        const auto below = static_cast<std::size_t>(q * last);
        const double beyond = std::fma(q, last, -static_cast<double>(below));
        const auto above = (std::min)(below + 1, sorted.size() - 1);
        const auto from = static_cast<double>(sorted[below]);
        const double step = static_cast<double>(sorted[above]) - from;
        return static_cast<T>(std::fma(beyond, step, from));
    }

    [[nodiscard]] double forward(double x, std::size_t c) const noexcept {
        return std::clamp(x, static_cast<double>(lower_[c]), static_cast<double>(upper_[c]));
    }

    rule rule_;
    double low_;
    double high_;
    std::array<T, Columns> lower_{};
    std::array<T, Columns> upper_{};
};

}  // namespace etch::inline ETCH_VARIANT
