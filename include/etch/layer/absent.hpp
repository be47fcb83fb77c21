#pragma once
#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <auto...>
inline constexpr bool is_absent = false;

}  // namespace internal

// Layers that other libraries have and etch does not: declared so that the first error says so.

template <auto... Arguments>
struct conv_1d {
    static_assert(
        internal::is_absent<Arguments...>,
        "etch: there is no conv_1d yet: conv_2d<Filters, Length, 1> on input<channels, length, 1> computes the same");
};
template <auto... Arguments>
struct max_pool {
    static_assert(internal::is_absent<Arguments...>, "etch: there is no pooling layer yet");
};
template <auto... Arguments>
struct attention {
    static_assert(internal::is_absent<Arguments...>, "etch: there is no attention layer yet");
};

}  // namespace etch::inline ETCH_VARIANT
