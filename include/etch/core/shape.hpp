#pragma once
#include <cstddef>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// The extents of one sample as it passes a layer: {64} for a vector, {3, 28, 28} for an image of {channels, width,
/// height}. The first extent is contiguous in memory: all channels of one position, then the next position along the
/// width. A plain value, so that a layer's shape rule is an ordinary function that the compiler evaluates.
struct shape {
    static constexpr std::size_t max_rank = 4;

    std::size_t rank = 0;
    std::size_t extent[max_rank] = {};

    constexpr shape() = default;

    template <class... Extents>
        requires(sizeof...(Extents) >= 1 && sizeof...(Extents) <= max_rank)
    constexpr shape(Extents... extents) noexcept
        : rank{sizeof...(Extents)}, extent{static_cast<std::size_t>(extents)...} {}

    /// The number of elements of one sample: the product of the extents.
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        std::size_t product = 1;
        for (std::size_t i = 0; i < rank; ++i) product *= extent[i];
        return product;
    }

    [[nodiscard]] constexpr bool operator==(const shape&) const noexcept = default;
};

}  // namespace etch::inline ETCH_VARIANT
