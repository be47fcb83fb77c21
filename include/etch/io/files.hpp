#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <etch/data/reading.hpp>
#include <etch/io/any_of.hpp>
#include <etch/io/golden.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>

namespace etch::inline ETCH_VARIANT {

/// What came of a file: a status, and a message for a person where it is not ok.
struct [[nodiscard]] file_result {
    status code = status::ok;
    std::string message{};

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    explicit operator bool() const noexcept { return ok(); }
};

namespace internal {

/// What a file holds may be anything: only what can be shown is.
inline std::string printable(std::string_view text, std::size_t limit = 100) {
    std::string shown{text.substr(0, limit)};
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return text.size() > limit ? shown + "..." : shown;
}

inline std::string text_of(const std::size_t* extents, std::size_t rank) {
    std::string text = "[";
    for (std::size_t i = 0; i < rank; ++i) text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
    return text + "]";
}

/// How many characters must be replaced, added or removed to make one text of the other.
/// Source: V. Levenshtein, "Binary Codes Capable of Correcting Deletions, Insertions and Reversals", 1966.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t corner = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = corner + (a[i] == b[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = std::min({replaced, row[j + 1] + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// The file's key that is most like `key`; those that end alike first, since "actor.0.weight" is "0.weight" with a prefix.
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

/// The sentence for a failed load, to show to a person: which tensor, what is wrong with it, and where it helps the
/// nearest key of the file.
template <TensorSource Source>
std::string explain(const load_result& result, const Source& file) {
    using internal::printable;
    const std::string expected{printable(result.expected_key.view().substr(0, result.expected_key.characters.size()))};
    const std::string key = printable(result.key);
    const std::string expected_shape = internal::text_of(result.expected.extent, result.expected.rank);
    const std::string found_shape = internal::text_of(result.found.extent, result.found.rank);
    switch (result.code) {
        case status::missing_tensor: {
            const std::string nearest = internal::nearest_key(file, expected);
            return expected + " " + expected_shape + " is not in the file" +
                   (nearest.empty() ? ", which holds no tensor" : "; the nearest of its keys is " + printable(nearest));
        }
        case status::unused_tensor:
            return key + " " + found_shape +
                   " of the file is used by nothing; where that is meant, list it in `ignored`";
        case status::wrong_shape:
            return key + " has the shape " + found_shape + " in the file, " + expected_shape + " in the network" +
                   (result.looks_transposed() ? "; this looks transposed: if the framework keeps [inputs, outputs], "
                                                "say so by its key map or by `inputs_first`"
                                              : "");
        case status::wrong_type:
            return result.key.empty()
                       ? "byte " + std::to_string(result.index) + ": an unknown type of numbers"
                       : key + " is of a type that no weights are read from: these are F64, F32, F16, BF16";
        case status::non_finite_weight:
            return key + ": number " + std::to_string(result.index) + " is NaN, infinite or too large for the network";
        case status::invalid_option:
            return result.key.empty() ? expected + "... is too long for a key"
                                      : "two tensors of the network have the key " + key;
        default: break;
    }
    if (result.code == status::too_large && result.index == 0)
        return "this is no safetensors file, which begins with the length of its header, at most 1 MiB; other files of "
               "weights (PyTorch's .pt, .onnx) are converted by etch_export";
    const bool has_byte = result.code == status::malformed || result.code == status::duplicate_key ||
                          result.code == status::truncated || result.code == status::too_large;
    return (has_byte ? "byte " + std::to_string(result.index) + ": " : std::string{}) + message(result.code);
}

namespace internal {

/// The sentence for golden vectors that are not met.
inline std::string explain(const golden_result& golden) {
    const std::string text = std::string{message(golden.code)} + ": golden vector " + std::to_string(golden.vector);
    const double away = golden.relative();
    if (!(away - away == 0)) return text + ", or the answer to it, is not finite";
    char digits[32];
    (void)std::snprintf(digits, sizeof digits, "%.3g", away);
    return text + " differs by " + digits + (golden.scale > 0 ? " of the largest output" : ", where all outputs are 0");
}

/// What the file says its layers are.
template <TensorSource Source>
std::string written_topology(const Source& file, const key_map& keys) {
    return printable(topology_of(file, keys).value_or(""), 400);
}

/// `explain` with the layers of the file and of the network, where they are not the same.
template <class Network, TensorSource Source>
std::string explain_for(const Network&, const load_result& result, const Source& file, const key_map& keys) {
    if (result.code != status::wrong_topology) return explain(result, file);
    return message(result.code) + (": " + written_topology(file, keys)) + "; the network's are " +
           std::string{topology<Network>};
}

/// The same for a file that should be one of several networks: all of them, or those that it fits; and where the file does
/// not tell its layers, what keeps it from being each of them.
template <class... Networks, TensorSource Source>
std::string explain_for(const any_of<Networks...>&, const load_result& result, const Source& file,
                        const key_map& keys) {
    const bool none = result.code == status::wrong_topology;
    if (!none && result.code != status::ambiguous_topology) return explain(result, file);
    const bool tells = topology_of(file, keys).has_value();
    std::string text = message(result.code);
    if (none) text += (tells ? ": " + written_topology(file, keys) + ";" : " than") + " those to choose from";
    const char* separator = ": ";
    const auto add = [&]<class Network>(const std::type_identity<Network>&) {
        const load_result checked = check_load<Network>(file, keys);
        if (!none && !checked.ok()) return;
        text += std::exchange(separator, "; ") + std::string{topology<Network>};
        if (none && !tells) text += " (" + explain(checked, file) + ")";
    };
    (add(std::type_identity<Networks>{}), ...);
    return text;
}

}  // namespace internal

/// Loads weights from what was read, and holds the network against the golden vectors that came with them. The network
/// stays as it was where anything is refused. `name` is for messages. Host side: takes a second network from the heap.
template <class Network, TensorSource Source>
file_result load_verified(Network& net, const Source& file, const key_map& keys = {},
                          const std::string& name = "weights", double tolerance = golden_tolerance) {
    static_assert(!std::is_const_v<Network>, "etch: weights cannot be loaded into a network that is const");
    const auto loaded = std::make_unique<Network>();
    const load_result result = load(*loaded, file, keys);
    if (!result.ok()) return {result.code, name + ": " + internal::explain_for(*loaded, result, file, keys)};
    if constexpr (std::same_as<Source, safetensors_view>) {
        const golden_result golden = verify(*loaded, file, tolerance);
        if (golden.code == status::golden_mismatch) return {golden.code, name + ": " + internal::explain(golden)};
        if (!golden.ok()) return {golden.code, name + ": the golden vectors are not as they must be"};
    }
    net = *loaded;
    return {};
}

namespace internal {

/// Reads and opens a safetensors file, and hands it to `load`, whose file_result is the result.
template <class F>
file_result with_file(const std::string& path, F&& load) {
    const auto bytes = read_file(path);
    if (!bytes) return {bytes.code, bytes.message};
    safetensors_view file;
    if (const problem found = file.open(std::as_bytes(std::span{bytes.value})); !found.ok())
        return {found.code, path + ": " + explain({.code = found.code, .index = found.index}, file)};
    return load(std::as_const(file));
}

}  // namespace internal

/// Loads a network from a safetensors file, and checks its golden vectors where it has some. All or nothing.
/// A network that holds weights as bf16 answers what a source in floats answered within a larger `tolerance`, say 0.01.
template <class Network>
file_result load_file(Network& net, const std::string& path, const key_map& keys = {},
                      double tolerance = golden_tolerance) {
    return internal::with_file(
        path, [&](const safetensors_view& file) { return load_verified(net, file, keys, path, tolerance); });
}

/// Writes bytes to a file of another name, which then takes the place of `path`: whoever reads it sees the old file or the
/// new one, whole.
inline file_result replace_file(const std::string& path, std::span<const std::byte> bytes) {
    const std::string fresh = path + ".new";
    const file_result failed{status::cannot_write, path + ": " + message(status::cannot_write)};
    std::FILE* const stream = std::fopen(fresh.c_str(), "wb");
    if (stream == nullptr) return failed;
    const bool written = bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size();
    const bool closed = std::fclose(stream) == 0;
    if (!written || !closed || std::rename(fresh.c_str(), path.c_str()) != 0) {
        (void)std::remove(fresh.c_str());
        return failed;
    }
    return {};
}

/// Saves a network as a safetensors file.
template <class Network>
file_result save_file(const Network& net, const std::string& path,
                      const save_options<typename Network::value_type>& options = {}) {
    std::vector<std::byte> bytes(save(net, {}, options).size);
    if (const save_result saved = save(net, bytes, options); !saved.ok())
        return {saved.code, path + ": " + message(saved.code)};
    return replace_file(path, bytes);
}

}  // namespace etch
