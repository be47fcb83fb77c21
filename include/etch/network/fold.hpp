#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/layer/frozen.hpp>
#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// What fold must know of a layer.
struct fold_traits {
    affine_weights weights;
    bool passes_through, scales_and_shifts;
};
template <class L>
inline constexpr fold_traits fold_traits_of{L::weights_as, L::passes_through, L::scales_and_shifts};
template <class L>
inline constexpr fold_traits fold_traits_of<frozen<L>> = fold_traits_of<L>;

/// What becomes of a list of Count layers: the layers that remain, `base`; and of each layer, the number of the one
/// that it goes into.
template <std::size_t Count>
struct fold_plan {
    std::size_t remaining = 0;
    std::array<std::size_t, Count> base{}, into{};

    explicit constexpr fold_plan(const std::array<fold_traits, Count>& layers) noexcept {
        for (std::size_t i = 0; i < Count; ++i) {
            const fold_traits& next = layers[i];
            if (next.passes_through) {
                into[i] = Count;  // nothing
            } else if (next.scales_and_shifts && remaining > 0 &&
                       layers[base[remaining - 1]].weights != affine_weights::none) {
                into[i] = remaining - 1;
            } else {
                if (next.weights == affine_weights::rows_and_columns)
                    while (remaining > 0 && layers[base[remaining - 1]].scales_and_shifts) --remaining;
                for (std::size_t before = 0; before < i; ++before)
                    if (into[before] != Count && into[before] > remaining) into[before] = remaining;
                into[i] = remaining;
                base[remaining++] = i;
            }
        }
        if (remaining == 0) into[0] = 0, remaining = 1;  // a list has at least one layer
    }
};
template <class... Layers>
inline constexpr fold_plan<sizeof...(Layers)> fold_plan_of{std::array{fold_traits_of<Layers>...}};

/// A layer that is a list of layers run one after another, or lists side by side.
template <class L>
inline constexpr bool is_list = requires { requires L::holds_list; };

template <class L>
inline constexpr bool is_branch_list = is_list<L> && !std::derived_from<L, layer_defaults>;

/// A layer after folding: its lists are folded, and nothing in it is frozen.
template <class L>
struct folded_form {
    using type = L;
};
template <class L>
struct folded_form<frozen<L>> : folded_form<L> {};

template <template <class...> class Holder, class Remaining, class... Layers>
struct folded_list;
template <template <class...> class Holder, std::size_t... J, class... Layers>
struct folded_list<Holder, std::index_sequence<J...>, Layers...> {
    template <std::size_t I>
    using layer = std::tuple_element_t<I, std::tuple<Layers...>>;
    using type = Holder<typename folded_form<layer<fold_plan_of<Layers...>.base[J]>>::type...>;
};
template <template <class...> class Holder, class... Layers>
using folded_list_t =
    typename folded_list<Holder, std::make_index_sequence<fold_plan_of<Layers...>.remaining>, Layers...>::type;

template <template <class...> class Holder, class... Layers>
    requires is_list<Holder<Layers...>>
struct folded_form<Holder<Layers...>> {
    using type = folded_list_t<Holder, Layers...>;
};
template <template <class...> class Holder, class... Branches>
    requires(sizeof...(Branches) > 0 && (is_branch_list<Branches> && ...))
struct folded_form<Holder<Branches...>> {
    using type = Holder<typename folded_form<Branches>::type...>;
};
template <class T, class Input, class... Layers>
struct folded_form<basic_network<T, Input, Layers...>> {
    template <class... Remaining>
    using with_layers = basic_network<T, Input, Remaining...>;
    using type = folded_list_t<with_layers, Layers...>;
};

/// Tensors First, First + 1, ... as a list of their own.
template <std::size_t First, std::size_t Count, class Views>
constexpr auto tensors_between(const Views& all) noexcept {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        return list<std::remove_cvref_t<decltype(get<First + K>(all))>...>{{get<First + K>(all)}...};
    }(std::make_index_sequence<Count>{});
}

/// W := diag(scale) W,  b := scale ⊙ b + shift: of a layer whose outputs are then scaled and shifted.
template <affine_weights Weights, class W, class B, class V>
constexpr void fold_outputs(const W& weight, const B& bias, const V& scale, const V& shift) noexcept {
    for (std::size_t k = 0; k < W::columns; ++k)
        for (std::size_t o = 0; o < W::rows; ++o)
            weight(o, k) *= scale[Weights == affine_weights::columns_of_features ? k % V::rows : o];
    bias = hadamard(bias, scale) + shift;
}
/// b := b + W shift,  W := W diag(scale): of a layer whose inputs were scaled and shifted before.
template <class W, class B, class V>
constexpr void fold_inputs(const W& weight, const B& bias, const V& scale, const V& shift) noexcept {
    for (std::size_t k = 0; k < W::columns; ++k)
        for (std::size_t o = 0; o < W::rows; ++o) {
            bias[o] = fma_number(weight(o, k), shift[k % V::rows], bias[o]);
            weight(o, k) *= scale[k % V::rows];
        }
}

/// Copies the tensors of a layer into those of its folded form. For a list of layers, `from` and `to` are functions
/// that return the tensors of layer I.
template <class L, shape In>
struct fold_layer {
    static constexpr void copy(const auto& from, const auto& to) noexcept {
        for_each_index<L::template parameters<In>().size()>([&]<std::size_t K>() { get<K>(to) = get<K>(from); });
    }
};
template <class L, shape In>
struct fold_layer<frozen<L>, In> : fold_layer<L, In> {};

template <shape In, class... Layers>
struct fold_layers {
    using source = layer_list<In, Layers...>;
    static constexpr const auto& plan = fold_plan_of<Layers...>;

    static constexpr void copy(const auto& from, const auto& to) noexcept {
        for_each_index<plan.remaining>([&]<std::size_t J>() {
            constexpr std::size_t base = plan.base[J];
            const auto target = to.template operator()<J>();
            fold_layer<typename source::template layer<base>, source::infos[base].input>::copy(
                from.template operator()<base>(), target);
            for_each_index<base>([&]<std::size_t Back>() { merge<base - 1 - Back, J>(from, target); });
            for_each_index<source::depth - 1 - base>(
                [&]<std::size_t Forth>() { merge<base + 1 + Forth, J>(from, target); });
        });
    }

private:
    /// What layer I does goes into the tensors of layer J of the result, if that is its place.
    template <std::size_t I, std::size_t J>
    static constexpr void merge(const auto& from, const auto& target) noexcept {
        if constexpr (plan.into[I] == J) {
            using base = typename source::template layer<plan.base[J]>;
            const auto tensors = from.template operator()<I>();
            using tensor_of = std::remove_cvref_t<decltype(get<0>(tensors))>;
            vector<std::remove_const_t<typename tensor_of::value_type>, tensor_of::rows> scale, shift;
            folded_form<typename source::template layer<I>>::type::affine(tensors, scale.view(), shift.view());
            const auto& weight = get<0>(target);
            const auto& bias = get<1>(target);
            if constexpr (I > plan.base[J])
                fold_outputs<fold_traits_of<base>.weights>(weight, bias, scale, shift);
            else
                fold_inputs(weight, bias, scale, shift);
        }
    }
};

/// Of layers in a holder: its tensors are those of the layers, one after another.
template <template <class...> class Holder, class... Layers, shape In>
    requires is_list<Holder<Layers...>>
struct fold_layer<Holder<Layers...>, In> {
    static constexpr void copy(const auto& from, const auto& to) noexcept {
        using target = typename folded_form<Holder<Layers...>>::type;
        fold_layers<In, Layers...>::copy(
            [&]<std::size_t I>() { return layer_tensors<I>(static_cast<Holder<Layers...>*>(nullptr), from); },
            [&]<std::size_t I>() { return layer_tensors<I>(static_cast<target*>(nullptr), to); });
    }

private:
    template <std::size_t I, class... Held>
    static constexpr auto layer_tensors(Holder<Held...>*, const auto& all) noexcept {
        using list = layer_list<In, Held...>;
        constexpr std::size_t first = [] {
            std::size_t sum = 0;
            for (std::size_t i = 0; i < I; ++i) sum += list::infos[i].parameters;
            return sum;
        }();
        return tensors_between<first, list::infos[I].parameters>(all);
    }
};
/// And of lists side by side.
template <template <class...> class Holder, class... Branches, shape In>
    requires(sizeof...(Branches) > 0 && (is_branch_list<Branches> && ...))
struct fold_layer<Holder<Branches...>, In> {
    static constexpr void copy(const auto& from, const auto& to) noexcept { copy_from<0, 0, Branches...>(from, to); }

private:
    template <class Branch>
    static constexpr std::size_t tensors_in = parameters_of_all<typename Branch::template list<In>>().size();

    template <std::size_t First, std::size_t FirstTo, class Branch, class... Rest>
    static constexpr void copy_from(const auto& from, const auto& to) noexcept {
        using target = typename folded_form<Branch>::type;
        fold_layer<Branch, In>::copy(tensors_between<First, tensors_in<Branch>>(from),
                                     tensors_between<FirstTo, tensors_in<target>>(to));
        if constexpr (sizeof...(Rest) > 0)
            copy_from<First + tensors_in<Branch>, FirstTo + tensors_in<target>, Rest...>(from, to);
    }
};

/// The whole network.
template <class T, class Input, class... Layers>
constexpr auto folded_from(const basic_network<T, Input, Layers...>& net) noexcept {
    typename folded_form<basic_network<T, Input, Layers...>>::type result;
    fold_layers<Input::extents, Layers...>::copy([&]<std::size_t I>() { return net.template parameters<I>(); },
                                                 [&]<std::size_t J>() { return result.template parameters<J>(); });
    return result;
}

}  // namespace internal

/// The layers of a network for inference alone, as `fold` gives them: batch_norm goes into the layer with weights
/// before it, or else into the one after it; dropout and identity vanish; nothing is frozen. The same in residual,
/// parallel and their branches. What has no such neighbour stays.
///
///     network<input<1, 28, 28>, conv_2d<8>, batch_norm<>, relu, flatten, dense<32>, dropout<20>, dense<10>>
///     network<input<1, 28, 28>, conv_2d<8>,               relu, flatten, dense<32>,              dense<10>>
template <class Network>
using folded = typename internal::folded_form<Network>::type;

/// The same network with fewer layers, of the same answers but for rounding: where y = W x + b was followed by
/// s ⊙ y + t, the new layer has diag(s) W and s ⊙ b + t; where its input was s ⊙ x + t, it has W diag(s) and b + W t.
///
///     static const auto deployed = etch::fold(trained);    // an etch::folded<decltype(trained)>
///
/// Before it: dense without a packed format, conv_1d, conv_2d, causal_conv_1d, and the transposed convolutions without
/// groups. After it: dense, and convolutions without padding and groups. Each weight is rounded once more, by at most
/// half a unit in the last place. To weights stored as bf16, convert afterwards.
template <class Network>
[[nodiscard]] constexpr auto fold(const Network& net) noexcept {
    constexpr bool is_network = requires { internal::folded_from(net); };
    static_assert(is_network, "etch: fold takes a network with its weights: etch::fold(net)");
    if constexpr (is_network) return internal::folded_from(net);
}

}  // namespace etch::inline ETCH_VARIANT
