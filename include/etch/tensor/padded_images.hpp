#pragma once
#include <cstddef>

#include <etch/core/shape.hpp>
#include <etch/tensor/tensor_view.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// What is put around an image of {channels, width, height}.
struct image_border {
    std::size_t left = 0, right = 0, top = 0, bottom = 0;

    [[nodiscard]] constexpr bool none() const noexcept { return left + right + top + bottom == 0; }
    /// The image with its border.
    [[nodiscard]] constexpr shape around(shape image) const noexcept {
        return {image.extent[0], left + image.extent[1] + right, top + image.extent[2] + bottom};
    }
    [[nodiscard]] constexpr bool operator==(const image_border&) const noexcept = default;
};

/// Copies of images with a border around each, of zeros if nothing else is given.
template <shape Image, image_border Border, std::size_t Images, class T>
constexpr void add_border(const T* from, T* to, T value = T{0}) noexcept {
    constexpr std::size_t line = Image.extent[0] * Image.extent[1];
    constexpr std::size_t left = Image.extent[0] * Border.left, right = Image.extent[0] * Border.right;
    constexpr std::size_t width = left + line + right;
    const auto outline = [&to, value](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) to[i] = value;
        to += count;
    };
    for (std::size_t image = 0; image < Images; ++image) {
        outline(Border.top * width + left);
        for (std::size_t y = 0; y < Image.extent[2]; ++y, from += line, to += line) {
            if (y > 0) outline(right + left);
            vector_view<T, line>{to} = vector_view<const T, line>{from};
        }
        outline(right + Border.bottom * width);
    }
}

/// Copies of images without their borders.
template <shape Image, image_border Border, std::size_t Images, class T>
constexpr void remove_border(const T* from, T* to) noexcept {
    constexpr std::size_t line = Image.extent[0] * Image.extent[1];
    constexpr shape whole = Border.around(Image);
    constexpr std::size_t width = whole.extent[0] * whole.extent[1];
    from += Border.top * width + Image.extent[0] * Border.left;
    for (std::size_t image = 0; image < Images; ++image, from += (Border.top + Border.bottom) * width)
        for (std::size_t y = 0; y < Image.extent[2]; ++y, from += width, to += line)
            vector_view<T, line>{to} = vector_view<const T, line>{from};
}

/// The images with a border of `value`, copied to `padded`; without a border, they themselves.
template <shape Image, image_border Border, std::size_t Images, class T>
ETCH_INLINE constexpr const T* with_border(const T* images, [[maybe_unused]] T* padded, T value = T{0}) {
    if constexpr (Border.none()) {
        return images;
    } else {
        add_border<Image, Border, Images>(images, padded, value);
        return padded;
    }
}

/// The gradient of images from that of the images with their border, to which `add(memory)` adds.
template <shape Image, image_border Border, std::size_t Images, class T, class Add>
constexpr void gradient_within_border(T* to, [[maybe_unused]] T* padded, const Add& add) noexcept {
    if constexpr (Border.none()) {
        vector_view<T, Image.size() * Images>{to}.fill(0);
        add(to);
    } else {
        vector_view<T, Border.around(Image).size() * Images>{padded}.fill(0);
        add(padded);
        remove_border<Image, Border, Images>(static_cast<const T*>(padded), to);
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
