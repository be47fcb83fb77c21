#pragma once
// The list of types: what each layer is, as values.
#include <array>
#include <cstddef>
#include <utility>

#if !__has_include(<boost/hana/basic_tuple.hpp>)
#error \
    "etch: the headers of Boost.Hana are not found. Install them (Debian: libboost-dev), or name the folder that holds boost/ with -I; nothing of Boost is linked"
#endif
#include <boost/hana/at.hpp>
#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/type.hpp>

#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// What is known about one layer at its position in a list.
struct layer_info {
    const char* name = "";
    shape input{}, output{};
    std::size_t parameters = 0;                       ///< number of tensors
    std::size_t trained = 0, fitted = 0, frozen = 0;  ///< numbers that are not packed
    std::size_t packed = 0, words = 0;                ///< packed weights, and the words that contain them
    weight_format format = weight_format::number;     ///< of the packed weights
    std::size_t state = 0;                            ///< numbers that it carries per sample
    std::size_t multiply_adds = 0;                    ///< of one sample's forward pass
    bool elementwise = false, stored_output = false, needs_input = true, needs_output = true, recuts = false;
    bool counts_samples = false, takes_extras = false;
    initializer preferred = automatic;
    // The totals of the layers before it.
    std::size_t trained_before = 0, fixed_before = 0, words_before = 0, state_before = 0;

    [[nodiscard]] constexpr std::size_t fixed() const noexcept { return fitted + frozen; }

    /// Whether its backward pass accepts an unevaluated gradient. A layer with parameters reads the gradient twice, and
    /// therefore does not.
    [[nodiscard]] constexpr bool lazy_backward() const noexcept { return elementwise && trained == 0; }
};

namespace internal {

/// f.operator()<0>(), f.operator()<1>(), ...
template <std::size_t Count, class F>
constexpr void for_each_index(F&& f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (f.template operator()<I>(), ...);
    }(std::make_index_sequence<Count>{});
}

template <class L, shape In>
constexpr layer_info describe_layer() noexcept {
    constexpr auto held = L::template parameters<In>();
    constexpr auto needs = [](saved_values what) {
        return (static_cast<int>(L::saved_for_backward) & static_cast<int>(what)) != 0;
    };
    layer_info info{.name = L::name,
                    .input = In,
                    .output = L::output(In),
                    .parameters = held.size(),
                    .words = taken(held, memory_part::packed, held.size()),
                    .state = size_of(L::template state<In>()),
                    .multiply_adds = L::template multiply_adds<In>(),
                    .elementwise = L::elementwise,
                    .stored_output = L::stored_output,
                    .needs_input = needs(saved_values::input),
                    .needs_output = needs(saved_values::output),
                    .recuts = L::recuts,
                    .counts_samples = L::counts_samples,
                    .takes_extras = takes_extras<L, In>,
                    .preferred = L::preferred};
    for (const parameter& p : held) {
        if (is_packed(p.format)) info.format = p.format;
        (is_packed(p.format)                 ? info.packed
         : p.role == parameter_role::trained ? info.trained
         : p.role == parameter_role::fitted  ? info.fitted
                                             : info.frozen) += p.extents.size();
    }
    return info;
}

}  // namespace internal

/// Layers one after another, of which the first gets the shape In. The list of types is folded once into values, since
/// whatever follows from values costs the compiler far less than what follows from types.
template <shape In, class... Layers>
class layer_list {
    static constexpr auto list = boost::hana::make_basic_tuple(boost::hana::type_c<Layers>...);

    static_assert((internal::check_contract<Layers>() && ...));

public:
    static constexpr std::size_t depth = sizeof...(Layers);

    /// Layer I; the layer after `input` is 0.
    template <std::size_t I>
    using layer = typename std::remove_cvref_t<decltype(boost::hana::at_c<I>(list))>::type;

private:
    /// The input shape of each layer, and the output shape of the last.
    struct shapes_met {
        std::array<shape, depth + 1> of{In};
        std::size_t count = 0;
    };
    static constexpr shapes_met shapes = boost::hana::fold_left(list, shapes_met{}, [](shapes_met met, auto type) {
        using L = typename decltype(type)::type;
        met.of[met.count + 1] = L::output(met.of[met.count]);
        ++met.count;
        return met;
    });

    struct totals_of_all {
        std::size_t trained = 0, fitted = 0, frozen = 0, packed = 0, words = 0, state = 0, multiply_adds = 0;
        bool counts_samples = false, takes_extras = false;
    };
    struct described {
        std::array<layer_info, depth> layers{};
        totals_of_all totals{};
    };
    static constexpr described all = []<std::size_t... I>(std::index_sequence<I...>) {
        described result{.layers = {internal::describe_layer<Layers, shapes.of[I]>()...}};
        totals_of_all& so_far = result.totals;
        for (layer_info& next : result.layers) {
            next.trained_before = so_far.trained;
            next.fixed_before = so_far.fitted + so_far.frozen;
            next.words_before = so_far.words;
            next.state_before = so_far.state;
            so_far.trained += next.trained;
            so_far.fitted += next.fitted;
            so_far.frozen += next.frozen;
            so_far.packed += next.packed;
            so_far.words += next.words;
            so_far.state += next.state;
            so_far.multiply_adds += next.multiply_adds;
            so_far.counts_samples = so_far.counts_samples || next.counts_samples;
            so_far.takes_extras = so_far.takes_extras || next.takes_extras;
        }
        return result;
    }(std::make_index_sequence<depth>{});

    static_assert([]<std::size_t... I>(std::index_sequence<I...>) {
        return (internal::check_layer<Layers, shapes.of[I]>() && ...);
    }(std::make_index_sequence<depth>{}));
    // A constant, since clang prints a condition in full before the message.
    static constexpr bool units_come_last = []<std::size_t... I>(std::index_sequence<I...>) {
        return ((I + 1 == depth || !Layers::fits_targets) && ...);
    }(std::make_index_sequence<depth>{});
    static_assert(units_come_last,
                  "etch: unstandardize gives outputs in the units of the targets, so no layer may follow it");

    /// The initializer preferred by the activation after layer `i`.
    static constexpr initializer preferred_after(std::size_t i) {
        for (++i; i < depth; ++i) {
            if (infos[i].preferred != automatic) return infos[i].preferred;
            if (infos[i].trained + infos[i].frozen != 0) break;
        }
        return glorot_uniform;
    }

public:
    static constexpr const std::array<layer_info, depth>& infos = all.layers;
    static constexpr totals_of_all totals = all.totals;
    static constexpr shape input_shape = In, output_shape = shapes.of[depth];

    /// The tensors of layer I, each with its final initializer.
    template <std::size_t I>
    static constexpr auto parameters() {
        auto held = layer<I>::template parameters<shapes.of[I]>();
        for (parameter& p : held)
            if (p.initializer == automatic) p.initializer = preferred_after(I);
        return held;
    }

    /// f.operator()<I>() for each layer.
    template <class F>
    static constexpr void for_each_layer(F&& f) {
        internal::for_each_index<depth>(f);
    }

    /// The scratch memory of each layer, in numbers.
    template <std::size_t Columns, bool Training>
    static constexpr std::array<std::size_t, depth> scratch_sizes() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<std::size_t, depth>{
                internal::size_of(Layers::template scratch<shapes.of[I], Columns, Training>())...};
        }(std::make_index_sequence<depth>{});
    }

    static constexpr std::size_t rows_after(std::size_t count) {
        return count == 0 ? In.size() : infos[count - 1].output.size();
    }
};

namespace internal {

/// The tensors of `Count` layers or branches together, named "0.weight", "0.bias", ...: for a layer that contains
/// layers. `of` is called with the number of each, as a type, and returns an array.
template <class Tensor, std::size_t Count, class F>
constexpr auto tensors_of_all(F of) noexcept {
    constexpr std::size_t count = []<std::size_t... I>(std::index_sequence<I...>) {
        return (std::size_t{0} + ... + decltype(of(std::integral_constant<std::size_t, I>{})){}.size());
    }(std::make_index_sequence<Count>{});
    std::array<Tensor, count> all{};
    std::size_t filled = 0;
    for_each_index<Count>([&]<std::size_t I>() {
        for (Tensor tensor : of(std::integral_constant<std::size_t, I>{})) {
            tensor.name = tensor_name{}.append(I).append(".").append(tensor.name.text);
            all[filled++] = tensor;
        }
    });
    return all;
}
template <class List>
constexpr auto parameters_of_all() noexcept {
    return tensors_of_all<parameter, List::depth>([](auto index) { return List::template parameters<index.value>(); });
}
template <class List>
constexpr auto states_of_all() noexcept {
    return tensors_of_all<named_tensor, List::depth>(
        [](auto index) { return List::template layer<index.value>::template state<List::infos[index.value].input>(); });
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
