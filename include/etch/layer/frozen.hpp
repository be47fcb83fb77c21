#pragma once
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

template <class L>
struct frozen;

namespace internal {

/// The base of frozen<L>: L itself; batch_norm with its running statistics; or, if L contains layers, L with each of
/// them frozen.
template <class L>
struct frozen_form {  // of what is no layer, nothing, so that there is only one error
    using type = std::conditional_t<std::derived_from<L, layer_defaults>, L, layer_defaults>;
};
template <template <class...> class Holder, class... Layers>
    requires(sizeof...(Layers) > 0 && (std::derived_from<Layers, layer_defaults> && ...))
struct frozen_form<Holder<Layers...>> {
    using type = Holder<frozen<Layers>...>;
};
template <class L>
struct frozen_form<frozen<L>> {
    using type = frozen<L>;
};

}  // namespace internal

/// The layer L with parameters that training does not change: in a network that was trained on a different task, for
/// example, of which only the last layers are to learn the new one.
///
///     forward     as L
///     backward    dx as L; no gradient of a parameter is computed
///
/// The parameters have the names, shapes and initial values of L's, so that a file of dense<8> loads into
/// frozen<dense<8>>, and `convert` turns one into the other. They are in `net.fixed()`, not in `net.parameters()`, and
/// an optimizer stores nothing for them. In a layer that contains layers everything is frozen.
template <class L>
struct frozen : internal::frozen_form<L>::type {
    static_assert(
        std::derived_from<L, layer_defaults>,
        "etch: frozen<L> is a layer that training does not change, frozen<dense<8>>: a network is frozen layer "
        "by layer");

    /// The layer that is frozen.
    using frozen_layer = L;
    using form = typename internal::frozen_form<L>::type;

    static constexpr const char* name = "frozen";

    template <shape In>
    static constexpr void(check)() {
        static_assert(!form::counts_samples,
                      "etch: a layer of your own that computes statistics of a batch cannot be frozen");
        form::template check<In>();
    }

    template <shape In>
    static constexpr auto parameters() {
        auto held = form::template parameters<In>();
        for (parameter& p : held)
            if (p.role == parameter_role::trained) p.role = parameter_role::frozen;
        return held;
    }
};

}  // namespace etch::inline ETCH_VARIANT
