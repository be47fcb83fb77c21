#pragma once
// One array of a wavenet: its channels, dilations and options.
#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/layer/gated.hpp>
#include <etch/layer/ring.hpp>
#include <etch/layer/tanh.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// What the options of an array of `Layers` layers say, and how often each was given.
template <std::size_t Layers>
struct wavenet_settings {
    std::array<std::size_t, Layers> dilation{}, length{};
    std::size_t head_length = 1;
    bool head_bias = false;
    std::size_t dilation_lists = 0, length_lists = 0, lengths = 1, head_lengths = 0, head_biases = 0, activations = 0;

    constexpr wavenet_settings() noexcept {
        dilation.fill(1);
        length.fill(3);
    }
};

constexpr void set_numbers(auto& to, std::initializer_list<std::size_t> from) noexcept {
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = from.size() == 0 ? 1 : from.begin()[i < from.size() ? i : from.size() - 1];
}

}  // namespace internal

/// The dilations of a wavenet_array, one for each of its layers.
template <std::size_t... N>
struct dilations {
    static_assert(((N > 0) && ...), "etch: dilations<N...> needs distances of at least one, which is none");
    static constexpr std::size_t count = sizeof...(N);
    static constexpr void set(auto& of) noexcept {
        ++of.dilation_lists;
        internal::set_numbers(of.dilation, {(N > 0 ? N : 1)...});
    }
};

/// The lengths of the kernels of a wavenet_array: one for all of its layers, which is 3 without this option, or one for
/// each.
template <std::size_t... N>
struct kernel_lengths {
    static_assert(sizeof...(N) > 0 && ((N > 1) && ...), "etch: kernel_lengths<N...> needs kernels of at least two");
    static constexpr void set(auto& of) noexcept {
        ++of.length_lists;
        of.lengths = sizeof...(N);
        internal::set_numbers(of.length, {(N > 1 ? N : 2)...});
    }
};

/// The head of a wavenet_array is a convolution over its last N steps, instead of a product with this one.
template <std::size_t N>
struct head_kernel {
    static_assert(N > 0, "etch: head_kernel<N> needs a kernel of at least one");
    static constexpr void set(auto& of) noexcept {
        ++of.head_lengths;
        of.head_length = N > 0 ? N : 1;
    }
};

/// The head of a wavenet_array adds a bias.
struct head_bias {
    static constexpr void set(auto& of) noexcept {
        ++of.head_biases;
        of.head_bias = true;
    }
};

namespace internal {

template <std::size_t Factor, class Indices>
struct doubled;
template <std::size_t First, std::size_t... I>
struct doubled<First, std::index_sequence<I...>> {
    using type = dilations<(First << I)...>;
};
constexpr std::size_t doublings(std::size_t last) noexcept { return last <= 1 ? 1 : 1 + doublings(last / 2); }

template <class Option>
inline constexpr std::size_t dilations_in = 0;
template <std::size_t... N>
inline constexpr std::size_t dilations_in<dilations<N...>> = sizeof...(N);

/// What an array applies to its sums: an activation, or one half of the channels as a gate for the other.
template <class Option>
inline constexpr bool is_gate = false;
template <class F, class G>
inline constexpr bool is_gate<gated<F, G>> = true;
template <class Option>
constexpr bool is_wavenet_activation() noexcept {
    return is_gate<Option> || is_activation<Option>();
}
template <class Found, class... Options>
struct activation_among {
    using type = Found;
};
template <class Found, class First, class... Rest>
struct activation_among<Found, First, Rest...>
    : activation_among<std::conditional_t<is_wavenet_activation<First>(), First, Found>, Rest...> {};

template <class Option, class Settings>
concept WavenetOption = requires(Settings& of) { Option::set(of); };

/// `start` as the options change it.
template <std::size_t Layers, class... Options>
constexpr wavenet_settings<Layers> wavenet_settings_from() noexcept {
    wavenet_settings<Layers> all;
    [[maybe_unused]] const auto set = [&all]<class Option>(Option*) {
        if constexpr (WavenetOption<Option, wavenet_settings<Layers>>) Option::set(all);
        all.activations += is_wavenet_activation<Option>();
    };
    (set(static_cast<Options*>(nullptr)), ...);
    return all;
}

/// One layer of an array, in numbers: a table of these is what a step walks over.
struct wavenet_layer {
    std::size_t length = 0, dilation = 0, remembered = 0;
    std::size_t ring = 0;     ///< where its ring begins among those of the array
    std::size_t weights = 0;  ///< where its weights begin among those of the array
};

template <class>
inline constexpr bool is_wavenet_array = false;

}  // namespace internal

/// dilations<1, 2, 4, ..., Last>, where Last is a power of two.
template <std::size_t Last>
using dilations_up_to = typename internal::doubled<1, std::make_index_sequence<internal::doublings(Last)>>::type;

/// One array of a wavenet, which has the formulas: as many layers as there are dilations, each with Channels channels,
/// and a head with Outputs outputs.
///
///     wavenet_array<16, 8, dilations_up_to<512>>                                      // of Neural Amp Modeler's A1
///     wavenet_array<8, 1, dilations<1, 3, 7>, kernel_lengths<6, 6, 15>, leaky_relu<>, head_kernel<16>, head_bias>
///
/// | option | without it |
/// |---|---|
/// | `dilations<N...>` or `dilations_up_to<Last>` | must be given |
/// | `kernel_lengths<N>` or one for each layer | 3 |
/// | an activation, or `gated<F, G>` of two | `tanh` |
/// | `head_kernel<N>` | 1 |
/// | `head_bias` | no bias |
template <std::size_t Channels, std::size_t Outputs, class... Options>
struct wavenet_array {
private:
    static constexpr std::size_t given = (internal::dilations_in<Options> + ... + 0);

public:
    static constexpr std::size_t channels = Channels > 0 ? Channels : 1, outputs = Outputs > 0 ? Outputs : 1;
    static constexpr std::size_t layers = given > 0 ? given : 1;
    static constexpr auto settings = internal::wavenet_settings_from<layers, Options...>();
    using activation = typename internal::activation_among<etch::tanh, Options...>::type;
    static constexpr bool is_gated = internal::is_gate<activation>;
    static constexpr std::size_t sums = is_gated ? 2 * channels : channels;  ///< what the activation takes

    static_assert(Channels > 0 && Outputs > 0,
                  "etch: wavenet_array<Channels, Outputs, ...> needs at least one channel and one output of its head");
    static_assert(settings.dilation_lists == 1,
                  "etch: wavenet_array needs its dilations, once: wavenet_array<16, 8, dilations_up_to<512>>");
    static_assert(
        ((internal::WavenetOption<Options, decltype(internal::wavenet_settings<layers>{})> ||
          internal::is_wavenet_activation<Options>()) &&
         ...) &&
            settings.length_lists <= 1 && settings.head_lengths <= 1 && settings.head_biases <= 1 &&
            settings.activations <= 1,
        "etch: after its two numbers wavenet_array takes dilations<N...>, kernel_lengths<N...>, an activation or "
        "gated<F, G>, head_kernel<N> and head_bias, each once at most");
    static_assert(settings.length_lists == 0 || settings.lengths == 1 || settings.lengths == layers,
                  "etch: kernel_lengths has one length for all layers of a wavenet_array, or one for each dilation");

    /// How many inputs the ring of the head remembers.
    static constexpr std::size_t head_remembered = settings.head_length - 1;
    /// The numbers that the rings of the layers take, and those of all.
    static constexpr std::size_t layer_rings = [] {
        std::size_t all = 0;
        for (std::size_t i = 0; i < layers; ++i) all += (settings.length[i] - 1) * settings.dilation[i] * channels;
        return all;
    }();
    static constexpr std::size_t rings = layer_rings + head_remembered * channels;
    static constexpr std::size_t most_remembered = [] {
        std::size_t most = head_remembered;
        for (std::size_t i = 0; i < layers; ++i) {
            const std::size_t remembered = (settings.length[i] - 1) * settings.dilation[i];
            if (remembered > most) most = remembered;
        }
        return most;
    }();
    static constexpr std::size_t places = layers + (head_remembered > 0 ? 1 : 0);
    static constexpr std::size_t tensors = 2 + 5 * layers + (settings.head_bias ? 1 : 0);

    /// Its layers, for an array that gets so many inputs and a condition of so many numbers.
    template <std::size_t Inputs, std::size_t Condition>
    static constexpr std::array<internal::wavenet_layer, layers> table = [] {
        std::array<internal::wavenet_layer, layers> all{};
        std::size_t ring = 0, weights = channels * Inputs;
        for (std::size_t i = 0; i < layers; ++i) {
            const std::size_t length = settings.length[i], remembered = (length - 1) * settings.dilation[i];
            all[i] = {length, settings.dilation[i], remembered, ring, weights};
            ring += remembered * channels;
            weights += sums * (channels * length + 1 + Condition) + channels * (channels + 1);
        }
        return all;
    }();
    /// Where the head's weights begin, and how many numbers all have.
    template <std::size_t Inputs, std::size_t Condition>
    static constexpr std::size_t head_weights =
        table<Inputs, Condition>.back().weights + sums * (channels * settings.length[layers - 1] + 1 + Condition) +
        channels * (channels + 1);
    template <std::size_t Inputs, std::size_t Condition>
    static constexpr std::size_t weights =
        head_weights<Inputs, Condition> + outputs * (channels * settings.head_length + (settings.head_bias ? 1 : 0));

    /// The multiply-adds of a step; the last array does not need its last 1 x 1 product.
    static constexpr std::size_t multiply_adds(std::size_t inputs, std::size_t condition, bool is_last) noexcept {
        std::size_t all = channels * inputs + outputs * channels * settings.head_length;
        for (std::size_t i = 0; i < layers; ++i)
            all += sums * (channels * settings.length[i] + condition) + channels * channels;
        return is_last ? all - channels * channels : all;
    }

    /// Writes its tensors, of array number `array`, and returns where the next ones go.
    static constexpr parameter* name_parameters(parameter* to, std::size_t array, std::size_t inputs,
                                                std::size_t condition) noexcept {
        const auto add = [&to, array](std::size_t layer, const char* name, shape extents, initializer how,
                                      std::size_t fan_in, std::size_t fan_out) {
            tensor_name full;
            full.append(array).append(".");
            if (layer < layers) full.append(layer).append(".");
            *to++ = {.name = full.append(name),
                     .extents = extents,
                     .initializer = how,
                     .fan_in = fan_in,
                     .fan_out = fan_out};
        };
        add(layers, "rechannel.weight", {channels, inputs}, glorot_uniform, inputs, channels);
        for (std::size_t i = 0; i < layers; ++i) {
            const std::size_t length = settings.length[i], seen = channels * length + condition;
            add(i, "conv.weight", {sums, channels, length}, drawn, seen, sums);
            add(i, "conv.bias", {sums}, zeros, 1, 1);
            add(i, "mixin.weight", {sums, condition}, drawn, seen, sums);
            add(i, "layer1x1.weight", {channels, channels}, glorot_uniform, channels, channels);
            add(i, "layer1x1.bias", {channels}, zeros, 1, 1);
        }
        const std::size_t length = settings.head_length;
        add(layers, "head.weight", length > 1 ? shape{outputs, channels, length} : shape{outputs, channels},
            glorot_uniform, channels * length, outputs);
        if (settings.head_bias) add(layers, "head.bias", {outputs}, zeros, 1, 1);
        return to;
    }

    /// For the topology: its numbers, and the options that differ from what is so without them.
    static constexpr void spell(auto& to) noexcept {
        const auto numbers = [&to](const char* before, const auto& all, std::size_t count) {
            to.append(before);
            for (std::size_t i = 0; i < count; ++i) {
                if (i > 0) to.append(", ");
                to.append_integer(all[i]);
            }
        };
        const auto& length = settings.length;
        const bool same = std::equal(length.begin() + 1, length.end(), length.begin());
        numbers("wavenet_array<", std::array{channels, outputs}, 2);
        numbers(", dilations<", settings.dilation, layers);
        to.append('>');
        if (!same || length[0] != 3) {
            numbers(", kernel_lengths<", length, same ? 1 : layers);
            to.append('>');
        }
        if constexpr (!std::is_same_v<activation, etch::tanh>) {
            to.append(", ");
            to.template append_entry<activation>();
        }
        if (settings.head_length > 1) {
            numbers(", head_kernel<", std::array{settings.head_length}, 1);
            to.append('>');
        }
        if (settings.head_bias) to.append(", head_bias");
        to.append('>');
    }

private:
    static constexpr initializer drawn = [] {
        if constexpr (is_gated)
            return glorot_uniform;
        else
            return activation::preferred == automatic ? glorot_uniform : activation::preferred;
    }();
};

namespace internal {

template <std::size_t Channels, std::size_t Outputs, class... Options>
inline constexpr bool is_wavenet_array<wavenet_array<Channels, Outputs, Options...>> = true;

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
