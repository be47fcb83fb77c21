#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include <etch/data/class_list.hpp>

namespace etch::inline ETCH_VARIANT {

/// A column of a table, as a network reads or answers it.
struct table_column {
    std::string name{};          // in the header; empty if there was none
    std::size_t position = 0;    // in the table it was learnt from, counted from 0
    class_list categories{};     // of a column of text: one network input per category, 1 for the row's own; else empty
    std::vector<double> fill{};  // what stands for a missing cell, a number per network input; empty: it is refused

    /// How many numbers of a sample it is.
    [[nodiscard]] std::size_t width() const noexcept { return categories.empty() ? 1 : categories.size(); }
    [[nodiscard]] bool operator==(const table_column&) const = default;
};

/// What was learnt from a table, so that later tables and rows are read in the same way: which columns are the inputs,
/// in which order, their categories, what stands for missing cells, the targets and the names of classes. It travels
/// with a saved network (io/schema.hpp), or is written by hand to name inputs and outputs:
///
///     etch::table_schema names{.inputs = {{"speed"}, {"angle"}}, .targets = {{"torque"}}};
struct table_schema {
    std::vector<table_column> inputs{};
    std::vector<table_column> targets{};  // or the one column that holds the label, and then there are
    class_list classes{};                 // its names, in the order of the outputs
    std::size_t columns = 0;              // of the table that it was learnt from

    /// How many numbers the inputs of a sample are.
    [[nodiscard]] std::size_t input_size() const noexcept {
        std::size_t sum = 0;
        for (const table_column& column : inputs) sum += column.width();
        return sum;
    }
    /// A name for each number of the inputs: "height", or "kind=Oak" for a category.
    [[nodiscard]] class_list input_names() const {
        std::vector<std::string> names;
        for (const table_column& column : inputs) {
            if (column.categories.empty()) names.push_back(column.name);
            for (const std::string& category : column.categories.names()) names.push_back(column.name + "=" + category);
        }
        return class_list{std::move(names)};
    }
    /// The names of the classes, or else of the targets.
    [[nodiscard]] class_list output_names() const {
        if (!classes.empty()) return classes;
        std::vector<std::string> names;
        for (const table_column& column : targets) names.push_back(column.name);
        return class_list{std::move(names)};
    }
    [[nodiscard]] bool operator==(const table_schema&) const = default;
};

}  // namespace etch::inline ETCH_VARIANT
