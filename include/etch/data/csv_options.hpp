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

/// What becomes of a missing cell of the inputs. A row whose target or label is missing is refused or dropped: an
/// answer is never made up.
enum class missing : std::uint8_t {
    refuse,    // an error, with line and column
    drop_row,  // the row is left out, and counted
    mean,      // the mean of the column's other cells; of categories their shares
    median     // the median of the column's other cells; of categories 1 for one that most rows have
};

// g++ takes the name of a value for one that hides etch::zeros, the initialiser.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
/// What becomes of a category that the table which was learnt from does not have.
enum class unknown_category : std::uint8_t {
    refuse,  // an error, with line and column
    zeros    // 0 for all of the column's inputs
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// Which columns of a table are what, and how its cells are written.
///
/// Every column must be accounted for. Where neither inputs nor targets are named, the first columns are the inputs and
/// the last the targets; if one of them is named, or a label, the other is all columns that are left. If their number
/// is not that of the sample, nothing is guessed: name them, or list in `ignored` what is to be left out. Where both
/// inputs and targets (or label) are named, other columns are not read.
struct csv_options {
    std::vector<csv_column> inputs{};
    std::vector<csv_column> targets{};  // columns of numbers, or
    std::optional<csv_column> label{};  // one column of class names
    class_list classes{};               // the names in the order of the outputs; if empty, all of them, in the order
                                        // of class_list::of: by value if all are numbers, else as text
    std::vector<csv_column> ignored{};  // columns that are neither
    std::vector<csv_column>
        one_hot{};         // inputs that are categories, each category an input of its own (class_list::of)
    bool header = false;   // whether the first row names the columns
    char delimiter = ',';  // if it is ' ', a run of blanks and tabs separates
    char decimal = '.';    // or ','
    etch::missing missing = etch::missing::refuse;
    /// What a missing cell looks like, whether in capitals or not.
    std::vector<std::string> missing_cells{"", "NA", "N/A", "#N/A", "NaN", "null", "None", "?", "-"};
    unknown_category unknown = unknown_category::refuse;  // in a table that is read like an earlier one
};

namespace internal {

/// Equal but for the case of ASCII letters.
inline bool same_letters(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace internal

}  // namespace etch::inline ETCH_VARIANT
