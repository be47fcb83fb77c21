#pragma once
#include <etch/layer/convolution.hpp>

namespace etch::inline ETCH_VARIANT {

/// The convolution of images: at each position where the kernel is completely inside the image, Filters outputs, each a
/// weighted sum of all elements under the kernel, with the same weights everywhere.
///
///     forward     z  = W patches(a) + b         one column per position
///     backward    dW = dz patches(a)ᵀ           (summed over positions and samples)
///                 db = dz                       (summed likewise)
///                 da = dz convolved with the flipped kernel: at each position, Wᵀ dz, added to the elements under it
///
/// Shapes: a is {channels, width, height}, z is {Filters, width - KernelWidth + 1, height - KernelHeight + 1}, W is
/// Filters x (channels * KernelWidth * KernelHeight), b is Filters. Column k of W is for channel + channels * (x +
/// KernelWidth * y) of the kernel. In files W is [Filters, channels, y, x], as in PyTorch; Keras has [y, x, channels,
/// Filters]. Cost per sample: one multiply-add per element of W and position; twice as many backward. The weights are
/// initialized as for dense.
///
/// Options, in any order, behind both extents of the kernel: conv_2d<32, 3, 3, stride<2>, padding<1>>. With all of them
///
///     width of z = (left + width + right - (KernelWidth - 1) * dilation - 1) / stride + 1, rounded down
///
/// - stride<X, Y>: how far the kernel moves from one position to the next (1);
/// - dilation<X, Y>: how far neighbours in the kernel are apart (1);
/// - padding<Left, Right, Top, Bottom>: zeros around the image (none), of which a copy is made then;
/// - groups<N>: each filter sees the channels of one group only (one group), W has channels / N. With as many groups as
///   channels the convolution is depthwise: lanes run along the channels, and each output is summed in one chain;
/// - stored<bf16>: the weights are stored as bf16, for inference only and without groups: see dense.
template <std::size_t Filters, std::size_t KernelWidth = 3, std::size_t KernelHeight = KernelWidth, class... Options>
struct conv_2d
    : internal::convolution_layer<conv_2d<Filters, KernelWidth, KernelHeight, Options...>, internal::convolution,
                                  Filters, sliding_window{.width = KernelWidth, .height = KernelHeight}, 3,
                                  Options...> {
    static_assert(Filters > 0 && KernelWidth > 0 && KernelHeight > 0,
                  "etch: conv_2d<Filters, KernelWidth, KernelHeight> needs at least one of each");

    static constexpr const char* name = "conv_2d";

    template <class... Others>
    using with_options = conv_2d<Filters, KernelWidth, KernelHeight, Others...>;
    /// The same layer with its weights stored as bf16, or as numbers.
    template <auto Format>
    using stored_as = typename conv_2d::template stored_form<with_options, Format>;

    template <shape In>
    static constexpr void(check)() {
        static_assert(
            internal::are_convolution_options<Options...>,
            "etch: after its three numbers conv_2d takes the options stride<X, Y>, dilation<X, Y>, padding<Left, "
            "Right, Top, Bottom>, groups<N> and stored<bf16>, each once at most");
        static_assert(In.rank == 3, "etch: conv_2d needs images for its input: input<channels, width, height>");
        static_assert(In.rank != 3 || conv_2d::kernel::fits(In),
                      "etch: conv_2d needs images at least as wide and as high as its kernel");
        static_assert(conv_2d::kernel::stores_weights,
                      "etch: the weights of a convolution with groups are not stored as bf16");
        static_assert(In.rank != 3 || conv_2d::kernel::divides(In),
                      "etch: the groups of conv_2d must divide the channels of its input and its filters");
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return conv_2d::kernel::parameters(
            {Filters, conv_2d::kernel::seen_channels(In.extent[0]), KernelWidth, KernelHeight}, {0, 1, 3, 2});
    }
};

}  // namespace etch::inline ETCH_VARIANT
