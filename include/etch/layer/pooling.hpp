#pragma once
// What the pooling layers have in common.
#include <cstddef>

#include <etch/layer/layer.hpp>
#include <etch/layer/window_options.hpp>
#include <etch/tensor/window_fold.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// A layer that combines the places under a window of Width x Height. `Layer` has the name.
template <class Layer, std::size_t Width, std::size_t Height, class... Options>
struct pooling_layer : layer_defaults {
    static_assert(Width > 0 && Height > 0, "etch: a pooling layer needs a window of at least one place");

    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(
            (is_stride<Options> && ...) && sizeof...(Options) <= 1,
            "etch: after the extents of its window a pooling layer takes the option stride<X, Y>, and no other");
        static_assert(In.rank == 2 || In.rank == 3,
                      "etch: a pooling layer needs images or signals for its input: input<channels, width, height> or "
                      "input<channels, length>");
        static_assert(In.rank != 2 || Height == Width || Height == 1,
                      "etch: a pooling layer on signals has a window of one extent: max_pool<3>, average_pool<3>");
        static_assert((In.rank != 2 && In.rank != 3) || fits(In),
                      "etch: a pooling layer needs images at least as wide and as high as its window");
    }

    static constexpr shape output(shape input) {
        if (!fits(input)) return input;
        const sliding_window w = window_on(input);
        const shape image = image_of(input);
        if (input.rank == 2) return {input.extent[0], w.across(image)};
        return {input.extent[0], w.across(image), w.down(image)};
    }

    /// For the topology: its arguments are not only numbers.
    static constexpr void spell(auto& to) noexcept {
        spell_window_layer(to, Layer::name, {Width, Height}, settings, defaults, true);
    }

protected:
    static constexpr shape image_of(shape input) { return input.rank == 2 ? as_image(input) : input; }
    static constexpr sliding_window window_on(shape input) {
        sliding_window w = settings.window;
        if (input.rank == 2) w.height = w.stride_y = 1;
        return w;
    }

    /// The fold over the places under the window.
    template <shape In, class Combine, class X>
    ETCH_INLINE static constexpr auto fold(const X& x) {
        using T = typename X::value_type;
        if constexpr (fits(In))
            return window_fold<Combine, T, image_of(In), window_on(In), X::columns>{x.data()};
        else
            return tensor<T, In.size(), X::columns>{};  // so that there is only one error
    }

private:
    static constexpr window_settings defaults{
        {.width = Width, .height = Height, .stride_x = Width, .stride_y = Height}};
    static constexpr window_settings settings = settings_from<Options...>(defaults);

    static constexpr bool fits(shape input) {
        return (input.rank == 2 || input.rank == 3) && window_on(input).fits(image_of(input));
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
