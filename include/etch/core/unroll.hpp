#pragma once
#include <cstddef>
#include <utility>

#include <etch/core/config.hpp>

namespace etch::internal {

/// Calls f(0), f(1), ..., f(Count - 1), written out: after inlining every index is a literal, so that arrays indexed by
/// it become registers. Does not depend on the optimiser's own unrolling, which -O2 leaves off.
template <std::size_t Count, class Function>
ETCH_INLINE constexpr void unroll(Function&& f) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) ETCH_INLINE_LAMBDA { (f(Index), ...); }
    (std::make_index_sequence<Count>{});
}

}  // namespace etch::internal
