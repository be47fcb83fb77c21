#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <etch/network/chain.hpp>

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
struct chain_after_input {  // takes the place of a topology that was refused, so that the first error stays the only
                            // one
    using type = chain<T, shape{1}>;
};
template <class T, std::size_t... Extents, class... Rest>
    requires(begins_with_input<input<Extents...>, Rest...>)
struct chain_after_input<T, input<Extents...>, Rest...> {
    using type = chain<T, input<Extents...>::extents, Rest...>;  // input's own checks come first
};

/// How many numbers a container has, where its type says so; else 0.
template <class C>
inline constexpr std::size_t fixed_size = 0;
template <class T, std::size_t N>
inline constexpr std::size_t fixed_size<std::array<T, N>> = N;
template <class T, std::size_t N>
inline constexpr std::size_t fixed_size<std::span<T, N>> = N == std::dynamic_extent ? 0 : N;
template <Stored E>
inline constexpr std::size_t fixed_size<E> = E::rows * E::columns;

/// What a network holds: the trained numbers, layer after layer, then the statistics likewise; and the words of weights
/// that are held as bfloat16, where there are any. Matrices lie column after column.
template <class T, std::size_t Numbers, std::size_t Words>
struct network_storage {
    alignas(storage_alignment<std::int32_t, Words>) std::int32_t words[Words] = {};
    alignas(storage_alignment<T, Numbers>) T numbers[Numbers] = {};
};
template <class T, std::size_t Numbers>
struct network_storage<T, Numbers, 0> {
    alignas(storage_alignment<T, Numbers>) T numbers[Numbers] = {};
};

}  // namespace internal

/// A network: a list of layers that begins with the shape of one sample.
///
///     using classifier = etch::network<etch::input<64>, etch::dense<32>, etch::relu, etch::dense<10>, etch::softmax>;
///
/// It holds its parameters in one flat array and nothing else: it is trivially copyable, `sizeof` is known (from 1 KB on
/// rounded up to whole lines of the cache where there is SIMD), and a const network may be asked from any number of threads. Gradients and the optimiser's state live in a `trainer`.
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
    /// How many numbers the optimiser trains, and how many statistics are fitted on the data.
    static constexpr std::size_t parameter_count = layers::trained_count, statistic_count = layers::statistic_count;
    /// How many weights are held as bfloat16. Such a network is converted from a trained one (see convert.hpp).
    static constexpr std::size_t rounded_count = layers::rounded_count;
    static_assert(rounded_count == 0 || std::same_as<T, float>,
                  "etch: weights are held as bf16 in a network of floats alone");

    /// What a network consists of, an aggregate.
    using storage =
        internal::network_storage<T, std::max<std::size_t>(parameter_count + statistic_count, 1), layers::word_count>;

    /// The same topology over another element type.
    template <class U>
    using with = basic_network<U, Layers...>;

    /// All parameters zero: for weights that are loaded.
    constexpr basic_network() noexcept = default;

    /// From numbers that are written out, in the order in which they lie: an etched header (see docs/weights.md). Copied
    /// as a whole, which costs a constant expression nothing, however many they are.
    explicit constexpr basic_network(const storage& from) noexcept : storage_{from} {}

    /// Drawn as the activations want it, from a seed: same seed, same network, everywhere.
    explicit constexpr basic_network(seed from) noexcept {
        static_assert(rounded_count == 0,
                      "etch: weights held as bf16 are not trained: train a network of dense<...>, and convert it");
        layers::initialize(memory(), from);
    }

    /// A number as seed, `predict` as a member, and a sample as several arguments: overloads that exist only for their
    /// error messages.
    template <std::integral Number>
    explicit constexpr basic_network(Number) noexcept {
        static_assert(std::is_void_v<Number>, "etch: a seed is written as one: network{etch::seed{42}}");
    }
    template <class Sample>
    constexpr auto predict(const Sample&) const noexcept {
        static_assert(
            std::is_void_v<Sample>,
            "etch: a network is called as a function, net(x); the class of its answer is etch::predict(net, x)");
    }
    template <std::size_t N>
    constexpr auto predict(const T (&sample)[N]) const noexcept {
        return predict(std::span<const T, N>{sample});
    }
    template <class First, class... Rest>
        requires(sizeof...(Rest) > 0)
    constexpr auto operator()(const First&, const Rest&...) const noexcept {
        static_assert(std::is_void_v<First>, "etch: a sample is one argument: net({0.1f, 0.9f})");
    }

    /// The answer to one sample: an array, span or tensor of `inputs` numbers. The answers to a batch, a matrix of
    /// inputs x columns: a matrix of outputs x columns, where each column has the bits that its sample has alone.
    template <class Sample>
        requires(!std::is_array_v<Sample>)
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const Sample& sample) const noexcept {
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
        static_assert(same_type, "etch: a sample must hold numbers of the network's type, float for a network<...>");
        static_assert(numbers != 0,
                      "etch: the size of a sample must be known to the compiler: "
                      "pass a std::array, a std::span<const float, N>, a C array or an etch::vector");
        static_assert(numbers == 0 || !same_type || is_sample || is_batch,
                      "etch: a sample must have as many numbers as the network has inputs");
        if constexpr (is_sample) {
            vector<T, outputs> answer;
            infer<1>(sample.data(), answer.data());
            return answer;
        } else if constexpr (is_batch) {
            matrix<T, outputs, Sample::columns> answers;
            infer_batch<Sample::columns>(sample.data(), answers.data());
            return answers;
        } else {
            return vector<T, outputs>{};
        }
    }

    /// The answer to one sample that is written out: net({0.1f, 0.9f}).
    template <std::size_t N>
    [[nodiscard]] ETCH_INLINE constexpr auto operator()(const T (&sample)[N]) const noexcept {
        return (*this)(std::span<const T, N>{sample});
    }

    /// Whether the statistics of every layer that has some were fitted (by trainer::fit or fit_statistics) or loaded; a
    /// network for which this is false answers NaN, infinity or zero.
    [[nodiscard]] constexpr bool is_fitted() const noexcept {
        bool all = true;
        layers::for_each_layer([&]<std::size_t I>() {
            if constexpr (layers::facts[I].statistics > 0)
                all = all && layers::template layer<I>::fitted(
                                 layers::template pass<I, false>(memory(), nullptr, nullptr, seed{}));
        });
        return all;
    }

    /// Every trained number, layer after layer: the optimiser's view.
    [[nodiscard]] constexpr std::span<T, parameter_count> parameters() noexcept {
        return std::span<T, parameter_count>{storage_.numbers, parameter_count};
    }
    [[nodiscard]] constexpr std::span<const T, parameter_count> parameters() const noexcept {
        return std::span<const T, parameter_count>{storage_.numbers, parameter_count};
    }
    /// Every statistic, layer after layer.
    [[nodiscard]] constexpr std::span<T, statistic_count> statistics() noexcept {
        return std::span<T, statistic_count>{storage_.numbers + parameter_count, statistic_count};
    }
    [[nodiscard]] constexpr std::span<const T, statistic_count> statistics() const noexcept {
        return std::span<const T, statistic_count>{storage_.numbers + parameter_count, statistic_count};
    }
    /// The tensors of layer I as views, in the order in which the layer names them: auto [W, b] = net.parameters<0>().
    template <std::size_t I>
    [[nodiscard]] constexpr auto parameters() noexcept {
        return layers::template pass<I, false>(memory(), nullptr, nullptr, seed{}).parameters;
    }
    template <std::size_t I>
    [[nodiscard]] constexpr auto parameters() const noexcept {
        return layers::template pass<I, false>(memory(), nullptr, nullptr, seed{}).parameters;
    }

    [[nodiscard]] constexpr parameter_memory<T> memory() noexcept { return memory_of<T>(*this); }
    [[nodiscard]] constexpr parameter_memory<const T> memory() const noexcept { return memory_of<const T>(*this); }

    /// Equal numbers everywhere; of weights held as bf16 equal bits.
    [[nodiscard]] friend constexpr bool operator==(const basic_network& a, const basic_network& b) noexcept {
        for (std::size_t i = 0; i < parameter_count + statistic_count; ++i)
            if (!(a.storage_.numbers[i] == b.storage_.numbers[i])) return false;
        for (std::size_t i = 0; i < layers::word_count; ++i)
            if (a.memory().rounded[i] != b.memory().rounded[i]) return false;
        return true;
    }

    /// How many samples pass through the layers together when a batch is asked for.
    static constexpr std::size_t batch_columns = 32;

    /// The first `Last` layers of one sample or of a batch: what the loss sees that takes over the last layer.
    template <std::size_t Columns, std::size_t Last = depth>
    ETCH_INLINE constexpr void infer(const T* from, T* to) const noexcept {
        if constexpr (layers::template is_small<Columns>)
            infer_here<Columns, Last>(from, to);
        else
            call_infer<Columns, Last>(from, to);
    }

private:
    template <std::size_t Columns, std::size_t Last>
    ETCH_INLINE constexpr void infer_here(const T* from, T* to) const noexcept {
        constexpr std::size_t needed = layers::template inference_size<Last>(Columns);
        alignas(internal::storage_alignment<T, 64>) T workspace[needed == 0 ? 1 : needed];
        constexpr std::size_t rows = Last == 0 ? inputs : layers::facts[Last - 1].output.size();
        layers::template infer<Last, Columns>(memory(), matrix_view<const T, inputs, Columns>{from},
                                              matrix_view<T, rows, Columns>{to}, workspace);
    }
    template <std::size_t Columns, std::size_t Last>
    constexpr void call_infer(const T* from, T* to) const noexcept {
        infer_here<Columns, Last>(from, to);
    }

    template <class U>
    ETCH_INLINE static constexpr parameter_memory<U> memory_of(auto& net) noexcept {
        if constexpr (rounded_count > 0)
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
