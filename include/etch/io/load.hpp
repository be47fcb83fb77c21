#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <etch/core/finite.hpp>
#include <etch/io/key_map.hpp>
#include <etch/io/safetensors.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Text from a file may be anything: only printable characters are shown.
[[nodiscard]] constexpr message_text printable(std::string_view text, std::size_t limit = 100) noexcept {
    message_text shown;
    for (const char c : text.substr(0, limit))
        shown.append(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
    return text.size() > limit ? shown.append("...") : shown;
}

[[nodiscard]] constexpr message_text text_of(const auto& extents) noexcept {
    message_text text{"["};
    for (std::size_t i = 0; i < extents.rank; ++i) text.append(i == 0 ? "" : ", ").append(extents.extent[i]);
    return text.append(']');
}

}  // namespace internal

/// The result of loading weights. If the code is not ok, the network is unchanged and the other members locate the
/// error: `message` describes it, and `describe` (io/files.hpp) also names the nearest key in the file.
struct [[nodiscard]] load_result {
    status code = status::ok;
    internal::key_text expected_key{};  ///< of the network's tensor: the key that was looked up
    std::string_view key{};             ///< of the file's tensor, if there is one: points into the file
    shape expected{};                   ///< of the network's tensor, as [outputs, inputs] or [filters, channels, y, x]
    file_shape found{};                 ///< of the file's
    std::size_t element = 0;            ///< of the file's tensor: the first that is not finite
    std::size_t byte = 0;               ///< the position in a malformed file

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        const message_text file_key = internal::printable(key);
        switch (code) {
            case status::missing_tensor:
                return sentence(internal::printable(expected_key.shown()), ' ', internal::text_of(expected),
                                " is not in the file");
            case status::unused_tensor:
                return sentence(file_key, ' ', internal::text_of(found),
                                " is not used by the network; if that is intended, add it to `ignored`");
            case status::wrong_shape:
                return sentence(file_key, " has the shape ", internal::text_of(found), " in the file, ",
                                internal::text_of(expected), " in the network",
                                looks_transposed()
                                    ? "; this looks transposed: if the framework keeps [inputs, outputs], "
                                      "pass its key map, or set `inputs_first`"
                                    : "");
            case status::wrong_type:
                if (key.empty()) return sentence("byte ", byte, ": an unknown element type");
                return sentence(file_key,
                                " has an element type that cannot be read as weights, which are F64, F32, F16 or BF16");
            case status::non_finite_weight:
                return sentence(file_key, ": element ", element, " is NaN, infinite or too large for the network");
            case status::invalid_option:
                if (key.empty())
                    return sentence(internal::printable(expected_key.shown()), "... is too long for a key");
                return sentence("two tensors of the network have the key ", file_key);
            case status::truncated:
            case status::malformed:
            case status::too_large:
            case status::duplicate_key: return parse_result{code, byte}.message();
            default: return describe(code);
        }
    }
    /// The same extents in reverse: a hint for a person, on which nothing is based.
    [[nodiscard]] constexpr bool looks_transposed() const noexcept {
        return code == status::wrong_shape && expected.rank == 2 && found.rank == 2 &&
               expected.extent[0] == found.extent[1] && expected.extent[1] == found.extent[0];
    }
};

namespace internal {

/// Tensors whose keys begin with `prefix`, and the memory that they are for: a network; in a checkpoint also the
/// optimizer's state, whose shapes are those of the trained parameters.
template <class T>
struct tensor_group {
    std::string_view prefix{};
    std::span<const network_tensor> tensors{};
    parameter_memory<T> memory{};
    bool trained_alone = false;

    [[nodiscard]] constexpr bool has(const network_tensor& t) const noexcept {
        return t.role == parameter_role::trained || !trained_alone;
    }
    [[nodiscard]] constexpr key_text key(const key_map& keys, std::size_t index) const noexcept {
        return key_of(keys, tensors, index, prefix.empty() ? keys.prefix : prefix);
    }
};

/// Whether a file's tensor has the extents of a network's; for a vector also [1, n].
[[nodiscard]] constexpr bool same_shape(const network_tensor& tensor, const file_shape& found,
                                        bool inputs_first) noexcept {
    return found == tensor.extents_in_file(is_reversed(tensor, inputs_first)) ||
           (tensor.extents.rank == 1 && found == shape{std::size_t{1}, tensor.rows()});
}

/// Element `at` of a file's tensor, for a network's.
template <class T>
[[nodiscard]] constexpr T number_of(const file_tensor& from, const network_tensor& tensor, const key_map& keys,
                                    std::size_t at) noexcept {
    if (keys.deviation_offset != 0 && kind_of(tensor) == tensor_kind::deviation)
        return static_cast<T>(from.number<double>(at) + keys.deviation_offset);
    return from.number<T>(at);
}

/// Checks one tensor of a network against the file.
template <class T, TensorSource Source>
[[nodiscard]] load_result check_tensor(const network_tensor& tensor, const key_text& key, const Source& file,
                                       const key_map& keys) noexcept {
    load_result result{.expected_key = key, .expected = tensor.extents_in_file()};
    const auto failed = [&result](status code) {
        result.code = code;
        return result;
    };
    if (!fits(key)) return failed(status::invalid_option);
    for (const file_tensor& from : file.tensors()) {
        if (from.key != key.view()) continue;
        result.key = from.key;
        result.found = from.extents;
        if (from.type == number_type::other) return failed(status::wrong_type);
        if (!same_shape(tensor, from.extents, keys.inputs_first)) return failed(status::wrong_shape);
        for (std::size_t i = 0; i < from.size(); ++i) {
            const T x = from.number<T>(i);
            // A float that rounds to infinity in bf16 is too large as well.
            const bool too_large = is_packed(tensor.format) && (to_bf16(static_cast<float>(x)) & 0x7fffu) == 0x7f80u;
            if (!is_finite(x) || too_large) {
                result.element = i;
                return failed(status::non_finite_weight);
            }
        }
        return result;
    }
    if (keys.may_lack_bias && kind_of(tensor) == tensor_kind::bias) return result;
    return failed(status::missing_tensor);
}

/// How many tensors of the groups have this key.
template <class T>
[[nodiscard]] std::size_t uses_of(std::string_view key, std::span<const tensor_group<T>> groups,
                                  const key_map& keys) noexcept {
    std::size_t uses = 0;
    for (const tensor_group<T>& group : groups)
        for (std::size_t i = 0; i < group.tensors.size(); ++i)
            if (group.has(group.tensors[i]) && group.key(keys, i).view() == key) ++uses;
    return uses;
}

/// Whether the file has all tensors of the groups, each well-formed, and no others.
template <class T, TensorSource Source>
[[nodiscard]] load_result check_tensors(std::span<const tensor_group<T>> groups, const Source& file,
                                        const key_map& keys) noexcept {
    for (const tensor_group<T>& group : groups)
        for (std::size_t i = 0; i < group.tensors.size(); ++i) {
            if (!group.has(group.tensors[i])) continue;
            const load_result found = check_tensor<T>(group.tensors[i], group.key(keys, i), file, keys);
            if (!found.ok()) return found;
        }
    for (const file_tensor& from : file.tensors()) {
        const std::size_t uses = uses_of(from.key, groups, keys);
        if (uses == 1 || (uses == 0 && is_ignored(keys, from.key))) continue;
        return {
            .code = uses == 0 ? status::unused_tensor : status::invalid_option, .key = from.key, .found = from.extents};
    }
    return {};
}

/// Copies what was checked.
template <class T, TensorSource Source>
void take_tensors(std::span<const tensor_group<T>> groups, const Source& file, const key_map& keys) noexcept {
    for (const tensor_group<T>& group : groups)
        for (std::size_t i = 0; i < group.tensors.size(); ++i) {
            const network_tensor& tensor = group.tensors[i];
            if (!group.has(tensor)) continue;
            const key_text key = group.key(keys, i);
            file_tensor from;  // remains empty for a missing bias
            for (const file_tensor& candidate : file.tensors())
                if (candidate.key == key.view()) from = candidate;
            const bool reversed = is_reversed(tensor, keys.inputs_first);
            const std::size_t rows = tensor.rows(), columns = tensor.columns();
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t column = 0; column < columns; ++column) {
                    const std::size_t at = reversed ? column * rows + row : row * columns + column;
                    tensor.set(group.memory, row, reversed ? column : tensor.column_of(column),
                               from.bytes.empty() ? T{0} : number_of<T>(from, tensor, keys, at));
                }
        }
}

/// What etch has written in addition to the tensors, if anything: the version of the format, and the topology.
template <TensorSource Source>
[[nodiscard]] status check_metadata(const Source& file, std::string_view topology, bool any_topology) noexcept {
    if constexpr (requires { file.metadata(std::string_view{}); }) {
        if (const auto version = file.metadata("etch.version"); version && *version != "1")
            return status::wrong_version;
        if (const auto written = file.metadata("etch.topology");
            written && !any_topology && !same_topology(*written, topology))
            return status::wrong_topology;
    }
    return status::ok;
}

template <class Bytes>
concept ByteRange = requires(const Bytes& bytes) { std::as_bytes(std::span{bytes}); } && !TensorSource<Bytes>;

}  // namespace internal

/// The result that `load` would give, without a network.
template <class Network, TensorSource Source>
load_result check_load(const Source& file, const key_map& keys = {}) noexcept {
    using T = typename Network::value_type;
    if (const status code = internal::check_metadata(file, topology<Network>, keys.any_topology); code != status::ok)
        return {.code = code};
    const internal::tensor_group<T> group{{}, tensors_of<Network>, {}};
    return internal::check_tensors(std::span<const internal::tensor_group<T>>{&group, 1}, file, keys);
}

/// Sets all weights and statistics of a network from the tensors of a file. All or nothing: unless every tensor of the
/// network is in the file, and every tensor of the file is used once or ignored by name, the network is unchanged.
/// Float64, float16 and bfloat16 are converted; a transposed or missing matrix is never guessed.
///
/// Errors: missing_tensor, unused_tensor, wrong_shape, wrong_type, non_finite_weight (NaN, infinite, or too large for
/// the network's numbers), wrong_topology and wrong_version (if etch has written them), invalid_option (two tensors
/// with one key, or a key of more than 192 characters). No heap, no exceptions; 3 KB of stack, 2 KB if
/// pointers have 32 bits, of which a third is the key map.
/// Cost: the header is read a few times for each tensor of the network.
template <class Network, TensorSource Source>
load_result load(Network& net, const Source& file, const key_map& keys = {}) noexcept {
    static_assert(!std::is_const_v<Network>, "etch: weights cannot be loaded into a network that is const");
    using T = typename Network::value_type;
    const load_result found = check_load<Network>(file, keys);
    const internal::tensor_group<T> group{{}, tensors_of<Network>, net.memory()};
    if (found.ok()) internal::take_tensors(std::span<const internal::tensor_group<T>>{&group, 1}, file, keys);
    return found;
}

/// The same from the bytes of a safetensors file, wherever they are: in a file that was read, in flash, in an array of
/// the program. Also the errors of safetensors_view::open, with the byte.
template <class Network, internal::ByteRange Bytes>
load_result load(Network& net, const Bytes& bytes, const key_map& keys = {}) noexcept {
    safetensors_view file;
    if (const parse_result found = file.open(std::as_bytes(std::span{bytes})); !found.ok())
        return {.code = found.code, .byte = found.byte};
    return load(net, file, keys);
}

}  // namespace etch::inline ETCH_VARIANT
