#pragma once
#include <etch/layer/convolution.hpp>

namespace etch::inline ETCH_VARIANT {

/// The convolution of signals: at each position where the kernel is completely inside the signal, Filters outputs, each
/// a weighted sum of all elements under the kernel, with the same weights everywhere.
///
///     forward     z  = W patches(a) + b         one column per position
///     backward    dW, db, da                    as those of conv_2d, for an image of height 1
///
/// Shapes: a is {channels, length}, z is {Filters, length - KernelLength + 1}, W is Filters x (channels *
/// KernelLength), b is Filters. Column k of W is for channel + channels * t of the kernel. In files W is [Filters,
/// channels, t], as in PyTorch; Keras has [t, channels, Filters]. Options as for conv_2d, of which the first numbers
/// count, those along the length:
///
///     conv_1d<32, 5, stride<2>, dilation<4>, padding<2, 0>, groups<8>>
///
/// For a stream, step by step with the same weights and bits: causal_conv_1d.
template <std::size_t Filters, std::size_t KernelLength = 3, class... Options>
struct conv_1d : internal::convolution_layer<conv_1d<Filters, KernelLength, Options...>, internal::convolution, Filters,
                                             sliding_window{.width = KernelLength}, 2, Options...> {
    static_assert(Filters > 0 && KernelLength > 0, "etch: conv_1d<Filters, KernelLength> needs at least one of each");

    static constexpr const char* name = "conv_1d";

    template <class... Others>
    using with_options = conv_1d<Filters, KernelLength, Others...>;
    /// The same layer with its weights stored as bf16, or as numbers.
    template <auto Format>
    using stored_as = typename conv_1d::template stored_form<with_options, Format>;

    template <shape In>
    static constexpr void(check)() {
        static_assert(
            internal::are_convolution_options<Options...>,
            "etch: after its two numbers conv_1d takes the options stride<N>, dilation<N>, padding<Left, Right>, "
            "groups<N> and stored<bf16>, each once at most");
        static_assert(In.rank == 2, "etch: conv_1d needs signals for its input: input<channels, length>");
        static_assert(In.rank != 2 || conv_1d::kernel::fits(conv_1d::image_of(In)),
                      "etch: conv_1d needs signals at least as long as its kernel");
        static_assert(conv_1d::kernel::stores_weights,
                      "etch: the weights of a convolution with groups are not stored as bf16");
        static_assert(In.rank != 2 || conv_1d::kernel::divides(conv_1d::image_of(In)),
                      "etch: the groups of conv_1d must divide the channels of its input and its filters");
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return conv_1d::kernel::parameters({Filters, conv_1d::kernel::seen_channels(In.extent[0]), KernelLength},
                                           same_order);
    }
};

}  // namespace etch::inline ETCH_VARIANT
