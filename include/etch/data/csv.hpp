#pragma once
#include <csv.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/data_set.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/parse_number.hpp>
#include <etch/data/reading.hpp>

namespace etch {

/// A column of a table: by its index, counted from 0, or by its name in the header.
class csv_column {
public:
    csv_column(int index) : index_{static_cast<std::size_t>(index)} {}
    csv_column(std::size_t index) : index_{index} {}
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

/// Hands out a text's rows one by one. libcsv knows quotes and delimiters; this adds lines, and a row as a value.
class csv_rows {
public:
    csv_rows(std::string_view text, char delimiter) : rest_{text} {
        if (rest_.substr(0, 3) == "\xef\xbb\xbf") rest_.remove_prefix(3);  // UTF-8's mark of byte order
        // Strict: a quote inside of a cell, or one that never ends, is an error, not a guess.
        ready_ = csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) == 0;
        csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    }
    ~csv_rows() {
        if (ready_) csv_free(&parser_);
    }
    csv_rows(const csv_rows&) = delete;
    csv_rows& operator=(const csv_rows&) = delete;

    /// Reads up to the end of the next row that is not blank. False at the end and where code() is not ok.
    bool next() {
        cells_ = 0;
        fed_ = 0;
        text_.clear();
        complete_ = false;
        while (!complete_ && code_ == status::ok && !finished_) {
            if (rest_.empty()) {
                finish();
            } else {
                feed(take_line());
            }
        }
        return complete_ && code_ == status::ok;
    }

    [[nodiscard]] std::size_t size() const noexcept { return cells_; }
    [[nodiscard]] std::string_view operator[](std::size_t cell) const noexcept {
        const std::size_t begin = cell == 0 ? 0 : ends_[cell - 1];
        return std::string_view{text_}.substr(begin, ends_[cell] - begin);
    }
    /// The line, counted from 1, on which the cell begins; a quoted cell may go on over several.
    [[nodiscard]] std::size_t line_of(std::size_t cell) const noexcept { return lines_[std::min(cell, cells_)]; }
    [[nodiscard]] status code() const noexcept { return code_; }

private:
    /// The next line with its line break, which is \n, \r\n, or \r.
    std::string_view take_line() noexcept {
        std::size_t length = std::min(rest_.find_first_of("\r\n"), rest_.size());
        if (length < rest_.size()) length += rest_.substr(length, 2) == "\r\n" ? 2 : 1;
        const auto line = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return line;
    }

    void feed(std::string_view line) {
        ++line_;
        make_room(line.size());
        if (!inside_) lines_[cells_] = line_;
        inside_ = true;
        if (csv_parse(&parser_, line.data(), line.size(), on_cell, on_row, this) != line.size()) {
            code_ = status::malformed;
        }
    }

    void finish() {
        finished_ = true;
        make_room(0);
        if (csv_fini(&parser_, on_cell, on_row, this) != 0) code_ = status::truncated;
    }

    /// libcsv calls back from C, through which nothing may be thrown: whatever a line can need is allocated before it.
    void make_room(std::size_t line_length) {
        fed_ += line_length;
        text_.reserve(fed_);
        ends_.resize(std::max(ends_.size(), cells_ + line_length + 2));
        lines_.resize(ends_.size());
    }

    static void on_cell(void* text, std::size_t length, void* self) noexcept {
        auto& rows = *static_cast<csv_rows*>(self);
        if (length > 0) rows.text_.append(static_cast<const char*>(text), length);
        rows.ends_[rows.cells_++] = rows.text_.size();
        rows.lines_[rows.cells_] = rows.line_;
    }
    static void on_row(int, void* self) noexcept {
        auto& rows = *static_cast<csv_rows*>(self);
        rows.inside_ = false;
        if (rows.cells_ > 0) rows.complete_ = true;  // else the line was blank
    }

    std::string_view rest_;
    csv_parser parser_{};
    std::string text_{};                // the row's cells without their quotes, one after the other,
    std::vector<std::size_t> ends_{};   // where each ends,
    std::vector<std::size_t> lines_{};  // and the line on which it begins
    std::size_t cells_ = 0;
    std::size_t fed_ = 0;  // how many characters of the row libcsv was given
    std::size_t line_ = 0;
    bool ready_ = false;
    bool inside_ = false;  // a row was begun and has not ended
    bool complete_ = false;
    bool finished_ = false;
    status code_ = status::ok;
};

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
        if (options_.inputs.empty() && !choose_free(inputs_, taken, "inputs")) return false;
        return options_.label || !options_.targets.empty() || choose_free(targets_, taken, "targets");
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
        taken[position] = true;
        return true;
    }
    template <std::size_t Count>
    bool choose_free(std::array<std::size_t, Count>& positions, std::vector<bool>& taken, const char* what) {
        std::size_t next = 0;
        for (std::size_t& position : positions) {
            while (next < width_ && taken[next]) ++next;
            if (next == width_) {
                return fail_at(
                    0, status::size_mismatch,
                    std::to_string(width_) + " columns are too few for " + std::to_string(Count) + " " + what);
            }
            taken[next] = true;
            position = next;
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
            if (table_.classes.encode(seen_[labels_[i]], table_.samples.target(i)) != status::ok) {
                return fail(status::unknown_class, "");  // cannot be: every label was found above
            }
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
///     if (!iris) std::puts(iris.message.c_str());   // iris.csv:17:3: "abc" is not a number
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
