#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

/// A tensor of a network: what it is, and where in the network's memory its numbers lie.
struct network_tensor {
    std::size_t layer = 0;  ///< which one holds it; the layer after `input` is 0
    label name{};           ///< in that layer: "weight", "bias", "mean", ...; "0.weight" in a residual
    shape extents{};        ///< one extent: a vector; two: rows x columns
    bool trained = true;
    bool rounded = false;  ///< a matrix of bfloat16
    std::size_t first =
        0;  ///< the first number among the trained ones, the statistics, or the first word of rounded ones
    const char* layer_name = "";  ///< of the layer that holds it: "dense"

    [[nodiscard]] constexpr std::size_t rows() const noexcept { return extents.extent[0]; }
    [[nodiscard]] constexpr std::size_t columns() const noexcept { return extents.rank == 2 ? extents.extent[1] : 1; }

    /// One number, as a T.
    template <class T>
    [[nodiscard]] constexpr T get(parameter_memory<const T> memory, std::size_t row,
                                  std::size_t column) const noexcept {
        if (!rounded) return (trained ? memory.trained : memory.statistics)[first + column * rows() + row];
        const auto word = static_cast<std::uint32_t>(memory.rounded[first + column / 2 * rows() + row]);
        return static_cast<T>(from_bf16(column % 2 == 0 ? word & 0xffffu : word >> 16));
    }

    /// Writes one number, rounded to bfloat16 where the tensor is.
    template <class T>
    constexpr void set(parameter_memory<T> memory, std::size_t row, std::size_t column, T number) const noexcept {
        if (!rounded) {
            (trained ? memory.trained : memory.statistics)[first + column * rows() + row] = number;
            return;
        }
        std::int32_t& place = memory.rounded[first + column / 2 * rows() + row];
        const auto word = static_cast<std::uint32_t>(place);
        const std::uint32_t bits = to_bf16(static_cast<float>(number));
        place =
            static_cast<std::int32_t>(column % 2 == 0 ? (word & 0xffff0000u) | bits : (word & 0xffffu) | bits << 16);
    }
};

namespace internal {

template <class Network>
struct tensor_table {
    using layers = typename Network::layers;

    static constexpr std::size_t count = [] {
        std::size_t tensors = 0;
        for (const layer_facts& facts : layers::facts) tensors += facts.parameters;
        return tensors;
    }();

    static constexpr std::array<network_tensor, count> rows = [] {
        std::array<network_tensor, count> table{};
        std::size_t filled = 0;
        layers::for_each_layer([&]<std::size_t I>() {
            constexpr auto held = layers::template parameters<I>();
            constexpr layer_facts facts = layers::facts[I];
            for (std::size_t p = 0; p < held.size(); ++p)
                table[filled++] = {.layer = I,
                                   .name = held[p].name,
                                   .extents = held[p].extents,
                                   .trained = held[p].trained,
                                   .rounded = held[p].rounded,
                                   .first = held[p].rounded
                                                ? facts.words_before + words_before(held, p)
                                                : (held[p].trained ? facts.trained_before : facts.statistics_before) +
                                                      numbers_before(held, p, held[p].trained),
                                   .layer_name = facts.name};
        });
        return table;
    }();
};

}  // namespace internal

/// All tensors of a network, layer after layer, each layer's in its own order: for whatever walks over weights at run
/// time, without a template for each layer.
template <class Network>
inline constexpr const auto& tensors_of = internal::tensor_table<Network>::rows;

}  // namespace etch::inline ETCH_VARIANT
