#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <etch/data/class_list.hpp>

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

/// How a missing cell of the inputs is treated. A row without its target or label is rejected or dropped: targets are
/// never made up.
enum class missing : std::uint8_t {
    refuse,    // an error, with line and column
    drop_row,  // the row is left out and counted
    mean,      // the mean of the column's other cells; for categories their frequencies
    median     // the median of the column's other cells; for categories 1 if most rows have it
};

// g++ thinks that the enumerator `zeros` hides etch::zeros, the initializer.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
/// How a category is treated that was not in the table from which the schema was learnt.
enum class unknown_category : std::uint8_t {
    refuse,  // an error, with line and column
    zeros    // 0 for all of the column's inputs
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// The role of each column of a table, and how its cells are written.
///
/// Every column must be accounted for. If neither inputs nor targets are named, the first columns are the inputs and
/// the last ones the targets; if only one of them (or a label) is named, the other is all remaining columns. If their
/// number does not match the sample, nothing is guessed: name them, or list those to leave out in `ignored`. If both
/// inputs and targets (or label) are named, other columns are not read.
struct csv_options {
    std::vector<csv_column> inputs{};
    std::vector<csv_column> targets{};  // columns of numbers, or
    std::optional<csv_column> label{};  // one column of class names
    class_list classes{};               // in the order of the outputs; if empty, all that occur, in the order
                                        // of class_list::of: by value if all are numbers, else as text
    std::vector<csv_column> ignored{};  // columns that are not used
    std::vector<csv_column> one_hot{};  // inputs that are categories: one input per category (class_list::of)
    bool header = false;                // whether the first row names the columns
    char delimiter = ',';               // ' ': any run of blanks and tabs
    char decimal = '.';                 // or ','
    etch::missing missing = etch::missing::refuse;
    /// How a missing cell is written, in upper or lower case.
    std::vector<std::string> missing_cells{"", "NA", "N/A", "#N/A", "NaN", "null", "None", "?", "-"};
    unknown_category unknown = unknown_category::refuse;  // only used with a schema
};

namespace internal {

/// Equal except for the case of ASCII letters.
inline bool same_letters(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace internal

}  // namespace etch::inline ETCH_VARIANT
