#pragma once
#include <cstddef>
#include <type_traits>
#include <utility>

#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A layer, or the layers of a network, with the weights of every dense, recurrent and convolutional layer stored as
/// `Format` (`automatic` for floats, or bf16) and nothing frozen.
template <class L, auto Format>
struct with_weights {
    using type = L;
};
template <class L, auto Format>
    requires requires { typename L::template stored_as<Format>; }
struct with_weights<L, Format> {
    using type = typename L::template stored_as<Format>;
};
template <template <class...> class Holder, class... Layers, auto Format>  // and a branch of parallel
struct with_weights<Holder<Layers...>, Format> {
    using type = Holder<typename with_weights<Layers, Format>::type...>;
};
template <class L, auto Format>
struct with_weights<frozen<L>, Format> : with_weights<L, Format> {};
template <class T, class... Layers, auto Format>
struct with_weights<basic_network<T, Layers...>, Format> {
    using type = basic_network<T, typename with_weights<Layers, Format>::type...>;
};

template <class A, class B>
concept SameTopology =
    std::same_as<typename with_weights<A, automatic>::type, typename with_weights<B, automatic>::type>;

}  // namespace internal

/// The same topology with the weights of every dense and recurrent layer, and of every convolution without groups that
/// is not transposed, stored as bf16, and no layer frozen.
template <class Network>
using with_bf16 = typename internal::with_weights<Network, bf16>::type;

/// The same network with its weights stored as another format; everything else, such as bias and statistics, is copied.
///
///     using deployed = etch::with_bf16<policy>;       // or write the list, with dense<512, etch::bf16> where it pays
///     static const auto net = etch::convert<deployed>(trained);
///
/// Layers may be frozen in one and not in the other: their numbers are copied all the same.
///
/// To bf16: each weight is rounded to nearest, see to_bf16. Back to floats: exact.
template <class To, class From>
[[nodiscard]] constexpr To convert(const From& from) noexcept {
    static_assert(internal::SameTopology<To, From>,
                  "etch: a network converts to one of the same layers: they may differ in how weights are stored, "
                  "dense<N> or dense<N, bf16>, in what is frozen, and in nothing else");
    To to;
    if constexpr (internal::SameTopology<To, From>)
        From::layers::for_each_layer([&]<std::size_t I>() {
            const auto source = from.template parameters<I>();
            const auto target = to.template parameters<I>();
            [&]<std::size_t... P>(std::index_sequence<P...>) {
                ((get<P>(target) = get<P>(source)), ...);
            }(std::make_index_sequence<std::tuple_size_v<decltype(target)>>{});
        });
    return to;
}

}  // namespace etch::inline ETCH_VARIANT
