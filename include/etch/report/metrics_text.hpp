#pragma once
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <etch/data/class_list.hpp>
#include <etch/report/confusion_matrix.hpp>
#include <etch/report/text_table.hpp>
#include <etch/training/metrics.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A confusion matrix with more classes is not shown: it would not fit a terminal.
inline constexpr std::size_t most_classes_shown = 30;

inline std::string name_of(const class_list& names, std::size_t index) {
    return index < names.size() ? names[index] : std::to_string(index);
}

}  // namespace internal

/// The scores of each class, and the confusion matrix: one row per true class, one column per prediction. Zeros are
/// dots, so that errors stand out.
template <std::size_t Classes>
std::string to_text(const classification_report<Classes>& report, const class_list& names = {}) {
    using internal::formatted, internal::name_of;
    if (!report.ok()) return std::string{report.message()} + "\n";
    std::string text = std::to_string(report.count) + " samples   loss " + formatted("%.4f", report.loss) +
                       "   accuracy " + formatted("%.2f %%", 100 * report.accuracy());
    for (const auto& [k, from] : {std::pair<std::size_t, std::size_t>{2, 3}, {3, 5}, {5, 10}})
        if (Classes >= from) text += "   top-" + std::to_string(k) + formatted(" %.2f %%", 100 * report.top_k(k));
    text += "\n\n";

    const auto score = [](double s) { return formatted("%.4f", s); };
    internal::text_table scores;
    scores.row({"class", "precision", "recall", "f1", "samples"});
    scores.rule();
    for (std::size_t c = 0; c < Classes; ++c)
        scores.row({name_of(names, c), score(report.precision(c)), score(report.recall(c)), score(report.f1(c)),
                    std::to_string(report.support(c))});
    scores.rule();
    scores.row({"mean", score(report.macro_precision()), score(report.macro_recall()), score(report.macro_f1()),
                std::to_string(report.count)});
    text += scores.text() + "\n";
    if constexpr (Classes > internal::most_classes_shown)
        return text + "(the confusion matrix of " + std::to_string(Classes) + " classes is too wide to show)\n";

    return text + to_text(confusion_matrix(report, names));
}

/// The errors of each output.
template <std::size_t Outputs>
std::string to_text(const regression_report<Outputs>& report, const class_list& names = {}) {
    using internal::formatted;
    if (!report.ok()) return std::string{report.message()} + "\n";
    const auto score = [](double s) { return formatted("%.4g", s); };
    internal::text_table table;
    table.row({"output", "MAE", "RMSE", "R2"});
    table.rule();
    for (std::size_t o = 0; o < Outputs; ++o)
        table.row({internal::name_of(names, o), score(report.mae(o)), score(report.rmse(o)),
                   formatted("%.4f", report.r2(o))});
    if (Outputs > 1) {
        table.rule();
        table.row({"all", score(report.mae()), score(report.rmse()), formatted("%.4f", report.r2())});
    }
    return std::to_string(report.count) + " samples   loss " + score(report.loss) + "\n\n" + table.text();
}

/// A report as text, with names for the classes or outputs.
template <class Subject>
void print(const Subject& subject, const class_list& names, std::FILE* to = stdout)
    requires requires { to_text(subject, names); }
{
    const std::string text = to_text(subject, names);
    std::fwrite(text.data(), 1, text.size(), to);
}

}  // namespace etch::inline ETCH_VARIANT
