#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

#include <etch/data/data_view.hpp>
#include <etch/network/network.hpp>
#include <etch/training/targets.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Fits the statistics of the layers that have any: all of them, or those that are not fitted yet. All or nothing.
template <class Network, class Data>
constexpr problem fit_statistics_of(Network& net, const Data& training, bool again) noexcept {
    using T = typename Network::value_type;
    using chain = typename Network::layers;
    if constexpr (Network::statistic_count == 0) {
        return {};
    } else {
        std::array<T, Network::statistic_count + Network::frozen_count>
            before;  // not the whole network, which may be larger than a stack
        std::copy(net.fixed().begin(), net.fixed().end(), before.begin());
        problem result;
        chain::for_each_layer([&]<std::size_t I>() {
            using layer = typename chain::template layer<I>;
            if constexpr (chain::infos[I].fitted > 0) {
                if (!result.ok()) return;
                const auto handed = chain::template context_of<I, 1>(net.memory(), nullptr, seed{});
                if (!again && layer::fitted(handed)) return;
                if constexpr (layer::fits_targets)
                    result = layer::fit(handed, training.size(), [&](std::size_t i) { return training.target(i); });
                else
                    result =
                        layer::fit(handed, training.size(), [&](std::size_t i) {  // the output of the layers before
                            vector<T, chain::infos[I].input.size()> features;
                            net.template infer<1, I>(training.input(i).data(), features.data());
                            return features;
                        });
            }
        });
        if (!result.ok()) std::copy(before.begin(), before.end(), net.fixed().begin());
        return result;
    }
}

}  // namespace internal

/// Fits the statistics of every standardize, normalize, clip and unstandardize layer to the training data, even if they
/// have been fitted. Errors: those of data_view::check; constant_column with the index of the column among that layer's
/// inputs, and constant_target; the network is then unchanged. Name `Loss` if its targets do not have one element per
/// output: fit_statistics<sparse_cross_entropy>(net, data).
template <class Loss = void, class Network, class Data = internal::data_of<Network, Loss>>
constexpr problem fit_statistics(Network& net, const Data& training) noexcept {
    const auto& samples = internal::as_samples<internal::data_of<Network, Loss>>(training);
    if (const problem p = internal::check_samples(samples); !p.ok()) return p;
    return internal::fit_statistics_of(net, samples, true);
}

/// The same for layers that are not fitted yet; `trainer::fit` begins with it.
template <class Loss = void, class Network, class Data = internal::data_of<Network, Loss>>
constexpr problem fit_missing_statistics(Network& net, const Data& training) noexcept {
    const auto& samples = internal::as_samples<internal::data_of<Network, Loss>>(training);
    return internal::fit_statistics_of(net, samples, false);
}

}  // namespace etch::inline ETCH_VARIANT
