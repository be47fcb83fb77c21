#pragma once
#include <cstddef>
#include <span>

#include <etch/network/predict.hpp>
#include <etch/tensor/argmax.hpp>
#include <etch/training/for_each_prediction.hpp>

namespace etch::inline ETCH_VARIANT {

/// The mean loss of a network on a data set, and the share of correct predictions: of classes if it ends in softmax or
/// a single sigmoid (or fast_sigmoid), of all labels if it ends in several.
template <class T>
struct loss_and_accuracy {
    T loss{}, accuracy{};
};

namespace internal {

/// The class for given scores: the largest of several; for a single one, whether it is at least `middle`.
template <class T>
constexpr std::size_t class_of(const T* numbers, std::size_t count, T middle) noexcept {
    return count == 1 ? static_cast<std::size_t>(numbers[0] >= middle) : argmax(std::span<const T>{numbers, count});
}

/// Whether the outputs predict one class per sample.
template <class Network>
constexpr bool classifies() noexcept {
    return output_kind_of_network<Network>() == output_kind::class_probabilities ||
           (output_kind_of_network<Network>() == output_kind::label_probabilities && Network::outputs == 1);
}

/// Whether the outputs are several labels, each yes or no, rather than one class.
template <class Network>
constexpr bool predicts_labels() noexcept {
    return output_kind_of_network<Network>() == output_kind::label_probabilities && Network::outputs > 1;
}

/// How many layers run before the loss is computed, in the targets' units.
template <class Network, class Loss>
inline constexpr std::size_t evaluated_layers =
    scales_targets<Network> ? Network::depth : loss_fusion<Network, Loss>::layers_before_loss;

/// The loss and the accuracy of the outputs of the first `Last` layers.
template <class Loss, std::size_t Last, class Network, class Data>
constexpr loss_and_accuracy<typename Network::value_type> loss_after(const Network& net, const Data& data) noexcept {
    using T = typename Network::value_type;
    constexpr bool on_logits = Last < Network::depth;
    if (data.size() == 0) return {};
    T total{0};
    std::size_t right = 0;
    for_each_prediction<Loss, Last>(net, data, [&](std::size_t i, const T* scores, T loss) {
        total += loss;
        constexpr T middle = on_logits ? T{0} : T{0.5};
        if constexpr (predicts_labels<Network>())
            for (std::size_t o = 0; o < Network::outputs; ++o)
                right += (scores[o] >= middle) == (data.target(i)[o] >= T{0.5});
        else if constexpr (classifies<Network>())
            right += class_of(scores, Network::outputs, middle) == true_class<Loss, Network::outputs>(data.target(i));
    });
    const T count = static_cast<T>(data.size());
    constexpr std::size_t answers = predicts_labels<Network>() ? Network::outputs : 1;
    return {total / count, static_cast<T>(right) / (count * static_cast<T>(answers))};
}

}  // namespace internal

/// Evaluates a network on data: its loss (the one that trains it, but in the targets' own units if the network ends in
/// unstandardize) and its accuracy. An empty set gives zeros. Numerics: each sample's loss has the same bits as on its
/// own; they are added in the order of the samples.
template <class Loss, class Network, class Data = internal::data_of<Network, Loss>>
[[nodiscard]] constexpr loss_and_accuracy<typename Network::value_type> evaluate_loss(const Network& net,
                                                                                      const Data& data) noexcept {
    const auto& samples = internal::as_samples<internal::data_of<Network, Loss>>(data);
    return internal::loss_after<Loss, internal::evaluated_layers<Network, Loss>>(net, samples);
}

}  // namespace etch::inline ETCH_VARIANT
