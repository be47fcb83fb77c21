#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include <etch/io/load.hpp>
#include <etch/network/any_of.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The network among several that a file is for.
struct choice {
    load_result result{};
    std::size_t index = 0;
};

/// The layers that a file names, if it does and the key map trusts it.
template <TensorSource Source>
[[nodiscard]] std::optional<std::string_view> topology_of(const Source& file, const key_map& keys) noexcept {
    if constexpr (requires { file.metadata(std::string_view{}); })
        if (!keys.any_topology) return file.metadata("etch.topology");
    return std::nullopt;
}

/// The network with this topology, or otherwise the only one that differs from it only in the format of its weights.
[[nodiscard]] constexpr choice choose_by_topology(std::span<const std::string_view> topologies,
                                                  std::string_view written) noexcept {
    choice chosen;
    std::size_t alike = 0;
    for (std::size_t i = 0; i < topologies.size(); ++i) {
        if (topologies[i] == written) return {{}, i};
        if (!same_topology(topologies[i], written)) continue;
        chosen.index = i;
        ++alike;
    }
    if (alike != 1) chosen.result.code = alike == 0 ? status::wrong_topology : status::ambiguous_topology;
    return chosen;
}

/// The only network that the tensors of a file fit, given the result of checking each. If they fit none, and the error
/// does not depend on the network (a NaN, for example, rather than a key or a shape), that error is the result.
[[nodiscard]] constexpr choice choose_by_tensors(std::span<const load_result> checked) noexcept {
    choice chosen{{.code = status::wrong_topology}, 0};
    std::size_t fitting = 0;
    for (std::size_t i = 0; i < checked.size(); ++i) {
        const status code = checked[i].code;
        if (code == status::ok) {
            if (++fitting > 1) return {{.code = status::ambiguous_topology}, 0};
            chosen = {{}, i};
        } else if (fitting == 0 && code != status::missing_tensor && code != status::unused_tensor &&
                   code != status::wrong_shape) {
            chosen = {checked[i], i};
        }
    }
    return chosen;
}

template <class... Networks, TensorSource Source>
[[nodiscard]] choice choose(const any_of<Networks...>& net, const Source& file, const key_map& keys) noexcept {
    if (const status code = check_metadata(file, {}, true); code != status::ok) return {{.code = code}, 0};
    if (const auto written = topology_of(file, keys)) return choose_by_topology(net.topologies, *written);
    return choose_by_tensors(std::array{check_load<Networks>(file, keys)...});
}

}  // namespace internal

/// Loads the network that the file is for; the object then has that topology. All or nothing: if anything is rejected,
/// the object keeps its network, weight for weight.
///
/// A file written by etch or its exporter names its topology, and is for the network with exactly these layers or, if
/// there is none, for the only one that stores its weights in another format. A file without a topology, a plain
/// state_dict, is for the only network that all its keys and shapes fit: if two candidates differ only in tanh or relu
/// between the same layers, it fits both and is rejected.
///
/// Errors: those of `load`; wrong_topology if the file is for none of the networks, ambiguous_topology if it could be
/// for several. No heap, no exceptions; the stack of `load`, and 400 bytes for each network.
template <class... Networks, TensorSource Source>
load_result load(any_of<Networks...>& net, const Source& file, const key_map& keys = {}) noexcept {
    const internal::choice chosen = internal::choose(net, file, keys);
    load_result result = chosen.result;
    std::size_t i = 0;
    const auto load_if_chosen = [&]<class Network>(const std::type_identity<Network>&) {
        if (i++ != chosen.index || !result.ok()) return;
        result = check_load<Network>(file, keys);
        if (result.ok()) result = load(net.template emplace<Network>(), file, keys);
    };
    (load_if_chosen(std::type_identity<Networks>{}), ...);
    return result;
}

}  // namespace etch::inline ETCH_VARIANT
