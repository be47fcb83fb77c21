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
struct conv_1d : layer_defaults {
    static_assert(Filters > 0 && KernelLength > 0, "etch: conv_1d<Filters, KernelLength> needs at least one of each");

    static constexpr const char* name = "conv_1d";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(
            internal::are_convolution_options<Options...>,
            "etch: after its two numbers conv_1d takes the options stride<N>, dilation<N>, padding<Left, Right> "
            "and groups<N>, each once at most");
        static_assert(In.rank == 2, "etch: conv_1d needs signals for its input: input<channels, length>");
        static_assert(In.rank != 2 || kernel::fits(internal::as_image(In)),
                      "etch: conv_1d needs signals at least as long as its kernel");
        static_assert(In.rank != 2 || kernel::divides(internal::as_image(In)),
                      "etch: the groups of conv_1d must divide the channels of its input and its filters");
    }

    static constexpr shape output(shape input) {
        return {Filters, kernel::output(internal::as_image(input)).extent[1]};
    }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return kernel::parameters({Filters, kernel::seen_channels(In.extent[0]), KernelLength}, same_order);
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return kernel::multiply_adds(internal::as_image(In));
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        return kernel::scratch(internal::as_image(In), Columns, Training);
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& a) {
        const auto& [padded, transposed] = layer.scratch;
        return kernel::template forward<internal::as_image(Context::input)>(layer, a, padded.data());
    }

    template <class Context>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& a, const auto& /*z*/, const auto& dz) {
        const auto& [padded, transposed] = layer.scratch;
        return kernel::template backward<internal::as_image(Context::input)>(layer, a, dz, padded.data(),
                                                                             transposed.data());
    }

    /// For the topology: its arguments are not only numbers.
    static constexpr void spell(auto& to) noexcept {
        internal::spell_window_layer(to, name, {Filters, KernelLength}, settings, defaults, false);
    }

private:
    static constexpr internal::window_settings defaults{{.width = KernelLength, .height = 1}};
    static constexpr internal::window_settings settings = internal::settings_along_length<Options...>(defaults);
    using kernel = internal::convolution<Filters, settings>;
};

}  // namespace etch::inline ETCH_VARIANT
