#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include <etch/core/finite.hpp>
#include <etch/data/column_transform.hpp>
#include <etch/tensor/column_statistics.hpp>

namespace etch::inline ETCH_VARIANT {

/// Maps each column's training minimum to `low` and its maximum to `high`, both exactly, and linearly in between:
///     t = (x - minimum) / (maximum - minimum),   y = (1 - t) low + t high
/// Data outside the training range is mapped outside [low, high]: clip it first (outlier_clipper) if that matters. fit:
/// constant_column with the column's index; invalid_option unless low < high and both are finite.
template <std::size_t Columns, class T = float>
class normalizer : public internal::invertible_transform<normalizer<Columns, T>, Columns, T> {
public:
    explicit normalizer(T low = T{0}, T high = T{1}) noexcept
        : low_{static_cast<double>(low)}, high_{static_cast<double>(high)} {}

    /// Each column's training range; 0 and 0 before fit.
    [[nodiscard]] std::array<T, Columns> minimum() const noexcept {
        std::array<T, Columns> result{};
        for (std::size_t c = 0; c < Columns; ++c) result[c] = static_cast<T>(column_[c].least);
        return result;
    }
    [[nodiscard]] std::array<T, Columns> maximum() const noexcept {
        std::array<T, Columns> result{};
        for (std::size_t c = 0; c < Columns; ++c) result[c] = static_cast<T>(column_[c].most);
        return result;
    }

private:
    friend class internal::column_transform<normalizer, Columns, T>;

    problem learn(std::span<const T> training) {
        if (!(low_ < high_) || !internal::is_finite(high_ - low_))
            return {.code = status::invalid_option, .option = {"high", high_, "finite and above low"}};
        const auto ranges = internal::column_ranges<double, Columns>(
            training.size() / Columns, [training](std::size_t i) { return training.subspan(i * Columns, Columns); });
        for (std::size_t c = 0; c < Columns; ++c) {
            const double range = ranges[c].most - ranges[c].least;
            if (range == 0) return {.code = status::constant_column, .column = c};
            if (!internal::is_finite(range)) return {.code = status::non_finite_input, .column = c};
        }
        column_ = ranges;
        return {};
    }
    [[nodiscard]] double forward(double x, std::size_t c) const noexcept {
        const double t = (x - column_[c].least) / (column_[c].most - column_[c].least);
        const double from_low = (1 - t) * low_;
        return std::fma(t, high_, from_low);
    }
    [[nodiscard]] double backward(double y, std::size_t c) const noexcept {
        const double t = (y - low_) / (high_ - low_);
        return std::fma(t, column_[c].most - column_[c].least, column_[c].least);
    }

    double low_;
    double high_;
    std::array<internal::column_range<double>, Columns> column_{};
};

}  // namespace etch::inline ETCH_VARIANT
