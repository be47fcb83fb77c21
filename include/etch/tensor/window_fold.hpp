#pragma once
#include <cstddef>

#include <etch/tensor/elementwise.hpp>
#include <etch/tensor/patches.hpp>

// What pooling computes: the places that a window sees, combined for each channel separately. Lanes run along the
// channels.
namespace etch::inline ETCH_VARIANT::internal {

/// For each position of a window in images of {channels, width, height}, in the order of patches: the first place that
/// it sees, combined with the second, with the third, ...
template <class Combine, class T, shape Image, sliding_window Window, std::size_t Images>
struct window_fold : expression {
    using value_type = T;
    using layout = patch_layout<Image, Window, Image.extent[0]>;
    static constexpr std::size_t rows = layout::channels, columns = layout::positions * Images, partial_sums = 1;
    static constexpr std::size_t operations = layout::size;

    const T* of;

    explicit constexpr window_fold(const T* images) noexcept : of{images} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> result;
        const T* first[C];
        ETCH_UNROLL(c, C) {
            first[c] = of + layout::start(column + c) + row;
            ETCH_UNROLL(p, P) result.value[c][p] = V::load(first[c] + p * V::size);
        }
        for (std::size_t k = 1; k < layout::size; ++k)
            ETCH_UNROLL(c, C) {
                ETCH_UNROLL(p, P)
                    result.value[c][p] = Combine{}(result.value[c][p], V::load(first[c] + place(k) + p * V::size));
            }
        return result;
    }

private:
    /// The offset of a place, without a table where it takes no division.
    ETCH_INLINE static constexpr std::size_t place(std::size_t k) noexcept {
        if constexpr (Window.height == 1)
            return k * Window.dilation_x * layout::channels;
        else
            return layout::offset[k];
    }
};

/// A matrix whose columns are those of another, each repeated in a block of Window.width x Window.height positions of
/// images of Across x Down such blocks.
template <class T, std::size_t Channels, std::size_t Across, std::size_t Down, sliding_window Window,
          std::size_t Images>
struct enlarged_columns : expression {
    using value_type = T;
    static constexpr std::size_t width = Across * Window.width, places = width * Down * Window.height;
    static constexpr std::size_t rows = Channels, columns = places * Images, partial_sums = 1;

    const T* of;

    explicit constexpr enlarged_columns(const T* numbers) noexcept : of{numbers} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> result;
        ETCH_UNROLL(c, C) {
            const T* const from = of + source(column + c) * Channels + row;
            ETCH_UNROLL(p, P) result.value[c][p] = V::load(from + p * V::size);
        }
        return result;
    }

private:
    ETCH_INLINE static constexpr std::size_t source(std::size_t column) noexcept {
        const std::size_t image = column / places, place = column % places;
        return image * Across * Down + place / width / Window.height * Across + place % width / Window.width;
    }
};

/// Stores what V::load loads.
template <class V>
ETCH_INLINE constexpr void store_pack(typename V::pack numbers, typename V::value_type* to) noexcept {
    if constexpr (V::count == V::size)
        numbers.store(to);
    else
        V::store(numbers, to);
}

/// f.operator()<V>(row) for rows that fill the registers V, from row 0 on to Rows.
template <class T, std::size_t Rows, std::size_t Row = 0, class F>
ETCH_INLINE constexpr void for_each_register(const F& f) noexcept {
    if (ETCH_CONSTANT_EVALUATED) {
        for (std::size_t row = Row; row < Rows; ++row) f.template operator()<lanes<T, 1>>(row);
    } else if constexpr (Row < Rows) {
        constexpr std::size_t left = Rows - Row, width = lanes_for<T>(left);
        if constexpr (left < width) {
            f.template operator()<partial_lanes<T, width, left>>(Row);
        } else {
            constexpr std::size_t end = Row + left / width * width;
            for (std::size_t row = Row; row < end; row += width) f.template operator()<lanes<T, width>>(row);
            for_each_register<T, Rows, end>(f);
        }
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
