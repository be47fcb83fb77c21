#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/layer/dense.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A layer, or the layers of a network, with the weights of every dense layer held in one way: `automatic` for floats, or
/// bf16.
template <class L, auto Format>
struct with_weights {
    using type = L;
};
template <std::size_t Outputs, auto... Initializers, auto Format>
struct with_weights<dense<Outputs, Initializers...>, Format> {
    using type = dense<Outputs, Format>;
};
template <class... Layers, auto Format>
struct with_weights<residual<Layers...>, Format> {
    using type = residual<typename with_weights<Layers, Format>::type...>;
};
template <class T, class... Layers, auto Format>
struct with_weights<basic_network<T, Layers...>, Format> {
    using type = basic_network<T, typename with_weights<Layers, Format>::type...>;
};

template <class A, class B>
concept SameTopology =
    std::same_as<typename with_weights<A, automatic>::type, typename with_weights<B, automatic>::type>;

}  // namespace internal

/// The same topology with the weights of every dense layer held as bf16.
template <class Network>
using with_bf16 = typename internal::with_weights<Network, bf16>::type;

/// The same network with its weights held in another way; everything else, bias and statistics too, is copied.
///
///     using deployed = etch::with_bf16<policy>;       // or a list of its own, with dense<512, etch::bf16> where it pays
///     static const auto net = etch::convert<deployed>(trained);
///
/// To bf16: each weight is rounded to nearest, see to_bf16. Back to floats: exact.
template <class To, class From>
[[nodiscard]] constexpr To convert(const From& from) noexcept {
    static_assert(internal::SameTopology<To, From>,
                  "etch: a network converts to one of the same layers: they may differ in how weights are held, "
                  "dense<N> or dense<N, bf16>, and in nothing else");
    To to;
    if constexpr (internal::SameTopology<To, From>)
        From::layers::for_each_layer([&]<std::size_t I>() {
            const auto source = from.template parameters<I>();
            const auto target = to.template parameters<I>();
            [&]<std::size_t... P>(std::index_sequence<P...>) {
                ((std::get<P>(target) = std::get<P>(source)), ...);
            }(std::make_index_sequence<std::tuple_size_v<decltype(target)>>{});
        });
    return to;
}

}  // namespace etch::inline ETCH_VARIANT
