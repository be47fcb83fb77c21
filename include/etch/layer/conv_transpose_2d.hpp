#pragma once
#include <etch/layer/transposed_convolution.hpp>

namespace etch::inline ETCH_VARIANT {

/// The transposed convolution of images, which enlarges them: at each position, Wᵀ a is added to the outputs under the
/// kernel, which moves over the output as that of conv_2d does over its input. (Forward is conv_2d's backward pass of
/// the input, and vice versa.)
///
///     forward     z  = b everywhere, and at each position of a, Wᵀ a, added to the outputs under the kernel
///     backward    da = W patches(dz)            one column per position
///                 dW = a patches(dz)ᵀ           (summed over positions and samples)
///                 db = dz                       (summed likewise)
///
/// Shapes: a is {channels, width, height}, W is channels x (Filters * KernelWidth * KernelHeight), b is Filters; z is
/// {Filters, ...} with
///
///     width of z = (width - 1) * stride + (KernelWidth - 1) * dilation + 1 - left - right
///
/// Column k of W is for filter + Filters * (x + KernelWidth * y). In files W is [channels, Filters, y, x], as in
/// PyTorch; Keras has [y, x, Filters, channels]. Cost per sample: one multiply-add per element of W and position of a;
/// twice as many backward. Options as for conv_2d: conv_transpose_2d<32, 4, 4, stride<2>, padding<1>>. Here
/// padding<...> cuts off the output, as in PyTorch; PyTorch's output_padding is less padding on the right and at the
/// bottom. With groups<N> W has Filters / N.
template <std::size_t Filters, std::size_t KernelWidth = 3, std::size_t KernelHeight = KernelWidth, class... Options>
struct conv_transpose_2d : layer_defaults {
    static_assert(Filters > 0 && KernelWidth > 0 && KernelHeight > 0,
                  "etch: conv_transpose_2d<Filters, KernelWidth, KernelHeight> needs at least one of each");

    static constexpr const char* name = "conv_transpose_2d";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool stored_output = true;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(internal::are_convolution_options<Options...>,
                      "etch: after its three numbers conv_transpose_2d takes the options stride<X, Y>, dilation<X, Y>, "
                      "padding<Left, Right, Top, Bottom> and groups<N>, each once at most");
        static_assert(In.rank == 3,
                      "etch: conv_transpose_2d needs images for its input: input<channels, width, height>");
        static_assert(In.rank != 3 || kernel::leaves_something(In),
                      "etch: the padding of conv_transpose_2d cuts off its whole output");
        static_assert(In.rank != 3 || kernel::divides(In),
                      "etch: the groups of conv_transpose_2d must divide the channels of its input and its filters");
    }

    static constexpr shape output(shape input) { return kernel::output(input); }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return kernel::parameters({In.extent[0], kernel::reached_filters(), KernelWidth, KernelHeight}, {0, 1, 3, 2});
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return kernel::multiply_adds(In);
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        return kernel::scratch(In, Columns);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& a) {
        return kernel::template forward<Context::input>(layer, a);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& a, const auto& /*z*/, const auto& dz) {
        return kernel::template backward<Context::input>(layer, a, dz);
    }

    /// For the topology: its arguments are not only numbers.
    static constexpr void spell(auto& to) noexcept {
        internal::spell_window_layer(to, name, {Filters, KernelWidth, KernelHeight}, settings, defaults, true);
    }

private:
    static constexpr internal::window_settings defaults{{.width = KernelWidth, .height = KernelHeight}};
    static constexpr internal::window_settings settings = internal::settings_from<Options...>(defaults);
    using kernel = internal::transposed_convolution<Filters, settings>;
};

}  // namespace etch::inline ETCH_VARIANT
