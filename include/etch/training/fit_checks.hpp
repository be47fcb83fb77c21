#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <etch/core/finite.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/training/stepper.hpp>
#include <etch/training/targets.hpp>

namespace etch::inline ETCH_VARIANT {

/// What a fit accepts although it is probably a mistake. Each message says what to do.
struct fit_warning {
    enum class kind : std::uint8_t {
        none,
        unreachable_target,       ///< outside the range of the last layer
        large_targets,            ///< of a linear last layer, whose outputs start around 1
        small_targets,            ///< of the same
        missing_class,            ///< in the training data
        squares_of_probabilities  ///< a loss other than cross entropy after softmax
    };

    kind what = kind::none;
    std::size_t sample = 0, column = 0;  ///< which target; at missing_class the column is the class
    double value = 0;                    ///< that target, or the largest magnitude
    double low = 0, high = 0;            ///< the range of the last layer
    const char* layer = "";              ///< its name

    [[nodiscard]] constexpr bool ok() const noexcept { return what == kind::none; }

    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        switch (what) {
            case kind::none: break;
            case kind::unreachable_target:
                return sentence("target ", column, " of sample ", sample, " is ", value, ", but ", layer,
                                "'s outputs are only from ", low, " to ", high);
            case kind::large_targets:
            case kind::small_targets:
                return sentence("target ", column, " reaches ", value, ", far ",
                                what == kind::large_targets ? "above" : "below",
                                " 1, where training starts: end the network with unstandardize, which learns the "
                                "targets in units of their deviation");
            case kind::missing_class: return sentence("class ", column, " has no sample in the training data");
            case kind::squares_of_probabilities:
                return "after softmax this loss learns slowly: cross_entropy is made for it";
        }
        return describe(status::ok);
    }
};

namespace internal {

/// Accepts options that a fit does not have: see missing_options.
struct missing_fit_options {
    double epoch = 0, epochs = 0, num_epochs = 0, n_epochs = 0, iterations = 0, steps = 0, batch_size = 0, batch = 0;
    double lr = 0, learning_rate = 0, early_stopping = 0, patience = 0, min_delta = 0, verbose = 0, seed = 0;
};

/// Accepts any network, by a conversion, so that every other overload is preferred.
struct any_network {
    template <class Network>
    constexpr any_network(const Network&) noexcept {}
};

/// The largest magnitude of some numbers; 0 if there are none.
template <class T>
constexpr T largest_magnitude(std::span<const T> numbers) noexcept {
    T largest{0};
    for (const T x : numbers) largest = (std::max)(largest, x < 0 ? -x : x);
    return largest;
}

/// Whether several layers are trained and all weights are zero: then all hidden units would remain equal.
template <class Network>
constexpr bool is_all_zero(const Network& net) noexcept {
    std::size_t trained_layers = 0;
    for (const auto& layer : Network::layers::infos) trained_layers += layer.trained != 0;
    return trained_layers > 1 &&
           std::all_of(net.parameters().begin(), net.parameters().end(), [](auto x) { return x == 0; });
}

/// The first class without a sample, if classes are learned: each target is 0 or 1, or an index.
template <class Loss, std::size_t Outputs, class Data>
constexpr fit_warning find_missing_class(const Data& data) noexcept {
    constexpr bool is_index = target_kind_of<Loss>() == target_kind::class_index;
    constexpr std::size_t classes = is_index ? Outputs : class_count<Outputs>;
    bool seen[classes] = {};
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto target = data.target(i);
        if constexpr (!is_index)
            for (const auto x : first_of<Outputs>(target))
                if (x != 0 && x != 1) return {};
        seen[true_class<Loss, Outputs>(target)] = true;
    }
    for (std::size_t c = 0; c < classes; ++c)
        if (!seen[c]) return {.what = fit_warning::kind::missing_class, .column = c};
    return {};
}

/// The largest magnitude of the targets if they are numbers in whose units the network is trained, otherwise 1.
template <class Network, class Loss, class Data = data_of<Network, Loss>>
constexpr auto largest_target(const Data& data) noexcept {
    using T = typename Network::value_type;
    if constexpr (scales_targets<Network> || target_kind_of<Loss>() != target_kind::numbers) {
        return T{1};
    } else {
        T largest{0};
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto target = data.target(i);
            largest = (std::max)(largest, largest_magnitude(std::span<const T>{target}));
        }
        return largest;
    }
}

/// The largest weight if the weights have diverged, otherwise 0: above a million times the largest target, and above a
/// million. Updates of the size of the data no longer change such a weight.
template <class Loss, class Network, class Data>
constexpr auto largest_if_diverged(const Network& net, const Data& training) noexcept {
    using T = typename Network::value_type;
    constexpr T limit = static_cast<T>(1e6);
    const T largest = largest_magnitude(std::span<const T>{net.parameters()});
    if (!(largest > limit)) return T{0};
    const T target = largest_target<Network, Loss>(training);
    return largest > limit * (std::max)(T{1}, target) ? largest : T{0};
}

/// The first target outside the range of the last layer, or the largest if a linear one starts far from it.
template <class Last, class Data>
constexpr fit_warning find_unreachable_target(const Data& data) noexcept {
    constexpr output_range range = Last::range;
    std::size_t largest_sample = 0, largest_output = 0;
    double largest = 0;
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t o = 0; o < Data::output_size; ++o) {
            const auto x = static_cast<double>(data.target(i)[o]);
            if (x < range.low || x > range.high)
                return {fit_warning::kind::unreachable_target, i, o, x, range.low, range.high, Last::name};
            const double size = x < 0 ? -x : x;
            if (size <= largest) continue;
            largest = size;
            largest_sample = i;
            largest_output = o;
        }
    // Outside these bounds an optimizer that starts around 1 takes long: Adam moves a bias by the learning rate per
    // step.
    constexpr double too_large = 100, too_small = 1e-3;
    if (is_finite(range.high) || largest == 0 || (largest <= too_large && largest >= too_small)) return {};
    return {largest > too_large ? fit_warning::kind::large_targets : fit_warning::kind::small_targets, largest_sample,
            largest_output, largest};
}

/// The first problem of the training data that is probably a mistake.
template <class Network, class Loss, class Data = data_of<Network, Loss>>
constexpr fit_warning find_warning(const Data& data) noexcept {
    using last = last_layer_of<Network>;
    constexpr std::size_t outputs = Network::outputs;
    constexpr target_kind kind = target_kind_of<Loss>();
    if constexpr (kind != target_kind::numbers) {
        if constexpr (outputs == 1 || kind != target_kind::label_probabilities)
            return find_missing_class<Loss, outputs>(data);
    } else if constexpr (!scales_targets<Network> && target_size<Network, Loss> == outputs) {
        if (const fit_warning found = find_unreachable_target<last>(data); !found.ok()) return found;
        if constexpr (last::predicts == output_kind::class_probabilities && !is_fused<Loss, last>())
            return {.what = fit_warning::kind::squares_of_probabilities};
    }
    return {};
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
