#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/parse_number.hpp>
#include <etch/data/reading.hpp>
#include <etch/io/tensor_source.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// What the header of a .npy file says about its elements.
struct npy_header {
    std::string_view type{};     // byte order, kind, bytes: <f4 is a little-endian float
    bool fortran_order = false;  // the first index runs fastest
    file_shape extents{};
};

/// Reads that header: a dictionary as Python spells it, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class npy_cursor {
public:
    explicit npy_cursor(std::string_view text) noexcept : text_{text} {}

    /// How far it has read.
    [[nodiscard]] std::size_t at() const noexcept { return at_; }

    /// Takes all of the text. Returns what is wrong with it; empty if nothing is.
    [[nodiscard]] const char* take_header(npy_header& to) noexcept {
        bool has_type = false, has_order = false, has_shape = false;
        if (!take('{')) return "the header does not begin with {";
        while (!take('}')) {
            std::string_view key;
            if (!take_string(key) || !take(':')) return "expected a key and a colon";
            if (key == "descr" && !std::exchange(has_type, true)) {
                if (!take_string(to.type)) return "descr is not the name of one type";
            } else if (key == "fortran_order" && !std::exchange(has_order, true)) {
                to.fortran_order = take_word("True");
                if (!to.fortran_order && !take_word("False")) return "fortran_order is neither True nor False";
            } else if (key == "shape" && !std::exchange(has_shape, true)) {
                if (!take_shape(to.extents)) return "shape is not a tuple of at most 8 extents";
            } else {
                return "a header has descr, fortran_order and shape, each once, and nothing else";
            }
            if (!take(',') && !is_next('}')) return "expected a comma";
        }
        if (!has_type || !has_order || !has_shape) return "descr, fortran_order or shape is missing";
        skip_blanks();
        return at_ == text_.size() ? "" : "something follows the header's }";
    }

private:
    void skip_blanks() noexcept { at_ = (std::min)(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    [[nodiscard]] bool is_next(char wanted) noexcept {
        skip_blanks();
        return at_ < text_.size() && text_[at_] == wanted;
    }
    [[nodiscard]] bool take(char wanted) noexcept {
        if (!is_next(wanted)) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] bool take_word(std::string_view wanted) noexcept {
        skip_blanks();
        if (text_.substr(at_, wanted.size()) != wanted) return false;
        at_ += wanted.size();
        return true;
    }
    /// In single or double quotes, without escapes.
    [[nodiscard]] bool take_string(std::string_view& to) noexcept {
        const char quote = is_next('"') ? '"' : '\'';
        if (!is_next(quote)) return false;
        const std::size_t begin = at_ + 1, end = text_.find(quote, begin);
        if (end == text_.npos) return false;
        to = text_.substr(begin, end - begin);
        at_ = end + 1;
        return to.find('\\') == to.npos;
    }
    [[nodiscard]] bool take_extent(std::size_t& to) noexcept {
        skip_blanks();
        const std::size_t begin = at_;
        for (to = 0; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            const auto digit = static_cast<std::size_t>(text_[at_] - '0');
            if (to > ((std::numeric_limits<std::size_t>::max)() - digit) / 10) return false;
            to = 10 * to + digit;
        }
        return at_ > begin;
    }
    /// (), (3,), (3, 4): a single extent is followed by a comma.
    [[nodiscard]] bool take_shape(file_shape& to) noexcept {
        if (!take('(')) return false;
        while (!take(')')) {
            if (to.rank == file_shape::max_rank || !take_extent(to.extent[to.rank])) return false;
            ++to.rank;
            if (!take(',') && (to.rank == 1 || !is_next(')'))) return false;
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// A type that numpy writes: its kind and width, and whether the most significant byte comes first.
struct npy_type {
    std::string_view kind{};
    number_type type = number_type::other;
    std::size_t bytes = 0;
    bool big_endian = false;

    /// Width 0 if it is not a type of numbers.
    [[nodiscard]] static constexpr npy_type of(std::string_view spelled) noexcept {
        constexpr auto other = number_type::other;
        constexpr std::array known{npy_type{"f8", number_type::float64, 8},
                                   npy_type{"f4", number_type::float32, 4},
                                   npy_type{"f2", number_type::float16, 2},
                                   npy_type{"i8", other, 8},
                                   npy_type{"i4", other, 4},
                                   npy_type{"i2", other, 2},
                                   npy_type{"i1", other, 1},
                                   npy_type{"u8", other, 8},
                                   npy_type{"u4", other, 4},
                                   npy_type{"u2", other, 2},
                                   npy_type{"u1", other, 1},
                                   npy_type{"b1", other, 1}};
        const char order = spelled.empty() ? ' ' : spelled[0];
        for (npy_type type : known) {
            if (spelled.size() != 3 || spelled.substr(1) != type.kind) continue;
            if (type.bytes == 1 ? order != '|' : order != '<' && order != '>') break;
            type.big_endian = order == '>';
            return type;
        }
        return {};
    }
};

/// Numbers stored column by column, rearranged row by row: the last index fastest.
inline std::vector<std::byte> row_by_row(std::span<const std::byte> columns, const file_shape& extents,
                                         std::size_t width) {
    std::array<std::size_t, file_shape::max_rank> stride{}, index{};
    for (std::size_t d = 0, step = width; d < extents.rank; step *= extents.extent[d++]) stride[d] = step;
    std::vector<std::byte> rows;
    rows.reserve(columns.size());
    for (std::size_t from = 0; rows.size() < columns.size();) {
        const auto element = columns.subspan(from, width);
        rows.insert(rows.end(), element.begin(), element.end());
        for (std::size_t d = extents.rank; d-- > 0;) {
            from += stride[d];
            if (++index[d] < extents.extent[d]) break;
            from -= stride[d] * std::exchange(index[d], 0);
        }
    }
    return rows;
}

/// A .npy file in memory as a tensor without key; messages call it `name`. The tensor points into the file, whose
/// numbers are rearranged into the order of a file_tensor. truncated, malformed, wrong_version, wrong_type or
/// too_large.
/// Format: numpy, NEP 1 "A simple file format for NumPy arrays", versions 1.0 to 3.0.
inline read_result<file_tensor> read_npy(std::span<std::byte> file, const std::string& name) {
    const auto refuse = [&name](status code, std::size_t byte, const std::string& complaint) {
        return read_result<file_tensor>{{}, code, name + ": byte " + std::to_string(byte) + ": " + complaint};
    };
    const std::string_view text{reinterpret_cast<const char*>(file.data()), file.size()};
    constexpr std::string_view magic = "\x93NUMPY";
    if (text.substr(0, magic.size()) != magic)
        return refuse(status::malformed, 0, "a .npy file begins with \\x93NUMPY");
    const auto byte = [&file](std::size_t i) { return std::to_integer<std::size_t>(file[i]); };
    if (file.size() < 8) return refuse(status::truncated, file.size(), "the header ends too early");
    const std::size_t major = byte(6), minor = byte(7);
    if (major < 1 || major > 3 || minor != 0) {
        return refuse(
            status::wrong_version, 6,
            "version " + std::to_string(major) + "." + std::to_string(minor) + " of the format is not supported");
    }
    const std::size_t begin = major == 1 ? 10 : 12;  // the header's length is two bytes or four
    if (file.size() < begin) return refuse(status::truncated, file.size(), "the header ends too early");
    std::size_t length = 0;
    for (std::size_t i = begin; i-- > 8;) length = length << 8 | byte(i);
    if (length > file.size() - begin) return refuse(status::truncated, file.size(), "the header ends too early");

    npy_header header;
    npy_cursor cursor{text.substr(begin, length)};
    if (const std::string_view complaint = cursor.take_header(header); !complaint.empty()) {
        return refuse(status::malformed, begin + cursor.at(), std::string{complaint});
    }
    const npy_type type = npy_type::of(header.type);
    if (type.bytes == 0) {
        const bool object = header.type.find('O') != header.type.npos;
        return refuse(status::wrong_type, begin,
                      in_quotes(header.type) + (object ? " are Python's objects; pickled objects are never read"
                                                       : " is not a supported type of numbers"));
    }
    const auto extents = std::span{header.extents.extent}.first(header.extents.rank);
    std::size_t expected = std::find(extents.begin(), extents.end(), 0u) == extents.end() ? type.bytes : 0;
    for (const std::size_t extent : extents) {
        if (extent != 0 && expected > (std::numeric_limits<std::size_t>::max)() / extent) {
            return refuse(status::too_large, begin, "the product of the extents is too large");
        }
        expected *= extent;
    }
    const std::span<std::byte> numbers = file.subspan(begin + length);
    if (numbers.size() != expected) {
        const bool early = numbers.size() < expected;
        return refuse(
            early ? status::truncated : status::malformed, early ? file.size() : begin + length + expected,
            std::to_string(numbers.size()) + " bytes of numbers, the header promises " + std::to_string(expected));
    }

    if (type.big_endian) {
        for (std::size_t i = 0; i < numbers.size(); i += type.bytes) {
            std::reverse(numbers.data() + i, numbers.data() + i + type.bytes);
        }
    }
    if (header.fortran_order && extents.size() > 1) {
        const auto rows = row_by_row(numbers, header.extents, type.bytes);
        std::copy(rows.begin(), rows.end(), numbers.begin());
    }
    return {{{}, type.type, header.type, header.extents, numbers}, status::ok, {}};
}

}  // namespace etch::inline ETCH_VARIANT::internal
