#pragma once
// The memory of a network and of its state: aggregates of known size.
#include <cstddef>
#include <cstdint>

#include <etch/layer/layer_context.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The memory of a network: the trained numbers, layer after layer, then the fixed ones likewise; and the words of
/// packed weights, if any. Matrices are column-major.
template <class T, std::size_t Numbers, std::size_t Words>
struct network_storage {
    alignas(storage_alignment<std::int32_t, Words>) std::int32_t words[Words] = {};
    alignas(storage_alignment<T, Numbers>) T numbers[Numbers] = {};
};
template <class T, std::size_t Numbers>
struct network_storage<T, Numbers, 0> {
    alignas(storage_alignment<T, Numbers>) T numbers[Numbers] = {};
};

/// What the layers of a network carry from step to step, for Columns samples: layer after layer, and each tensor column
/// after column.
template <class Network, class T, std::size_t Numbers, std::size_t Columns>
struct network_state {
    static constexpr std::size_t size = Numbers * Columns;
    alignas(storage_alignment<T, Numbers * Columns>) T numbers[Numbers * Columns] = {};
    [[nodiscard]] constexpr bool operator==(const network_state&) const noexcept = default;
};
template <class Network, class T, std::size_t Columns>
struct network_state<Network, T, 0, Columns> {
    static constexpr std::size_t size = 0;
    [[nodiscard]] constexpr bool operator==(const network_state&) const noexcept = default;
};
/// Whether S is a state, of whichever network and of this one.
template <class S>
inline constexpr bool is_state = false;
template <class Network, class T, std::size_t Numbers, std::size_t Columns>
inline constexpr bool is_state<network_state<Network, T, Numbers, Columns>> = true;
template <class Network, class S>
inline constexpr bool is_state_of = false;
template <class Network, class T, std::size_t Numbers, std::size_t Columns>
inline constexpr bool is_state_of<Network, network_state<Network, T, Numbers, Columns>> = true;

/// What a forward pass needs in addition to its input.
template <class Network, class T, std::size_t Numbers, std::size_t Columns>
constexpr step_extras<T> extras_for(network_state<Network, T, Numbers, Columns>& at) noexcept {
    return {.states = {.before = at.numbers, .after = at.numbers}, .count = Columns};
}

}  // namespace etch::inline ETCH_VARIANT::internal
