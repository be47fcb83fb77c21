#pragma once
#include <algorithm>
#include <cstddef>

#include <etch/core/finite.hpp>
#include <etch/network/loss_fusion.hpp>
#include <etch/training/targets.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The outputs of the first `Last` layers for a batch, and the losses. A separate function that is never inlined, so
/// that it is compiled once for everything that evaluates a network: with g++ 12 it takes most of their compile time.
template <class Loss, std::size_t Columns, std::size_t Last, class Network, class T = typename Network::value_type>
ETCH_NO_INLINE constexpr void evaluate_batch(const Network& net, const T* inputs, const T* targets, T* scores,
                                             T* losses) noexcept {
    using fusion = loss_fusion<Network, Loss>;
    constexpr std::size_t seen_by_loss = fusion::layers_before_loss, outputs = Network::outputs;
    net.template infer<Columns, Last>(inputs, scores);
    const matrix_view<const T, fusion::targets, Columns> y{targets};
    if constexpr (Last == Network::depth && scales_targets<Network>) {  // in the targets' units
        matrix_view<T, 1, Columns>{losses} = Loss::value(matrix_view<const T, outputs, Columns>{scores}, y);
    } else if constexpr (Last == seen_by_loss) {
        matrix_view<T, 1, Columns>{losses} =
            Loss::value(matrix_view<const T, outputs, Columns>{scores}, targets_for_loss(net, y));
    } else {
        tensor<T, outputs, Columns> for_loss;
        net.template infer<Columns, seen_by_loss>(inputs, for_loss.data());
        matrix_view<T, 1, Columns>{losses} = Loss::value(for_loss, y);
    }
}

/// Calls f with the inputs and the targets of `count` samples, at most `Most`, starting with `first`, contiguous in
/// memory: in place, or copied.
template <std::size_t Most, class Data, class F>
constexpr void with_samples(const Data& data, std::size_t first, [[maybe_unused]] std::size_t count, F f) noexcept {
    if constexpr (is_contiguous<Data>) {
        f(data.input(first).data(), data.target(first).data());
    } else {
        using T = typename Data::value_type;
        tensor<T, Data::input_size, Most> inputs;
        tensor<T, Data::output_size, Most> targets;
        for (std::size_t j = 0; j < count; ++j)
            copy_sample(data, first + j, inputs.data() + j * Data::input_size, targets.data() + j * Data::output_size);
        f(inputs.data(), targets.data());
    }
}

/// Calls visit(i, scores, loss) for every sample, where scores are the outputs of the first `Last` layers. Whole
/// batches pass through the network at once, read in place if the samples are contiguous in memory. Returns the first
/// sample whose loss is not finite, or the number of samples.
template <class Loss, std::size_t Last, class Network, class Data, class Visit>
constexpr std::size_t for_each_prediction(const Network& net, const Data& data, Visit visit) noexcept {
    using T = typename Network::value_type;
    constexpr std::size_t columns = Network::batch_columns, outputs = Network::outputs;
    std::size_t bad = data.size();
    tensor<T, outputs, columns> scores;
    tensor<T, 1, columns> losses;
    for (std::size_t i = 0; i < data.size();) {
        const std::size_t count = i + columns <= data.size() ? columns : 1;
        with_samples<columns>(data, i, count, [&](const T* inputs, const T* targets) {
            if (count == columns)
                evaluate_batch<Loss, columns, Last>(net, inputs, targets, scores.data(), losses.data());
            else
                evaluate_batch<Loss, 1, Last>(net, inputs, targets, scores.data(), losses.data());
        });
        for (std::size_t j = 0; j < count; ++j) {
            if (!is_finite(losses[j]) && bad == data.size()) bad = i + j;
            visit(i + j, scores.data() + j * outputs, losses[j]);
        }
        i += count;
    }
    return bad;
}

}  // namespace etch::inline ETCH_VARIANT::internal
