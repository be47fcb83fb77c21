#pragma once
#include <cstddef>

#include <etch/layer/output_kind.hpp>
#include <etch/loss/loss.hpp>
#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT::internal {

template <class Network>
using last_layer_of = typename Network::layers::template layer<Network::depth - 1>;

/// Whether the network's last layer gives outputs in the units of the targets, so that it is left out in training.
template <class Network>
inline constexpr bool scales_targets = last_layer_of<Network>::fits_targets;

/// Whether the last layer would normalize outputs by statistics that were fitted to the untrained network's.
template <class Network>
inline constexpr bool ends_in_normalizer = last_layer_of<Network>::normalizes_input;

/// How a loss is applied to a network: how many layers run before it (one fewer if it is fused with the last, or if the
/// last only changes the units), and the checks that the two fit.
template <class Network, class Loss>
struct loss_fusion {
    using last_layer = last_layer_of<Network>;
    static constexpr std::size_t layers_before_loss =
        Network::depth - (is_fused<Loss, last_layer>() || scales_targets<Network> ? 1 : 0);
    /// How many elements the target of a sample has.
    static constexpr std::size_t targets = target_count<Loss>(Network::outputs);

    static constexpr bool(check)() {
        if constexpr (requires { Loss::template check<last_layer>(); }) Loss::template check<last_layer>();
        return true;
    }
    static_assert((check)());
    static constexpr bool targets_fit = !scales_targets<Network> || targets == Network::outputs;
    static_assert(targets_fit, "etch: unstandardize needs a loss whose target has one number per output");
};

/// Targets in the units of the last layer before the loss.
template <class Network, class Targets>
ETCH_INLINE constexpr auto targets_for_loss([[maybe_unused]] const Network& net, const Targets& y) noexcept {
    if constexpr (scales_targets<Network>) {
        const auto handed = Network::layers::template context_of<Network::depth - 1, 1>(net.memory(), nullptr, seed{});
        return tensor<typename Network::value_type, Targets::rows, Targets::columns>(
            last_layer_of<Network>::targets(handed, y));
    } else {
        return y;
    }
}

}  // namespace etch::inline ETCH_VARIANT::internal
