#pragma once
#include <cstddef>
#include <span>

#include <etch/network/predict.hpp>
#include <etch/tensor/argmax.hpp>
#include <etch/training/judge.hpp>

namespace etch::inline ETCH_VARIANT {

/// The mean loss of a network on a data set, and the share of right answers: of classes where it ends in softmax or in a
/// single sigmoid (or fast_sigmoid), of all yeses and noes where it ends in several.
template <class T>
struct loss_and_accuracy {
    T loss{}, accuracy{};
};

namespace internal {

/// The class that scores or targets name: the largest of several; for a single number, whether it is at least `middle`.
template <class T>
constexpr std::size_t class_of(const T* numbers, std::size_t count, T middle) noexcept {
    return count == 1 ? static_cast<std::size_t>(numbers[0] >= middle) : argmax(std::span<const T>{numbers, count});
}

template <class Network>
constexpr bool classifies() noexcept {
    using last = typename Network::layers::template layer<Network::depth - 1>;
    return same_text(last::name, "softmax") || ends_in_sigmoid<Network>();
}

/// Whether the outputs are several answers, each yes or no, rather than one class.
template <class Network>
constexpr bool answers_several() noexcept {
    return Network::outputs > 1 && ends_in_sigmoid<Network>();
}

/// How many layers run before the loss is taken of what they answer, in the targets' units.
template <class Network, class Loss>
inline constexpr std::size_t judged_layers = scales_targets<Network> ? Network::depth : objective<Network, Loss>::last;

/// The loss and the accuracy of what the first `Last` layers answer.
template <class Loss, std::size_t Last, class Network>
constexpr loss_and_accuracy<typename Network::value_type> loss_after(const Network& net,
                                                                     data_of<Network> data) noexcept {
    using T = typename Network::value_type;
    constexpr bool on_logits = Last < Network::depth;
    if (data.size() == 0) return {};
    T total{0};
    std::size_t right = 0;
    judge_each<Loss, Last>(net, data, [&](std::size_t i, const T* scores, T loss) {
        total += loss;
        constexpr T middle = on_logits ? T{0} : T{0.5};
        if constexpr (answers_several<Network>())
            for (std::size_t o = 0; o < Network::outputs; ++o)
                right += (scores[o] >= middle) == (data.target(i)[o] >= T{0.5});
        else if constexpr (classifies<Network>())
            right +=
                class_of(scores, Network::outputs, middle) == class_of(data.target(i).data(), Network::outputs, T{0.5});
    });
    const T count = static_cast<T>(data.size());
    constexpr std::size_t answers = answers_several<Network>() ? Network::outputs : 1;
    return {total / count, static_cast<T>(right) / (count * static_cast<T>(answers))};
}

}  // namespace internal

/// Judges a network on data: its loss (the same function that trains it, where the network ends in unstandardize in the
/// targets' own units) and its accuracy. An empty set gives zeros.
/// Numerics: each sample's loss has the same bits as alone; they are added in the order of the samples.
template <class Loss, class Network>
[[nodiscard]] constexpr loss_and_accuracy<typename Network::value_type> evaluate_loss(
    const Network& net, internal::data_of<Network> data) noexcept {
    return internal::loss_after<Loss, internal::judged_layers<Network, Loss>>(net, data);
}

}  // namespace etch::inline ETCH_VARIANT
