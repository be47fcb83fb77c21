#pragma once
#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <auto...>
inline constexpr bool is_absent = false;

}  // namespace internal

// Layers that other libraries have and etch does not: declared so that the first error says so.

template <auto... Arguments>
struct conv_3d {
    static_assert(internal::is_absent<Arguments...>,
                  "etch: there is no conv_3d: conv_1d takes sequences, conv_2d images");
};
template <auto... Arguments>
struct transformer {
    static_assert(internal::is_absent<Arguments...>,
                  "etch: there is no transformer layer: make one of residual<attention<heads>> and others");
};

}  // namespace etch::inline ETCH_VARIANT
