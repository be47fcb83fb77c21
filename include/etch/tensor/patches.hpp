#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/shape.hpp>
#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The positions of the elements of a kernel of Width x Height in an image of {channels, width, height}: the channels
/// of a position are neighbours in memory, positions follow each other along the width, then along the height.
template <shape Image, std::size_t Width, std::size_t Height>
struct patch_layout {
    static constexpr std::size_t channels = Image.extent[0], line = channels * Image.extent[1];
    static constexpr std::size_t across = Image.extent[1] - Width + 1, down = Image.extent[2] - Height + 1;
    static constexpr std::size_t positions = across * down, size = channels * Width * Height;

    /// Element k of a patch, as an offset from its first: a table, since dividing by the length of a row in the inner
    /// loop of a product takes longer than a load.
    static constexpr std::array<std::uint32_t, size> offset = [] {
        std::array<std::uint32_t, size> all{};
        constexpr std::size_t run = channels * Width;
        for (std::size_t k = 0; k < size; ++k) all[k] = static_cast<std::uint32_t>(k / run * line + k % run);
        return all;
    }();
    /// The first element of patch j; the patches of one image follow those of the image before.
    static constexpr std::size_t start(std::size_t j) noexcept {
        const std::size_t image = j / positions, position = j % positions;
        return image * Image.size() + position / across * line + position % across * channels;
    }
};

}  // namespace internal

/// The elements that a kernel of Width x Height covers in images of {channels, width, height}, one after the other in
/// memory: a column for each of its positions, first along the width, then along the height, then image by image. Row k
/// is the element
///
///     channel + channels * (x + Width * y)
///
/// of a position, so that a column consists of Height contiguous pieces of memory. Nothing is copied: a product reads
/// its right factor element by element.
template <class T, shape Image, std::size_t Width, std::size_t Height, std::size_t Images>
struct patches_expression : expression {
    using layout = internal::patch_layout<Image, Width, Height>;
    using value_type = T;
    static constexpr std::size_t rows = layout::size, columns = layout::positions * Images, partial_sums = 1;

    const T* of;

    explicit constexpr patches_expression(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return of[layout::start(column) + layout::offset[row]];
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return internal::gathered_tile<V, P, C>(*this, row, column);
    }
};

/// The transpose of the patches of one row of positions.
template <class T, shape Image, std::size_t Width, std::size_t Height>
struct transposed_patches : expression {
    using layout = internal::patch_layout<Image, Width, Height>;
    static_assert(layout::down == 1);
    using value_type = T;
    static constexpr std::size_t rows = layout::across, columns = layout::size, partial_sums = 1;

    const T* of;

    explicit constexpr transposed_patches(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return of[row * layout::channels + layout::offset[column]];
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return internal::gathered_tile<V, P, C>(*this, row, column);
    }
};

namespace internal {

template <class T, shape Image, std::size_t Width, std::size_t Height>
inline constexpr bool is_transpose<transposed_patches<T, Image, Width, Height>> = true;

}  // namespace internal

/// The patches of a batch of images, one image per column.
template <shape Image, std::size_t Width, std::size_t Height, Stored E>
[[nodiscard]] ETCH_INLINE constexpr auto patches(const E& images) noexcept {
    static_assert(
        Image.rank == 3 && E::rows == Image.size(),
        "etch: patches<Image, Width, Height>(m) needs an image {channels, width, height} in each column of m");
    return patches_expression<typename E::value_type, Image, Width, Height, E::columns>{images.data()};
}

/// The transpose of one row of patches: with it a product sums over positions.
template <class T, shape Image, std::size_t Width, std::size_t Height>
[[nodiscard]] ETCH_INLINE constexpr auto transpose(const patches_expression<T, Image, Width, Height, 1>& of) noexcept {
    return transposed_patches<T, Image, Width, Height>{of.of};
}

}  // namespace etch::inline ETCH_VARIANT
