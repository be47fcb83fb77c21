#pragma once
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <etch/core/config.hpp>
#include <etch/core/decimal.hpp>
#include <etch/core/finite.hpp>

namespace etch::inline ETCH_VARIANT {

struct chart_point {
    double x = 0, y = 0;
};

/// Points of one kind, with or without a line between them. Points that are not finite are not drawn.
struct chart_series {
    std::string name{};
    std::vector<chart_point> points{};
    bool line = true;
    std::size_t style = 0;  // its color and mark: the same style looks the same
    bool in_legend = true;

    static constexpr std::size_t reference = static_cast<std::size_t>(-1);  ///< the style of a reference line
};

/// Colors behind the points: a grid over the whole panel, row by row from the bottom, each cell a style.
struct chart_regions {
    std::size_t columns = 0, rows = 0;
    std::vector<std::size_t> cells{};
};

/// A pair of axes and what is drawn on them.
struct chart_panel {
    std::string title{}, x_label{}, y_label{};
    std::vector<chart_series> series{};
    chart_regions regions{};
    bool logarithmic = false;           // the y axis
    bool counts = false;                // the x axis has whole numbers and no margin
    bool square = false;                // both axes have the same length,
    bool same_range = false;            // and the same range
    chart_point low{0, 0}, high{0, 0};  // the ranges, if low is below high; otherwise those of the points
};

/// Panels, one above the other: made by `learning_curves`, `decision_boundary` and `regression_scatter` (plot.hpp),
/// drawn by `to_svg` and `to_text`.
struct chart {
    std::vector<chart_panel> panels{};
};

namespace internal {

inline std::string number_text(double number) { return write_decimal(number, std::chars_format::general, 6); }

/// An axis: its range, its tick labels, and the position of a number on it.
class chart_axis {
public:
    struct tick {
        double value;
        std::string label;
    };

    /// An axis for numbers from `low` to `high`. If `exact`, it ends there, otherwise at the next round number.
    /// Logarithmic only if `low` is positive.
    chart_axis(double low, double high, bool logarithmic, bool exact, bool whole = false)
        : low_{low}, high_{high}, logarithmic_{logarithmic && low > 0} {
        if (!(low_ < high_)) widen();
        if (logarithmic_) {
            make_decades(exact);
        } else {
            make_steps(exact, whole);
        }
    }

    /// 0 at the low end, 1 at the high end.
    [[nodiscard]] double position(double value) const noexcept { return (scaled(value) - low_) / (high_ - low_); }
    [[nodiscard]] bool has(double value) const noexcept {
        const double at = position(value);
        return at >= -1e-9 && at <= 1 + 1e-9;
    }
    [[nodiscard]] const std::vector<tick>& ticks() const noexcept { return ticks_; }

private:
    static constexpr double most_steps = 6;

    [[nodiscard]] double scaled(double value) const noexcept { return logarithmic_ ? std::log10(value) : value; }
    void widen() noexcept {
        const double margin = low_ == 0 ? 1 : (std::abs)(low_) / 2;
        high_ = low_ + margin;
        low_ -= margin;
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    void make_steps(bool exact, bool whole) {
        const double rough = (high_ - low_) / most_steps, power = std::pow(10.0, std::floor(std::log10(rough)));
        double step = 10 * power;
        for (const double factor : {5.0, 2.0, 1.0})
            if (factor * power >= rough) step = factor * power;
        if (whole) step = (std::max)(step, 1.0);
        double first = std::ceil(low_ / step - 1e-9), last = std::floor(high_ / step + 1e-9);
        if (!exact) {
            first = std::floor(low_ / step + 1e-9);
            last = std::ceil(high_ / step - 1e-9);
            low_ = first * step;
            high_ = last * step;
        }
        for (double i = first; i <= last && ticks_.size() < 20; ++i) {
            const double value = i == 0 ? 0 : i * step;  // not -0
            ticks_.push_back({value, number_text(value)});
        }
    }
    /// Powers of ten; if there are few, also 2 and 5 times them.
    void make_decades(bool exact) {
        low_ = std::log10(low_);
        high_ = std::log10(high_);
        if (!exact) {
            const double margin = 0.03 * (high_ - low_);
            low_ -= margin;
            high_ += margin;
        }
        const double decades = high_ - low_, every = std::ceil(decades / most_steps);
        for (double power = std::floor(low_); power <= high_ && ticks_.size() < 40; ++power) {
            for (const double factor : {1.0, 2.0, 5.0}) {
                const double value = factor * std::pow(10.0, power);
                if (factor > 1 && decades > 2) continue;
                if (decades > most_steps && std::fmod((std::abs)(power), every) != 0) continue;
                if (has(value)) ticks_.push_back({value, number_text(value)});
            }
        }
    }

    double low_, high_;
    bool logarithmic_;
    std::vector<tick> ticks_{};
};

/// Both axes of a panel.
struct chart_axes {
    chart_axis x, y;

    /// Whether a point can be drawn and is within the axes.
    [[nodiscard]] bool has(chart_point p) const noexcept {
        return is_finite(p.x) && is_finite(p.y) && x.has(p.x) && y.has(p.y);
    }
};

inline chart_axes axes_of(const chart_panel& panel) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    chart_point low{infinity, infinity}, high{-infinity, -infinity};
    for (const chart_series& series : panel.series) {
        for (const chart_point& p : series.points) {
            if (!is_finite(p.x) || !is_finite(p.y) || (panel.logarithmic && !(p.y > 0))) continue;
            low = {(std::min)(low.x, p.x), (std::min)(low.y, p.y)};
            high = {(std::max)(high.x, p.x), (std::max)(high.y, p.y)};
        }
    }
    if (!(low.x <= high.x)) low = high = {1, 1};  // no points
    if (panel.same_range) {
        low.x = low.y = (std::min)(low.x, low.y);
        high.x = high.y = (std::max)(high.x, high.y);
    }
    const bool x_given = panel.low.x < panel.high.x, y_given = panel.low.y < panel.high.y;
    if (x_given) low.x = panel.low.x, high.x = panel.high.x;
    if (y_given) low.y = panel.low.y, high.y = panel.high.y;
    return {chart_axis{low.x, high.x, false, panel.counts || x_given, panel.counts},
            chart_axis{low.y, high.y, panel.logarithmic, y_given}};
}

}  // namespace internal

}  // namespace etch::inline ETCH_VARIANT
