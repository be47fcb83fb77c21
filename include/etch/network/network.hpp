#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <etch/layer/input.hpp>
#include <etch/network/chain_block.hpp>
#include <etch/network/network_memory.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

template <class L>
inline constexpr bool is_input = false;
template <std::size_t... Extents>
inline constexpr bool is_input<input<Extents...>> = true;

template <class... Layers>
inline constexpr bool begins_with_input = false;
template <class First, class... Rest>
inline constexpr bool begins_with_input<First, Rest...> =
    is_input<First> && sizeof...(Rest) > 0 && !(is_input<Rest> || ...);

template <class T, class... Layers>
struct chain_after_input {  // of a rejected topology, so that the first error is the only one
    using type = chain<T, shape{1}>;
};
template <class T, std::size_t... Extents, class... Rest>
    requires(begins_with_input<input<Extents...>, Rest...>)
struct chain_after_input<T, input<Extents...>, Rest...> {
    using type = chain<T, input<Extents...>::extents, Rest...>;  // input's own checks come first
};

/// How many elements a container has, if its type tells; otherwise 0.
template <class C>
inline constexpr std::size_t fixed_size = 0;
template <class T, std::size_t N>
inline constexpr std::size_t fixed_size<std::array<T, N>> = N;
template <class T, std::size_t N>
inline constexpr std::size_t fixed_size<std::span<T, N>> = N == std::dynamic_extent ? 0 : N;
template <Stored E>
inline constexpr std::size_t fixed_size<E> = E::rows * E::columns;

}  // namespace internal

/// A network: a list of layers that begins with the shape of one sample.
///
///     using classifier = etch::network<etch::input<64>, etch::dense<32>, etch::relu, etch::dense<10>, etch::softmax>;
///
/// It contains its parameters as one flat array and nothing else: it is trivially copyable, and `sizeof` is known (with
/// SIMD, sizes of 1 KB and more are rounded up to whole cache lines). A const network may be called from any number of
/// threads. Gradients and the optimizer's state are in a `trainer`.
template <class T, class... Layers>
class basic_network {
    static_assert(internal::begins_with_input<Layers...>,
                  "etch: a network begins with input<...>, once, and has at least one layer after it");

public:
    using value_type = T;
    using layers = typename internal::chain_after_input<T, Layers...>::type;

    static constexpr shape input_shape = layers::input_shape, output_shape = layers::output_shape;
    static constexpr std::size_t inputs = input_shape.size(), outputs = output_shape.size();
    static constexpr std::size_t depth = layers::depth;
    /// How many numbers the optimizer trains, how many statistics are fitted to the data, and how many are frozen.
    static constexpr std::size_t parameter_count = layers::totals.trained, statistic_count = layers::totals.fitted,
                                 frozen_count = layers::totals.frozen;
    /// How many weights are stored in a packed format, such as bfloat16. Such a network is converted from a trained one
    /// (see convert.hpp).
    static constexpr std::size_t packed_count = layers::totals.packed;
    static_assert(packed_count == 0 || std::same_as<T, float>,
                  "etch: weights are stored as bf16 only in a network of floats");
    /// What it carries from one step to the next: the state of one voice, one agent or one episode. Zero at the
    /// beginning; a copy is a snapshot, an assignment a rollback. Empty for a network without state.
    using state = internal::network_state<basic_network, T, layers::totals.state, 1>;
    /// The states of samples that are computed together.
    template <std::size_t Columns>
    using states = internal::network_state<basic_network, T, layers::totals.state, Columns>;
    static constexpr bool has_state = layers::totals.state > 0;

private:
    static constexpr std::size_t fixed_count = statistic_count + frozen_count;
    using block = internal::chain_block<layers, T, internal::block_steps>;

public:
    /// The memory of a network, as an aggregate.
    using storage =
        internal::network_storage<T, std::max<std::size_t>(parameter_count + fixed_count, 1), layers::totals.words>;

    /// The same topology over another element type.
    template <class U>
    using with = basic_network<U, Layers...>;

    /// All parameters zero: for weights that are loaded.
    constexpr basic_network() noexcept = default;

    /// From numbers written out in storage order: used by etched headers (see docs/weights.md). Copied as a whole,
    /// which is free in constant expressions, however many there are.
    explicit constexpr basic_network(const storage& from) noexcept : storage_{from} {}

    /// Random, as the activations prefer, from a seed: same seed, same network, everywhere.
    explicit constexpr basic_network(seed from) noexcept {
        static_assert(packed_count == 0,
                      "etch: weights stored as bf16 are not trained: train a network of dense<...>, and convert it");
        layers::initialize(memory(), from);
    }

    /// The output for one sample: an array, span or tensor of `inputs` numbers. The outputs for a batch, a matrix of
    /// inputs x columns: a matrix of outputs x columns, in which each column has the same bits as for that sample
    /// alone.
    template <class Sample>
        requires(!std::is_array_v<Sample>)
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const Sample& sample) const noexcept {
        static_assert(
            !has_state || std::is_void_v<Sample>,
            "etch: this network carries a state from step to step: pass it, as in net(x, state), where state is "
            "a variable of the type Net::state");
        if constexpr (has_state)
            return vector<T, outputs>{};
        else
            return answer(sample);
    }

    /// The output for one sample in braces: net({0.1f, 0.9f}).
    template <std::size_t N>
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const T (&sample)[N]) const noexcept {
        return (*this)(std::span<const T, N>{sample});
    }

    /// One step of a network with state, for one sample and its `state`, or for a batch and its `states<Columns>`:
    /// returns the output, and updates the state for the next step. The network itself does not change. A network
    /// without state accepts its empty one, so that generic code may always pass it.
    ///
    ///     amp::state voice{};
    ///     const auto y = net(x, voice);
    template <class Sample, std::size_t Columns>
        requires(!std::is_array_v<Sample>)
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const Sample& sample, states<Columns>& at) const noexcept {
        if constexpr (has_state)
            return answer(sample, internal::extras_for(at));
        else
            return answer(sample);
    }
    template <std::size_t N>
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const T (&sample)[N], state& at) const noexcept {
        return (*this)(std::span<const T, N>{sample}, at);
    }

    /// Many steps of one sample: `from` has `inputs` numbers per step, `to` gets `outputs` for each. The same bits as
    /// step by step, but in blocks where these are faster (chain_block.hpp). size_mismatch, with nothing done, unless
    /// both consist of the same number of whole steps. `to` may be `from`, but not if the layers are one dense or
    /// convolution and activations after it: then an output would overwrite what the next one is computed from.
    constexpr status operator()(std::span<const T> from, std::span<T> to, state& at) const noexcept {
        const std::size_t steps = from.size() / inputs;
        if (from.size() != steps * inputs || to.size() != steps * outputs) return status::size_mismatch;
        const auto run = [&](const auto&... extras) {
            std::size_t i = block::run_all(memory(), from.data(), to.data(), steps, extras...);
            for (; i < steps; ++i) infer<1>(from.data() + i * inputs, to.data() + i * outputs, extras...);
        };
        if constexpr (has_state)
            run(internal::extras_for(at));
        else
            run();
        return status::ok;
    }

    /// Whether all statistics were fitted (by trainer::fit or fit_statistics) or loaded; if this is false, outputs are
    /// NaN, infinite or zero.
    [[nodiscard]] constexpr bool is_fitted() const noexcept {
        bool all = true;
        layers::for_each_layer([&]<std::size_t I>() {
            if constexpr (layers::infos[I].fitted > 0)
                all = all &&
                      layers::template layer<I>::fitted(layers::template context_of<I, 1>(memory(), nullptr, seed{}));
        });
        return all;
    }

    /// Every trained number, layer after layer: what the optimizer sees.
    [[nodiscard]] constexpr std::span<T, parameter_count> parameters() noexcept {
        return std::span<T, parameter_count>{storage_.numbers, parameter_count};
    }
    [[nodiscard]] constexpr std::span<const T, parameter_count> parameters() const noexcept {
        return std::span<const T, parameter_count>{storage_.numbers, parameter_count};
    }
    /// Every number that the optimizer does not change, statistics and frozen weights, layer after layer.
    [[nodiscard]] constexpr std::span<T, fixed_count> fixed() noexcept {
        return std::span<T, fixed_count>{storage_.numbers + parameter_count, fixed_count};
    }
    [[nodiscard]] constexpr std::span<const T, fixed_count> fixed() const noexcept {
        return std::span<const T, fixed_count>{storage_.numbers + parameter_count, fixed_count};
    }
    /// Every statistic, layer after layer.
    [[nodiscard]] constexpr std::span<T, statistic_count> statistics() noexcept
        requires(frozen_count == 0)
    {
        return fixed();
    }
    [[nodiscard]] constexpr std::span<const T, statistic_count> statistics() const noexcept
        requires(frozen_count == 0)
    {
        return fixed();
    }
    /// The tensors of layer I as views, in the layer's own order: auto [W, b] = net.parameters<0>().
    template <std::size_t I>
    [[nodiscard]] constexpr auto parameters() noexcept {
        return layers::template parameter_views<I>(memory());
    }
    template <std::size_t I>
    [[nodiscard]] constexpr auto parameters() const noexcept {
        return layers::template parameter_views<I>(memory());
    }

    [[nodiscard]] constexpr parameter_memory<T> memory() noexcept { return memory_of<T>(*this); }
    [[nodiscard]] constexpr parameter_memory<const T> memory() const noexcept { return memory_of<const T>(*this); }

    /// All numbers are equal, and all bits of packed weights.
    [[nodiscard]] friend constexpr bool operator==(const basic_network& a, const basic_network& b) noexcept {
        for (std::size_t i = 0; i < parameter_count + fixed_count; ++i)
            if (!(a.storage_.numbers[i] == b.storage_.numbers[i])) return false;
        for (std::size_t i = 0; i < layers::totals.words; ++i)
            if (a.memory().packed[i] != b.memory().packed[i]) return false;
        return true;
    }

    /// How many samples of a batch pass through the layers together.
    static constexpr std::size_t batch_columns = 32;

    /// Runs only the first `Depth` layers, for one sample or a batch. A loss that is fused with the last layer uses
    /// this to get that layer's input.
    template <std::size_t Columns, std::size_t Depth = depth, class... Extras>
    ETCH_INLINE constexpr void infer(const T* from, T* to, const Extras&... extras) const noexcept {
        static_assert(sizeof...(Extras) > 0 || !carries_state(Depth),
                      "etch: this network carries a state from step to step, so it cannot be evaluated on single "
                      "samples: pass its state, as in net(x, state)");
        if constexpr (layers::template is_small<Columns>)
            infer_here<Columns, Depth>(from, to, extras...);
        else
            call_infer<Columns, Depth>(from, to, extras...);
    }

    // Overloads that exist only for their error messages:
    template <std::integral Number>
    explicit constexpr basic_network(Number) noexcept {
        static_assert(std::is_void_v<Number>, "etch: a seed is written as one: network{etch::seed{42}}");
    }
    template <class Sample>
    constexpr auto predict(const Sample&) const noexcept {
        static_assert(
            std::is_void_v<Sample>,
            "etch: a network is called as a function, net(x); the class that it predicts is etch::predict(net, x)");
    }
    template <std::size_t N>
    constexpr auto predict(const T (&sample)[N]) const noexcept {
        return predict(std::span<const T, N>{sample});
    }
    template <class First, class... Rest>
        requires(sizeof...(Rest) > 0 && !(internal::is_state_of<basic_network, Rest> || ...))
    constexpr auto operator()(const First&, const Rest&...) const noexcept {
        constexpr bool has = (internal::is_state<Rest> || ...);
        static_assert(!has, "etch: this state is that of another network: pass a variable of the type Net::state");
        static_assert(has, "etch: a sample is one argument: net({0.1f, 0.9f})");
    }

private:
    template <class Sample, class... Extras>
    ETCH_INLINE constexpr auto answer(const Sample& sample, const Extras&... extras) const noexcept {
        constexpr std::size_t numbers = internal::fixed_size<Sample>;
        constexpr bool same_type = [] {
            if constexpr (numbers == 0)
                return true;
            else
                return std::is_convertible_v<decltype(std::declval<const Sample&>().data()), const T*>;
        }();
        constexpr bool is_sample = same_type && numbers == inputs;
        constexpr bool is_batch = [] {
            if constexpr (Stored<Sample>) return same_type && Sample::rows == inputs;
            return false;
        }();
        static_assert(same_type,
                      "etch: a sample must consist of numbers of the network's type, float for a network<...>");
        static_assert(numbers != 0,
                      "etch: the size of a sample must be known to the compiler: "
                      "pass a std::array, a std::span<const float, N>, a C array or an etch::vector");
        static_assert(numbers == 0 || !same_type || is_sample || is_batch,
                      "etch: a sample must have as many numbers as the network has inputs");
        if constexpr (is_sample) {
            vector<T, outputs> result;
            infer<1>(sample.data(), result.data(), extras...);
            return result;
        } else if constexpr (is_batch && sizeof...(Extras) > 0) {
            matrix<T, outputs, Sample::columns> results;
            infer<Sample::columns>(sample.data(), results.data(), extras...);
            return results;
        } else if constexpr (is_batch) {
            matrix<T, outputs, Sample::columns> results;
            infer_batch<Sample::columns>(sample.data(), results.data());
            return results;
        } else {
            return vector<T, outputs>{};
        }
    }

    template <std::size_t Columns, std::size_t Depth, class... Extras>
    ETCH_INLINE constexpr void infer_here(const T* from, T* to, const Extras&... extras) const noexcept {
        constexpr std::size_t needed = layers::template inference_size<Columns, Depth>();
        alignas(internal::storage_alignment<T, 64>) T scratch[needed == 0 ? 1 : needed];
        layers::template infer<Columns, Depth>(memory(), matrix_view<const T, inputs, Columns>{from},
                                               matrix_view<T, layers::rows_after(Depth), Columns>{to}, scratch,
                                               extras...);
    }
    template <std::size_t Columns, std::size_t Depth, class... Extras>
    constexpr void call_infer(const T* from, T* to, const Extras&... extras) const noexcept {
        infer_here<Columns, Depth>(from, to, extras...);
    }

    /// Whether one of the first `count` layers carries a state.
    static constexpr bool carries_state(std::size_t count) noexcept {
        return (count == depth ? layers::totals.state : layers::infos[count].state_before) > 0;
    }

    template <class U>
    ETCH_INLINE static constexpr parameter_memory<U> memory_of(auto& net) noexcept {
        if constexpr (packed_count > 0)
            return {net.storage_.numbers, net.storage_.numbers + parameter_count, net.storage_.words};
        else
            return {net.storage_.numbers, net.storage_.numbers + parameter_count};
    }

    template <std::size_t Columns>
    constexpr void infer_batch(const T* from, T* to) const noexcept {
        constexpr std::size_t whole = Columns / batch_columns * batch_columns;
        for (std::size_t j = 0; j < whole; j += batch_columns)
            infer<batch_columns>(from + j * inputs, to + j * outputs);
        if constexpr (Columns > whole) infer<Columns - whole>(from + whole * inputs, to + whole * outputs);
    }

    storage storage_{};
};

/// A network of floats.
template <class... Layers>
using network = basic_network<float, Layers...>;

}  // namespace etch::inline ETCH_VARIANT
