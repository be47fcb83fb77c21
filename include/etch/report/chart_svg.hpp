#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <etch/report/chart.hpp>
#include <etch/report/svg.hpp>
#include <etch/report/text_table.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Draws panels below each other.
class chart_drawing {
public:
    explicit chart_drawing(const chart& picture) {
        const auto square = [](const chart_panel& panel) { return panel.square; };
        if (std::all_of(picture.panels.begin(), picture.panels.end(), square)) width_ = square_side + 110;
        for (const chart_panel& panel : picture.panels) draw(panel);
    }

    [[nodiscard]] std::string file(const chart& picture) const {
        std::string title;
        for (const chart_panel& panel : picture.panels) title += (title.empty() ? "" : ", ") + panel.title;
        return svg_.file(width_, top_, title);
    }

private:
    static constexpr double wide_height = 280, square_side = 440, line_height = 18;
    static constexpr std::size_t longest_name = 30;

    static double width_of_text(std::string_view text) {
        return static_cast<double>(width_of(text)) * svg_writer::letter;
    }

    void draw(const chart_panel& panel) {
        const chart_axes axes = axes_of(panel);
        double labels = 0;
        for (const auto& tick : axes.y.ticks()) labels = (std::max)(labels, width_of_text(tick.label));
        left_ = 16 + line_height + labels + 8;
        plot_width_ = panel.square ? square_side : width_ - left_ - 20;
        plot_height_ = panel.square ? square_side : wide_height;

        top_ += 24;
        svg_.text(left_, top_, panel.title, "b");
        draw_legend(panel);
        top_ += 14;

        draw_grid(axes);
        draw_regions(panel.regions);
        for (const chart_series& series : panel.series) draw_series(series, axes);
        svg_.rectangle(left_, top_, plot_width_, plot_height_, "f");
        const double bottom = top_ + plot_height_;
        svg_.text(left_ + plot_width_ / 2, bottom + 16 + line_height + 2, panel.x_label, "t");
        svg_.text(16 + 4, top_ + plot_height_ / 2, panel.y_label, "t", -90);
        top_ = bottom + 16 + line_height + 16;
    }

    /// The legend, in as many lines as it needs.
    void draw_legend(const chart_panel& panel) {
        double x = left_;
        bool begun = false;
        for (const chart_series& series : panel.series) {
            if (!series.in_legend) continue;
            const std::string name = shortened(series.name, longest_name);
            const double needed = 30 + width_of_text(name) + 16;
            if (!begun || (x > left_ && x + needed > width_ - 10)) {
                x = left_;
                top_ += line_height + (begun ? 0 : 4);
            }
            begun = true;
            if (series.line) svg_.line(x, top_ - 4, x + 22, top_ - 4, line_kind(series));
            if (!series.line || series.points.size() == 1) svg_.mark(x + 11, top_ - 4, series.style);
            svg_.text(x + 28, top_, name, "s");
            x += needed;
        }
    }

    void draw_grid(const chart_axes& axes) {
        const double bottom = top_ + plot_height_;
        for (const auto& tick : axes.y.ticks()) {
            const double y = y_of(axes, tick.value);
            svg_.line(left_, y, left_ + plot_width_, y, "g");
            svg_.text(left_ - 8, y + 4, tick.label, "e");
        }
        double free_from = left_ - 100;
        for (const auto& tick : axes.x.ticks()) {
            const double x = x_of(axes, tick.value), half = width_of_text(tick.label) / 2;
            svg_.line(x, top_, x, bottom, "g");
            if (x - half < free_from) continue;  // would overlap the label before it
            svg_.text(x, bottom + 18, tick.label, "t");
            free_from = x + half + 6;
        }
    }

    /// One path for each style, of rectangles that extend as far as the style does.
    void draw_regions(const chart_regions& regions) {
        if (regions.cells.empty()) return;
        const double cell_width = plot_width_ / static_cast<double>(regions.columns);
        const double cell_height = plot_height_ / static_cast<double>(regions.rows);
        const std::size_t styles = 1 + *std::max_element(regions.cells.begin(), regions.cells.end());
        for (std::size_t style = 0; style < styles; ++style) {
            svg_.begin_path(svg_writer::color_of("a", style));
            for (std::size_t row = 0; row < regions.rows; ++row) {
                for (std::size_t column = 0; column < regions.columns;) {
                    std::size_t end = column;
                    while (end < regions.columns && regions.cells[row * regions.columns + end] == style) ++end;
                    if (end > column)
                        svg_.path_rectangle(left_ + static_cast<double>(column) * cell_width,
                                            top_ + plot_height_ - static_cast<double>(row + 1) * cell_height,
                                            static_cast<double>(end - column) * cell_width, cell_height);
                    column = (std::max)(end, column + 1);
                }
            }
            svg_.end_path();
        }
    }

    void draw_series(const chart_series& series, const chart_axes& axes) {
        if (series.line && series.points.size() > 1) {
            svg_.begin_path(line_kind(series));
            for (const chart_point& p : series.points) {
                if (axes.has(p)) {
                    svg_.path_to(x_of(axes, p.x), y_of(axes, p.y));
                } else {
                    svg_.path_break();
                }
            }
            svg_.end_path();
            return;
        }
        for (const chart_point& p : series.points)
            if (axes.has(p)) svg_.mark(x_of(axes, p.x), y_of(axes, p.y), series.style);
    }

    /// A reference line has no color.
    static std::string line_kind(const chart_series& series) {
        return series.style == chart_series::reference ? "d" : svg_writer::color_of("l", series.style);
    }
    [[nodiscard]] double x_of(const chart_axes& axes, double x) const noexcept {
        return left_ + plot_width_ * axes.x.position(x);
    }
    [[nodiscard]] double y_of(const chart_axes& axes, double y) const noexcept {
        return top_ + plot_height_ * (1 - axes.y.position(y));
    }

    svg_writer svg_{};
    double width_ = 660, top_ = 0, left_ = 0, plot_width_ = 0, plot_height_ = 0;
};

}  // namespace internal

/// A chart as the text of an SVG file.
inline std::string to_svg(const chart& picture) { return internal::chart_drawing{picture}.file(picture); }

}  // namespace etch::inline ETCH_VARIANT
