#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

/// A tensor of a network: what it is, and where it is stored in the network's memory.
struct network_tensor {
    std::size_t layer = 0;  ///< the index of its layer; the layer after `input` is 0
    tensor_name name{};     ///< in that layer: "weight", "bias", "mean", ...; "0.weight" in a residual
    shape extents{};        ///< one extent: a vector; more: a matrix of so many rows
    parameter_role role = parameter_role::trained;
    weight_format format = weight_format::number;
    std::size_t first = 0;  ///< the first number among the trained or the fixed ones, or the first word of packed ones
    const char* layer_name = "";  ///< of its layer: "dense"
    extent_order in_file = same_order;

    [[nodiscard]] constexpr std::size_t rows() const noexcept { return extents.extent[0]; }
    [[nodiscard]] constexpr std::size_t columns() const noexcept { return extents.size() / rows(); }

    /// The extents in the order of a file. `reversed`: the framework stores the inputs of a matrix before the outputs,
    /// so that its extents are in reverse order and its elements in the order of the network's memory.
    [[nodiscard]] constexpr shape extents_in_file(bool reversed = false) const noexcept {
        shape found = extents;
        for (std::size_t i = 0; i < extents.rank; ++i)
            found.extent[i] = extents.extent[reversed ? extents.rank - 1 - i : in_file[i]];
        return found;
    }
    /// The column of the network's matrix for a position in a row of the file, unless that is reversed.
    [[nodiscard]] constexpr std::size_t column_of(std::size_t place) const noexcept {
        if (extents.rank <= 2) return place;
        std::size_t index[shape::max_rank] = {}, column = 0;
        for (std::size_t i = extents.rank; i-- > 1;) {  // the last is contiguous
            const std::size_t extent = extents.extent[in_file[i]];
            index[in_file[i]] = place % extent;
            place /= extent;
        }
        for (std::size_t i = extents.rank; i-- > 1;) column = column * extents.extent[i] + index[i];
        return column;
    }

    /// One element, as a T.
    template <class T>
    [[nodiscard]] constexpr T get(parameter_memory<const T> memory, std::size_t row,
                                  std::size_t column) const noexcept {
        if (is_packed(format))
            return static_cast<T>(packed_element(format, memory.packed + first, rows(), row, column));
        return numbers(memory)[column * rows() + row];
    }

    /// Writes one element, rounded to the tensor's format.
    template <class T>
    constexpr void set(parameter_memory<T> memory, std::size_t row, std::size_t column, T value) const noexcept {
        if (is_packed(format))
            set_packed_element(format, memory.packed + first, rows(), row, column, static_cast<float>(value));
        else
            numbers(memory)[column * rows() + row] = value;
    }

private:
    template <class T>
    [[nodiscard]] constexpr T* numbers(parameter_memory<T> memory) const noexcept {
        return (role == parameter_role::trained ? memory.trained : memory.fixed) + first;
    }
};

namespace internal {

/// The layer whose tensors these are: L itself, or the layer that it freezes.
template <class L>
constexpr const char* name_of_holder() noexcept {
    if constexpr (requires { typename L::frozen_layer; })
        return name_of_holder<typename L::frozen_layer>();
    else
        return L::name;
}

template <class Network>
struct tensor_table {
    using layers = typename Network::layers;

    static constexpr std::size_t count = [] {
        std::size_t tensors = 0;
        for (const layer_info& info : layers::infos) tensors += info.parameters;
        return tensors;
    }();

    static constexpr std::array<network_tensor, count> rows = [] {
        std::array<network_tensor, count> table{};
        std::size_t filled = 0;
        layers::for_each_layer([&]<std::size_t I>() {
            constexpr auto held = layers::template parameters<I>();
            constexpr layer_info info = layers::infos[I];
            for (std::size_t p = 0; p < held.size(); ++p) {
                const memory_part part = part_of(held[p]);
                table[filled++] = {.layer = I,
                                   .name = held[p].name,
                                   .extents = held[p].extents,
                                   .role = held[p].role,
                                   .format = held[p].format,
                                   .first = (part == memory_part::packed    ? info.words_before
                                             : part == memory_part::trained ? info.trained_before
                                                                            : info.fixed_before) +
                                            taken(held, part, p),
                                   .layer_name = name_of_holder<typename layers::template layer<I>>(),
                                   .in_file = held[p].in_file};
            }
        });
        return table;
    }();
};

}  // namespace internal

/// All tensors of a network, layer after layer, each layer's in its own order: for code that walks over weights at run
/// time, without a template for each layer.
template <class Network>
inline constexpr const auto& tensors_of = internal::tensor_table<Network>::rows;

}  // namespace etch::inline ETCH_VARIANT
