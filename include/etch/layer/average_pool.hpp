#pragma once
#include <etch/layer/pooling.hpp>
#include <etch/tensor/block_view.hpp>

namespace etch::inline ETCH_VARIANT {

/// The mean of the elements under a window, for each channel and each position of the window inside the image.
///
///     forward     y  = (Σ of the x under the window) / n          n = Width * Height, added line by line
///     backward    dx = dy / n at each x under the window, added up
///
/// Shapes, signals, the stride and the padding are those of max_pool; what is outside the image counts as zeros
/// (PyTorch's count_include_pad, its default).
template <std::size_t Width, std::size_t Height = Width, class... Options>
struct average_pool : internal::pooling_layer<average_pool<Width, Height, Options...>, Width, Height, Options...> {
    static constexpr const char* name = "average_pool";
    static constexpr saved_values saved_for_backward = saved_values::nothing;

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        using T = typename X::value_type;
        constexpr sliding_window w = average_pool::window_on(Context::input);
        return average_pool::template fold<operation::plus>(layer, x, T{0}) / static_cast<T>(w.width * w.height);
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto&, const auto&, const DY& dy) {
        using T = typename DY::value_type;
        using add = gradient<T, Context::input, DY::columns>;
        return typename average_pool::template bordered_gradient<T, Context::input, DY::columns, add>{
            get<1>(layer.scratch).data(), add{dy.data()}};
    }

private:
    /// Adds dy / n row by row of positions, and in each place by place of the window.
    template <class T, shape In, std::size_t Samples>
    struct gradient {
        static constexpr shape image = average_pool::whole(In);
        static constexpr std::size_t rows = image.extent[0];
        using layout = internal::patch_layout<image, average_pool::window_on(In), rows>;

        const T* dy;

        constexpr void operator()(T* dx) const noexcept {
            for (std::size_t j = 0; j < layout::positions * Samples; j += layout::across) {
                const matrix_view<const T, rows, layout::across> dy_line{dy + j * rows};
                for (const std::uint32_t place : layout::offset)
                    internal::matrix_at<rows, layout::across, layout::to_next>(dx + layout::start(j) + place) +=
                        dy_line / static_cast<T>(layout::size);
            }
        }
    };
};

/// The mean of all positions, for each channel: {channels, width, height} or {channels, length} becomes {channels}.
///
///     forward     y  = (Σ x over the positions) / n          in one chain of additions
///     backward    dx = dy / n everywhere
struct global_average_pool : layer_defaults {
    static constexpr const char* name = "global_average_pool";
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank >= 2,
                      "etch: global_average_pool needs images or signals for its input: input<channels, width, height> "
                      "or input<channels, length>");
    }

    static constexpr shape output(shape input) { return {input.extent[0]}; }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context&, const X& x) {
        using T = typename X::value_type;
        constexpr shape in = as_line(Context::input);
        return internal::window_fold<operation::plus, T, in, whole(in), X::columns>{x.data()} /
               static_cast<T>(in.extent[1]);
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context&, const auto&, const auto&, const DY& dy) {
        using T = typename DY::value_type;
        constexpr shape in = as_line(Context::input);
        return internal::enlarged_columns<T, in.extent[0], 1, 1, whole(in), DY::columns>{dy.data()} /
               static_cast<T>(in.extent[1]);
    }

private:
    /// All positions in one line, and the window that sees it whole.
    static constexpr shape as_line(shape input) { return {input.extent[0], input.size() / input.extent[0], 1}; }
    static constexpr sliding_window whole(shape line) { return {.width = line.extent[1], .height = 1}; }
};

}  // namespace etch::inline ETCH_VARIANT
