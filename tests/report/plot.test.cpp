// Pictures, as SVG and as text.
#include <etch/report/plot.hpp>

#include <clocale>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <etch/data/data_set.hpp>
#include <etch/data/reading.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/softmax.hpp>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

namespace {

using etch::internal::chart_axis;

std::vector<std::string> labels(const chart_axis& axis) {
    std::vector<std::string> result;
    for (const auto& tick : axis.ticks()) result.push_back(tick.label);
    return result;
}
using list = std::vector<std::string>;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// Whether each element that begins also ends, and every & begins an entity.
bool is_balanced(const std::string& xml) {
    std::vector<std::string> open;
    for (std::size_t at = xml.find('<'); at != xml.npos; at = xml.find('<', at + 1)) {
        const std::size_t end = xml.find('>', at);
        if (end == xml.npos || count(xml.substr(at, end - at), "\"") % 2 != 0) return false;
        const std::string name = xml.substr(at + 1, xml.find_first_of(" >", at) - at - 1);
        if (name[0] == '/') {
            if (open.empty() || open.back() != name.substr(1)) return false;
            open.pop_back();
        } else if (xml[end - 1] != '/') {
            open.push_back(name);
        }
    }
    return open.empty() &&
           count(xml, "&") == count(xml, "&amp;") + count(xml, "&lt;") + count(xml, "&gt;") + count(xml, "&quot;");
}

std::vector<etch::epoch_record<float>> five_epochs() {
    std::vector<etch::epoch_record<float>> records;
    const float losses[] = {1, 0.5f, 0.25f, 0.125f, 0.0625f}, validations[] = {2, 1, 0.5f, 0.75f, 1};
    for (std::size_t i = 0; i < 5; ++i)
        records.push_back({.epoch = i + 1, .training_loss = losses[i], .validation_loss = validations[i]});
    return records;
}

/// Class 1 where the first input is the larger one.
using chooser = etch::network<etch::input<2>, etch::dense<2>, etch::softmax>;
chooser larger() {
    chooser net;
    float* const weights = net.parameters().data();  // a column for each input
    weights[0] = -1, weights[1] = 1, weights[2] = 1, weights[3] = -1;
    return net;
}

}  // namespace

TEST_CASE("an axis has round numbers, within its range or just around it", "[plot]") {
    CHECK(labels({0.31, 1.02, false, false}) == list{"0.2", "0.4", "0.6", "0.8", "1", "1.2"});
    CHECK(labels({1, 60, false, true, true}) == list{"10", "20", "30", "40", "50", "60"});
    CHECK(labels({1, 3, false, true, true}) == list{"1", "2", "3"});
    CHECK(labels({-1e-7, 2e-7, false, false}) == list{"-1e-07", "-5e-08", "0", "5e-08", "1e-07", "1.5e-07", "2e-07"});
    CHECK(labels({0.002, 40, true, false}) == list{"0.01", "0.1", "1", "10"});
    CHECK(labels({1.5, 60, true, true}) == list{"2", "5", "10", "20", "50"});
    CHECK(labels({1e-30, 1, true, true}).size() <= 8);
    const chart_axis flat{5, 5, false, false};  // of equal numbers
    CHECK(flat.has(5));
    CHECK(flat.position(5) > 0.3);
    const chart_axis decades{1, 100, true, true};
    CHECK(std::abs(decades.position(10) - 0.5) < 1e-12);
    CHECK_FALSE(decades.has(0));
    CHECK(labels({0, 5, true, true}) == list{"0", "1", "2", "3", "4", "5"});  // no logarithm of 0
}

TEST_CASE("learning curves show both losses, the best epoch, and the accuracy if there is one", "[plot]") {
    auto records = five_epochs();
    const etch::chart curves = etch::learning_curves(records);
    REQUIRE(curves.panels.size() == 1);
    const auto& panel = curves.panels[0];
    REQUIRE(panel.series.size() == 3);
    CHECK(panel.series[0].name == "training");
    CHECK(panel.series[1].points[3].y == 0.75);
    CHECK(panel.series[2].name == "lowest: 0.5 in epoch 3");
    CHECK(panel.logarithmic);  // from 2 to 1/16
    for (auto& record : records) record.validation_loss = 0, record.validation_accuracy = 0.5f;
    const etch::chart training = etch::learning_curves(records);
    REQUIRE(training.panels.size() == 2);
    CHECK(training.panels[0].series.size() == 2);
    CHECK(training.panels[0].series[1].name == "lowest: 0.0625 in epoch 5");
    CHECK_FALSE(training.panels[0].logarithmic);
    CHECK(training.panels[1].title == "Accuracy");
}

TEST_CASE("a logarithmic axis has no room for 0", "[plot]") {
    const etch::chart_panel panel{.series = {{.points = {{1, 0}, {2, 10}, {3, 1000}}}}, .logarithmic = true};
    const auto axes = etch::internal::axes_of(panel);
    CHECK(axes.has({2, 10}));
    CHECK_FALSE(axes.has({1, 0}));
    CHECK(axes.y.position(10) < 0.1);
}

TEST_CASE("a chart is drawn with characters", "[plot]") {
    const etch::chart curves = etch::learning_curves(five_epochs());
    CHECK(to_text(curves, {.width = 30, .height = 6}) ==
          "Loss\n"
          "* training   o validation   # lowest: 0.5 in epoch 3\n"
          "  2 +ooo\n"
          "  1 +***oooooo         ooooooo\n"
          "0.5 +   ******ooo#ooooo\n"
          "0.2 +         *******\n"
          "0.1 +                ******\n"
          "    |                      ***\n"
          "    +-------------------------\n"
          "     1     2     3     4     5\n"
          "     epoch (across), loss\n");
    const std::string blocks = to_text(curves, {.unicode = true});
    CHECK(count(blocks, "●") > 5);
    CHECK(count(blocks, "*") == 0);
    CHECK_FALSE(to_text(etch::learning_curves(std::vector<etch::epoch_record<float>>{})).empty());
}

TEST_CASE("a chart is drawn as SVG", "[plot]") {
    auto records = five_epochs();
    records[1].training_loss = std::numeric_limits<float>::quiet_NaN();  // not drawn
    for (const char* const name : {"de_DE.UTF-8", "fr_FR.UTF-8"}) {
        if (std::setlocale(LC_ALL, name) != nullptr) break;
    }
    const std::string svg = to_svg(etch::learning_curves(records));
    std::setlocale(LC_ALL, "C");
    CHECK(is_balanced(svg));
    CHECK(svg.substr(0, 42) == "<svg xmlns=\"http://www.w3.org/2000/svg\" wi");
    CHECK(svg.find("nan") == svg.npos);
    CHECK(svg.find("prefers-color-scheme:dark") != svg.npos);
    for (const char* const part :
         {">epoch<", ">loss<", ">training<", ">validation<", ">lowest: 0.5 in epoch 3<", ">0.1<"})
        CHECK(svg.find(part) != svg.npos);
    const std::size_t line = svg.find("<path class=\"l c0\"");
    REQUIRE(line != svg.npos);
    CHECK(count(svg.substr(line, svg.find("/>", line) - line), "M") == 2);  // broken at the NaN
    CHECK(is_balanced(to_svg(etch::learning_curves(std::vector<etch::epoch_record<float>>{}))));
}

TEST_CASE("names cannot break a picture", "[plot]") {
    using etch::internal::escaped_xml;
    CHECK(escaped_xml("a<b>&\"c\"") == "a&lt;b&gt;&amp;&quot;c&quot;");
    CHECK(escaped_xml("gr\xf6\xdf\x01\n\xef\xbf\xbf größe") == "gr????? größe");
    CHECK(etch::internal::shortened("größer", 3) == "grö...");
    CHECK(etch::internal::shortened("grö", 3) == "grö");
    etch::classification_report<3> report;
    report.add(0, 0, 0);
    report.add(1, 2, 1);
    const std::string svg =
        to_svg(etch::confusion_matrix(report, {"</svg>", "&", "one that is longer than there is room"}));
    CHECK(is_balanced(svg));
    CHECK(svg.find(">&lt;/svg&gt;<") != svg.npos);
    CHECK(svg.find(">one that is longer than ...<") != svg.npos);
}

TEST_CASE("a confusion matrix has a cell for each count", "[plot]") {
    etch::classification_report<2> report;
    for (int i = 0; i < 9; ++i) report.add(0, 0, 0);
    report.add(0, 1, 1);
    report.add(1, 1, 0);
    const auto matrix = etch::confusion_matrix(report);
    const std::string svg = to_svg(matrix);
    CHECK(svg.find(">accuracy 90.91 % of 11 samples<") != svg.npos);
    CHECK(count(svg, "<rect class=\"h o9\"") == 2);
    CHECK(count(svg, "<rect class=\"x o1\"") == 1);
    CHECK(count(svg, ">9<") == 1);
    CHECK(to_text(matrix) == "true \\ answer  0  1\n-------------------\n0              9  1\n1              .  1\n");
    const etch::classification_report<60> large;
    CHECK(is_balanced(to_svg(etch::confusion_matrix(large))));
}

TEST_CASE("a decision boundary shows what is predicted all over the plane", "[plot]") {
    etch::data_set<2, 2> set;
    set.push_back({0, 1}, {1, 0});
    set.push_back({2, 0}, {0, 1});
    set.push_back({0.75f, 0.25f}, {0, 1});
    const etch::chart picture = etch::decision_boundary(larger(), set, {"upper", "lower"}, {"across", "up"});
    const auto& panel = picture.panels.at(0);
    const auto& regions = panel.regions;
    const auto cell = [&](std::size_t column, std::size_t row) {
        return regions.cells.at(row * regions.columns + column);
    };
    CHECK(cell(10, 100) == 0);
    CHECK(cell(100, 10) == 1);
    CHECK(cell(60, 80) == 1);  // at 1.01 and 0.69
    CHECK(panel.series[1].points.size() == 2);
    const std::string svg = to_svg(picture);
    CHECK(is_balanced(svg));
    CHECK(svg.find("<path class=\"a c1\"") != svg.npos);
    for (const char* const part : {">upper<", ">lower<", ">across<", ">up<"}) CHECK(svg.find(part) != svg.npos);
    const std::string text = to_text(picture, {.height = 8});
    CHECK(text.find("*' ' upper   o'.' lower\n") != text.npos);
    CHECK(text.find('.') != text.npos);
    CHECK(is_balanced(to_svg(etch::decision_boundary(larger(), etch::data_set<2, 2>{}))));
}

TEST_CASE("a scatter has a point for each sample, or for some of many, and the diagonal", "[plot]") {
    etch::data_set<2, 2> set;
    for (int i = 0; i < 4001; ++i) set.push_back({0, 1}, {static_cast<float>(i), 0});
    const auto panel = etch::regression_scatter(larger(), set, 0, "height").panels.at(0);
    CHECK(panel.title == "Predictions of height, 1334 of 4001 samples");
    REQUIRE(panel.series.size() == 2);
    CHECK(panel.series[0].points.size() == 1334);
    CHECK(panel.series[0].points[2].x == 6);
    CHECK(std::abs(panel.series[0].points[2].y - 0.8808) < 1e-4);
    CHECK(panel.series[1].points[1].y == 3999);
    CHECK(is_balanced(to_svg(etch::chart{std::vector{panel}})));
}

TEST_CASE("a picture becomes a file, or is reported", "[plot]") {
    const temporary_folder folder;
    const etch::chart picture = etch::learning_curves(five_epochs());
    REQUIRE(etch::write_svg(folder / "loss.svg", picture));
    const auto bytes = etch::read_file(folder / "loss.svg");
    CHECK(std::string{bytes.value.begin(), bytes.value.end()} == to_svg(picture));
    const auto failed = etch::write_svg(folder / "no/such/loss.svg", picture);
    CHECK(failed.code == etch::status::cannot_write);
    CHECK(failed.message().substr(0, (folder / "no/such/loss.svg").size() + 2) == (folder / "no/such/loss.svg") + ": ");
}
