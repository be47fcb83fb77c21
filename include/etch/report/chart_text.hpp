#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/report/chart.hpp>
#include <etch/report/terminal.hpp>
#include <etch/report/text_table.hpp>

namespace etch::inline ETCH_VARIANT {

/// How a chart is drawn with characters.
struct text_picture {
    std::size_t width = 72, height = 16;  ///< characters of a line, and lines between the axes
    bool unicode = false;                 ///< with blocks and circles; otherwise ASCII
};

namespace internal {

/// Draws one panel into lines of characters.
class chart_lines {
public:
    chart_lines(const chart_panel& panel, const text_picture& options) : panel_{panel}, axes_{axes_of(panel)} {
        for (const auto& tick : axes_.y.ticks()) margin_ = (std::max)(margin_, width_of(tick.label));
        rows_ = std::max<std::size_t>(options.height, 4);
        columns_ = std::max<std::size_t>(options.width, margin_ + 12) - margin_ - 2;
        if (panel.square) columns_ = (std::min)(columns_, 2 * rows_);  // a character is twice as high as wide
        marks_ = options.unicode ? std::vector<std::string>{"●", "○", "▲", "△", "■", "□", "◆", "◇"}
                                 : std::vector<std::string>{"*", "o", "+", "x", "#", "@", "%", "&"};
        areas_ = options.unicode && most_style() < 4 ? std::vector<std::string>{" ", "░", "▒", "▓"}
                                                     : std::vector<std::string>{" ", ".", ":", "-", "=", "~", ",", "^"};
        cells_.assign(rows_ * columns_, " ");
        draw_regions();
        for (const bool lines : {true, false})
            for (const chart_series& series : panel.series)
                if ((series.line && series.points.size() > 1) == lines) lines ? draw_line(series) : draw_points(series);
    }

    [[nodiscard]] std::string text() const {
        std::string lines = panel_.title + "\n";
        const std::string legend = legend_text();
        if (!legend.empty()) lines += legend + "\n";
        for (std::size_t row = 0; row < rows_; ++row) {
            const std::string label = label_of(row);
            lines += std::string(margin_ - width_of(label), ' ') + label + (label.empty() ? " |" : " +");
            std::string line;
            for (std::size_t column = 0; column < columns_; ++column) line += cells_[row * columns_ + column];
            lines += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        return lines + std::string(margin_ + 1, ' ') + "+" + std::string(columns_, '-') + "\n" + x_labels();
    }

private:
    [[nodiscard]] std::size_t most_style() const {
        const auto& cells = panel_.regions.cells;
        return cells.empty() ? 0 : *std::max_element(cells.begin(), cells.end());
    }
    [[nodiscard]] const std::string& mark_of(const chart_series& series) const {
        static const std::string reference = ".";
        return series.style == chart_series::reference ? reference : marks_[series.style % marks_.size()];
    }
    /// The names and, if there are areas behind the points, the characters of the areas.
    [[nodiscard]] std::string legend_text() const {
        std::string text;
        for (const chart_series& series : panel_.series) {
            if (!series.in_legend) continue;
            text += (text.empty() ? "" : "   ") + mark_of(series);
            if (!panel_.regions.cells.empty() && series.style != chart_series::reference)
                text += "'" + areas_[series.style % areas_.size()] + "'";
            text += " " + series.name;
        }
        return text;
    }

    [[nodiscard]] std::size_t row_of(double y) const noexcept {
        const double from_top = (1 - axes_.y.position(y)) * static_cast<double>(rows_ - 1);
        return (std::min)(rows_ - 1, static_cast<std::size_t>((std::max)(0.0, from_top + 0.5)));
    }
    [[nodiscard]] std::size_t column_of(double x) const noexcept {
        const double from_left = axes_.x.position(x) * static_cast<double>(columns_ - 1);
        return (std::min)(columns_ - 1, static_cast<std::size_t>((std::max)(0.0, from_left + 0.5)));
    }
    void put(chart_point p, const std::string& mark) {
        if (axes_.has(p)) cells_[row_of(p.y) * columns_ + column_of(p.x)] = mark;
    }
    void draw_points(const chart_series& series) {
        for (const chart_point& p : series.points) put(p, mark_of(series));
    }
    /// A mark in each column between two points.
    void draw_line(const chart_series& series) {
        for (std::size_t i = 0; i + 1 < series.points.size(); ++i) {
            const chart_point a = series.points[i], b = series.points[i + 1];
            if (!axes_.has(a) || !axes_.has(b)) continue;
            const std::size_t first = column_of(a.x), last = column_of(b.x);
            for (std::size_t column = first; column <= last; ++column) {
                const double share =
                    first == last ? 1 : static_cast<double>(column - first) / static_cast<double>(last - first);
                const double y = axes_.y.position(a.y) + share * (axes_.y.position(b.y) - axes_.y.position(a.y));
                const auto row = static_cast<std::size_t>((1 - y) * static_cast<double>(rows_ - 1) + 0.5);
                cells_[(std::min)(row, rows_ - 1) * columns_ + column] = mark_of(series);
            }
        }
        draw_points(series);
    }
    void draw_regions() {
        const chart_regions& regions = panel_.regions;
        for (std::size_t row = 0; row < rows_ && !regions.cells.empty(); ++row) {
            const std::size_t from_below = (rows_ - 1 - row) * (regions.rows - 1) / (rows_ - 1);
            for (std::size_t column = 0; column < columns_; ++column) {
                const std::size_t across = column * (regions.columns - 1) / (columns_ - 1);
                cells_[row * columns_ + column] =
                    areas_[regions.cells[from_below * regions.columns + across] % areas_.size()];
            }
        }
    }

    [[nodiscard]] std::string label_of(std::size_t row) const {
        for (const auto& tick : axes_.y.ticks())
            if (row_of(tick.value) == row) return tick.label;
        return {};
    }
    /// The numbers below the axis that fit, and the names of both axes.
    [[nodiscard]] std::string x_labels() const {
        std::string line(margin_ + 2, ' ');
        for (const auto& tick : axes_.x.ticks()) {
            const std::size_t middle = margin_ + 2 + column_of(tick.value), half = tick.label.size() / 2;
            const std::size_t begin = middle < half ? 0 : middle - half;
            if (begin < line.size() + (line.back() == ' ' ? 0 : 2)) {
                if (line.back() != ' ') continue;
                line.resize(begin);
            }
            line.resize(begin, ' ');
            line += tick.label;
        }
        return line + "\n" + std::string(margin_ + 2, ' ') + panel_.x_label + " (across), " + panel_.y_label + "\n";
    }

    const chart_panel& panel_;
    chart_axes axes_;
    std::size_t margin_ = 0, rows_ = 0, columns_ = 0;
    std::vector<std::string> marks_{}, areas_{};
    std::vector<std::string> cells_{};
};

/// As wide as the terminal and in Unicode if a person is watching, otherwise in ASCII.
inline text_picture picture_for(std::FILE* stream) {
    if (!is_terminal(stream)) return {};
    return {.width = std::min<std::size_t>(terminal_width(stream), 100), .unicode = shows_unicode()};
}

}  // namespace internal

/// A chart as lines of text, for a terminal or a log.
inline std::string to_text(const chart& picture, const text_picture& options = {}) {
    std::string text;
    for (const chart_panel& panel : picture.panels)
        text += (text.empty() ? "" : "\n") + internal::chart_lines{panel, options}.text();
    return text;
}

/// Prints a chart to a terminal, at its full width, or to a file as text.
inline void print(const chart& picture, std::FILE* to = stdout) {
    const std::string text = to_text(picture, internal::picture_for(to));
    std::fwrite(text.data(), 1, text.size(), to);
}

}  // namespace etch::inline ETCH_VARIANT
