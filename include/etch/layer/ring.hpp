#pragma once
// The ring of the last inputs of a stream: see causal_conv_1d and wavenet.
#include <cstddef>
#include <cstdint>

#include <etch/tensor/tensor_view.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// A ring remembers fewer inputs than this, so that a float holds each place in it.
inline constexpr std::size_t ring_limit = 16'777'216;

/// The place of the oldest of `remembered` inputs, where the next one will be written. What is none is taken as 0.
template <class T>
ETCH_INLINE constexpr std::size_t ring_place(T number, std::size_t remembered) noexcept {
    const bool is_place = number > 0 && number < static_cast<T>(ring_limit);
    const auto place = static_cast<std::size_t>(is_place ? static_cast<std::int32_t>(number) : 0);
    return place < remembered ? place : 0;
}

/// The place of the input that came `steps` after the oldest one, which is in `first`; steps < remembered.
ETCH_INLINE constexpr std::size_t ring_after(std::size_t first, std::size_t steps, std::size_t remembered) noexcept {
    const std::size_t straight = first + steps;
    return straight < remembered ? straight : straight - remembered;
}

/// Where the oldest input will be after this step, as the state stores it.
template <class T>
ETCH_INLINE constexpr T next_ring_place(std::size_t first, std::size_t remembered) noexcept {
    return static_cast<T>(static_cast<std::int32_t>(first + 1 == remembered ? 0 : first + 1));
}

template <std::size_t Count, class T>
ETCH_INLINE constexpr void copy_numbers(const T* from, T* to) noexcept {
    vector_view<T, Count>{to} = vector_view<const T, Count>{from};
}

}  // namespace etch::inline ETCH_VARIANT::internal
