#pragma once
#include <cstddef>

#include <etch/data/data_view.hpp>
#include <etch/network/network.hpp>

namespace etch {

namespace internal {

/// Fits the statistics of the layers that have any: all of them, or those that have none yet. All or nothing.
template <class Network>
constexpr status fit_statistics_of(Network& net,
                                   data_view<Network::inputs, Network::outputs, typename Network::value_type> training,
                                   bool again) noexcept {
    using T = typename Network::value_type;
    using chain = typename Network::layers;
    if constexpr (Network::statistic_count == 0) return status::ok;
    Network fitted = net;
    status result = status::ok;
    chain::for_each_layer([&]<std::size_t I>() {
        using layer = typename chain::template layer<I>;
        if constexpr (chain::facts[I].statistics > 0) {
            if (result != status::ok) return;
            const auto pass = chain::template pass<I, false>(fitted.memory(), nullptr, nullptr, seed{});
            if (!again && layer::fitted(pass)) return;
            result = layer::fit(pass, training.size(), [&](std::size_t i) {  // what the layers before make of sample i
                vector<T, chain::facts[I].input.size()> features;
                fitted.template infer<1, I>(training.input(i).data(), features.data());
                return features;
            });
        }
    });
    if (result == status::ok) net = fitted;
    return result;
}

}  // namespace internal

/// Fits the statistics of every standardize and normalize layer on the training data, also where they have some.
/// Errors: empty_set, constant_column; the network is as it was then.
template <class Network>
constexpr status fit_statistics(
    Network& net, data_view<Network::inputs, Network::outputs, typename Network::value_type> training) noexcept {
    if (const problem p = training.check(); !p.ok()) return p.code;
    return internal::fit_statistics_of(net, training, true);
}

/// The same for layers that have none yet; `trainer::fit` begins with it.
template <class Network>
constexpr status fit_missing_statistics(
    Network& net, data_view<Network::inputs, Network::outputs, typename Network::value_type> training) noexcept {
    return internal::fit_statistics_of(net, training, false);
}

}  // namespace etch
