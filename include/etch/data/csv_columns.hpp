#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/csv_checks.hpp>
#include <etch/data/csv_hints.hpp>
#include <etch/data/csv_options.hpp>
#include <etch/data/csv_rows.hpp>
#include <etch/data/table_schema.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The rows of a table below its header, and its first error: a status, and a message that begins with the table's
/// name.
class csv_source {
public:
    csv_source(std::string_view text, const csv_options& options, std::string name)
        : rows_{text, options.delimiter}, text_{text}, name_{std::move(name)}, with_header_{options.header} {}

    /// Reads the header, or peeks at the first row. False if there is none, or if it cannot be read.
    bool open() {
        if (text_.substr(0, 2) == "\xff\xfe" || text_.substr(0, 2) == "\xfe\xff")
            return fail(status::malformed, ": the text is UTF-16; save it as UTF-8");
        if (!rows_.next())
            return fine() && fail(status::empty_set, with_header_ ? std::string{": the file is empty"}
                                                                  : ": " + std::string{describe(status::empty_set)});
        width_ = rows_.size();
        for (std::size_t c = 0; with_header_ && c < width_; ++c) header_.emplace_back(rows_[c]);
        waits_ = !with_header_;
        return true;
    }

    /// The next row; false at the end, or if code() is not ok.
    bool next() {
        if (!std::exchange(waits_, false) && !rows_.next()) return fine() && false;
        first_ = rows_read_++ == 0;
        if (rows_.size() == width_) return true;
        const bool named_rows = with_header_ && first_ && rows_.size() == width_ + 1;
        return fail_at((std::min)(rows_.size(), width_), status::malformed,
                       "the row has " + counted(rows_.size(), "column") + ", the first one has " +
                           std::to_string(width_) +
                           (named_rows ? " (names of rows without a name in the header, as R writes them? "
                                         "write.table(..., col.names = NA) gives them one)"
                                       : ""));
    }

    bool fail(status code, const std::string& complaint) {
        code_ = code;
        message_ = name_ + complaint;
        return false;
    }
    /// name:line:column: complaint, line and column counted from 1, as editors and spreadsheets do.
    bool fail_at(std::size_t cell, status code, const std::string& complaint) {
        return fail(code,
                    ":" + std::to_string(rows_.line_of(cell)) + ":" + std::to_string(cell + 1) + ": " + complaint);
    }

    [[nodiscard]] std::string_view operator[](std::size_t cell) const noexcept { return rows_[cell]; }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    [[nodiscard]] const std::vector<std::string>& header() const noexcept { return header_; }
    [[nodiscard]] bool with_header() const noexcept { return with_header_; }
    [[nodiscard]] bool at_first_row() const noexcept { return first_; }
    [[nodiscard]] std::string hint(std::size_t columns = 0) const {
        return delimiter_hint(text_, rows_.delimiter(), columns);
    }
    [[nodiscard]] status code() const noexcept { return code_; }
    [[nodiscard]] const std::string& message_text() const noexcept { return message_; }

private:
    /// Checks the quotes and the length of the row.
    bool fine() {
        if (rows_.code() == status::ok) return true;
        if (rows_.code() == status::too_large)
            return fail_at(0, status::too_large,
                           "a row of more than " + std::to_string(csv_rows::max_row) + " characters");
        return fail_at(rows_.size(), rows_.code(),
                       rows_.code() == status::truncated
                           ? "the quote that begins here does not end"
                           : "a quote inside a cell; write it twice, in a cell in quotes");
    }

    csv_rows rows_;
    std::string_view text_;
    std::string name_;
    bool with_header_;
    bool waits_ = false;  // the first row was read ahead and has not been returned yet
    bool first_ = false;
    std::size_t rows_read_ = 0;
    std::size_t width_ = 0;
    std::vector<std::string> header_{};
    status code_ = status::ok;
    std::string message_{};
};

/// Determines the role of each column, from the options or from a schema. Positions and names are stored in a schema.
class csv_columns {
public:
    csv_columns(csv_source& source, const csv_sample& sample)
        : source_{source}, sample_{sample}, taken_(source.width()) {}

    /// From the options, for a table from which a schema is learnt.
    bool choose(const csv_options& options, table_schema& to, std::vector<bool>& is_category) {
        to.columns = source_.width();
        const std::vector<csv_column> label =
            options.label ? std::vector<csv_column>{*options.label} : std::vector<csv_column>{};
        if (!choose_all(label, to.targets) || !choose_all(options.inputs, to.inputs) ||
            !choose_all(options.targets, to.targets))
            return false;
        for (const csv_column& column : options.ignored)
            if (std::size_t position = 0; !choose_one(column, position)) return false;
        if (!choose_rest(options, to)) return false;
        is_category.assign(to.inputs.size(), false);
        for (const csv_column& column : options.one_hot) {
            std::size_t position = 0;
            if (!find(column, position)) return false;
            const auto at = std::find_if(to.inputs.begin(), to.inputs.end(),
                                         [position](const table_column& c) { return c.position == position; });
            if (at == to.inputs.end())
                return source_.fail_at(position, status::invalid_option,
                                       "the column " + text_of(position) + " of .one_hot is not among the inputs");
            is_category[static_cast<std::size_t>(at - to.inputs.begin())] = true;
        }
        return true;
    }

    /// From a schema: by name if both have names, otherwise by position in the table from which it was learnt or, if
    /// the table has only the inputs, by their order.
    bool locate(table_schema& schema, bool with_targets) {
        std::size_t count = schema.inputs.size() + (with_targets ? schema.targets.size() : 0);
        const bool in_order = source_.width() == count && source_.width() != schema.columns;
        std::size_t next = 0;
        for (auto* const columns : {&schema.inputs, &schema.targets}) {
            if (columns == &schema.targets && !with_targets) break;
            for (table_column& column : *columns) {
                if (source_.with_header() && !column.name.empty()) {
                    const auto& names = source_.header();
                    const bool in_place = column.position < names.size() && names[column.position] == column.name;
                    if (!in_place && !find(csv_column{column.name}, column.position)) return false;
                } else if (in_order) {
                    column.position = next++;
                } else if (source_.width() != schema.columns) {
                    return source_.fail_at(
                        0, status::size_mismatch,
                        counted(source_.width(), "column") + " for a schema of " + counted(count, "column") +
                            (schema.columns == count ? std::string{}
                                                     : ", learnt from a table of " + std::to_string(schema.columns)) +
                            source_.hint());
                }
            }
        }
        return true;
    }

private:
    [[nodiscard]] std::string text_of(std::size_t position) const { return column_text(source_.header(), position); }

    bool find(const csv_column& column, std::size_t& position) {
        position = column.index();
        if (!column.name()) {
            if (position < source_.width()) return true;
            return source_.fail_at(0, status::invalid_option,
                                   "there is no column of index " +
                                       std::to_string(static_cast<std::ptrdiff_t>(position)) + ", only " +
                                       counted(source_.width(), "column") + source_.hint());
        }
        if (!source_.with_header())
            return source_.fail(status::invalid_option, ": the column " + in_quotes(*column.name()) +
                                                            " is named, but no header is read (set .header)");
        const auto& names = source_.header();
        const auto found = std::find(names.begin(), names.end(), *column.name());
        if (found == names.end())
            return source_.fail_at(
                0, status::invalid_option,
                "no column is named " + in_quotes(*column.name()) + ", only " + listed(names) + source_.hint());
        position = static_cast<std::size_t>(found - names.begin());
        const auto second = std::find(found + 1, names.end(), *column.name());
        return second == names.end() ||
               source_.fail_at(static_cast<std::size_t>(second - names.begin()), status::invalid_option,
                               "a second column is named " + in_quotes(*column.name()) + ": choose by index");
    }
    bool choose_one(const csv_column& column, std::size_t& position) {
        if (!find(column, position)) return false;
        if (taken_[position])
            return source_.fail_at(position, status::invalid_option,
                                   "the column of index " + std::to_string(position) + " is chosen twice");
        taken_[position] = true;
        return true;
    }
    bool choose_all(const std::vector<csv_column>& columns, std::vector<table_column>& to) {
        for (const csv_column& column : columns) {
            std::size_t position = 0;
            if (!choose_one(column, position)) return false;
            add(position, to);
        }
        return true;
    }
    void add(std::size_t position, std::vector<table_column>& to) const {
        to.push_back(
            {.name = source_.with_header() ? source_.header()[position] : std::string{}, .position = position});
    }

    /// Assigns the columns that are not named. Their number must match what is missing, except for inputs with
    /// categories, whose number is known only after the last row.
    bool choose_rest(const csv_options& options, table_schema& to) {
        const bool free_inputs = options.inputs.empty();
        const bool free_targets = options.targets.empty() && !options.label;
        if (!free_inputs && !free_targets) return true;
        std::vector<std::size_t> rest;
        for (std::size_t c = 0; c < taken_.size(); ++c)
            if (!taken_[c]) rest.push_back(c);
        const std::size_t targets = free_targets ? sample_.outputs : 0, inputs = free_inputs ? sample_.inputs : 0;
        const bool open_end = free_inputs && !options.one_hot.empty();
        if (open_end ? rest.size() <= targets : rest.size() != inputs + targets)
            return refuse_rest(rest, options, free_inputs, free_targets);
        const std::size_t first_target = rest.size() - targets;
        for (std::size_t i = 0; i < rest.size(); ++i) add(rest[i], i < first_target ? to.inputs : to.targets);
        return true;
    }
    bool refuse_rest(const std::vector<std::size_t>& rest, const csv_options& options, bool free_inputs,
                     bool free_targets) {
        std::string wanted = free_inputs ? counted(sample_.inputs, "input") : std::string{};
        if (free_targets) wanted += (free_inputs ? " and " : "") + counted(sample_.outputs, "target");
        const bool all = rest.size() == source_.width();
        std::string text = counted(rest.size(), "column") +
                           (all                ? " for "
                            : rest.size() == 1 ? " is left for "
                                               : " are left for ") +
                           wanted;
        if (source_.with_header()) {
            std::vector<std::string> names;
            for (const std::size_t position : rest) names.push_back(source_.header()[position]);
            if (!names.empty()) text += ": " + listed(names);
        }
        if (const std::string hint = source_.hint(); !hint.empty() && source_.width() == 1) {
            text += hint;
        } else {
            text += "; name those that are meant (";
            text += free_inputs ? ".inputs" : ".targets";
            text += " = {...}) or those that are not (.ignored = {...})";
            const std::size_t missing = (free_inputs ? sample_.inputs : 0) + (free_targets ? sample_.outputs : 0);
            // If another delimiter gives as many columns as expected, decimal commas may be the cause of the surplus.
            text += rest.size() < missing ? hint : source_.hint(source_.width() - rest.size() + missing);
        }
        const bool index = !rest.empty() && rest.front() == 0 && source_.with_header() && source_.header()[0].empty();
        if (index && options.inputs.empty())
            text +=
                "; the first has no name: are these numbers of rows, as pandas and R write them? then .ignored = {0}";
        return source_.fail_at(0, status::size_mismatch, text);
    }

    csv_source& source_;
    const csv_sample& sample_;
    std::vector<bool> taken_;
};

}  // namespace etch::inline ETCH_VARIANT::internal
