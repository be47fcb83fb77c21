#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/csv_rows.hpp>
#include <etch/data/data_set.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/parse_number.hpp>
#include <etch/data/reading.hpp>

namespace etch::inline ETCH_VARIANT {

/// A column of a table: by its index, counted from 0, or by its name in the header.
class csv_column {
public:
    csv_column(std::integral auto index) : index_{static_cast<std::size_t>(index)} {}
    csv_column(const char* name) : name_{name} {}
    csv_column(std::string name) : name_{std::move(name)} {}

    [[nodiscard]] const std::optional<std::string>& name() const noexcept { return name_; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

private:
    std::optional<std::string> name_{};
    std::size_t index_ = 0;
};

/// Which columns of a table are what. With none named, the first columns are the inputs and those that follow the
/// targets; with a label, the first columns other than it are the inputs.
struct csv_options {
    std::vector<csv_column> inputs{};
    std::vector<csv_column> targets{};  // columns of numbers, or
    std::optional<csv_column> label{};  // one column of class names
    class_list classes{};               // the names in the order of the outputs; where empty, all of them, sorted
    bool header = false;                // whether the first row names the columns
    char delimiter = ',';
};

/// What was read from a table.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
struct csv_table {
    data_set<Inputs, Outputs, T> samples{};
    class_list classes{};               // where there is a label
    std::vector<std::string> header{};  // the names of all columns, where there is a header
};

namespace internal {

/// Reads one table; a class, so that its steps share what they report about.
template <std::size_t Inputs, std::size_t Outputs, class T>
class csv_reader {
public:
    using result = reading<csv_table<Inputs, Outputs, T>>;

    csv_reader(std::string_view text, const csv_options& options, const std::string& name)
        : rows_{text, options.delimiter}, options_{options}, name_{name} {}

    result read() {
        if (!valid_options() || !read_header()) return std::move(failure_);
        std::size_t row = 0;
        for (; rows_.next(); ++row) {
            if (row == 0 && !choose_columns()) return std::move(failure_);
            if (!read_row(row == 0)) return std::move(failure_);
        }
        if (!fine()) return std::move(failure_);
        if (row == 0) return refuse(status::empty_set, ": " + std::string{message(status::empty_set)});
        if (options_.label && !encode_labels()) return std::move(failure_);
        return {std::move(table_), status::ok, {}};
    }

private:
    result refuse(status code, const std::string& complaint) { return {{}, code, name_ + complaint}; }
    bool fail(status code, const std::string& complaint) {
        failure_ = refuse(code, complaint);
        return false;
    }
    /// name:line:column: complaint, line and column counted from 1, as editors and spreadsheets do.
    bool fail_at(std::size_t cell, status code, const std::string& complaint) {
        return fail(code,
                    ":" + std::to_string(rows_.line_of(cell)) + ":" + std::to_string(cell + 1) + ": " + complaint);
    }

    bool valid_options() {
        const auto& o = options_;
        const auto count = [](std::size_t n) { return std::to_string(n); };
        if (!o.inputs.empty() && o.inputs.size() != Inputs) {
            return fail(status::invalid_option,
                        ": " + count(o.inputs.size()) + " input columns are named, a sample has " + count(Inputs));
        }
        if (!o.targets.empty() && o.targets.size() != Outputs) {
            return fail(status::invalid_option,
                        ": " + count(o.targets.size()) + " target columns are named, a sample has " + count(Outputs));
        }
        if (!o.targets.empty() && o.label) {
            return fail(status::invalid_option, ": either target columns or a label column, not both");
        }
        if (!o.classes.empty() && o.classes.size() != class_count<Outputs>) {
            return fail(status::invalid_option, ": " + count(o.classes.size()) + " classes are named, " +
                                                    count(Outputs) + " outputs tell " + count(class_count<Outputs>) +
                                                    " apart");
        }
        if (std::string_view{"\"\r\n"}.find(o.delimiter) != std::string_view::npos) {
            return fail(status::invalid_option, ": a quote or a line break cannot be the delimiter");
        }
        return true;
    }

    bool read_header() {
        if (!options_.header) return true;
        if (!rows_.next()) {
            if (!fine()) return false;
            return fail(status::empty_set, ": the file is empty");
        }
        for (std::size_t c = 0; c < rows_.size(); ++c) table_.header.emplace_back(rows_[c]);
        width_ = rows_.size();
        return choose_columns();
    }

    /// What libcsv found wrong with the quotes.
    bool fine() {
        if (rows_.code() == status::ok) return true;
        return fail_at(rows_.size(), rows_.code(),
                       rows_.code() == status::truncated
                           ? "the quote that begins here does not end"
                           : "a quote inside of a cell; write it twice, in a cell in quotes");
    }

    /// Turns names and indices into positions; once, by the header or else by the first row.
    bool choose_columns() {
        if (chosen_) return true;
        chosen_ = true;
        width_ = rows_.size();
        std::vector<bool> taken(width_);
        if (options_.label && !choose(*options_.label, label_, taken)) return false;
        for (std::size_t i = 0; i < options_.inputs.size(); ++i) {
            if (!choose(options_.inputs[i], inputs_[i], taken)) return false;
        }
        for (std::size_t i = 0; i < options_.targets.size(); ++i) {
            if (!choose(options_.targets[i], targets_[i], taken)) return false;
        }
        if (options_.inputs.empty() && !choose_free(inputs_, taken, "input")) return false;
        return options_.label || !options_.targets.empty() || choose_free(targets_, taken, "target");
    }
    bool choose(const csv_column& column, std::size_t& position, std::vector<bool>& taken) {
        position = column.index();
        if (column.name()) {
            if (!options_.header) {
                return fail(status::invalid_option, ": the column " + quoted(*column.name()) +
                                                        " is named, but no header is read (set .header)");
            }
            const auto& names = table_.header;
            const auto found = std::find(names.begin(), names.end(), *column.name());
            if (found == names.end()) {
                return fail_at(0, status::invalid_option, "no column is named " + quoted(*column.name()));
            }
            position = static_cast<std::size_t>(found - names.begin());
        } else if (position >= width_) {
            return fail_at(0, status::invalid_option,
                           "there is no column of index " + std::to_string(position) + ", only " +
                               std::to_string(width_) + " columns");
        }
        if (taken[position]) {
            return fail_at(position, status::invalid_option,
                           "the column of index " + std::to_string(position) + " is chosen twice");
        }
        taken[position] = true;
        return true;
    }
    template <std::size_t Count>
    bool choose_free(std::array<std::size_t, Count>& positions, std::vector<bool>& taken, const char* what) {
        std::size_t next = 0;
        for (std::size_t i = 0; i < Count; ++i) {
            while (next < width_ && taken[next]) ++next;
            if (next == width_) {
                return fail_at(0, status::size_mismatch,
                               "none of the " + std::to_string(width_) + " columns is left for " + what + " " +
                                   std::to_string(i + 1));
            }
            taken[next] = true;
            positions[i] = next;
        }
        return true;
    }

    bool read_row(bool first) {
        if (rows_.size() != width_) {
            return fail_at(std::min(rows_.size(), width_), status::malformed,
                           "the row has " + std::to_string(rows_.size()) + " columns, the first one has " +
                               std::to_string(width_));
        }
        std::array<T, Inputs> input{};
        std::array<T, Outputs> target{};
        if (!read_numbers<Inputs>(inputs_, input, status::non_finite_input, first)) return false;
        if (options_.label ? !read_label()
                           : !read_numbers<Outputs>(targets_, target, status::non_finite_target, first)) {
            return false;
        }
        table_.samples.push_back(input, target);
        return true;
    }
    template <std::size_t Count>
    bool read_numbers(const std::array<std::size_t, Count>& cells, std::array<T, Count>& to, status non_finite,
                      bool first) {
        for (std::size_t i = 0; i < Count; ++i) {
            const std::string_view cell = rows_[cells[i]];
            const auto [code, complaint] = parse_number(cell, to[i]);
            if (code == status::ok) continue;
            const std::string subject = cell.empty() ? "" : quoted(cell) + " ";
            const bool header = first && !options_.header && code == status::malformed && !cell.empty();
            return fail_at(cells[i], code == status::malformed ? code : non_finite,
                           subject + complaint + (header ? " (is this row a header? then set .header)" : ""));
        }
        return true;
    }
    bool read_label() {
        const std::string_view cell = rows_[label_];
        const auto& known = options_.classes.empty() ? seen_ : options_.classes;
        auto label = known.find(cell);
        if (!label) {
            if (!options_.classes.empty()) {
                return fail_at(label_, status::unknown_class, quoted(cell) + " is not among the classes");
            }
            if (seen_.size() == class_count<Outputs>) {
                return fail_at(
                    label_, status::unknown_class,
                    quoted(cell) + " is one class more than the " + std::to_string(seen_.size()) + " expected");
            }
            label = seen_.size();
            seen_.add(std::string{cell});
        }
        labels_.push_back(*label);
        return true;
    }

    bool encode_labels() {
        if (!options_.classes.empty()) seen_ = options_.classes;
        if (seen_.size() < class_count<Outputs>) {
            return fail(status::missing_class, ": " + std::to_string(seen_.size()) + " classes in column " +
                                                   std::to_string(label_ + 1) + ", " +
                                                   std::to_string(class_count<Outputs>) + " expected");
        }
        table_.classes = options_.classes.empty() ? seen_.sorted() : seen_;
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            // Every label was found above, so this cannot fail.
            static_cast<void>(table_.classes.encode(seen_[labels_[i]], table_.samples.target(i)));
        }
        return true;
    }

    csv_rows rows_;
    const csv_options& options_;
    const std::string& name_;
    csv_table<Inputs, Outputs, T> table_{};
    result failure_{};
    bool chosen_ = false;
    std::size_t width_ = 0;
    std::size_t label_ = 0;
    std::array<std::size_t, Inputs> inputs_{};
    std::array<std::size_t, Outputs> targets_{};
    class_list seen_{};                  // the classes in the order in which they came,
    std::vector<std::size_t> labels_{};  // and each sample's place among them
};

}  // namespace internal

/// Reads a table from memory; messages call it `name`. Blank lines are skipped, spaces around a cell do not count.
///
///     auto iris = etch::read_csv<4, 3>("iris.csv", {.label = 4});
///     if (!iris) std::puts(iris.message().c_str());   // iris.csv:17:3: "abc" is not a number
///     train(iris.value.samples);
///
/// Refused are: a cell that is not a number (malformed), NaN and infinities (non_finite_input, non_finite_target),
/// rows of different lengths and misplaced quotes (malformed), a quote that does not end (truncated), labels beyond the
/// classes (unknown_class) or too few (missing_class), no row at all (empty_set), and options that fit neither the
/// table nor the sample (invalid_option, size_mismatch).
template <std::size_t Inputs, std::size_t Outputs, class T = float>
reading<csv_table<Inputs, Outputs, T>> parse_csv(std::string_view text, const csv_options& options = {},
                                                 const std::string& name = "csv") {
    return internal::csv_reader<Inputs, Outputs, T>{text, options, name}.read();
}

/// The same from a file; also cannot_open.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
reading<csv_table<Inputs, Outputs, T>> read_csv(const std::string& file, const csv_options& options = {}) {
    const auto bytes = read_file(file);
    if (!bytes) return bytes.template failed_as<csv_table<Inputs, Outputs, T>>();
    const char* const text = reinterpret_cast<const char*>(bytes.value.data());
    return parse_csv<Inputs, Outputs, T>({text, bytes.value.size()}, options, file);
}

}  // namespace etch
