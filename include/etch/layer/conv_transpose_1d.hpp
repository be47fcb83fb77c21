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
struct conv_transpose_1d : internal::convolution_layer<conv_transpose_1d<Filters, KernelLength, Options...>,
                                                       internal::transposed_convolution, Filters,
                                                       sliding_window{.width = KernelLength}, 2, Options...> {
    static_assert(Filters > 0 && KernelLength > 0,
                  "etch: conv_transpose_1d<Filters, KernelLength> needs at least one of each");

    static constexpr const char* name = "conv_transpose_1d";
    static constexpr bool stored_output = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(
            internal::are_transposed_options<Options...>,
            "etch: after its two numbers conv_transpose_1d takes the options stride<N>, dilation<N>, padding<Left, "
            "Right> and groups<N>, each once at most");
        static_assert(In.rank == 2, "etch: conv_transpose_1d needs signals for its input: input<channels, length>");
        static_assert(In.rank != 2 || conv_transpose_1d::kernel::leaves_something(conv_transpose_1d::image_of(In)),
                      "etch: the padding of conv_transpose_1d cuts off its whole output");
        static_assert(In.rank != 2 || conv_transpose_1d::kernel::divides(conv_transpose_1d::image_of(In)),
                      "etch: the groups of conv_transpose_1d must divide the channels of its input and its filters");
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return conv_transpose_1d::kernel::parameters(
            {In.extent[0], conv_transpose_1d::kernel::reached_filters(), KernelLength}, same_order);
    }
};

}  // namespace etch::inline ETCH_VARIANT
