#pragma once
// What the pooling layers have in common.
#include <array>
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
            are_convolution_options<Options...> && ((is_stride<Options> || is_padding<Options>) && ...),
            "etch: after the extents of its window a pooling layer takes the options stride<X, Y> and padding<Left, "
            "Right, Top, Bottom>, each once at most");
        static_assert(In.rank == 2 || In.rank == 3,
                      "etch: a pooling layer needs images or signals for its input: input<channels, width, height> or "
                      "input<channels, length>");
        static_assert(In.rank != 2 || Height == Width || Height == 1,
                      "etch: a pooling layer on signals has a window of one extent: max_pool<3>, average_pool<3>");
        static_assert((In.rank != 2 && In.rank != 3) || window_on(In).fits(whole(In)),
                      "etch: a pooling layer needs images at least as wide and as high as its window");
        static_assert((In.rank != 2 && In.rank != 3) || sees_no_border_alone(In),
                      "etch: the padding of a pooling layer is at most half as wide and as high as its window, so that "
                      "each position sees a place of the image");
    }

    static constexpr shape output(shape input) {
        if (!fits(input)) return input;
        const sliding_window w = window_on(input);
        const shape image = whole(input);
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

    static constexpr image_border border_on(shape input) {
        image_border around = settings.border;
        if (input.rank == 2) around.top = around.bottom = 0;
        return around;
    }
    /// The image with its border.
    static constexpr shape whole(shape input) { return border_on(input).around(image_of(input)); }

    /// Where a training step has the images with their border since its forward pass; without one, they themselves.
    template <shape In, class X>
    ETCH_INLINE static constexpr const typename X::value_type* bordered(const auto& layer, const X& x) {
        if constexpr (border_on(In).none())
            return x.data();
        else
            return get<0>(layer.scratch).data();
    }

    /// The fold over the places under the window, with `outside` around the images.
    template <class Combine, class Context, class X>
    ETCH_INLINE static constexpr auto fold(const Context& layer, const X& x, typename X::value_type outside) {
        using T = typename X::value_type;
        constexpr shape in = Context::input;
        if constexpr (fits(in))
            return window_fold<Combine, T, whole(in), window_on(in), X::columns>{
                with_border<image_of(in), border_on(in), X::columns>(static_cast<const T*>(x.data()),
                                                                     get<0>(layer.scratch).data(), outside)};
        else
            return tensor<T, in.size(), X::columns>{};  // so that there is only one error
    }

    /// The gradient of images from that of the images with their border: `add(to)` adds to the latter.
    template <class T, shape In, std::size_t Samples, class Add>
    struct bordered_gradient : expression {
        using value_type = T;
        static constexpr std::size_t rows = image_of(In).extent[0], columns = In.size() / rows * Samples;
        static constexpr std::size_t partial_sums = 1;

        T* padded;
        Add add;

        constexpr bordered_gradient(T* memory, const Add& adds) noexcept : padded{memory}, add{adds} {}

        constexpr void assign_to(const matrix_view<T, rows, columns>& dx) const noexcept {
            gradient_within_border<image_of(In), border_on(In), Samples>(dx.data(), padded, add);
        }
    };

public:
    /// The images with their border, if there is one; in training also their gradient.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 2> scratch() {
        constexpr std::size_t padded = !fits(In) || border_on(In).none() ? 0 : whole(In).size() * Columns;
        return {named_tensor{"images with border", {padded}},
                named_tensor{"gradient with border", {Training ? padded : 0}}};
    }

private:
    static constexpr window_settings defaults{
        {.width = Width, .height = Height, .stride_x = Width, .stride_y = Height}};
    static constexpr window_settings settings = settings_from<Options...>(defaults);

    static constexpr bool fits(shape input) {
        return (input.rank == 2 || input.rank == 3) && window_on(input).fits(whole(input)) &&
               sees_no_border_alone(input);
    }
    static constexpr bool sees_no_border_alone(shape input) {
        const image_border b = border_on(input);
        const sliding_window w = window_on(input);
        return 2 * b.left <= w.width && 2 * b.right <= w.width && 2 * b.top <= w.height && 2 * b.bottom <= w.height;
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
