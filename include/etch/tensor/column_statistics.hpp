#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include <etch/core/problem.hpp>
#include <etch/simd/plain.hpp>

// Statistics of the columns of a data set, for layers and transforms that are fitted. `sample(i)` returns the numbers
// of sample i: a row of the data, or the output of the layers before. All columns are processed together, in the order
// of memory. `Number` is the type of the results; sums are in double, in the order of the samples.
namespace etch::inline ETCH_VARIANT::internal {

/// The smallest and largest number of a column.
template <class Number>
struct column_range {
    Number least, most;
};

/// Calls visit(column, number) for all numbers, sample by sample.
template <class Number, std::size_t Columns>
constexpr void for_each_number(std::size_t count, const auto& sample, auto visit) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto numbers = sample(i);
        for (std::size_t column = 0; column < Columns; ++column) visit(column, static_cast<Number>(numbers[column]));
    }
}

/// The ranges of all columns; there must be at least one sample.
template <class Number, std::size_t Columns>
constexpr std::array<column_range<Number>, Columns> column_ranges(std::size_t count, const auto& sample) {
    std::array<column_range<Number>, Columns> ranges{};
    const auto first = sample(0);
    for (std::size_t column = 0; column < Columns; ++column) {
        const auto x = static_cast<Number>(first[column]);
        ranges[column] = {x, x};
    }
    for_each_number<Number, Columns>(count, sample, [&](std::size_t column, Number x) {
        auto& [least, most] = ranges[column];
        least = x < least ? x : least;
        most = x > most ? x : most;
    });
    return ranges;
}

/// The first column that is constant and therefore cannot be scaled.
template <class Number, std::size_t Columns>
constexpr problem find_constant_column(const std::array<column_range<Number>, Columns>& ranges) {
    for (std::size_t column = 0; column < Columns; ++column)
        if (ranges[column].least == ranges[column].most) return {.code = status::constant_column, .column = column};
    return {};
}

/// Writes each column's mean and deviation, that of the population (divided by the count).
///
///     mean = Σ x / n        deviation = √(Σ (x - mean)² / n)
///
/// Two passes, to avoid cancellation. Distances from the mean are rounded to Number: the square of a float is exact in
/// double, that of a double is fused with the sum. They are measured in units of a power of two near the column's
/// spread, so that the squares of numbers around 1e30 or 1e-27 (in double 1e200) do not overflow or underflow; the bits
/// of other results do not change.
template <class Number, std::size_t Columns>
constexpr void find_mean_and_deviation(const std::array<column_range<Number>, Columns>& ranges, std::size_t count,
                                       const auto& sample, auto&& mean, auto&& deviation) {
    std::array<double, Columns> sum{};
    for_each_number<Number, Columns>(count, sample,
                                     [&](std::size_t column, Number x) { sum[column] += static_cast<double>(x); });
    std::array<double, Columns> unit{}, squares{};
    for (std::size_t column = 0; column < Columns; ++column) {
        mean[column] = static_cast<Number>(sum[column] / static_cast<double>(count));
        const auto [least, most] = ranges[column];
        const double spread = static_cast<double>(most) - static_cast<double>(least);
        double& u = unit[column] = 1;
        if (spread == 0) continue;
        while (u * 2 <= spread && u < 0x1p1000) u *= 2;
        while (u > spread) u /= 2;
    }
    for_each_number<Number, Columns>(count, sample, [&](std::size_t column, Number x) {
        const double distance = static_cast<double>(x - mean[column]) / unit[column];
        if constexpr (std::is_same_v<Number, double>)
            squares[column] = fma_number(distance, distance, squares[column]);
        else
            squares[column] += distance * distance;
    });
    for (std::size_t column = 0; column < Columns; ++column) {
        const lanes<Number, 1> variance{static_cast<Number>(squares[column] / static_cast<double>(count))};
        deviation[column] = static_cast<Number>(unit[column] * static_cast<double>(sqrt(variance).value));
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
