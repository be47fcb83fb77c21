#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include <etch/network/network.hpp>

namespace etch::inline ETCH_VARIANT {

/// What one layer is and what it costs.
struct layer_summary {
    const char* name = "";
    shape input{}, output{};
    std::size_t parameters = 0;                    ///< weights: trained, frozen, or rounded to bf16
    std::size_t statistics = 0;                    ///< numbers that are fitted to the training data
    weight_format format = weight_format::number;  ///< of its packed weights, if any
    std::size_t bytes = 0;                         ///< of both
    std::size_t multiply_adds = 0;  ///< of the products, for one sample forward; an activation counts as 0
};

/// What a network is and what it costs, layer by layer and in total: constants of the program.
template <std::size_t Depth>
struct network_summary {
    shape input{};
    std::array<layer_summary, Depth> layers{};
    std::size_t parameters = 0, statistics = 0, multiply_adds = 0;
    std::size_t network_bytes = 0;  ///< sizeof the network
    std::size_t state_bytes = 0;    ///< of what it carries from step to step for one sample; 0 without state
    /// The stack memory of a forward pass for the results between layers: for one sample, and for `batch_columns`
    /// samples together. Stack frames come on top: with g++ 12 and clang 19 at -O2 on three networks 110 to 1,300 bytes
    /// for one sample, 1,000 to 6,400 for 32.
    std::size_t workspace_bytes = 0, batch_workspace_bytes = 0;
    std::size_t batch_columns = 0;
    std::size_t trainer_bytes = 0;  ///< sizeof the trainer; 0 for a network's summary
};

namespace internal {

template <class T>
struct summarized {
    using network = T;
    static constexpr std::size_t trainer_bytes = 0;
};
template <class Trainer>
    requires requires { typename Trainer::network_type; }
struct summarized<Trainer> {
    using network = typename Trainer::network_type;
    static constexpr std::size_t trainer_bytes = sizeof(Trainer);
};

template <class NetworkOrTrainer>
constexpr auto summarize() noexcept {
    using network = typename summarized<NetworkOrTrainer>::network;
    using chain = typename network::layers;
    using T = typename network::value_type;
    network_summary<network::depth> all{
        .input = network::input_shape,
        .parameters = network::parameter_count + network::frozen_count + network::packed_count,
        .statistics = network::statistic_count,
        .network_bytes = sizeof(network),
        .state_bytes = sizeof(T) * network::state::size,
        .workspace_bytes = sizeof(T) * chain::template inference_size<1, network::depth>(),
        .batch_workspace_bytes = sizeof(T) * chain::template inference_size<network::batch_columns, network::depth>(),
        .batch_columns = network::batch_columns,
        .trainer_bytes = summarized<NetworkOrTrainer>::trainer_bytes};
    for (std::size_t i = 0; i < network::depth; ++i) {
        const layer_info& layer = chain::infos[i];
        all.layers[i] = {.name = layer.name,
                         .input = layer.input,
                         .output = layer.output,
                         .parameters = layer.trained + layer.frozen + layer.packed,
                         .statistics = layer.fitted,
                         .format = layer.format,
                         .bytes = (layer.trained + layer.fixed()) * sizeof(T) + layer.words * sizeof(std::int32_t),
                         .multiply_adds = layer.multiply_adds};
        all.multiply_adds += layer.multiply_adds;
    }
    return all;
}

}  // namespace internal

/// The summary of a network, or of a trainer and its network.
///
///     static_assert(etch::summary<policy>.network_bytes <= 16 * 1024, "the policy must fit the controller's flash");
///     etch::print(etch::summary<decltype(trainer)>);
template <class NetworkOrTrainer>
inline constexpr auto summary = internal::summarize<std::remove_cvref_t<NetworkOrTrainer>>();

}  // namespace etch::inline ETCH_VARIANT
