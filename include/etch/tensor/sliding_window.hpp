#pragma once
#include <cstddef>

#include <etch/core/shape.hpp>

namespace etch::inline ETCH_VARIANT {

/// A window that moves over images of {channels, width, height}, first along the width, then along the height.
struct sliding_window {
    std::size_t width = 1, height = 1;           ///< how many places it sees
    std::size_t stride_x = 1, stride_y = 1;      ///< the distance from one position of the window to the next
    std::size_t dilation_x = 1, dilation_y = 1;  ///< the distance between neighbouring places that it sees

    /// From the first place that it sees to the last.
    [[nodiscard]] constexpr std::size_t covered_width() const noexcept { return (width - 1) * dilation_x + 1; }
    [[nodiscard]] constexpr std::size_t covered_height() const noexcept { return (height - 1) * dilation_y + 1; }
    [[nodiscard]] constexpr bool fits(shape image) const noexcept {
        return image.rank == 3 && image.extent[1] >= covered_width() && image.extent[2] >= covered_height();
    }

    /// The number of its positions along the width, and along the height.
    [[nodiscard]] constexpr std::size_t across(shape image) const noexcept {
        return (image.extent[1] - covered_width()) / stride_x + 1;
    }
    [[nodiscard]] constexpr std::size_t down(shape image) const noexcept {
        return (image.extent[2] - covered_height()) / stride_y + 1;
    }

    [[nodiscard]] constexpr bool operator==(const sliding_window&) const noexcept = default;
};

}  // namespace etch::inline ETCH_VARIANT
