#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <etch/data/csv_checks.hpp>
#include <etch/data/csv_columns.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Reads a whole table, learning a schema or following one, and then returns its samples. Not a template, so that it is
/// compiled once for all sizes.
class csv_reader {
public:
    csv_reader(std::string_view text, const csv_options& options, const table_schema* known, const std::string& name,
               csv_sample sample)
        : source_{text, options, name}, options_{options}, sample_{sample}, learns_{known == nullptr} {
        if (known != nullptr) schema_ = *known;
    }

    bool read() {
        for (const problem_text& found :
             {learns_ ? check_options(options_, sample_) : check_schema(schema_, options_, sample_),
              check_signs(options_)})
            if (!found.text.empty()) return source_.fail(found.code, ": " + found.text);
        if (!source_.open()) return false;
        csv_columns columns{source_, sample_};
        if (!(learns_ ? columns.choose(options_, schema_, is_category_) : columns.locate(schema_, sample_.outputs > 0)))
            return false;
        if (!learns_)
            for (const table_column& column : schema_.inputs) is_category_.push_back(!column.categories.empty());
        has_label_ = learns_ ? options_.label.has_value() : !schema_.classes.empty();
        seen_.resize(schema_.inputs.size());
        while (source_.next())
            if (!read_row()) return false;
        if (source_.code() != status::ok) return false;
        if (rows_ == 0)
            return source_.fail(status::empty_set, dropped_ == 0 ? ": " + std::string{describe(status::empty_set)}
                                                                 : ": every row has a missing cell");
        return !learns_ || learn();
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }
    [[nodiscard]] std::size_t filled() const noexcept { return filled_; }
    [[nodiscard]] csv_source& source() noexcept { return source_; }
    [[nodiscard]] table_schema& schema() noexcept { return schema_; }

    /// Learns the fill values of missing cells from some rows, the training part: `read` calls learn_fill(all rows).
    template <class Rows>
    bool learn_fill(const Rows& rows) {
        for (std::size_t c = 0; c < schema_.inputs.size(); ++c) {
            std::vector<double> present;
            for (const std::size_t row : rows)
                if (const double x = cell(row, c); !(std::isnan)(x)) present.push_back(x);
            table_column& column = schema_.inputs[c];
            if (present.empty())
                return source_.fail(status::missing_value, ": the column " +
                                                               column_text(source_.header(), column.position) +
                                                               " has no value from which to fill its missing cells");
            column.fill.clear();
            for (std::size_t i = 0; i < column.width(); ++i) {
                std::vector<double> numbers = present;
                if (!column.categories.empty())
                    for (double& x : numbers) x = is_number(x, i) ? 1 : 0;
                column.fill.push_back(options_.missing == missing::mean ? mean_of(numbers) : median_of(numbers));
            }
        }
        return true;
    }

    /// A row as the inputs and targets of a sample. A label is one number, the index of its class.
    template <class T>
    void write_input(std::size_t row, std::span<T> to) const {
        std::size_t at = 0;
        for (std::size_t c = 0; c < schema_.inputs.size(); ++c) {
            const table_column& column = schema_.inputs[c];
            const double x = cell(row, c);
            for (std::size_t i = 0; i < column.width(); ++i, ++at) {
                if ((std::isnan)(x))
                    to[at] = static_cast<T>(column.fill[i]);
                else
                    to[at] = static_cast<T>(column.categories.empty() ? x : is_number(x, i) ? 1 : 0);
            }
        }
    }
    [[nodiscard]] bool has_label() const noexcept { return has_label_; }
    [[nodiscard]] double target(std::size_t row, std::size_t output) const noexcept {
        return targets_[row * target_columns() + output];
    }

private:
    [[nodiscard]] std::size_t target_columns() const noexcept { return has_label_ ? 1 : sample_.outputs; }
    [[nodiscard]] double cell(std::size_t row, std::size_t c) const noexcept {
        return inputs_[row * schema_.inputs.size() + c];
    }
    /// Whether a cell of categories, where -1 is none of them, is this one.
    [[nodiscard]] static bool is_number(double cell, std::size_t category) noexcept {
        return static_cast<std::ptrdiff_t>(cell) == static_cast<std::ptrdiff_t>(category);
    }

    enum class kept : unsigned char { yes, dropped, refused };

    bool read_row() {
        const std::size_t inputs = inputs_.size(), targets = targets_.size();
        kept row = kept::yes;
        for (std::size_t c = 0; c < schema_.inputs.size() && row == kept::yes; ++c) row = read_input(c);
        for (std::size_t t = 0; t < target_columns() && row == kept::yes; ++t)
            row = has_label_ ? read_label(schema_.targets[0].position) : read_target(schema_.targets[t].position);
        if (row == kept::refused) return false;
        if (row == kept::dropped) {
            inputs_.resize(inputs);
            targets_.resize(targets);
            ++dropped_;
        } else {
            ++rows_;
        }
        return true;
    }

    [[nodiscard]] bool is_missing(std::string_view cell) const noexcept {
        return std::any_of(options_.missing_cells.begin(), options_.missing_cells.end(),
                           [cell](const std::string& text) { return same_letters(cell, text); });
    }
    /// Leaves out a row with a missing cell that is not filled in.
    kept leave_out(std::size_t position, const std::string& hint) {
        if (options_.missing == missing::drop_row) return kept::dropped;
        const std::string_view cell = source_[position];
        return refused_at(
            position, status::missing_value,
            (cell.empty() ? std::string{"the cell is empty"} : in_quotes(cell) + " is a missing value") + hint);
    }
    kept refused_at(std::size_t position, status code, const std::string& complaint) {
        source_.fail_at(position, code, complaint);
        return kept::refused;
    }

    kept read_input(std::size_t c) {
        const table_column& column = schema_.inputs[c];
        const std::string_view cell = source_[column.position];
        const auto known = column.categories.find(cell);
        if (!known && is_missing(cell)) {
            const bool fillable = learns_ ? fills(options_) : !column.fill.empty();
            if (!fillable || options_.missing == missing::drop_row)
                return leave_out(column.position,
                                 " (.missing = etch::missing::drop_row, mean or median is a way to go on)");
            inputs_.push_back(std::numeric_limits<double>::quiet_NaN());
            ++filled_;
            return kept::yes;
        }
        return is_category_[c] ? read_category(c, cell, known) : read_number(column.position, inputs_, true);
    }

    kept read_category(std::size_t c, std::string_view cell, std::optional<std::size_t> known) {
        const std::size_t position = schema_.inputs[c].position;
        if (!learns_) {
            if (!known && options_.unknown == unknown_category::refuse)
                return refused_at(position, status::unknown_class,
                                  in_quotes(cell) + " is not among the categories " +
                                      listed(schema_.inputs[c].categories.names()) +
                                      " (.unknown = etch::unknown_category::zeros takes it as none of them)");
            inputs_.push_back(known ? static_cast<double>(*known) : -1);
            return kept::yes;
        }
        class_list& seen = seen_[c];
        auto category = seen.find(cell);
        if (!category) {
            if (seen.size() == sample_.inputs)
                return refused_at(position, status::size_mismatch,
                                  in_quotes(cell) + " is one category more than the " + std::to_string(sample_.inputs) +
                                      " inputs of a sample");
            category = seen.size();
            seen.add(std::string{cell});
        }
        inputs_.push_back(static_cast<double>(*category));
        return kept::yes;
    }

    kept read_number(std::size_t position, std::vector<double>& to, bool is_input) {
        const std::string_view cell = source_[position];
        double number = 0;
        float single = 0;
        const parsed_number parsed = sample_.in_double ? parse_number(cell, number, options_.decimal)
                                                       : parse_number(cell, single, options_.decimal);
        if (parsed.code == status::ok) {
            to.push_back(sample_.in_double ? number : static_cast<double>(single));
            return kept::yes;
        }
        if (parsed.code != status::malformed)
            return refused_at(position, is_input ? status::non_finite_input : status::non_finite_target,
                              in_quotes(cell) + " " + parsed.complaint);
        std::string hint = number_hint(cell, options_.decimal);
        const bool uncut = cell.find_first_of(";\t|") != cell.npos;
        if (uncut) hint = source_.hint();
        if (hint.empty() && !cell.empty() && source_.at_first_row() && !source_.with_header())
            hint = " (is this row a header? then set .header)";
        if (hint.empty() && is_input && learns_ && cell.find_first_of("0123456789") == cell.npos && !cell.empty())
            hint = " (a category? then .one_hot = {" + column_text(source_.header(), position) + "})";
        return refused_at(position, status::malformed,
                          (cell.empty() ? std::string{} : in_quotes(cell) + " ") + parsed.complaint + hint);
    }

    kept read_target(std::size_t position) {
        if (is_missing(source_[position])) return leave_out(position, answer_hint());
        return read_number(position, targets_, false);
    }
    kept read_label(std::size_t position) {
        const std::string_view cell = source_[position];
        const class_list& known = learns_ ? options_.classes : schema_.classes;
        auto label = known.empty() ? classes_.find(cell) : known.find(cell);
        if (!label && is_missing(cell))
            return leave_out(position, std::string{answer_hint()} + "; a class of this name: .classes = {...}");
        if (!label) {
            if (!known.empty())
                return refused_at(position, status::unknown_class,
                                  in_quotes(cell) + " is not among the classes " + listed(known.names()));
            if (classes_.size() == sample_.classes())
                return refused_at(
                    position, status::unknown_class,
                    in_quotes(cell) + " is one class more than the " + std::to_string(sample_.classes()) + " expected");
            label = classes_.size();
            classes_.add(std::string{cell});
        }
        targets_.push_back(static_cast<double>(*label));
        return kept::yes;
    }
    /// The hint for a missing target or label.
    [[nodiscard]] const char* answer_hint() const noexcept {
        return options_.missing == missing::refuse
                   ? " (.missing = etch::missing::drop_row leaves such rows out)"
                   : " (targets and labels are not filled in; .missing = etch::missing::drop_row leaves such rows out)";
    }

    /// After the last row: the order of categories and classes, and the fill values.
    bool learn() {
        for (std::size_t c = 0; c < schema_.inputs.size(); ++c) {
            if (!is_category_[c]) continue;
            schema_.inputs[c].categories = seen_[c].sorted();
            renumber(inputs_, c, schema_.inputs.size(), seen_[c], schema_.inputs[c].categories);
        }
        if (has_label_) {
            schema_.classes = options_.classes;
            if (options_.classes.empty()) {
                if (classes_.size() < sample_.classes())
                    return source_.fail(status::missing_class,
                                        ": " + std::to_string(classes_.size()) + " classes (" +
                                            listed(classes_.sorted().names()) + ") in column " +
                                            std::to_string(schema_.targets[0].position + 1) + ", " +
                                            std::to_string(sample_.classes()) +
                                            " expected; name them all by .classes = {...} if the table lacks some");
                schema_.classes = classes_.sorted();
                renumber(targets_, 0, 1, classes_, schema_.classes);
            }
        }
        if (schema_.input_size() != sample_.inputs) return refuse_width();
        if (!fills(options_)) return true;
        std::vector<std::size_t> all(rows_);
        std::iota(all.begin(), all.end(), std::size_t{0});
        return learn_fill(all);
    }
    static void renumber(std::vector<double>& cells, std::size_t first, std::size_t step, const class_list& from,
                         const class_list& to) {
        std::vector<double> number;
        for (const std::string& name : from.names()) number.push_back(static_cast<double>(to.find(name).value_or(0)));
        for (std::size_t i = first; i < cells.size(); i += step)
            if (cells[i] >= 0) cells[i] = number[static_cast<std::size_t>(cells[i])];
    }
    bool refuse_width() {
        std::string sum;
        for (const table_column& column : schema_.inputs) {
            sum += (sum.empty() ? "" : " + ") + column_text(source_.header(), column.position) + " ";
            sum += std::to_string(column.width());
            if (!column.categories.empty()) sum += " (" + listed(column.categories.names()) + ")";
        }
        return source_.fail(status::size_mismatch, ": the columns give " + counted(schema_.input_size(), "input") +
                                                       ", a sample has " + std::to_string(sample_.inputs) + ": " + sum);
    }

    static double mean_of(const std::vector<double>& numbers) {
        const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
        return sum / static_cast<double>(numbers.size());
    }
    /// For an even count, the mean of the two in the middle.
    static double median_of(std::vector<double>& numbers) {
        std::sort(numbers.begin(), numbers.end());
        const std::size_t middle = numbers.size() / 2;
        return numbers.size() % 2 == 1 ? numbers[middle] : std::midpoint(numbers[middle - 1], numbers[middle]);
    }

    csv_source source_;
    const csv_options& options_;
    csv_sample sample_;
    bool learns_;
    bool has_label_ = false;
    table_schema schema_{};
    std::vector<bool> is_category_{};
    std::vector<class_list> seen_{};  // categories of each input column in the order of appearance,
    class_list classes_{};            // and classes
    std::vector<double> inputs_{};    // row by row, a number per column: a category's index, NaN if missing
    std::vector<double> targets_{};
    std::size_t rows_ = 0, dropped_ = 0, filled_ = 0;
};

}  // namespace etch::inline ETCH_VARIANT::internal
