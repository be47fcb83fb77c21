#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// One number, formatted by printf.
template <class Number>
std::string formatted(const char* format, Number number) {
    char text[64];
    const int length = std::snprintf(text, sizeof text, format, number);
    return {text, (std::min)(sizeof text - 1, static_cast<std::size_t>((std::max)(0, length)))};
}

/// The width of a text in a terminal: its number of UTF-8 characters (each as wide as a letter, so not for Chinese).
inline std::size_t width_of(std::string_view text) noexcept {
    std::size_t width = 0;
    for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
    return width;
}

/// Lines of cells in aligned columns, two spaces apart. The first `left` columns are flush left, the others right.
class text_table {
public:
    explicit text_table(std::size_t left = 1) : left_{left} {}

    void row(std::vector<std::string> cells) {
        widths_.resize((std::max)(widths_.size(), cells.size()));
        for (std::size_t i = 0; i < cells.size(); ++i) widths_[i] = (std::max)(widths_[i], width_of(cells[i]));
        rows_.push_back(std::move(cells));
    }
    /// A line of dashes, as wide as the table.
    void rule() { rows_.emplace_back(); }

    [[nodiscard]] std::string text() const {
        std::size_t total = 0;
        for (const std::size_t width : widths_) total += width + gap;
        std::string lines;
        for (const auto& cells : rows_) {
            std::string line;
            if (cells.empty() && total >= gap) line.assign(total - gap, '-');
            for (std::size_t i = 0; i < cells.size(); ++i) {
                if (i > 0) line.append(gap, ' ');
                const std::size_t space = widths_[i] - width_of(cells[i]);
                if (i >= left_) line.append(space, ' ');
                line += cells[i];
                if (i < left_) line.append(space, ' ');
            }
            while (!line.empty() && line.back() == ' ') line.pop_back();
            lines += line + '\n';
        }
        return lines;
    }

private:
    static constexpr std::size_t gap = 2;
    std::size_t left_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::size_t> widths_;
};

}  // namespace internal

/// Prints a report, a summary or the result of a search as text.
template <class Subject>
void print(const Subject& subject, std::FILE* to = stdout)
    requires requires { to_text(subject); }
{
    const std::string text = to_text(subject);
    std::fwrite(text.data(), 1, text.size(), to);
}

}  // namespace etch::inline ETCH_VARIANT
