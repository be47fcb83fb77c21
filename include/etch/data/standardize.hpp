#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include <etch/core/finite.hpp>
#include <etch/data/column_transform.hpp>
#include <etch/tensor/column_statistics.hpp>

namespace etch::inline ETCH_VARIANT {

/// y = (x - mean) / deviation, column by column: mean 0 and deviation 1, as initializers assume.
///
///     etch::standardizer<4> scale;
///     if (auto p = scale.fit(parts.training); !p.ok()) ...   // constant_column: p.column
///     scale.apply(parts.training);  scale.apply(parts.test); // in place
///     scale.inverse(sample);                                 // in the original units again
///
/// The deviation is that of the population (divided by n), as in scikit-learn's StandardScaler. fit: constant_column,
/// or non_finite_input if a column's sum overflows a double; both with the column.
template <std::size_t Columns, class T = float>
class standardizer : public internal::invertible_transform<standardizer<Columns, T>, Columns, T> {
public:
    /// Each column's mean and deviation, to compile into a network or to save; 0 and 0 before fit.
    [[nodiscard]] std::array<T, Columns> mean() const noexcept {
        std::array<T, Columns> result{};
        for (std::size_t c = 0; c < Columns; ++c) result[c] = static_cast<T>(mean_[c]);
        return result;
    }
    [[nodiscard]] std::array<T, Columns> deviation() const noexcept {
        std::array<T, Columns> result{};
        for (std::size_t c = 0; c < Columns; ++c) result[c] = static_cast<T>(deviation_[c]);
        return result;
    }

private:
    friend class internal::column_transform<standardizer, Columns, T>;

    problem learn(std::span<const T> training) {
        const auto sample = [training](std::size_t i) { return training.subspan(i * Columns, Columns); };
        const std::size_t count = training.size() / Columns;
        const auto ranges = internal::column_ranges<double, Columns>(count, sample);
        std::array<double, Columns> mean{}, deviation{};
        internal::find_mean_and_deviation(ranges, count, sample, mean, deviation);
        for (std::size_t c = 0; c < Columns; ++c) {
            if (!internal::is_finite(deviation[c])) return {.code = status::non_finite_input, .column = c};
            if (ranges[c].least == ranges[c].most || deviation[c] == 0)
                return {.code = status::constant_column, .column = c};
        }
        mean_ = mean;
        deviation_ = deviation;
        return {};
    }
    [[nodiscard]] double forward(double x, std::size_t c) const noexcept { return (x - mean_[c]) / deviation_[c]; }
    [[nodiscard]] double backward(double y, std::size_t c) const noexcept {
        return std::fma(y, deviation_[c], mean_[c]);
    }

    std::array<double, Columns> mean_{};
    std::array<double, Columns> deviation_{};
};

}  // namespace etch::inline ETCH_VARIANT
