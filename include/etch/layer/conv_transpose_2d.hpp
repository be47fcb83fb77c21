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
struct conv_transpose_2d
    : internal::convolution_layer<conv_transpose_2d<Filters, KernelWidth, KernelHeight, Options...>,
                                  internal::transposed_convolution, Filters,
                                  sliding_window{.width = KernelWidth, .height = KernelHeight}, 3, Options...> {
    static_assert(Filters > 0 && KernelWidth > 0 && KernelHeight > 0,
                  "etch: conv_transpose_2d<Filters, KernelWidth, KernelHeight> needs at least one of each");

    static constexpr const char* name = "conv_transpose_2d";
    static constexpr bool stored_output = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(internal::are_transposed_options<Options...>,
                      "etch: after its three numbers conv_transpose_2d takes the options stride<X, Y>, dilation<X, Y>, "
                      "padding<Left, Right, Top, Bottom> and groups<N>, each once at most");
        static_assert(In.rank == 3,
                      "etch: conv_transpose_2d needs images for its input: input<channels, width, height>");
        static_assert(In.rank != 3 || conv_transpose_2d::kernel::leaves_something(In),
                      "etch: the padding of conv_transpose_2d cuts off its whole output");
        static_assert(In.rank != 3 || conv_transpose_2d::kernel::divides(In),
                      "etch: the groups of conv_transpose_2d must divide the channels of its input and its filters");
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return conv_transpose_2d::kernel::parameters(
            {In.extent[0], conv_transpose_2d::kernel::reached_filters(), KernelWidth, KernelHeight}, {0, 1, 3, 2});
    }
};

}  // namespace etch::inline ETCH_VARIANT
