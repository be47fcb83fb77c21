#pragma once
// The options of layers with a window: convolutions and pooling.
#include <cstddef>
#include <initializer_list>
#include <type_traits>

#include <etch/tensor/format.hpp>
#include <etch/tensor/padded_images.hpp>
#include <etch/tensor/sliding_window.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// What the options of a layer with a window say.
struct window_settings {
    sliding_window window{};
    image_border border{};
    std::size_t groups = 1;
    weight_format format = weight_format::number;

    [[nodiscard]] constexpr bool operator==(const window_settings&) const noexcept = default;
};

}  // namespace internal

/// An option of convolutions and pooling: from one position to the next the window moves by X places along the width,
/// by Y along the height.
template <std::size_t X, std::size_t Y = X>
struct stride {
    static_assert(X > 0 && Y > 0, "etch: stride<X, Y> needs steps of at least one");
    static constexpr void set(internal::window_settings& of) noexcept {
        of.window.stride_x = X > 0 ? X : 1;
        of.window.stride_y = Y > 0 ? Y : 1;
    }
};

/// An option of convolutions: neighbours in the kernel are X places apart along the width of the image, Y along its
/// height.
template <std::size_t X, std::size_t Y = X>
struct dilation {
    static_assert(X > 0 && Y > 0, "etch: dilation<X, Y> needs distances of at least one, which is none");
    static constexpr void set(internal::window_settings& of) noexcept {
        of.window.dilation_x = X > 0 ? X : 1;
        of.window.dilation_y = Y > 0 ? Y : 1;
    }
};

/// An option of convolutions: zeros around the image, so many on each side. padding<1> is one on every side, padding<2,
/// 0> two on the left and at the top, padding<1, 1, 0, 0> one on the left and one on the right.
template <std::size_t Left, std::size_t Right = Left, std::size_t Top = Left, std::size_t Bottom = Right>
struct padding {
    static constexpr void set(internal::window_settings& of) noexcept { of.border = {Left, Right, Top, Bottom}; }
};

/// An option of convolutions: the channels and the filters are divided into N groups, and the filters of a group see
/// only its channels. With as many groups as channels the convolution is *depthwise*.
template <std::size_t N>
struct groups {
    static_assert(N > 0, "etch: groups<N> needs at least one group");
    static constexpr void set(internal::window_settings& of) noexcept { of.groups = N > 0 ? N : 1; }
};

/// An option of convolutions without groups: stored<bf16>, how their weights are held, for inference only: see dense.
template <weight_format Format>
struct stored {
    static constexpr void set(internal::window_settings& of) noexcept { of.format = Format; }
};

namespace internal {

template <class Option>
inline constexpr bool is_stride = false;
template <std::size_t X, std::size_t Y>
inline constexpr bool is_stride<stride<X, Y>> = true;
template <class Option>
inline constexpr bool is_dilation = false;
template <std::size_t X, std::size_t Y>
inline constexpr bool is_dilation<dilation<X, Y>> = true;
template <class Option>
inline constexpr bool is_padding = false;
template <std::size_t L, std::size_t R, std::size_t T, std::size_t B>
inline constexpr bool is_padding<padding<L, R, T, B>> = true;
template <class Option>
inline constexpr bool is_groups = false;
template <std::size_t N>
inline constexpr bool is_groups<groups<N>> = true;
template <class Option>
inline constexpr bool is_stored_option = false;
template <weight_format Format>
inline constexpr bool is_stored_option<stored<Format>> = true;

/// Whether all of a list are options of a convolution, no kind twice.
template <class... Options>
inline constexpr bool are_convolution_options =
    ((is_stride<Options> || is_dilation<Options> || is_padding<Options> || is_groups<Options> ||
      is_stored_option<Options>) &&
     ...) &&
    (is_stride<Options> + ... + 0) <= 1 && (is_dilation<Options> + ... + 0) <= 1 &&
    (is_padding<Options> + ... + 0) <= 1 && (is_groups<Options> + ... + 0) <= 1 &&
    (is_stored_option<Options> + ... + 0) <= 1;

/// And whether all are those of a stream, or of a transposed convolution.
template <class... Options>
inline constexpr bool are_stream_options =
    are_convolution_options<Options...> &&
    ((is_dilation<Options> || is_groups<Options> || is_stored_option<Options>) && ...);
template <class... Options>
inline constexpr bool are_transposed_options =
    are_convolution_options<Options...> && (!is_stored_option<Options> && ...);

/// The convolution L<options...> with its weights stored as bf16, or as numbers: stored<bf16> comes last.
template <template <class...> class L, bool Packed, class Kept, class... Options>
struct convolution_stored;
template <template <class...> class L, bool Packed, class... Kept>
struct convolution_stored<L, Packed, void(Kept...)> {
    using type = L<Kept...>;
};
template <template <class...> class L, class... Kept>
struct convolution_stored<L, true, void(Kept...)> {
    using type = L<Kept..., stored<bf16>>;
};
template <template <class...> class L, bool Packed, class... Kept, class Option, class... Rest>
struct convolution_stored<L, Packed, void(Kept...), Option, Rest...>
    : convolution_stored<L, Packed, std::conditional_t<is_stored_option<Option>, void(Kept...), void(Kept..., Option)>,
                         Rest...> {};

/// `start` as the options change it; what is none of them is passed over, after the layer's own error.
template <class... Options>
constexpr window_settings settings_from(window_settings start) noexcept {
    [[maybe_unused]] const auto set = [&start]<class Option>(Option*) {
        if constexpr (requires { Option::set(start); }) Option::set(start);
    };
    (set(static_cast<Options*>(nullptr)), ...);
    return start;
}

/// The same for signals of {channels, length}, which are images of height 1.
template <class... Options>
constexpr window_settings settings_along_length(window_settings start) noexcept {
    window_settings all = settings_from<Options...>(start);
    all.window.stride_y = all.window.dilation_y = 1;
    all.border.top = all.border.bottom = 0;
    return all;
}

/// An image for a signal of {channels, length}; nothing for anything else.
constexpr shape as_image(shape input) noexcept {
    return input.rank == 2 ? shape{input.extent[0], input.extent[1], 1} : shape{};
}

/// Writes a layer as C++ spells it: its name, its numbers, and those options that differ from their defaults, always in
/// the same order: "conv_2d<8, 3, 3, stride<2, 2>, padding<1, 1, 1, 1>>", "conv_1d<8, 3, stride<2>>".
constexpr void spell_window_layer(auto& to, const char* name, std::initializer_list<std::size_t> numbers,
                                  const window_settings& of, const window_settings& defaults, bool is_image) noexcept {
    const char* separator = "<";
    const auto add_numbers = [&to](std::initializer_list<std::size_t> all) {
        const char* before = "";
        for (const std::size_t n : all) {
            to.append(before);
            to.append_integer(n);
            before = ", ";
        }
    };
    const auto add_option = [&](const char* option, std::initializer_list<std::size_t> of_image,
                                std::initializer_list<std::size_t> of_signal, bool wanted) {
        if (!wanted) return;
        to.append(", ");
        to.append(option);
        to.append('<');
        add_numbers(is_image ? of_image : of_signal);
        to.append('>');
    };
    to.append(name);
    to.append(separator);
    add_numbers(numbers);
    const sliding_window &w = of.window, &d = defaults.window;
    add_option("stride", {w.stride_x, w.stride_y}, {w.stride_x}, w.stride_x != d.stride_x || w.stride_y != d.stride_y);
    add_option("dilation", {w.dilation_x, w.dilation_y}, {w.dilation_x},
               w.dilation_x != d.dilation_x || w.dilation_y != d.dilation_y);
    add_option("padding", {of.border.left, of.border.right, of.border.top, of.border.bottom},
               {of.border.left, of.border.right}, of.border != defaults.border);
    add_option("groups", {of.groups}, {of.groups}, of.groups != defaults.groups);
    if (is_packed(of.format)) to.append(", stored<bf16>");
    to.append('>');
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
