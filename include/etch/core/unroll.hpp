#pragma once
#include <cstddef>
#include <utility>

#include <etch/core/config.hpp>

namespace etch::internal {

/// Calls f(0), f(1), ..., f(Count - 1), written out: after inlining every index is a literal, so that arrays indexed by
/// it become registers. Does not depend on the optimiser's own unrolling, which -O2 leaves off.
template <std::size_t Count, class Function>
ETCH_INLINE constexpr void unroll(Function&& f) {
    // Few calls are written out without the lambda: most are, and the compiler is spared one more function to inline.
    if constexpr (Count == 1) {
        f(std::size_t{0});
    } else if constexpr (Count == 2) {
        f(std::size_t{0}), f(std::size_t{1});
    } else if constexpr (Count == 3) {
        f(std::size_t{0}), f(std::size_t{1}), f(std::size_t{2});
    } else if constexpr (Count == 4) {
        f(std::size_t{0}), f(std::size_t{1}), f(std::size_t{2}), f(std::size_t{3});
    } else if constexpr (Count > 4) {
        [&]<std::size_t... Index>(std::index_sequence<Index...>) ETCH_INLINE_LAMBDA { (f(Index), ...); }
        (std::make_index_sequence<Count>{});
    }
}

}  // namespace etch::internal
