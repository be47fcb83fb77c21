#pragma once
#include <cstddef>
#include <string_view>

#include <etch/tensor/argmax.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A network that ends in sigmoid has one probability per output; any_of has no last layer.
template <class Network>
constexpr bool ends_in_sigmoid() noexcept {
    if constexpr (requires { typename Network::layers; }) {
        using last = typename Network::layers::template layer<Network::depth - 1>;
        const std::string_view name = last::name;
        return name == "sigmoid" || name == "fast_sigmoid";
    } else {
        return Network::outputs == 1;
    }
}

template <class Network>
constexpr void check_predicts() noexcept {
    static_assert(Network::outputs > 1 || ends_in_sigmoid<Network>(),
                  "etch: predict gives a class, which a single output is only after sigmoid; net(x) gives the number");
    static_assert(
        Network::outputs == 1 || !ends_in_sigmoid<Network>(),
        "etch: predict gives one class, but several sigmoids answer yes or no each: compare net(x)[i] with 0.5");
}

}  // namespace internal

/// The class that a network predicts for a sample: its largest output, the first of equal ones; with a single output,
/// whether it is at least 1/2. Names: predict(net, x, classes) in data/class_list.hpp.
///
///     const std::size_t species = etch::predict(net, {5.1f, 3.5f, 1.4f, 0.2f});
template <class Network, class Sample>
[[nodiscard]] constexpr std::size_t predict(const Network& net, const Sample& sample) noexcept
    requires requires { Network::outputs; }
{
    internal::check_predicts<Network>();
    return class_of(net(sample));
}
template <class Network, std::size_t N>
[[nodiscard]] constexpr std::size_t predict(const Network& net,
                                            const typename Network::value_type (&sample)[N]) noexcept {
    internal::check_predicts<Network>();
    return class_of(net(sample));
}

}  // namespace etch::inline ETCH_VARIANT
