#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/reading.hpp>
#include <etch/data/replace_file.hpp>
#include <etch/io/any_of.hpp>
#include <etch/io/golden.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// How many characters must be replaced, added or removed to turn one text into the other.
/// Source: V. Levenshtein, "Binary Codes Capable of Correcting Deletions, Insertions and Reversals", 1966.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t corner = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = corner + (a[i] == b[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = (std::min)({replaced, row[j + 1] + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// The file's key that is most similar to `key`; those with the same ending first, since "actor.0.weight" is "0.weight"
/// with a prefix.
template <TensorSource Source>
std::string nearest_key(const Source& file, std::string_view key) {
    std::string nearest;
    std::size_t least = static_cast<std::size_t>(-1);
    for (const file_tensor& tensor : file.tensors()) {
        const std::string_view candidate = tensor.key.substr(0, 200);
        const bool ends_alike = candidate.ends_with(key) || key.ends_with(candidate);
        const std::size_t distance = ends_alike ? 0 : edit_distance(candidate, key);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace internal

/// The message for a failed load, to show to a person: `message` and, if it helps, the nearest key of the file.
template <TensorSource Source>
std::string describe(const load_result& result, const Source& file) {
    if (result.code == status::too_large && result.byte == 0)
        return "this is not a safetensors file, which begins with the length of its header, at most 1 MiB; other files "
               "of weights (PyTorch's .pt, .onnx) are converted by etch_export";
    std::string text = result.message().c_str();
    if (result.code == status::missing_tensor) {
        const std::string nearest = internal::nearest_key(file, result.expected_key.shown());
        text += nearest.empty() ? ", which holds no tensor"
                                : std::string{"; the nearest of its keys is "} + internal::printable(nearest).c_str();
    }
    return text;
}

namespace internal {

/// The layers that the file names.
template <TensorSource Source>
std::string written_topology(const Source& file, const key_map& keys) {
    return printable(topology_of(file, keys).value_or(""), 300).c_str();
}

/// `describe` with the layers of the file and of the network, if they are not the same.
template <class Network, TensorSource Source>
std::string describe_for(const Network&, const load_result& result, const Source& file, const key_map& keys) {
    if (result.code != status::wrong_topology) return describe(result, file);
    return describe(result.code) + (": " + written_topology(file, keys)) + "; the network's are " +
           std::string{topology<Network>};
}

/// The same for a file that should be one of several networks: lists all of them, or those that it fits; if the file
/// does not name its layers, explains why it is not each of them.
template <class... Networks, TensorSource Source>
std::string describe_for(const any_of<Networks...>&, const load_result& result, const Source& file,
                         const key_map& keys) {
    const bool none = result.code == status::wrong_topology;
    if (!none && result.code != status::ambiguous_topology) return describe(result, file);
    const bool tells = topology_of(file, keys).has_value();
    std::string text = describe(result.code);
    if (none) text += (tells ? ": " + written_topology(file, keys) + ";" : " than") + " those to choose from";
    const char* separator = ": ";
    const auto add = [&]<class Network>(const std::type_identity<Network>&) {
        const load_result checked = check_load<Network>(file, keys);
        if (!none && !checked.ok()) return;
        text += std::exchange(separator, "; ") + std::string{topology<Network>};
        if (none && !tells) text += " (" + describe(checked, file) + ")";
    };
    (add(std::type_identity<Networks>{}), ...);
    return text;
}

}  // namespace internal

/// Loads weights from what was read, and checks the network against the golden vectors that came with them. The network
/// is unchanged if anything is rejected. `name` is for messages. Host side: allocates a second network on the heap.
template <class Network, TensorSource Source>
file_result load_verified(Network& net, const Source& file, const key_map& keys = {},
                          const std::string& name = "weights", double tolerance = golden_tolerance) {
    static_assert(!std::is_const_v<Network>, "etch: weights cannot be loaded into a network that is const");
    const auto loaded = std::make_unique<Network>();
    const load_result result = load(*loaded, file, keys);
    if (!result.ok()) return {result.code, name + ": " + internal::describe_for(*loaded, result, file, keys)};
    if constexpr (std::same_as<Source, safetensors_view>) {
        const golden_result golden = (verify)(*loaded, file, tolerance);
        if (golden.code == status::golden_mismatch || golden.code == status::invalid_option)
            return {golden.code, name + ": " + golden.message().c_str()};
        if (!golden.ok())
            return {golden.code, name + ": the golden vectors are malformed (see docs/weights.md, Metadata)"};
    }
    net = *loaded;
    return {};
}

namespace internal {

/// The bytes of a safetensors file: as many as its header states, and one more if there are more.
inline read_result<std::vector<unsigned char>> read_safetensors(const std::string& path) {
    return read_file(path, max_file_size, [](std::span<const unsigned char> start) {
        const std::uint64_t size = safetensors_view::stated_size(std::as_bytes(start));
        const bool whole = size <= start.size();  // it is complete, or more is not needed to see that it is rejected
        return size >= any_size ? any_size - 1 : static_cast<std::size_t>(size) + (whole ? 1 : 0);
    });
}

/// Reads and opens a safetensors file, and passes it to `load`, which returns a file_result.
template <class F>
file_result with_file(const std::string& path, F&& load) {
    const auto bytes = read_safetensors(path);
    if (!bytes) return {bytes.code, bytes.text};
    safetensors_view file;
    if (const parse_result found = file.open(std::as_bytes(std::span{bytes.value})); !found.ok())
        return {found.code, path + ": " + describe({.code = found.code, .byte = found.byte}, file)};
    return load(std::as_const(file));
}

}  // namespace internal

/// Loads a network from a safetensors file, and checks its golden vectors if it has any. All or nothing.
/// A network with bf16 weights needs a larger `tolerance` for golden vectors from floats, 0.01 for example.
template <class Network>
file_result load_file(Network& net, const std::string& path, const key_map& keys = {},
                      double tolerance = golden_tolerance) {
    return internal::with_file(
        path, [&](const safetensors_view& file) { return load_verified(net, file, keys, path, tolerance); });
}

/// Saves a network as a safetensors file.
template <class Network>
file_result save_file(const Network& net, const std::string& path,
                      const save_options<typename Network::value_type>& options = {}) {
    std::vector<std::byte> bytes(save(net, {}, options).size);
    if (const save_result saved = save(net, bytes, options); !saved.ok())
        return {saved.code, path + ": " + saved.message().c_str()};
    return replace_file(path, bytes);
}

}  // namespace etch::inline ETCH_VARIANT
