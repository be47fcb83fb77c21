#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <etch/report/summary_text.hpp>
#include <etch/report/text_table.hpp>
#include <etch/training/search.hpp>

namespace etch::inline ETCH_VARIANT {

/// The candidates, and one line per trial, the best first. Settings that all trials share are printed once, above the
/// table.
template <class... Networks>
std::string to_text(const search_result<candidates<Networks...>>& result) {
    using internal::formatted;
    using trial = typename search_result<candidates<Networks...>>::trial;
    if (result.trials.empty()) return result.message() + "\n";

    std::string text;
    std::size_t index = 0;
    ((text += "network " + std::to_string(index++) + ": " + topology_of(summary<Networks>) + " (" +
              internal::grouped(Networks::parameter_count) + " parameters)\n"),
     ...);

    using text_of = std::string (*)(const trial&);
    const std::array<std::pair<const char*, text_of>, 7> settings{{
        {"network", [](const trial& t) { return std::to_string(t.network); }},
        {"learning rate", [](const trial& t) { return formatted("%.3g", t.settings.learning_rate.value_or(0)); }},
        {"weight decay", [](const trial& t) { return formatted("%.3g", t.settings.weight_decay.value_or(0)); }},
        {"clip norm", [](const trial& t) { return formatted("%.3g", t.settings.clip_norm); }},
        {"epochs", [](const trial& t) { return std::to_string(t.settings.epochs); }},
        {"patience", [](const trial& t) { return std::to_string(t.settings.patience); }},
        {"seed", [](const trial& t) { return std::to_string(t.settings.seed.value); }},
    }};
    std::vector<std::pair<const char*, text_of>> varied;
    std::string shared;
    for (const auto& setting : settings) {
        const std::string first = setting.second(result.best());
        const bool same = std::all_of(result.trials.begin(), result.trials.end(),
                                      [&](const trial& t) { return setting.second(t) == first; });
        if (!same)
            varied.push_back(setting);
        else if (first != "0")  // off, or the only candidate
            shared += (shared.empty() ? "" : ", ") + std::string{setting.first} + " " + first;
    }
    if (!shared.empty()) text += "in every trial: " + shared + "\n";
    text += "\n";

    const bool classifies = std::any_of(result.trials.begin(), result.trials.end(),
                                        [](const trial& t) { return t.validation_accuracy > 0; });
    internal::text_table table{0};
    std::vector<std::string> cells{"place"};
    for (const auto& setting : varied) cells.emplace_back(setting.first);
    cells.insert(cells.end(), {"best epoch", "validation loss"});
    if (classifies) cells.emplace_back("accuracy");
    table.row(std::move(cells));
    table.rule();
    std::size_t place = 0;
    for (const trial& t : result.trials) {
        cells = {std::to_string(++place)};
        for (const auto& setting : varied) cells.push_back(setting.second(t));
        if (t.code == status::ok) {
            cells.push_back(std::to_string(t.best_epoch));
            cells.push_back(formatted("%.5f", static_cast<double>(t.validation_loss)));
            if (classifies) cells.push_back(formatted("%.2f %%", 100 * static_cast<double>(t.validation_accuracy)));
        } else {
            cells.insert(
                cells.end(),
                {"-", t.code == status::non_finite_loss || t.code == status::diverged ? "diverged" : "refused"});
        }
        table.row(std::move(cells));
    }
    return text + table.text();
}

}  // namespace etch::inline ETCH_VARIANT
