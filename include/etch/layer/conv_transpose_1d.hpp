#pragma once
#include <etch/layer/transposed_convolution.hpp>

namespace etch::inline ETCH_VARIANT {

/// The transposed convolution of signals, which lengthens them: conv_transpose_2d on images of height 1.
///
///     forward     z  = b everywhere, and at each position of a, Wᵀ a, added to the outputs under the kernel
///     backward    da, dW, db                    as those of conv_transpose_2d
///
/// Shapes: a is {channels, length}, W is channels x (Filters * KernelLength), b is Filters; z is {Filters, ...} with
///
///     length of z = (length - 1) * stride + (KernelLength - 1) * dilation + 1 - left - right
///
/// Column k of W is for filter + Filters * t. In files W is [channels, Filters, t], as in PyTorch; Keras has [t,
/// Filters, channels]. Options as for conv_transpose_2d, of which the first numbers count, those along the length:
///
///     conv_transpose_1d<16, 4, stride<2>, padding<1>>
template <std::size_t Filters, std::size_t KernelLength = 3, class... Options>
struct conv_transpose_1d : layer_defaults {
    static_assert(Filters > 0 && KernelLength > 0,
                  "etch: conv_transpose_1d<Filters, KernelLength> needs at least one of each");

    static constexpr const char* name = "conv_transpose_1d";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool stored_output = true;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(
            internal::are_convolution_options<Options...>,
            "etch: after its two numbers conv_transpose_1d takes the options stride<N>, dilation<N>, padding<Left, "
            "Right> and groups<N>, each once at most");
        static_assert(In.rank == 2, "etch: conv_transpose_1d needs signals for its input: input<channels, length>");
        static_assert(In.rank != 2 || kernel::leaves_something(internal::as_image(In)),
                      "etch: the padding of conv_transpose_1d cuts off its whole output");
        static_assert(In.rank != 2 || kernel::divides(internal::as_image(In)),
                      "etch: the groups of conv_transpose_1d must divide the channels of its input and its filters");
    }

    static constexpr shape output(shape input) {
        return {Filters, kernel::output(internal::as_image(input)).extent[1]};
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return kernel::parameters({In.extent[0], kernel::reached_filters(), KernelLength}, same_order);
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return kernel::multiply_adds(internal::as_image(In));
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        return kernel::scratch(internal::as_image(In), Columns);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& a) {
        return kernel::template forward<internal::as_image(Context::input)>(layer, a);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& a, const auto& /*z*/, const auto& dz) {
        return kernel::template backward<internal::as_image(Context::input)>(layer, a, dz);
    }

    /// For the topology: its arguments are not only numbers.
    static constexpr void spell(auto& to) noexcept {
        internal::spell_window_layer(to, name, {Filters, KernelLength}, settings, defaults, false);
    }

private:
    static constexpr internal::window_settings defaults{{.width = KernelLength, .height = 1}};
    static constexpr internal::window_settings settings = internal::settings_along_length<Options...>(defaults);
    using kernel = internal::transposed_convolution<Filters, settings>;
};

}  // namespace etch::inline ETCH_VARIANT
