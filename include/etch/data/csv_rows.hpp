#pragma once
#if !__has_include(<csv.h>)
#error \
    "etch: csv.h of libcsv is not found. Install it (Debian: libcsv-dev); then link etch::csv in CMake, -lcsv elsewhere"
#elif defined(ETCH_LINKED_BY_CMAKE) && !defined(ETCH_LINKS_CSV)
#error "etch: this target does not link libcsv: link etch::csv, or define ETCH_LINKS_CSV if you link libcsv yourself"
#endif
#include <csv.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Returns a text's rows one by one. libcsv handles quotes and delimiters; this adds line numbers, rows as values, runs
/// of blanks as one delimiter (if it is ' '), and the line `sep=;`, with which Excel declares the delimiter: it takes
/// precedence.
class csv_rows {
public:
    static constexpr std::size_t max_row = std::size_t{1}
                                           << 24;  ///< characters: a file without line breaks is not a table

    csv_rows(std::string_view text, char delimiter) : rest_{text} {
        if (rest_.substr(0, 3) == "\xef\xbb\xbf") rest_.remove_prefix(3);  // UTF-8's byte order mark
        for (const std::size_t quote : {std::size_t{0}, std::size_t{1}}) {
            const std::string_view line = rest_.substr(0, rest_.find_first_of("\r\n"));
            if (line.size() != 5 + 2 * quote || line.substr(quote, 4) != "sep=") continue;
            if (quote == 1 && (line.front() != '"' || line.back() != '"')) continue;
            delimiter = line[4 + quote];
            static_cast<void>(take_line());
            ++line_;
        }
        delimiter_ = delimiter;
        // Strict: a quote inside a cell and an unterminated quote are errors; nothing is guessed.
        ready_ = csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) == 0;
        csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    }
    ~csv_rows() {
        if (ready_) csv_free(&parser_);
    }
    csv_rows(const csv_rows&) = delete;
    csv_rows& operator=(const csv_rows&) = delete;

    /// Reads up to the end of the next row that is not blank. False at the end, or if code() is not ok.
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
    /// The line, counted from 1, on which the cell begins; a quoted cell may continue over several.
    [[nodiscard]] std::size_t line_of(std::size_t cell) const noexcept { return lines_[(std::min)(cell, cells_)]; }
    [[nodiscard]] status code() const noexcept { return code_; }
    [[nodiscard]] char delimiter() const noexcept { return delimiter_; }

private:
    /// libcsv's memory for a cell grows by a fixed number of bytes, 128 by default: a long cell would be copied every
    /// 128 characters. Growing it by the length of the row so far doubles it instead.
    static constexpr std::size_t least_growth = 128;

    /// The next line with its line break: \n, \r\n or \r.
    std::string_view take_line() noexcept {
        std::size_t length = (std::min)(rest_.find_first_of("\r\n"), rest_.size());
        if (length < rest_.size()) length += rest_.substr(length, 2) == "\r\n" ? std::size_t{2} : std::size_t{1};
        const auto line = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return line;
    }

    void feed(std::string_view line) {
        ++line_;
        const bool too_large = line.size() > max_row - fed_;
        make_room(too_large ? 0 : line.size());
        csv_set_blk_size(&parser_, (std::max)(fed_, least_growth));
        if (!inside_) lines_[cells_] = line_;
        if (delimiter_ == ' ') line = with_single_blanks(line);
        inside_ = true;
        if (too_large) {
            code_ = status::too_large;
        } else if (csv_parse(&parser_, line.data(), line.size(), on_cell, on_row, this) != line.size()) {
            code_ = status::malformed;
        }
    }

    /// The line with one blank in place of each run outside quotes, and none at its beginning and end.
    std::string_view with_single_blanks(std::string_view line) {
        single_.clear();
        if (!inside_) quoted_ = false;
        bool blank = false;
        for (const char c : line) {
            if (!quoted_ && (c == ' ' || c == '\t')) {
                blank = true;
                continue;
            }
            const bool at_begin = single_.empty() && !inside_;
            if (blank && !at_begin && c != '\r' && c != '\n') single_ += ' ';
            blank = false;
            if (c == '"') quoted_ = !quoted_;
            single_ += c;
        }
        return single_;
    }

    void finish() {
        finished_ = true;
        make_room(0);
        if (csv_fini(&parser_, on_cell, on_row, this) != 0) code_ = status::truncated;
    }

    /// libcsv calls back from C, through which nothing may be thrown: all memory that a line may need is allocated
    /// before.
    void make_room(std::size_t line_length) {
        fed_ += line_length;
        text_.reserve(fed_);
        ends_.resize((std::max)(ends_.size(), cells_ + line_length + 2));
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
        if (rows.cells_ > 0) rows.complete_ = true;  // otherwise the line was blank
    }

    std::string_view rest_;
    csv_parser parser_{};
    char delimiter_ = ',';
    std::string single_{};              // the line with single blanks, if a blank is the delimiter
    std::string text_{};                // the row's cells without their quotes, one after the other,
    std::vector<std::size_t> ends_{};   // where each ends,
    std::vector<std::size_t> lines_{};  // and the line on which it begins
    std::size_t cells_ = 0;
    std::size_t fed_ = 0;  // how many characters of the row were passed to libcsv
    std::size_t line_ = 0;
    bool ready_ = false;
    bool inside_ = false;  // a row has begun and not ended
    bool quoted_ = false;  // and the last character was within quotes
    bool complete_ = false;
    bool finished_ = false;
    status code_ = status::ok;
};

}  // namespace etch::inline ETCH_VARIANT::internal
