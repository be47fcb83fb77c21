#pragma once
#include <cstddef>

#include <etch/core/shape.hpp>

namespace etch::inline ETCH_VARIANT {

/// The beginning of every network: the shape of one sample.
template <std::size_t... Extents>
struct input {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= shape::max_rank,
                  "etch: input needs one to four extents");
    static_assert(((Extents > 0) && ...), "etch: input needs at least one number in each extent");
    static constexpr const char* name = "input";
    static constexpr shape extents{Extents...};
};

}  // namespace etch::inline ETCH_VARIANT
