#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <etch/io/json.hpp>
#include <etch/io/parse_result.hpp>
#include <etch/io/tensor_source.hpp>

namespace etch::inline ETCH_VARIANT {

/// A safetensors file in memory, read in place: no heap, no copy, no alignment needed.
///
///     etch::safetensors_view file;
///     if (const auto opened = file.open(bytes); !opened) ...    // at opened.byte
///     for (const etch::file_tensor& tensor : file.tensors()) ...
///
/// The file is eight bytes for the length of the header, the header as JSON, and the numbers. `open` trusts none of it:
/// in a file that it accepts, whole tensors are inside the file without overlaps or gaps, sizes agree with extents, and
/// every key occurs once. The bytes must live, unchanged, as long as the view.
///
/// Limits, so that no hostile file takes long: 1,024 tensors, 1,024 entries of metadata, a header of 1 MiB.
/// Cost: the header is read once for each key that is looked up; keys are compared in pairs.
/// Format: huggingface/safetensors, README "Format".
class safetensors_view {
public:
    static constexpr std::size_t max_header = std::size_t{1} << 20;
    static constexpr std::size_t max_entries = 1024;

    constexpr safetensors_view() noexcept = default;

    /// Checks the whole header. truncated, too_large, malformed, duplicate_key or wrong_type, with the byte of the
    /// error; the view then has no tensors.
    parse_result open(std::span<const std::byte> bytes) noexcept {
        *this = {};
        safetensors_view opened;
        if (const parse_result found = opened.find_header(bytes); !found.ok()) return found;
        opened.data_ = bytes.subspan(length_bytes + opened.header_.size());
        opened.data_size_ = opened.data_.size();
        if (parse_result found = (opened.check)(); !found.ok()) {
            found.byte += length_bytes;
            return found;
        }
        *this = opened;
        return {};
    }

    /// The size of a file, as far as its beginning tells: 8 for fewer bytes than that, then including the header's
    /// length, and with the whole header all of it. For a beginning that `open` rejects, as many bytes as it takes to
    /// see that. Reads up to 1 MiB.
    [[nodiscard]] static std::uint64_t stated_size(std::span<const std::byte> start) noexcept {
        safetensors_view file;
        if (start.size() < length_bytes) return length_bytes;
        if (const parse_result found = file.find_header(start); !found.ok())
            return length_bytes + (found == status::truncated ? length_of(start) : 0);
        const std::uint64_t whole_header = length_bytes + file.header_.size();
        entry tensor;
        std::uint64_t end = 0;
        file.data_size_ = static_cast<std::uint64_t>(-1) - whole_header;
        for (std::size_t at = 0; file.next(at, tensor);) end = tensor.end > end ? tensor.end : end;
        return whole_header + end;
    }

    /// The tensors in the order of the header.
    class iterator;
    struct range;
    [[nodiscard]] constexpr range tensors() const noexcept;

    /// The value under a key of the metadata, as it is written; nothing if there is none.
    [[nodiscard]] constexpr std::optional<std::string_view> metadata(std::string_view key) const noexcept {
        if (metadata_ == 0) return std::nullopt;
        internal::json_cursor cursor{header_, metadata_};
        std::string_view name, value;
        if (!cursor.take('{')) return std::nullopt;
        while (take_pair(cursor, name, value)) {
            if (name == key) return value;
            if (!cursor.take(',')) break;
        }
        return std::nullopt;
    }

private:
    static constexpr std::size_t length_bytes = 8;
    static constexpr std::string_view metadata_key = "__metadata__";

    struct type_size {
        std::string_view name;
        number_type type;
        std::size_t bytes;
    };
    static constexpr type_size types[] = {
        {"F64", number_type::float64, 8},   {"F32", number_type::float32, 4},   {"F16", number_type::float16, 2},
        {"BF16", number_type::bfloat16, 2}, {"I64", number_type::other, 8},     {"U64", number_type::other, 8},
        {"I32", number_type::other, 4},     {"U32", number_type::other, 4},     {"I16", number_type::other, 2},
        {"U16", number_type::other, 2},     {"I8", number_type::other, 1},      {"U8", number_type::other, 1},
        {"BOOL", number_type::other, 1},    {"F8_E4M3", number_type::other, 1}, {"F8_E5M2", number_type::other, 1}};

    [[nodiscard]] static constexpr std::uint64_t length_of(std::span<const std::byte> start) noexcept {
        std::uint64_t length = 0;
        for (std::size_t b = 0; b < length_bytes; ++b) length |= std::to_integer<std::uint64_t>(start[b]) << (8 * b);
        return length;
    }

    [[nodiscard]] parse_result find_header(std::span<const std::byte> bytes) noexcept {
        if (bytes.size() < length_bytes) return {status::truncated, bytes.size()};
        const std::uint64_t length = length_of(bytes);
        if (length > max_header) return {status::too_large, 0};
        if (length > bytes.size() - length_bytes) return {status::truncated, bytes.size()};
        header_ = {reinterpret_cast<const char*>(bytes.data()) + length_bytes, static_cast<std::size_t>(length)};
        return {};
    }

    /// One entry of the header.
    struct entry {
        file_tensor tensor{};
        std::uint64_t begin = 0, end = 0;
    };

    [[nodiscard]] static constexpr bool take_pair(internal::json_cursor& cursor, std::string_view& name,
                                                  std::string_view& value) noexcept {
        return cursor.take_string(name) && cursor.take(':') && cursor.take_string(value);
    }

    /// The object that describes a tensor: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, in any order.
    [[nodiscard]] status take_tensor(internal::json_cursor& cursor, entry& to) const noexcept {
        std::size_t width = 0;
        bool has_shape = false, has_offsets = false;
        if (!cursor.take('{')) return status::malformed;
        do {
            std::string_view field;
            if (!cursor.take_string(field) || !cursor.take(':')) return status::malformed;
            if (field == "dtype" && width == 0) {
                if (!cursor.take_string(to.tensor.type_name)) return status::malformed;
                for (const type_size& known : types)
                    if (known.name == to.tensor.type_name) {
                        to.tensor.type = known.type;
                        width = known.bytes;
                    }
                if (width == 0) return status::wrong_type;
            } else if (field == "shape" && !std::exchange(has_shape, true)) {
                if (!take_shape(cursor, to.tensor.extents)) return status::malformed;
            } else if (field == "data_offsets" && !std::exchange(has_offsets, true)) {
                if (!cursor.take('[') || !cursor.take_integer(to.begin) || !cursor.take(',') ||
                    !cursor.take_integer(to.end) || !cursor.take(']'))
                    return status::malformed;
            } else {
                return status::malformed;
            }
        } while (cursor.take(','));
        if (!cursor.take('}') || width == 0 || !has_shape || !has_offsets) return status::malformed;
        if (to.begin > to.end) return status::malformed;
        if (to.end > data_size_) return status::truncated;
        std::uint64_t left = to.end - to.begin;  // then divided by each extent: no product can overflow
        if (left % width != 0) return status::malformed;
        left /= width;
        bool is_empty = false;
        for (std::size_t i = 0; i < to.tensor.extents.rank; ++i) is_empty |= to.tensor.extents.extent[i] == 0;
        if (is_empty) {
            if (left != 0) return status::malformed;
        } else {
            for (std::size_t i = 0; i < to.tensor.extents.rank; ++i) {
                if (left % to.tensor.extents.extent[i] != 0) return status::malformed;
                left /= to.tensor.extents.extent[i];
            }
            if (left != 1) return status::malformed;
        }
        if (to.end <= data_.size())  // all of the data, if it is there
            to.tensor.bytes =
                data_.subspan(static_cast<std::size_t>(to.begin), static_cast<std::size_t>(to.end - to.begin));
        return status::ok;
    }

    [[nodiscard]] static constexpr bool take_shape(internal::json_cursor& cursor, file_shape& to) noexcept {
        if (!cursor.take('[')) return false;
        if (cursor.take(']')) return true;
        do {
            std::uint64_t extent = 0;
            if (to.rank == file_shape::max_rank || !cursor.take_integer(extent)) return false;
            to.extent[to.rank] = static_cast<std::size_t>(extent);
            if (to.extent[to.rank++] != extent) return false;
        } while (cursor.take(','));
        return cursor.take(']');
    }

    /// The next tensor of the header from `at` on, skipping the metadata; false at the end.
    [[nodiscard]] bool next(std::size_t& at, entry& to) const noexcept {
        while (true) {
            internal::json_cursor cursor{header_, at};
            if (!cursor.take(at == 0 ? '{' : ',')) return false;
            to = {};
            if (!cursor.take_string(to.tensor.key) || !cursor.take(':')) return false;
            if (to.tensor.key != metadata_key) {
                if (take_tensor(cursor, to) != status::ok) return false;
                at = cursor.at();
                return true;
            }
            (void)cursor.take('{');
            std::string_view name, value;
            while (take_pair(cursor, name, value) && cursor.take(',')) {
            }
            (void)cursor.take('}');
            at = cursor.at();
        }
    }

    [[nodiscard]] parse_result(check)() noexcept {
        internal::json_cursor cursor{header_};
        std::size_t count = 0;
        std::uint64_t filled = 0;
        bool in_order = true;
        if (header_.empty() || header_[0] != '{' || !cursor.take('{')) return {status::malformed, 0};
        if (!cursor.take('}')) {
            do {
                std::string_view key;
                if (!cursor.take_string(key)) return {status::malformed, cursor.at()};
                const std::size_t after_key = cursor.at();
                if (key.find('\\') != key.npos || !cursor.take(':')) return {status::malformed, after_key};
                if (key == metadata_key) {
                    if (metadata_ != 0) return {status::duplicate_key, after_key};
                    cursor.skip_blanks();
                    metadata_ = cursor.at();
                    if (const parse_result found = check_metadata(cursor); !found.ok()) return found;
                    continue;
                }
                if (++count > max_entries) return {status::too_large, after_key};
                entry tensor;
                if (const status code = take_tensor(cursor, tensor); code != status::ok) return {code, cursor.at()};
                in_order &= tensor.begin == filled;
                filled += tensor.end - tensor.begin;
            } while (cursor.take(','));
            if (!cursor.take('}')) return {status::malformed, cursor.at()};
        }
        if (!cursor.at_end()) return {status::malformed, cursor.at()};
        if (filled != data_.size())  // data_ has what the file has; all tensors must be in it
            return {status::malformed, header_.size() + static_cast<std::size_t>(filled < data_.size() ? filled : 0)};
        return check_pairs(in_order);
    }

    [[nodiscard]] parse_result check_metadata(internal::json_cursor& cursor) const noexcept {
        const std::size_t begin = cursor.at();
        std::size_t count = 0;
        if (!cursor.take('{')) return {status::malformed, begin};
        if (cursor.take('}')) return {};
        do {
            std::string_view key, value;
            if (!take_pair(cursor, key, value)) return {status::malformed, cursor.at()};
            if (++count > max_entries) return {status::too_large, cursor.at()};
            internal::json_cursor before{header_, begin};
            std::string_view other;
            (void)before.take('{');
            for (std::size_t i = 1; i < count; ++i) {
                (void)take_pair(before, other, value);
                (void)before.take(',');
                if (other == key) return {status::duplicate_key, cursor.at()};
            }
        } while (cursor.take(','));
        return cursor.take('}') ? parse_result{} : parse_result{status::malformed, cursor.at()};
    }

    /// No duplicate keys and, if the tensors are not in order, no two that overlap. Together they are as long as the
    /// data, so there is no gap either.
    [[nodiscard]] parse_result check_pairs(bool in_order) const noexcept {
        entry one, other;
        for (std::size_t at = 0; next(at, one);) {
            for (std::size_t from = at; next(from, other);) {
                if (one.tensor.key == other.tensor.key) return {status::duplicate_key, from};
                const bool both = one.begin != one.end && other.begin != other.end;
                if (!in_order && both && one.begin < other.end && other.begin < one.end)
                    return {status::malformed, from};
            }
        }
        return {};
    }

    std::string_view header_{};
    std::span<const std::byte> data_{};
    std::uint64_t data_size_ = 0;  // data_.size(), or how far tensors may reach while only the header is there
    std::size_t metadata_ = 0;     // where its object begins
};

/// Walks over the header.
class safetensors_view::iterator {
public:
    using value_type = file_tensor;
    using difference_type = std::ptrdiff_t;

    iterator() noexcept = default;
    explicit iterator(const safetensors_view& file) noexcept : file_{&file} { ++*this; }

    [[nodiscard]] const file_tensor& operator*() const noexcept { return current_.tensor; }
    [[nodiscard]] const file_tensor* operator->() const noexcept { return &current_.tensor; }
    iterator& operator++() noexcept {
        if (!file_->next(at_, current_)) *this = {};
        return *this;
    }
    iterator operator++(int) noexcept {
        const iterator before = *this;
        ++*this;
        return before;
    }
    [[nodiscard]] bool operator==(const iterator& other) const noexcept {
        return file_ == other.file_ && at_ == other.at_;
    }

private:
    const safetensors_view* file_ = nullptr;
    std::size_t at_ = 0;
    entry current_{};
};

struct safetensors_view::range {
    const safetensors_view* file;
    [[nodiscard]] iterator begin() const noexcept { return iterator{*file}; }
    [[nodiscard]] iterator end() const noexcept { return {}; }
};

constexpr safetensors_view::range safetensors_view::tensors() const noexcept { return {this}; }

}  // namespace etch::inline ETCH_VARIANT
