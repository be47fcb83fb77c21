#pragma once
#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <auto...>
inline constexpr bool is_absent = false;

}  // namespace internal

// Layers that other libraries have and etch does not: declared so that the first error says so.

template <auto... Arguments>
struct attention {
    static_assert(internal::is_absent<Arguments...>, "etch: there is no attention layer yet");
};

}  // namespace etch::inline ETCH_VARIANT
