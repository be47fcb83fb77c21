#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include <etch/data/column_transform.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Of one column's numbers: all in double, added in the order of the samples, so that the bits are the same everywhere.
struct column_statistics {
    double minimum = 0;
    double maximum = 0;
    double mean = 0;
    double deviation = 0;  // the root of the mean squared distance from the mean (divided by n, not n - 1)
};

/// Two passes: the squares are taken of distances from the mean, which cancels nothing. All columns go along together,
/// as rows lie in memory.
template <std::size_t Columns, class T>
std::array<column_statistics, Columns> statistics_of(std::span<const T> rows) {
    std::array<column_statistics, Columns> result{};
    const std::size_t samples = rows.size() / Columns;
    for (std::size_t c = 0; c < Columns; ++c) result[c].minimum = result[c].maximum = static_cast<double>(rows[c]);
    for (std::size_t i = 0; i < samples; ++i) {
        for (std::size_t c = 0; c < Columns; ++c) {
            const auto x = static_cast<double>(rows[i * Columns + c]);
            column_statistics& s = result[c];
            s.minimum = x < s.minimum ? x : s.minimum;
            s.maximum = x > s.maximum ? x : s.maximum;
            s.mean += x;  // the sum so far
        }
    }
    for (auto& s : result) s.mean /= static_cast<double>(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        for (std::size_t c = 0; c < Columns; ++c) {
            const double distance = static_cast<double>(rows[i * Columns + c]) - result[c].mean;
            result[c].deviation = std::fma(distance, distance, result[c].deviation);  // the squares so far
        }
    }
    for (auto& s : result) s.deviation = std::sqrt(s.deviation / static_cast<double>(samples));
    return result;
}

}  // namespace internal

/// y = (x - mean) / deviation, column by column: then the mean is 0 and the deviation 1, what initialisers count on.
///
///     etch::standardizer<4> scale;
///     if (auto p = scale.fit(parts.training); !p.ok()) ...   // constant_column: p.index is the column
///     scale.apply(parts.training);  scale.apply(parts.test); // in place
///     scale.inverse(sample);                                 // in the original units again
///
/// The deviation is that of the population (divided by n), as in scikit-learn's StandardScaler. fit: constant_column,
/// or non_finite_input where a column's squares overflow a double; both with the column's index.
template <std::size_t Columns, class T = float>
class standardizer : public internal::invertible_transform<standardizer<Columns, T>, Columns, T> {
public:
    /// Each column's mean and deviation, to be etched into a network or saved; 0 and 0 before fit.
    [[nodiscard]] std::array<T, Columns> mean() const noexcept {
        std::array<T, Columns> result{};
        for (std::size_t c = 0; c < Columns; ++c) result[c] = static_cast<T>(column_[c].mean);
        return result;
    }
    [[nodiscard]] std::array<T, Columns> deviation() const noexcept {
        std::array<T, Columns> result{};
        for (std::size_t c = 0; c < Columns; ++c) result[c] = static_cast<T>(column_[c].deviation);
        return result;
    }

private:
    friend class internal::column_transform<standardizer, Columns, T>;

    problem learn(std::span<const T> training) {
        const auto statistics = internal::statistics_of<Columns>(training);
        for (std::size_t c = 0; c < Columns; ++c) {
            const auto& s = statistics[c];
            if (s.deviation - s.deviation != 0) return {status::non_finite_input, c};
            if (s.minimum == s.maximum || s.deviation == 0) return {status::constant_column, c};
        }
        column_ = statistics;
        return {};
    }
    [[nodiscard]] double forward(double x, std::size_t c) const noexcept {
        return (x - column_[c].mean) / column_[c].deviation;
    }
    [[nodiscard]] double backward(double y, std::size_t c) const noexcept {
        return std::fma(y, column_[c].deviation, column_[c].mean);
    }

    std::array<internal::column_statistics, Columns> column_{};
};

}  // namespace etch::inline ETCH_VARIANT
