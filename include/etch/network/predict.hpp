#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include <etch/layer/output_kind.hpp>
#include <etch/tensor/argmax.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// What the outputs of a network mean; any_of has no last layer that could determine it.
template <class Network>
constexpr output_kind output_kind_of_network() noexcept {
    if constexpr (requires { typename Network::layers; })
        return Network::layers::template layer<Network::depth - 1>::predicts;
    else
        return Network::outputs == 1 ? output_kind::label_probabilities : output_kind::class_probabilities;
}

template <class Network>
constexpr void check_predicts() noexcept {
    static_assert(
        Network::outputs > 1 || output_kind_of_network<Network>() == output_kind::label_probabilities,
        "etch: predict returns a class, but a single output is one only after sigmoid; net(x) returns the number");
    static_assert(
        Network::outputs == 1 || output_kind_of_network<Network>() != output_kind::label_probabilities,
        "etch: predict returns one class, but several sigmoids are independent labels: compare net(x)[i] with 0.5");
}

/// A number in braces, of any type. Cannot be omitted.
template <class T>
struct written_number {
    T value;
    constexpr written_number(T from) noexcept : value{from} {}
};

/// The class that a network predicts for numbers in braces.
template <class Network, class Number, std::size_t N>
constexpr std::size_t predict_written(const Network& net, const Number (&sample)[N]) noexcept {
    check_predicts<Network>();
    std::array<typename Network::value_type, N> numbers{};
    for (std::size_t i = 0; i < N; ++i) {
        if constexpr (std::is_arithmetic_v<Number>)
            numbers[i] = static_cast<typename Network::value_type>(sample[i]);
        else
            numbers[i] = sample[i].value;
    }
    return class_of(net(numbers));
}

}  // namespace internal

/// The class that a network predicts for a sample: its largest output, the first of equal ones; with a single output,
/// whether it is at least 1/2. Names: predict(net, x, classes) in data/class_list.hpp.
///
///     const std::size_t species = etch::predict(net, {5.1f, 3.5f, 1.4f, 0.2f});
template <class Network, class Sample>
[[nodiscard]] constexpr std::size_t predict(const Network& net, const Sample& sample) noexcept
    requires(Network::outputs > 0 && !std::is_array_v<Sample>)
{
    internal::check_predicts<Network>();
    return class_of(net(sample));
}
/// The same for numbers in braces: of one type, so that a wrong count gives one readable error, or of several. (clang
/// does not deduce the length if it must convert.)
template <class Network, class Number, std::size_t N>
[[nodiscard]] constexpr std::size_t predict(const Network& net, const Number (&sample)[N]) noexcept
    requires(Network::outputs > 0 && std::is_arithmetic_v<Number>)
{
    return internal::predict_written(net, sample);
}
template <class Network>
[[nodiscard]] constexpr std::size_t predict(
    const Network& net,
    const internal::written_number<typename Network::value_type> (&sample)[Network::inputs]) noexcept {
    return internal::predict_written(net, sample);
}

}  // namespace etch::inline ETCH_VARIANT
