#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/csv_options.hpp>
#include <etch/data/csv_reader.hpp>
#include <etch/data/data_set.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/reading.hpp>
#include <etch/data/split.hpp>
#include <etch/data/table_schema.hpp>

namespace etch::inline ETCH_VARIANT {

/// What was read from a table.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
struct csv_table {
    data_set<Inputs, Outputs, T> samples{};
    table_schema schema{};              // names, categories, classes: needed to read later rows the same way
    std::vector<std::string> header{};  // the names of all columns, if there is a header
    std::size_t dropped = 0;            // rows left out because a cell is missing,
    std::size_t filled = 0;             // and cells that were filled in
};

/// What was read from a table and split.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
struct csv_split {
    data_set<Inputs, Outputs, T> training{};
    data_set<Inputs, Outputs, T> validation{};
    data_set<Inputs, Outputs, T> test{};
    table_schema schema{};  // the fill values of missing cells come from the training part
    std::size_t dropped = 0, filled = 0;
};

namespace internal {

template <std::size_t Inputs, std::size_t Outputs, class T>
void append_sample(const csv_reader& table, std::size_t row, data_set<Inputs, Outputs, T>& to) {
    std::array<T, Inputs> input{};
    std::array<T, Outputs> target{};
    table.write_input(row, std::span<T>{input});
    if (table.has_label()) {
        // The class is among the known ones, so this cannot fail.
        static_cast<void>(one_hot(static_cast<std::size_t>(table.target(row, 0)), std::span{target}));
    } else {
        for (std::size_t o = 0; o < Outputs; ++o) target[o] = static_cast<T>(table.target(row, o));
    }
    to.push_back(input, target);
}

template <class Value>
read_result<Value> csv_refusal(csv_reader& table) {
    return {Value{}, table.source().code(), table.source().message_text()};
}

template <std::size_t Inputs, std::size_t Outputs, class T>
read_result<csv_table<Inputs, Outputs, T>> parse_csv(std::string_view text, const csv_options& options,
                                                     const table_schema* schema, const std::string& name) {
    static_assert(std::same_as<T, float> || std::same_as<T, double>, "etch: a table is read as float or double");
    csv_reader table{text, options, schema, name, {Inputs, Outputs, std::same_as<T, double>}};
    if (!table.read()) return csv_refusal<csv_table<Inputs, Outputs, T>>(table);
    csv_table<Inputs, Outputs, T> result{{}, table.schema(), table.source().header(), table.dropped(), table.filled()};
    result.samples.reserve(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) append_sample(table, row, result.samples);
    return {std::move(result), status::ok, {}};
}

/// Reads a file and passes its text to `parse`.
template <class Value, class Parse>
read_result<Value> with_text(const std::string& file, Parse parse) {
    const auto bytes = read_text(file);
    if (!bytes) return bytes.template failed_as<Value>();
    return parse(std::string_view{reinterpret_cast<const char*>(bytes.value.data()), bytes.value.size()});
}

}  // namespace internal

/// Reads a table from memory; messages call it `name`. Blank lines are skipped, spaces around a cell are ignored.
///
///     auto iris = etch::read_csv<4, 3>("iris.csv", {.label = 4});
///     if (!iris) std::puts(iris.message().c_str());   // iris.csv:17:3: "abc" is not a number
///     train(iris.value.samples);
///
/// Rejected are: a cell that is not a number (malformed), NaN and infinities (non_finite_input, non_finite_target),
/// missing cells (missing_value, see csv_options::missing), rows of different lengths and misplaced quotes (malformed),
/// an unterminated quote (truncated), a label that is not among the classes or one class too many (unknown_class), too
/// few classes (missing_class), a table without rows (empty_set), and options that do not fit the table or the sample
/// (invalid_option, size_mismatch).
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<csv_table<Inputs, Outputs, T>> parse_csv(std::string_view text, const csv_options& options = {},
                                                     const std::string& name = "csv") {
    return internal::parse_csv<Inputs, Outputs, T>(text, options, nullptr, name);
}
/// The same for a later table: columns (by name, if it has a header), categories, classes and fill values come from the
/// schema. Only those options count that describe how cells are written, and .missing = drop_row and .unknown. A
/// category that is not in the schema is unknown_class.
///
///     auto later = etch::read_csv<5, 1>("later.csv", {.header = true}, earlier.value.schema);
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<csv_table<Inputs, Outputs, T>> parse_csv(std::string_view text, const csv_options& options,
                                                     const table_schema& schema, const std::string& name = "csv") {
    return internal::parse_csv<Inputs, Outputs, T>(text, options, &schema, name);
}

/// The same from a file; also cannot_open.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<csv_table<Inputs, Outputs, T>> read_csv(const std::string& file, const csv_options& options = {}) {
    return internal::with_text<csv_table<Inputs, Outputs, T>>(
        file, [&](std::string_view text) { return parse_csv<Inputs, Outputs, T>(text, options, file); });
}
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<csv_table<Inputs, Outputs, T>> read_csv(const std::string& file, const csv_options& options,
                                                    const table_schema& schema) {
    return internal::with_text<csv_table<Inputs, Outputs, T>>(
        file, [&](std::string_view text) { return parse_csv<Inputs, Outputs, T>(text, options, schema, file); });
}

/// Rows of inputs without targets, as a deployed program receives them: one line or many. Columns are found by the
/// names in a header; without one, each row has the columns of the table from which the schema was learnt, or only the
/// inputs.
///
///     const auto row = etch::parse_csv_inputs<5>("3.5,Birch,12", schema);
///     if (row) action = net(row.value[0]);
template <std::size_t Inputs, class T = float>
read_result<std::vector<std::array<T, Inputs>>> parse_csv_inputs(std::string_view text, const table_schema& schema,
                                                                 const csv_options& options = {},
                                                                 const std::string& name = "csv") {
    using rows = std::vector<std::array<T, Inputs>>;
    internal::csv_reader table{text, options, &schema, name, {Inputs, 0, std::same_as<T, double>}};
    if (!table.read()) return internal::csv_refusal<rows>(table);
    rows result(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) table.write_input(row, std::span<T>{result[row]});
    return {std::move(result), status::ok, {}};
}
template <std::size_t Inputs, class T = float>
read_result<std::vector<std::array<T, Inputs>>> read_csv_inputs(const std::string& file, const table_schema& schema,
                                                                const csv_options& options = {}) {
    return internal::with_text<std::vector<std::array<T, Inputs>>>(
        file, [&](std::string_view text) { return parse_csv_inputs<Inputs, T>(text, schema, options, file); });
}

/// Reads a table and splits it, so that the means or medians that fill missing cells are learnt only from the training
/// part. (read_csv learns them from all rows; if you split after it, the other parts have leaked into the training part
/// through these values.) If there is a label the split is stratified. See `stratified_split` and `split`.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<csv_split<Inputs, Outputs, T>> parse_csv_split(std::string_view text, const csv_options& options,
                                                           const split_options& shares,
                                                           const std::string& name = "csv") {
    using result_type = csv_split<Inputs, Outputs, T>;
    internal::csv_reader table{text, options, nullptr, name, {Inputs, Outputs, std::same_as<T, double>}};
    if (!table.read()) return internal::csv_refusal<result_type>(table);
    data_set<1, Outputs, double> numbered;  // each row as its index
    numbered.reserve(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row) {
        std::array<double, Outputs> target{};
        if (table.has_label())
            static_cast<void>(one_hot(static_cast<std::size_t>(table.target(row, 0)), std::span{target}));
        const std::array<double, 1> number{static_cast<double>(row)};
        numbered.push_back(number, target);
    }
    const auto parts = table.has_label() ? stratified_split(numbered, shares) : split(numbered, shares);
    if (!parts) return {{}, parts.code, name + ": " + parts.message()};
    const auto rows_of = [](const data_set<1, Outputs, double>& part) {
        std::vector<std::size_t> rows;
        for (const double number : part.inputs()) rows.push_back(static_cast<std::size_t>(number));
        return rows;
    };
    if (internal::fills(options) && !table.learn_fill(rows_of(parts.training)))
        return internal::csv_refusal<result_type>(table);
    result_type result{{}, {}, {}, table.schema(), table.dropped(), table.filled()};
    for (const std::size_t row : rows_of(parts.training)) internal::append_sample(table, row, result.training);
    for (const std::size_t row : rows_of(parts.validation)) internal::append_sample(table, row, result.validation);
    for (const std::size_t row : rows_of(parts.test)) internal::append_sample(table, row, result.test);
    return {std::move(result), status::ok, {}};
}
template <std::size_t Inputs, std::size_t Outputs, class T = float>
read_result<csv_split<Inputs, Outputs, T>> read_csv_split(const std::string& file, const csv_options& options,
                                                          const split_options& shares) {
    return internal::with_text<csv_split<Inputs, Outputs, T>>(
        file, [&](std::string_view text) { return parse_csv_split<Inputs, Outputs, T>(text, options, shares, file); });
}

}  // namespace etch::inline ETCH_VARIANT
