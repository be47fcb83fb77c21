#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include <etch/data/class_list.hpp>

namespace etch::inline ETCH_VARIANT {

/// A column of a table, as an input or a target of a network.
struct table_column {
    std::string name{};          // in the header; empty if there was none
    std::size_t position = 0;    // in the table it was learnt from, counted from 0
    class_list categories{};     // for a column of text: one input per category, 1 for the row's own; otherwise empty
    std::vector<double> fill{};  // the values of a missing cell, one per network input; empty: it is rejected

    /// How many elements of a sample this column gives.
    [[nodiscard]] std::size_t width() const noexcept { return categories.empty() ? 1 : categories.size(); }
    [[nodiscard]] bool operator==(const table_column&) const = default;
};

/// What was learnt from a table, so that later tables and rows are read in the same way: which columns are the inputs,
/// in which order, their categories, the fill values of missing cells, the targets and the names of classes. It is
/// saved with a network (io/schema.hpp), or written by hand to name inputs and outputs:
///
///     etch::table_schema names{.inputs = {{"speed"}, {"angle"}}, .targets = {{"torque"}}};
struct table_schema {
    std::vector<table_column> inputs{};
    std::vector<table_column> targets{};  // or the one column of labels, and then there are
    class_list classes{};                 // its names, in the order of the outputs
    std::size_t columns = 0;              // of the table that it was learnt from

    /// The number of inputs of a sample.
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
