#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

#include <etch/layer/convolution.hpp>
#include <etch/layer/ring.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/transposed_copy.hpp>
#include <etch/tensor/transposed_product.hpp>

namespace etch::inline ETCH_VARIANT {

/// The convolution of a stream: conv_1d with zeros before the signal, step by step, as a layer that carries the last
/// inputs from step to step. Its answers have the bits of conv_1d<Filters, KernelLength, padding<R, 0>, ...> on the
/// whole signal, with the same weights, where R = (KernelLength - 1) * dilation is how many inputs it remembers.
///
///     forward     z  = W [x(t - R); ...; x(t - dilation); x(t)] + b
///     backward    dW = dz [...]ᵀ,  db = dz          (summed over the samples and the steps)
///                 [...] gets Wᵀ dz                 (x in this step, the others in the steps that they came from)
///
/// Shapes: x is {channels}, z is {Filters}; W, b and the options dilation<N>, groups<N> and stored<bf16> are those of
/// conv_1d:
///
///     network<input<2>, causal_conv_1d<16, 3>, tanh, causal_conv_1d<16, 3, dilation<2>>, tanh, dense<1>>
///
/// The state is a ring of the last R inputs, channels x R, and the place in it of the oldest one, where the next input
/// will be written: a number from 0 to R - 1. (What is none of these is taken as 0.) Inputs of a zero state are zeros.
/// A step takes the same time for every dilation; training copies the ring in each step, since each needs its own. A
/// block of steps is computed as a signal, with the same bits.
template <std::size_t Filters, std::size_t KernelLength = 3, class... Options>
struct causal_conv_1d : layer_defaults {
    static_assert(Filters > 0, "etch: causal_conv_1d<Filters, KernelLength> needs at least one filter");

    static constexpr const char* name = "causal_conv_1d";
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool writes_gradient_once = true;

    template <class... Others>
    using with_options = causal_conv_1d<Filters, KernelLength, Others...>;

    template <shape In>
    static constexpr void(check)() {
        static_assert(KernelLength > 1,
                      "etch: causal_conv_1d needs a kernel of at least two: dense<Filters> is the kernel of one");
        static_assert(internal::are_stream_options<Options...>,
                      "etch: after its two numbers causal_conv_1d takes the options dilation<N>, groups<N> and "
                      "stored<bf16>, each once at most");
        static_assert(kernel::stores_weights, "etch: the weights of a convolution with groups are not stored as bf16");
        static_assert(In.rank == 1,
                      "etch: causal_conv_1d gets one step of a stream after the other: input<channels>; a whole signal "
                      "is for conv_1d");
        static_assert(In.rank != 1 || kernel::divides(seen_image(In)),
                      "etch: the groups of causal_conv_1d must divide the channels of its input and its filters");
        static_assert(remembered < internal::ring_limit, "etch: causal_conv_1d remembers less than 2^24 steps");
    }

    static constexpr shape output(shape) { return {Filters}; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return kernel::parameters({Filters, kernel::seen_channels(In.size()), KernelLength}, same_order);
    }

    template <shape In>
    static constexpr std::array<named_tensor, 2> state() {
        return {named_tensor{"inputs", {In.size(), remembered}}, named_tensor{"oldest", {1}}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return kernel::multiply_adds(seen_image(In));
    }

    /// What the kernel sees; in training also its gradient, and the transpose of the weight.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 3> scratch() {
        constexpr std::size_t seen = In.size() * KernelLength;
        constexpr std::size_t weights = Filters * kernel::seen_channels(In.size()) * KernelLength;
        constexpr std::size_t transposed = settings.groups > 1 ? weights : transposed_product_scratch(weights, Columns);
        return {named_tensor{"seen", {seen, Columns}},
                named_tensor{"gradient of seen", {Training ? seen * Columns : 0}},
                named_tensor{"transposed weight", {Training ? transposed : 0}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        using T = typename Context::number;
        constexpr std::size_t channels = Context::input.size(), size = channels * remembered;
        const auto& [W, b] = layer.parameters;
        const auto& [ring, oldest] = layer.state;
        const auto& [next_ring, next_oldest] = layer.next_state;
        const auto& [seen, dseen, transposed] = layer.scratch;
        for (std::size_t j = 0; j < X::columns; ++j) {
            const std::size_t first = internal::ring_place(oldest[j], remembered);
            const T* const past = ring.data() + j * size;
            T *const next_past = next_ring.data() + j * size, *to = seen.data() + j * channels * KernelLength;
            for (std::size_t t = 0; t + 1 < KernelLength; ++t, to += channels)
                internal::copy_numbers<channels>(past + channels * after(first, t), to);
            internal::copy_numbers<channels>(x.data() + j * channels, to);
            if (next_past != past) internal::copy_numbers<size>(past, next_past);  // in training
            internal::copy_numbers<channels>(x.data() + j * channels, next_past + channels * first);
            next_oldest[j] = internal::next_ring_place<T>(first, remembered);
        }
        if constexpr (settings.groups == 1 && Filters > 1)
            return W * seen + b;
        else
            return kernel::template forward<seen_image(Context::input)>(layer, seen, dseen.data(), transposed.data());
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return true;
    }
    /// The inputs that a block sees: those before it, then its own. With a dilation above Steps, what lies between the
    /// pieces that the places of the kernel see is left out. Their transpose has contiguous channels.
    template <shape In, std::size_t Steps>
    static constexpr std::array<named_tensor, 2> block_scratch() {
        return {named_tensor{"signal", {In.size() * seen_by_block<Steps>}},
                named_tensor{"channels", {is_side_by_side<Steps> ? In.size() * seen_by_block<Steps> : 0}}};
    }

    /// The convolution of a signal.
    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        constexpr std::size_t channels = Context::input.size(), steps = X::columns;
        constexpr bool has_gaps = steps < settings.window.dilation_x;
        constexpr std::size_t pieces = has_gaps ? KernelLength - 1 : 1, piece = has_gaps ? steps : remembered;
        const auto& [W, b] = layer.parameters;
        const auto& [ring, oldest] = layer.state;
        const auto& [next_ring, next_oldest] = layer.next_state;
        const auto& [signal, transposed] = layer.scratch;
        const std::size_t first = internal::ring_place(oldest[0], remembered);
        auto* to = signal.data();
        for (std::size_t t = 0; t < pieces; ++t, to += piece * channels) {
            const std::size_t from = after(first, t), straight = (std::min)(piece, remembered - from);
            copy_inputs<channels>(ring.data() + from * channels, straight, to);
            copy_inputs<channels>(ring.data(), piece - straight, to + straight * channels);
        }
        internal::copy_numbers<channels * steps>(x.data(), to);

        constexpr std::size_t kept = (std::min)(steps, remembered), skipped = steps - kept;
        const std::size_t begin = (first + skipped) % remembered, straight = (std::min)(kept, remembered - begin);
        copy_inputs<channels>(x.data() + skipped * channels, straight, next_ring.data() + begin * channels);
        copy_inputs<channels>(x.data() + (skipped + straight) * channels, kept - straight, next_ring.data());
        next_oldest[0] = static_cast<typename Context::number>((first + steps) % remembered);

        constexpr std::size_t seen = seen_by_block<steps>;
        if constexpr (is_side_by_side<steps>) {
            using T = typename Context::number;
            const auto by_channel = transpose(matrix_view<const T, channels, seen>{signal.data()}, transposed.data());
            by_channel.prepare();
            return W * channel_patches<T, channels, seen, KernelLength, block<steps>.dilation_x>{by_channel.data()} + b;
        } else {
            using whole = internal::convolution<Filters, internal::window_settings{block<steps>, {}, settings.groups}>;
            return whole::template through_window<shape{channels, seen, 1}>(W, signal, b);
        }
    }

    template <class Context, class DZ>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& /*x*/, const auto& /*z*/,
                                               const DZ& dz) {
        using T = typename Context::number;
        constexpr std::size_t channels = Context::input.size(), size = channels * remembered;
        const auto& [ring, oldest] = layer.state;
        const auto& [dnext_ring, dnext_oldest] = layer.grad_next_state;
        const auto& [dring, doldest] = layer.grad_state;
        const auto& [seen, dseen, transposed] = layer.scratch;
        const matrix_view<T, channels * KernelLength, DZ::columns> gradient{dseen.data()};
        set_gradients(layer, dz, gradient, transposed.data());
        for (std::size_t j = 0; j < DZ::columns; ++j) {
            const std::size_t first = internal::ring_place(oldest[j], remembered);
            const T* const dnext = dnext_ring.data() + j * size;
            T *const dpast = dring.data() + j * size, *from = gradient.data() + j * gradient.rows;
            internal::copy_numbers<size>(dnext, dpast);
            internal::copy_numbers<channels>(from, dpast + channels * first);  // where x was written
            for (std::size_t t = 1; t + 1 < KernelLength; ++t)
                vector_view<T, channels>{dpast + channels * after(first, t)} +=
                    vector_view<const T, channels>{from + t * channels};
            vector_view<T, channels>{from + (KernelLength - 1)* channels} +=
                vector_view<const T, channels>{dnext + channels * first};
            doldest[j] = T{0};
        }
        return rows<channels*(KernelLength - 1), channels>(gradient);
    }

    /// For the topology: its arguments are not only numbers.
    static constexpr void spell(auto& to) noexcept {
        internal::spell_window_layer(to, name, {Filters, KernelLength}, settings, defaults, false);
    }

private:
    static constexpr internal::window_settings defaults{{.width = KernelLength, .height = 1}};
    static constexpr internal::window_settings settings = internal::settings_along_length<Options...>(defaults);

public:
    /// The same layer with its weights stored as bf16, or as numbers.
    template <auto Format>
    using stored_as = typename internal::convolution_stored<
        with_options, internal::is_same_value<Format, bf16> && settings.groups == 1, void(), Options...>::type;
    static constexpr affine_weights weights_as =
        is_packed(settings.format) ? affine_weights::none : affine_weights::rows;

private:
    static constexpr std::size_t remembered = settings.window.covered_width() - 1;

    // What the kernel sees is a signal of its length, without gaps.
    using kernel = internal::convolution<Filters, internal::window_settings{
                                                      defaults.window, {}, settings.groups, settings.format}>;
    static constexpr shape seen_image(shape input) { return {input.size(), KernelLength, 1}; }

    /// The window in the signal of a block.
    template <std::size_t Steps>
    static constexpr sliding_window block{.width = KernelLength,
                                          .dilation_x = (std::min)(settings.window.dilation_x, Steps)};
    template <std::size_t Steps>
    static constexpr std::size_t seen_by_block = block<Steps>.covered_width() - 1 + Steps;
    /// Whether lanes run along the steps of a block (product/side_by_side.hpp).
    template <std::size_t Steps>
    static constexpr bool is_side_by_side =
        settings.groups == 1 && internal::pays_off_side_by_side<float>(Filters, Steps);

    /// The place in the ring of what the kernel sees t-th, if the oldest input is in `first`.
    ETCH_INLINE static constexpr std::size_t after(std::size_t first, std::size_t t) noexcept {
        return internal::ring_after(first, t * settings.window.dilation_x, remembered);
    }
    template <std::size_t Channels, class T>
    ETCH_INLINE static constexpr void copy_inputs(const T* from, std::size_t count, T* to) noexcept {
        for (std::size_t i = 0; i < count; ++i)
            internal::copy_numbers<Channels>(from + i * Channels, to + i * Channels);
    }

    /// Those of the parameters, and of what the kernel saw.
    template <class Context, class DZ, class Gradient, class T>
    ETCH_INLINE static constexpr void set_gradients(const Context& layer, const DZ& dz, const Gradient& gradient,
                                                    T* transposed) {
        const auto& [W, b] = layer.parameters;
        const auto& [dW, db] = layer.gradients;
        const auto& [seen, dseen, scratch] = layer.scratch;
        if constexpr (settings.groups == 1) {
            dW += dz * transpose(seen);
            db += sum_columns(dz);
            gradient = transposed_product(W, dz, transposed);
        } else {
            constexpr shape image = seen_image(Context::input);
            matrix_view<T, image.extent[0], Gradient::rows * Gradient::columns / image.extent[0]>{gradient.data()} =
                kernel::template backward<image>(layer, seen, dz, transposed, transposed);
        }
    }
};

}  // namespace etch::inline ETCH_VARIANT
