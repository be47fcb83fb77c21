#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <etch/core/finite.hpp>
#include <etch/core/utf8.hpp>
#include <etch/io/hexadecimal.hpp>
#include <etch/io/load.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of writing a file into memory.
struct [[nodiscard]] save_result {
    status code = status::ok;
    std::size_t size = 0;  ///< the bytes of the file; at no_room, the bytes that it needs

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr message_text message() const noexcept {
        if (code != status::no_room) return describe(code);
        return internal::sentence(describe(code), ": the file needs ", size, " bytes");
    }
};

namespace internal {

/// Writes bytes into memory, and counts those that do not fit.
class byte_writer {
public:
    explicit constexpr byte_writer(std::span<std::byte> to) noexcept : to_{to} {}

    constexpr byte_writer& append(char c) noexcept {
        if (size_ < to_.size()) to_[size_] = static_cast<std::byte>(c);
        ++size_;
        return *this;
    }
    constexpr byte_writer& append(std::string_view from) noexcept {
        for (const char c : from) append(c);
        return *this;
    }
    constexpr byte_writer& append_integer(std::uint64_t number) noexcept {
        text<20> digits;
        return append(digits.append_integer(number).view());
    }
    /// An integer's bytes, the lowest first.
    constexpr byte_writer& append_bytes(std::uint64_t bits, std::size_t count) noexcept {
        for (std::size_t b = 0; b < count; ++b) append(static_cast<char>(bits >> (8 * b) & 0xff));
        return *this;
    }
    /// A string of JSON.
    constexpr byte_writer& append_quoted(std::string_view from) noexcept {
        constexpr std::string_view digits = "0123456789abcdef";
        append('"');
        for (const char c : from) {
            const auto code = static_cast<unsigned char>(c);
            if (code < 0x20)
                append("\\u00").append(digits[code >> 4]).append(digits[code & 15]);
            else if (c == '"' || c == '\\')
                append('\\').append(c);
            else
                append(c);
        }
        return append('"');
    }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }

private:
    std::span<std::byte> to_;
    std::size_t size_ = 0;
};

/// Writes the metadata of a file.
class metadata_writer {
public:
    explicit constexpr metadata_writer(byte_writer& to) noexcept : to_{&to} {}

    constexpr void add(std::string_view key, std::string_view value) noexcept {
        next(key);
        to_->append_quoted(value);
    }
    constexpr void add(std::string_view key, std::uint64_t value) noexcept {
        next(key);
        to_->append('"').append_integer(value).append('"');
    }
    /// Starts a value of digits or of text that needs no escapes; `end_value` ends it.
    constexpr byte_writer& begin_value(std::string_view key) noexcept {
        next(key);
        return to_->append('"');
    }
    constexpr void end_value() noexcept { to_->append('"'); }

private:
    constexpr void next(std::string_view key) noexcept {
        to_->append(first_ ? "" : ",").append_quoted(key).append(':');
        first_ = false;
    }

    byte_writer* to_;
    bool first_ = true;
};

/// Calls f(group, index, tensor) for all tensors in the order of the file: bfloat16 last, so that all are aligned.
template <class T>
constexpr void for_each_saved(std::span<const tensor_group<const T>> groups, auto f) noexcept {
    for (const bool packed : {false, true})
        for (const tensor_group<const T>& group : groups)
            for (std::size_t i = 0; i < group.tensors.size(); ++i)
                if (group.has(group.tensors[i]) && is_packed(group.tensors[i].format) == packed)
                    f(group, i, group.tensors[i]);
}

template <class T>
[[nodiscard]] constexpr std::size_t saved_bytes(const network_tensor& tensor) noexcept {
    return tensor.extents.size() * (is_packed(tensor.format) ? 2 : sizeof(T));
}

template <class T>
constexpr void write_header(byte_writer& to, std::span<const tensor_group<const T>> groups, std::string_view topology,
                            const auto& add_metadata) noexcept {
    to.append("{\"__metadata__\":{");
    metadata_writer metadata{to};
    metadata.add("format", "pt");
    metadata.add("etch.version", "1");
    metadata.add("etch.topology", topology);
    add_metadata(metadata);
    to.append('}');
    std::size_t at = 0;
    for_each_saved(groups, [&](const tensor_group<const T>& group, std::size_t i, const network_tensor& tensor) {
        const std::string_view type = is_packed(tensor.format) ? "BF16" : sizeof(T) == 8 ? "F64" : "F32";
        to.append(',').append_quoted(group.key(torch_sequential, i).view());
        const shape extents = tensor.extents_in_file();
        to.append(":{\"dtype\":").append_quoted(type).append(",\"shape\":[").append_integer(extents.extent[0]);
        for (std::size_t d = 1; d < extents.rank; ++d) to.append(',').append_integer(extents.extent[d]);
        to.append("],\"data_offsets\":[").append_integer(at);
        at += saved_bytes<T>(tensor);
        to.append(',').append_integer(at).append("]}");
    });
    to.append('}');
    while (to.size() % 8 != 0) to.append(' ');
}

template <class T>
constexpr void write_numbers(byte_writer& to, std::span<const tensor_group<const T>> groups) noexcept {
    using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    for_each_saved(groups, [&](const tensor_group<const T>& group, std::size_t, const network_tensor& tensor) {
        for (std::size_t row = 0; row < tensor.rows(); ++row)
            for (std::size_t column = 0; column < tensor.columns(); ++column) {
                const T number = tensor.get<T>(group.memory, row, tensor.column_of(column));
                if (is_packed(tensor.format))
                    to.append_bytes(to_bf16(static_cast<float>(number)), 2);
                else
                    to.append_bytes(bit_cast<bits>(number), sizeof(T));
            }
    });
}

template <class T>
[[nodiscard]] constexpr bool all_finite(std::span<const tensor_group<const T>> groups) noexcept {
    bool finite = true;
    for_each_saved(groups, [&finite](const auto& group, std::size_t, const network_tensor& tensor) {
        for (std::size_t row = 0; row < tensor.rows(); ++row)
            for (std::size_t column = 0; column < tensor.columns(); ++column) {
                const T x = tensor.get<T>(group.memory, row, column);
                finite &= is_finite(x);
            }
    });
    return finite;
}

/// A whole file. `add_metadata(metadata_writer&)` may extend what every file of etch has. Nothing is written if the
/// buffer is too small for all of it, and nothing that `load` would reject.
template <class T>
constexpr save_result write_file(std::span<std::byte> to, std::span<const tensor_group<const T>> groups,
                                 std::string_view topology, const auto& add_metadata) noexcept {
    byte_writer counted{{}};
    write_header(counted, groups, topology, add_metadata);
    std::size_t size = 8 + counted.size(), count = 0;
    for_each_saved(groups, [&](const auto&, std::size_t, const network_tensor& tensor) {
        size += saved_bytes<T>(tensor);
        ++count;
    });
    if (counted.size() > safetensors_view::max_header || count > safetensors_view::max_entries)
        return {status::too_large, size};
    if (to.size() < size) return {status::no_room, size};
    if (!all_finite(groups)) return {status::non_finite_weight, size};
    byte_writer file{to};
    file.append_bytes(counted.size(), 8);
    write_header(file, groups, topology, add_metadata);
    write_numbers(file, groups);
    return {status::ok, file.size()};
}

}  // namespace internal

/// A key of a file's metadata and its value: text in UTF-8.
struct metadata_entry {
    std::string_view key{}, value{};
};

/// The contents of a file in addition to the weights.
template <class T>
struct save_options {
    /// Samples that are saved with the network's outputs, as golden vectors: count * inputs numbers.
    std::span<const T> golden{};
    std::string_view source{};                   ///< who made the file, from what
    std::span<const metadata_entry> metadata{};  ///< anything else; `safetensors_view::metadata` reads it
};

namespace internal {

/// Keys that `save` writes by itself.
[[nodiscard]] constexpr bool is_reserved(std::string_view key) noexcept {
    return key == "format" || key == "etch.version" || key == "etch.topology" || key == "etch.source" ||
           key.starts_with("etch.golden.");
}

/// Whether metadata can be written: unique keys, none that `save` writes by itself, and only UTF-8.
[[nodiscard]] constexpr bool is_valid(std::span<const metadata_entry> metadata) noexcept {
    for (std::size_t i = 0; i < metadata.size(); ++i) {
        const auto& [key, value] = metadata[i];
        if (is_reserved(key) || !is_utf8(key) || !is_utf8(value)) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (metadata[j].key == key) return false;
    }
    return true;
}

/// The file of a network, even if `load` would reject it.
template <class Network>
constexpr save_result write_network(const Network& net, std::span<std::byte> to, const auto& add_metadata) noexcept {
    using T = typename Network::value_type;
    const tensor_group<const T> group{{}, tensors_of<Network>, net.memory()};
    return write_file<T>(to, {&group, 1}, topology<Network>, add_metadata);
}

}  // namespace internal

/// Writes a network into memory as a safetensors file, as docs/weights.md describes it. No heap, no exceptions. Errors,
/// with nothing written: not_fitted if a layer's statistics were never set, since the outputs of such a network mean
/// nothing (a checkpoint of it can be written: its fit is still to come); no_room, with the size that is needed;
/// whatever `load` would reject, so that it does not replace a good file: non_finite_weight, and too_large if golden
/// vectors take more than the header's 1 MiB; size_mismatch if the golden samples are not complete, non_finite_input if
/// they are not finite floats; invalid_option if the source or the metadata is not UTF-8, or if a key occurs twice or
/// is one of etch's. Saving and loading preserves the bits; torch.nn.Sequential can load what etch saves.
template <class Network>
constexpr save_result save(const Network& net, std::span<std::byte> to,
                           const save_options<typename Network::value_type>& options = {}) noexcept {
    using T = typename Network::value_type;
    if (!net.is_fitted()) return {.code = status::not_fitted};
    if (options.golden.size() % Network::inputs != 0) return {.code = status::size_mismatch};
    for (const T x : options.golden)
        if (const float kept = static_cast<float>(x); !internal::is_finite(kept))
            return {.code = status::non_finite_input};
    if (!internal::is_utf8(options.source) || !internal::is_valid(options.metadata))
        return {.code = status::invalid_option};
    return internal::write_network(net, to, [&](internal::metadata_writer& metadata) {
        if (!options.source.empty()) metadata.add("etch.source", options.source);
        for (const metadata_entry& entry : options.metadata) metadata.add(entry.key, entry.value);
        if (options.golden.empty()) return;
        metadata.add("etch.golden.count", options.golden.size() / Network::inputs);
        auto& inputs = metadata.begin_value("etch.golden.inputs");
        for (const T x : options.golden) internal::append_hexadecimal(inputs, static_cast<float>(x));
        metadata.end_value();
        auto& outputs = metadata.begin_value("etch.golden.outputs");
        typename Network::state state{};
        for (std::size_t i = 0; i < options.golden.size(); i += Network::inputs) {
            // As stored in the file: for a network of doubles, rounded to floats.
            std::array<T, Network::inputs> sample{};
            for (std::size_t j = 0; j < sample.size(); ++j)
                sample[j] = static_cast<T>(static_cast<float>(options.golden[i + j]));
            for (const T y : net(sample, state)) internal::append_hexadecimal(outputs, static_cast<float>(y));
        }
        metadata.end_value();
    });
}

/// An overload that exists only for its error message: memory of other types than bytes, or the name of a file.
template <class Network, class Memory>
    requires(!std::is_convertible_v<Memory, std::span<std::byte>>)
save_result save(const Network&, Memory&&, const save_options<typename Network::value_type>& = {}) noexcept {
    static_assert(std::is_void_v<Memory>,
                  "etch: save writes into a std::span<std::byte>: for another buffer pass "
                  "std::as_writable_bytes(std::span{buffer}), for a file call save_file");
    return {};
}

/// The size of a network's file when saved without options: for a buffer of fixed size.
template <class Network>
inline constexpr std::size_t saved_size = [] {
    const Network zeros_alone;
    return internal::write_network(zeros_alone, {}, [](internal::metadata_writer&) {}).size;
}();

}  // namespace etch::inline ETCH_VARIANT
