#pragma once
// What the layers that hold layers have in common, and tapes: see residual, parallel and tape.
#include <cstddef>

#include <etch/network/chain_block.hpp>
#include <etch/network/chain_tape.hpp>
#include <etch/tensor/evaluated_copy.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Whether the statistics of every layer come from training itself, as those of batch_norm do: what is fitted on data
/// before training stands at the network's top.
template <class List>
constexpr bool fits_nothing() noexcept {
    bool all = true;
    List::for_each_layer(
        [&]<std::size_t I>() { all = all && (List::infos[I].fitted == 0 || List::template layer<I>::counts_samples); });
    return all;
}

/// How much memory a list needs for the gradient of its input. None if it is an expression of one sample per column.
template <class List, std::size_t Columns>
inline constexpr std::size_t input_gradient_size = List::infos[0].recuts ? List::input_shape.size() * Columns : 0;

/// That memory, as a member that takes no space if there is none.
template <class List, std::size_t Columns, class T, std::size_t Size = input_gradient_size<List, Columns>>
struct input_gradient_memory {
    alignas(storage_alignment<T, Size>) T numbers[Size] = {};
    [[nodiscard]] constexpr T* data() noexcept { return numbers; }
};
template <class List, std::size_t Columns, class T>
struct input_gradient_memory<List, Columns, T, 0> {
    [[nodiscard]] static constexpr T* data() noexcept { return nullptr; }
};

/// The gradient of the input of a list, as an expression of one sample per column, to be added to others.
template <class List, std::size_t Columns, class G>
ETCH_INLINE constexpr auto input_gradient(const G& gradient, [[maybe_unused]] typename G::value_type* memory) noexcept {
    if constexpr (input_gradient_size<List, Columns> > 0)
        return evaluated_copy<G, List::input_shape.size(), Columns>{gradient, memory};
    else
        return gradient;
}

}  // namespace etch::inline ETCH_VARIANT::internal
