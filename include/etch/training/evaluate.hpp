#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/data/data_view.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/training/evaluate_loss.hpp>
#include <etch/training/for_each_prediction.hpp>
#include <etch/training/metrics.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The loss that fits the last layer, if none is given.
template <class Network>
constexpr auto fitting_loss() noexcept {
    using last = last_layer_of<Network>;
    if constexpr (is_fused<cross_entropy, last>())
        return cross_entropy{};
    else if constexpr (is_fused<binary_cross_entropy, last>())
        return binary_cross_entropy{};
    else
        return mean_squared_error{};
}

template <class Network, class Loss>
using named_or_fitting = std::conditional_t<std::is_void_v<Loss>, decltype(fitting_loss<Network>()), Loss>;

/// What must hold before a network is evaluated.
template <class Loss, class Network, class Data>
constexpr problem check_evaluable(const Network& net, const Data& data) noexcept {
    if (const problem p = check_samples(data); !p.ok()) return p;
    if (const problem p = check_indices<Network>(data); !p.ok()) return p;
    if constexpr (target_kind_of<Loss>() == target_kind::class_index)
        if (const problem p = check_targets<Loss, Network::outputs>(data); !p.ok()) return p;
    return {net.is_fitted() ? status::ok : status::not_fitted};
}

/// The rank of the score of `truth`, from 0: how many are larger, or equal with a lower index.
template <class T>
constexpr std::size_t rank_of(std::size_t truth, const T* scores, std::size_t count) noexcept {
    std::size_t rank = 0;
    for (std::size_t c = 0; c < count; ++c)
        rank += scores[c] > scores[truth] || (scores[c] == scores[truth] && c < truth);
    return rank;
}

}  // namespace internal

/// Evaluates a network as a classifier. Its prediction is the class with the largest output; for a single output,
/// whether it is at least 1/2. Targets name classes in the same way (class_of). If `Loss` is void, the one that fits
/// the last layer.
///
/// If the loss is fused with the last layer (cross_entropy, softmax), scores are compared as logits, so that classes
/// still differ if both probabilities are rounded to 1. Errors: empty_set, size_mismatch, non_finite_input,
/// non_finite_target, not_fitted, and non_finite_loss with the first sample whose loss is NaN or infinite.
template <class Loss = void, class Network, class Data = internal::data_of<Network, Loss>>
[[nodiscard]] constexpr classification_report<class_count<Network::outputs>> evaluate_classification(
    const Network& net, const Data& samples) noexcept {
    const auto& data = internal::as_samples<internal::data_of<Network, Loss>>(samples);
    using T = typename Network::value_type;
    using loss_type = internal::named_or_fitting<Network, Loss>;
    constexpr std::size_t last = internal::evaluated_layers<Network, loss_type>, outputs = Network::outputs;
    classification_report<class_count<outputs>> report;
    if (const problem p = internal::check_evaluable<loss_type>(net, data); !p.ok()) {
        report.code = p.code;
        report.sample = p.sample;
        report.column = p.column;
        return report;
    }
    const std::size_t bad =
        internal::for_each_prediction<loss_type, last>(net, data, [&](std::size_t i, const T* scores, T loss) {
            const std::size_t truth = internal::true_class<loss_type, outputs>(data.target(i));
            report.loss += static_cast<double>(loss);
            if constexpr (outputs == 1) {
                constexpr T middle = last < Network::depth ? T{0} : T{0.5};  // for a logit, or a probability
                const std::size_t prediction = scores[0] >= middle ? 1 : 0;
                report.add(truth, prediction, prediction == truth ? 0 : 1);
            } else {
                report.add(truth, argmax(std::span<const T>{scores, outputs}),
                           internal::rank_of(truth, scores, outputs));
            }
        });
    if (bad < data.size()) {
        report = {};
        report.code = status::non_finite_loss;
        report.sample = bad;
        return report;
    }
    report.loss /= static_cast<double>(data.size());
    return report;
}

/// Evaluates a network by how close its outputs are to the targets. Errors as for a classification.
template <class Loss = void, class Network, class Data = internal::data_of<Network, Loss>>
[[nodiscard]] constexpr regression_report<Network::outputs> evaluate_regression(const Network& net,
                                                                                const Data& samples) noexcept {
    const auto& data = internal::as_samples<internal::data_of<Network, Loss>>(samples);
    using T = typename Network::value_type;
    using number = lanes<double, 1>;
    using loss_type = internal::named_or_fitting<Network, Loss>;
    constexpr std::size_t outputs = Network::outputs;
    constexpr bool has_a_number_per_output = internal::target_size<Network, loss_type> >= outputs;
    static_assert(has_a_number_per_output,
                  "etch: evaluate_regression compares each output with an element of the target, but targets of this "
                  "loss have fewer: use evaluate_classification");
    regression_report<outputs> report;
    if (const problem p = internal::check_evaluable<loss_type>(net, data); !p.ok()) {
        report.code = p.code;
        report.sample = p.sample;
        report.column = p.column;
        return report;
    }
    const auto count = static_cast<double>(data.size());
    std::array<double, outputs> mean{};
    for (std::size_t o = 0; o < outputs; ++o) {
        const auto first =
            static_cast<double>(data.target(0)[o]);  // subtracted, so that a constant column has no spread
        for (std::size_t i = 1; i < data.size(); ++i) mean[o] += static_cast<double>(data.target(i)[o]) - first;
        mean[o] = first + mean[o] / count;
    }
    const auto add_square = [](double& sum, double x) { sum = fma(number(x), number(x), number(sum)).value; };
    const std::size_t bad = internal::for_each_prediction<loss_type, Network::depth>(
        net, data, [&](std::size_t i, const T* prediction, T loss) {
            report.loss += static_cast<double>(loss);
            for (std::size_t o = 0; o < outputs; ++o) {
                const auto target = static_cast<double>(data.target(i)[o]);
                const double away = static_cast<double>(prediction[o]) - target;
                report.sum_absolute[o] += away < 0 ? -away : away;
                add_square(report.sum_squares[o], away);
                add_square(report.spread[o], target - mean[o]);
            }
        });
    if (bad < data.size()) {
        report = {};
        report.code = status::non_finite_loss;
        report.sample = bad;
        return report;
    }
    report.loss /= count;
    report.count = data.size();
    return report;
}

/// Evaluates a network on data that it has not seen: a classification_report if it ends in softmax, sigmoid or
/// fast_sigmoid, otherwise a regression_report. (If a sigmoid stands for a number between 0 and 1, use
/// evaluate_regression.)
///
///     const auto report = etch::evaluate(net, test);
///     report.loss, report.accuracy(), report.top_k(3), report.f1(2), report.confusion[truth][prediction]
template <class Loss = void, class Network, class Data = internal::data_of<Network, Loss>>
[[nodiscard]] constexpr auto evaluate(const Network& net, const Data& data) noexcept {
    static_assert(
        !internal::predicts_labels<Network>(),
        "etch: evaluate expects one class per sample, but several sigmoids predict several labels: use evaluate_loss "
        "for the accuracy, evaluate_regression for the errors");
    if constexpr (internal::classifies<Network>())
        return evaluate_classification<Loss>(net, data);
    else
        return evaluate_regression<Loss>(net, data);
}

}  // namespace etch::inline ETCH_VARIANT
