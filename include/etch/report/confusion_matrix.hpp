#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <etch/data/class_list.hpp>
#include <etch/report/svg.hpp>
#include <etch/report/text_table.hpp>
#include <etch/training/metrics.hpp>

namespace etch::inline ETCH_VARIANT {

/// How many samples of each class were predicted as which: one row per true class, one column per prediction.
struct confusion_chart {
    std::vector<std::vector<std::size_t>> counts{};
    std::vector<std::string> names{};
    std::string title{};
};

/// The confusion matrix of a report, for drawing: write_svg("confusion.svg", confusion_matrix(report, classes)).
template <std::size_t Classes>
confusion_chart confusion_matrix(const classification_report<Classes>& report, const class_list& names = {}) {
    confusion_chart chart;
    for (std::size_t c = 0; c < Classes; ++c) {
        chart.counts.emplace_back(report.confusion[c].begin(), report.confusion[c].end());
        chart.names.push_back(c < names.size() ? names[c] : std::to_string(c));
    }
    chart.title = internal::formatted("accuracy %.2f %% of ", 100 * report.accuracy()) + std::to_string(report.count) +
                  " samples";
    return chart;
}

/// As a text table, with zeros as dots, so that errors stand out.
inline std::string to_text(const confusion_chart& chart) {
    internal::text_table matrix;
    std::vector<std::string> cells{"true \\ answer"};
    cells.insert(cells.end(), chart.names.begin(), chart.names.end());
    matrix.row(std::move(cells));
    matrix.rule();
    for (std::size_t t = 0; t < chart.counts.size(); ++t) {
        cells = {chart.names[t]};
        for (const std::size_t n : chart.counts[t]) cells.push_back(n == 0 ? "." : std::to_string(n));
        matrix.row(std::move(cells));
    }
    return matrix.text();
}

/// As the text of an SVG file: the darker a cell, the larger its share of the true class. Beyond 40 classes, cells have
/// no numbers.
inline std::string to_svg(const confusion_chart& chart) {
    using internal::svg_writer, internal::shortened, internal::width_of;
    constexpr std::size_t longest_name = 24, most_numbers = 40;
    const auto classes = static_cast<double>(chart.counts.size());
    std::size_t digits = 1, letters = 1;
    std::vector<std::string> names;
    for (std::size_t t = 0; t < chart.counts.size(); ++t) {
        names.push_back(shortened(chart.names[t], longest_name));
        letters = (std::max)(letters, width_of(names[t]));
        for (const std::size_t n : chart.counts[t]) digits = (std::max)(digits, std::to_string(n).size());
    }
    const bool numbered = chart.counts.size() <= most_numbers;
    const double number_width = static_cast<double>(digits) * svg_writer::letter + 10;
    const double cell = (std::max)((std::min)(420 / classes, 60.0), numbered ? (std::max)(20.0, number_width) : 8.0);
    const double names_width = static_cast<double>(letters) * svg_writer::letter;
    const bool upright = names_width + 8 <= cell;  // the names of the columns fit next to each other
    const double left = 40 + names_width + 8, top = 66 + (upright ? 18 : names_width + 8), side = classes * cell;
    const double width = (std::max)(left + side + 24, 44 + static_cast<double>(width_of(chart.title)) * 9);

    svg_writer svg;
    svg.text(22, 26, chart.title, "b");
    svg.text(left + side / 2, 50, "predicted", "t");
    svg.text(22, top + side / 2, "true", "t", -90);
    const std::size_t every = cell < 14 ? static_cast<std::size_t>(14 / cell) + 1 : 1;
    for (std::size_t t = 0; t < chart.counts.size(); ++t) {
        const double at = static_cast<double>(t) * cell;
        std::size_t sum = 0;
        for (const std::size_t n : chart.counts[t]) sum += n;
        if (t % every == 0) {
            svg.text(left - 8, top + at + cell / 2 + 4, names[t], "e");
            if (upright) {
                svg.text(left + at + cell / 2, top - 8, names[t], "t");
            } else {
                svg.text(left + at + cell / 2 + 4, top - 8, names[t], "s", -90);
            }
        }
        for (std::size_t p = 0; p < chart.counts[t].size(); ++p) {
            const double x = left + static_cast<double>(p) * cell;
            const std::size_t n = chart.counts[t][p];
            const double share = internal::ratio(n, sum);
            const std::size_t shade = n == 0 ? 0 : 1 + std::min<std::size_t>(8, static_cast<std::size_t>(share * 9));
            const std::string kind = p == t ? "h" : "x";
            if (shade > 0) svg.rectangle(x, top + at, cell, cell, kind + " o" + std::to_string(shade));
            if (numbered && n > 0)
                svg.text(x + cell / 2, top + at + cell / 2 + 4, std::to_string(n), shade > 6 ? "w" : "t");
        }
        if (cell < 14) continue;  // only grid lines would be visible
        svg.line(left, top + at, left + side, top + at, "g");
        svg.line(left + at, top, left + at, top + side, "g");
    }
    svg.rectangle(left, top, side, side, "f");
    return svg.file(width, top + side + 24, "confusion matrix, " + chart.title);
}

}  // namespace etch::inline ETCH_VARIANT
