#pragma once
#include <etch/layer/layer.hpp>
#include <etch/layer/window_options.hpp>
#include <etch/tensor/window_fold.hpp>

namespace etch::inline ETCH_VARIANT {

/// Each element repeated in a block of Width x Height positions, the nearest neighbour in an enlarged image.
///
///     forward     y  = x at (column / Width, line / Height)
///     backward    dx = Σ dy of its block          line by line
///
/// Shapes: x is {channels, width, height}, y is {channels, Width * width, Height * height}. Signals of {channels,
/// length} become {channels, Width * length}.
template <std::size_t Width, std::size_t Height = Width>
struct upsample : layer_defaults {
    static_assert(Width > 0 && Height > 0, "etch: upsample<Width, Height> needs factors of at least one");

    static constexpr const char* name = "upsample";
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 2 || In.rank == 3,
                      "etch: upsample needs images or signals for its input: input<channels, width, height> or "
                      "input<channels, length>");
        static_assert(In.rank != 2 || Height == Width || Height == 1,
                      "etch: upsample on signals has one factor: upsample<2>");
    }

    static constexpr shape output(shape input) {
        if (input.rank == 2) return {input.extent[0], Width * input.extent[1]};
        if (input.rank == 3) return {input.extent[0], Width * input.extent[1], Height * input.extent[2]};
        return input;
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context&, const X& x) {
        constexpr shape in = Context::input;
        if constexpr (in.rank == 2)
            return internal::enlarged_columns<typename X::value_type, in.extent[0], in.extent[1], 1, block(in),
                                              X::columns>{x.data()};
        else if constexpr (in.rank == 3)
            return internal::enlarged_columns<typename X::value_type, in.extent[0], in.extent[1], in.extent[2],
                                              block(in), X::columns>{x.data()};
        else
            return x;  // so that there is only one error
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context&, const auto&, const auto&, const DY& dy) {
        constexpr shape in = Context::input, out = output(in);
        return internal::window_fold<operation::plus, typename DY::value_type,
                                     in.rank == 2 ? internal::as_image(out) : out, block(in), DY::columns>{dy.data()};
    }

private:
    static constexpr sliding_window block(shape input) {
        const std::size_t height = input.rank == 2 ? 1 : Height;
        return {.width = Width, .height = height, .stride_x = Width, .stride_y = height};
    }
};

}  // namespace etch::inline ETCH_VARIANT
