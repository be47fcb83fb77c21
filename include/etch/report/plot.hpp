#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <etch/core/finite.hpp>
#include <etch/data/class_list.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/replace_file.hpp>
#include <etch/network/predict.hpp>
#include <etch/report/chart.hpp>
#include <etch/report/chart_svg.hpp>
#include <etch/report/chart_text.hpp>
#include <etch/report/confusion_matrix.hpp>
#include <etch/training/for_each_prediction.hpp>
#include <etch/training/history.hpp>

// Pictures of training and its result, as SVG files and in the terminal. Host side.
namespace etch::inline ETCH_VARIANT {

namespace internal {

/// At most this many points of a data set are drawn, evenly selected.
inline constexpr std::size_t most_points = 2000;

inline std::size_t stride_of(std::size_t samples) noexcept {
    return std::max<std::size_t>(1, (samples + most_points - 1) / most_points);
}

inline std::string sample_count(std::size_t samples) {
    const std::size_t stride = stride_of(samples), drawn = (samples + stride - 1) / stride;
    return (stride == 1 ? "" : std::to_string(drawn) + " of ") + std::to_string(samples) + " samples";
}

}  // namespace internal

/// The losses of a fit over its epochs, with the best epoch marked, and below them the accuracy, if there is one.
///
///     etch::history<40> history;
///     trainer.fit(net, train, {.epochs = 40, .validation = validation, .history = history});
///     const auto curves = etch::learning_curves(history.records());
///     etch::print(curves);
///     if (auto written = etch::write_svg("learning.svg", curves); !written) std::puts(written.message().c_str());
///
/// The loss has a logarithmic axis if it fell to a twentieth or less.
chart learning_curves(const internal::EpochRecords auto& records) {
    chart_series training{.name = "training"}, validation{.name = "validation", .style = 1}, accuracy{.style = 2};
    for (const auto& record : records) {
        const auto epoch = static_cast<double>(record.epoch);
        training.points.push_back({epoch, static_cast<double>(record.training_loss)});
        validation.points.push_back({epoch, static_cast<double>(record.validation_loss)});
        accuracy.points.push_back({epoch, static_cast<double>(record.validation_accuracy)});
    }
    const auto is_zero = [](const chart_point& p) { return p.y == 0; };
    const bool validated = !std::all_of(validation.points.begin(), validation.points.end(), is_zero);
    const bool classified = !std::all_of(accuracy.points.begin(), accuracy.points.end(), is_zero);

    chart_panel losses{.title = "Loss", .x_label = "epoch", .y_label = "loss", .counts = true};
    const std::vector<chart_point>& judged = validated ? validation.points : training.points;
    const auto lower = [](const chart_point& a, const chart_point& b) { return a.y < b.y; };
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const std::vector<chart_point>* const points : {&std::as_const(training.points), &judged}) {
        for (const chart_point& p : *points) {
            least = (std::min)(least, p.y);
            most = (std::max)(most, p.y);
        }
    }
    losses.logarithmic = least > 0 && most > 20 * least && internal::is_finite(most);
    losses.series.push_back(training);
    if (validated) losses.series.push_back(validation);
    if (!judged.empty()) {
        const chart_point best = *std::min_element(judged.begin(), judged.end(), lower);
        losses.series.push_back(
            {.name = "lowest: " + internal::number_text(best.y) + " in epoch " + internal::number_text(best.x),
             .points = {best},
             .line = false,
             .style = 4});
    }
    chart picture{{losses}};
    if (classified) {
        accuracy.name = "validation";
        picture.panels.push_back({.title = "Accuracy",
                                  .x_label = "epoch",
                                  .y_label = "share of right classes",
                                  .series = {accuracy},
                                  .counts = true});
    }
    return picture;
}

/// The class that a network of two inputs predicts for every point of the plane, behind the samples of a data set in
/// the colors of their own classes. `axes` names the inputs.
template <class Network>
chart decision_boundary(const Network& net, internal::data_of<Network> data, const class_list& classes = {},
                        const std::array<std::string, 2>& axes = {"input 0", "input 1"}) {
    static_assert(Network::inputs == 2, "etch: decision_boundary draws the plane of a network's two inputs");
    using T = typename Network::value_type;
    constexpr std::size_t side = 120;
    chart_panel panel{.title = "Decision regions, " + internal::sample_count(data.size()),
                      .x_label = axes[0],
                      .y_label = axes[1],
                      .square = true};
    for (std::size_t c = 0; c < class_count<Network::outputs>; ++c)
        panel.series.push_back(
            {.name = c < classes.size() ? classes[c] : "class " + std::to_string(c), .line = false, .style = c});
    std::array<double, 2> low{0, 0}, high{1, 1};
    for (std::size_t i = 0; i < data.size(); ++i) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const auto x = static_cast<double>(data.input(i)[axis]);
            low[axis] = i == 0 ? x : (std::min)(low[axis], x);
            high[axis] = i == 0 ? x : (std::max)(high[axis], x);
        }
        if (i % internal::stride_of(data.size()) == 0)
            panel.series[class_of(data.target(i))].points.push_back(
                {static_cast<double>(data.input(i)[0]), static_cast<double>(data.input(i)[1])});
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const double margin = low[axis] < high[axis] ? 0.06 * (high[axis] - low[axis]) : 1;
        low[axis] -= margin;
        high[axis] += margin;
    }
    panel.low = {low[0], low[1]};
    panel.high = {high[0], high[1]};
    panel.regions = {.columns = side, .rows = side, .cells = std::vector<std::size_t>(side * side)};
    const auto at = [&](std::size_t axis, std::size_t cell) {
        return static_cast<T>(low[axis] + (high[axis] - low[axis]) * (static_cast<double>(cell) + 0.5) / double{side});
    };
    for (std::size_t row = 0; row < side; ++row)
        for (std::size_t column = 0; column < side; ++column)
            panel.regions.cells[row * side + column] = predict(net, std::array<T, 2>{at(0, column), at(1, row)});
    return {{panel}};
}

/// A network's predictions of one output against its targets: correct predictions are on the diagonal.
template <class Network>
chart regression_scatter(const Network& net, internal::data_of<Network> data, std::size_t output = 0,
                         const std::string& name = "") {
    chart_series samples{.name = "sample", .line = false};
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t i = 0; i < data.size() && output < Network::outputs; i += internal::stride_of(data.size())) {
        const chart_point p{static_cast<double>(data.target(i)[output]),
                            static_cast<double>(net(data.input(i))[output])};
        samples.points.push_back(p);
        if (!internal::is_finite(p.x) || !internal::is_finite(p.y)) continue;
        low = (std::min)({low, p.x, p.y});
        high = (std::max)({high, p.x, p.y});
    }
    const std::string subject = name.empty() ? "output " + std::to_string(output) : name;
    chart_panel panel{.title = "Predictions of " + subject + ", " + internal::sample_count(data.size()),
                      .x_label = "target",
                      .y_label = "prediction",
                      .square = true,
                      .same_range = true};
    panel.series.push_back(samples);
    if (low <= high)
        panel.series.push_back(
            {.name = "exact", .points = {{low, low}, {high, high}}, .style = chart_series::reference});
    return {{panel}};
}

/// Writes a picture as an SVG file, completely or not at all: cannot_write with the system's reason.
template <class Picture>
    requires requires(const Picture& picture) { to_svg(picture); }
file_result write_svg(const std::string& file, const Picture& picture) {
    return replace_file(file, to_svg(picture));
}

}  // namespace etch::inline ETCH_VARIANT
