#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/tensor/sliding_window.hpp>
#include <etch/tensor/transpose.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Where in memory the elements are that a window sees in an image of {channels, width, height}: the channels of a
/// position are neighbours in memory, positions follow each other along the width, then along the height. If the
/// channels are divided into groups, these are the elements of the first group.
template <shape Image, sliding_window Window, std::size_t Groups = 1>
struct patch_layout {
    static constexpr std::size_t channels = Image.extent[0], line = channels * Image.extent[1];
    static constexpr std::size_t seen_channels = channels / Groups;
    static constexpr std::size_t across = Window.across(Image), down = Window.down(Image);
    static constexpr std::size_t positions = across * down, size = seen_channels * Window.width * Window.height;
    static constexpr std::size_t to_next = channels * Window.stride_x, to_next_line = line * Window.stride_y;

    /// Element k of a patch, as an offset from its first: a table, since dividing by the length of a row in the inner
    /// loop of a product takes longer than a load.
    static constexpr std::array<std::uint32_t, size> offset = [] {
        std::array<std::uint32_t, size> all{};
        for (std::size_t k = 0; k < size; ++k) {
            const std::size_t place = k / seen_channels, x = place % Window.width, y = place / Window.width;
            all[k] = static_cast<std::uint32_t>(y * Window.dilation_y * line + x * Window.dilation_x * channels +
                                                k % seen_channels);
        }
        return all;
    }();
    /// How many elements follow each other in memory, from every multiple of this on; 1, 2, 4 or 8.
    static constexpr std::size_t together = [] {
        const bool is_line = Groups == 1 && (Window.dilation_x == 1 || Window.width == 1);
        const std::size_t piece = is_line ? seen_channels * Window.width : seen_channels;
        std::size_t power = 1;
        while (power < 8 && piece % (2 * power) == 0) power *= 2;
        return power;
    }();
    /// The offset of element k + i, for a k that is a multiple of Turn, a power of two: with a literal i the table is
    /// read once for those that are together, since loads are what limits the speed of a product.
    template <std::size_t Turn>
    ETCH_INLINE static constexpr std::size_t offset_in_turn(std::size_t k, std::size_t i) noexcept {
        constexpr std::size_t of_load = together < Turn ? together : Turn;
        return offset[k + i / of_load * of_load] + i % of_load;
    }
    /// The first element of patch j; the patches of one image follow those of the image before.
    static constexpr std::size_t start(std::size_t j) noexcept {
        const std::size_t image = j / positions, position = j % positions;
        return image * Image.size() + position / across * to_next_line + position % across * to_next;
    }
};

}  // namespace internal

/// The elements that a window sees in images of {channels, width, height}, one after the other in memory: a column for
/// each of its positions, first along the width, then along the height, then image by image. Row k is the element
///
///     channel + channels * (x + Window.width * y)
///
/// of a position, so that without dilation a column consists of Window.height contiguous pieces of memory. Nothing is
/// copied: a product reads its right factor element by element.
template <class T, shape Image, sliding_window Window, std::size_t Images>
struct patches_expression : expression {
    using layout = internal::patch_layout<Image, Window>;
    using value_type = T;
    static constexpr std::size_t rows = layout::size, columns = layout::positions * Images, partial_sums = 1;
    /// How many columns follow each other in memory: the positions of a line.
    static constexpr std::size_t neighbours = layout::to_next == 1 ? layout::across : 0;

    const T* of;

    explicit constexpr patches_expression(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return start_of(column)[layout::offset[row]];
    }

    /// The first element of a column; element k + i is start_of(column)[offset_in_turn<Turn>(k, i)].
    [[nodiscard]] ETCH_INLINE constexpr const T* start_of(std::size_t column) const noexcept {
        return of + layout::start(column);
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return internal::gathered_tile<V, P, C>(*this, row, column);
    }

    /// Element `row` of V::count neighbours.
    template <class V>
    ETCH_INLINE typename V::pack beside_each_other(std::size_t row, std::size_t column) const noexcept {
        return V::load(start_of(column) + layout::offset[row]);
    }
};

/// The transpose of the patches of one row of positions.
template <class T, shape Image, sliding_window Window>
struct transposed_patches : expression {
    using layout = internal::patch_layout<Image, Window>;
    static_assert(layout::down == 1);
    using value_type = T;
    static constexpr std::size_t rows = layout::across, columns = layout::size, partial_sums = 1;

    const T* of;

    explicit constexpr transposed_patches(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return of[row * layout::to_next + layout::offset[column]];
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return internal::gathered_tile<V, P, C>(*this, row, column);
    }
};

/// What a window of Length places, Dilation apart, sees as it moves over a signal of so many steps, each channel of
/// which is contiguous in memory: a column for each position. Row k is the element channel + Channels * place.
template <class T, std::size_t Channels, std::size_t Steps, std::size_t Length, std::size_t Dilation>
struct channel_patches : expression {
    using value_type = T;
    static constexpr std::size_t rows = Channels * Length, columns = Steps - (Length - 1) * Dilation, partial_sums = 1;
    static constexpr std::size_t neighbours = columns;

    const T* of;

    explicit constexpr channel_patches(const T* numbers) noexcept : of{numbers} {}

    [[nodiscard]] ETCH_INLINE constexpr const T& operator()(std::size_t row, std::size_t column) const noexcept {
        return of[offset[row] + column];
    }

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        return internal::gathered_tile<V, P, C>(*this, row, column);
    }

    /// Element `row` of V::count neighbours.
    template <class V>
    ETCH_INLINE typename V::pack beside_each_other(std::size_t row, std::size_t column) const noexcept {
        return V::load(of + offset[row] + column);
    }

private:
    static constexpr std::array<std::uint32_t, rows> offset = [] {
        std::array<std::uint32_t, rows> all{};
        for (std::size_t k = 0; k < rows; ++k)
            all[k] = static_cast<std::uint32_t>(k % Channels * Steps + k / Channels * Dilation);
        return all;
    }();
};

namespace internal {

template <class T, shape Image, sliding_window Window>
inline constexpr bool is_transpose<transposed_patches<T, Image, Window>> = true;

}  // namespace internal

/// The patches of a batch of images, one image per column.
template <shape Image, sliding_window Window, Stored E>
[[nodiscard]] ETCH_INLINE constexpr auto patches(const E& images) noexcept {
    static_assert(Image.rank == 3 && E::rows == Image.size(),
                  "etch: patches<Image, Window>(m) needs an image {channels, width, height} in each column of m");
    return patches_expression<typename E::value_type, Image, Window, E::columns>{images.data()};
}

/// The transpose of one row of patches: with it a product sums over positions.
template <class T, shape Image, sliding_window Window>
[[nodiscard]] ETCH_INLINE constexpr auto transpose(const patches_expression<T, Image, Window, 1>& of) noexcept {
    return transposed_patches<T, Image, Window>{of.of};
}

}  // namespace etch::inline ETCH_VARIANT
