#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <etch/data/one_hot.hpp>
#include <etch/training/stepper.hpp>

namespace etch::inline ETCH_VARIANT {

/// What a fit can train on though it is likely to be a mistake. Each sentence names what to do.
struct fit_warning {
    enum class kind : std::uint8_t {
        none,
        unreachable_target,       ///< outside what the last layer can answer
        large_targets,            ///< of a linear last layer, whose weights begin around 1
        small_targets,            ///< likewise
        missing_class,            ///< in the training data
        squares_of_probabilities  ///< a loss of distances after softmax
    };

    kind what = kind::none;
    std::size_t sample = 0, column = 0;  ///< which target; at missing_class the column is the class
    double value = 0;                    ///< that target, or the largest magnitude of all
    double low = 0, high = 0;            ///< what the last layer can answer
    const char* layer = "";              ///< its name

    [[nodiscard]] constexpr bool ok() const noexcept { return what == kind::none; }

    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        switch (what) {
            case kind::none: break;
            case kind::unreachable_target:
                return sentence("target ", column, " of sample ", sample, " is ", value, ", but ", layer,
                                " answers only from ", low, " to ", high);
            case kind::large_targets:
            case kind::small_targets:
                return sentence("target ", column, " reaches ", value, ", far ",
                                what == kind::large_targets ? "above" : "below",
                                " 1, where training begins: end the network with unstandardize, which learns the "
                                "targets in units of their deviation");
            case kind::missing_class: return sentence("class ", column, " has no sample in the training data");
            case kind::squares_of_probabilities:
                return "after softmax this loss learns slowly: cross_entropy is made for it";
        }
        return etch::message(status::ok);
    }
};

namespace internal {

/// Takes the options that a fit does not have: see missing_options.
struct missing_fit_options {
    double epoch = 0, epochs = 0, num_epochs = 0, n_epochs = 0, iterations = 0, steps = 0, batch_size = 0, batch = 0;
    double lr = 0, learning_rate = 0, early_stopping = 0, patience = 0, min_delta = 0, verbose = 0, seed = 0;
};

/// Takes any network, by a conversion, so that every other overload goes first.
struct any_network {
    template <class Network>
    constexpr any_network(const Network&) noexcept {}
};

/// The largest magnitude of some numbers; 0 where there are none.
template <class T>
constexpr T largest_magnitude(std::span<const T> numbers) noexcept {
    T largest{0};
    for (const T x : numbers) largest = (std::max)(largest, x < 0 ? -x : x);
    return largest;
}

/// Whether several layers are trained and all weights are zero: every hidden unit would stay the twin of its neighbours.
template <class Network>
constexpr bool is_all_zero(const Network& net) noexcept {
    std::size_t trained_layers = 0;
    for (const auto& layer : Network::layers::facts) trained_layers += layer.trained != 0;
    return trained_layers > 1 &&
           std::all_of(net.parameters().begin(), net.parameters().end(), [](auto x) { return x == 0; });
}

/// The first target that the loss cannot be taken of.
template <class Loss, class Data>
constexpr problem check_targets(const Data& data) noexcept {
    if constexpr (requires { Loss::needs_probabilities; }) {
        using T = typename Data::value_type;
        constexpr T slack = static_cast<T>(1e-3);  // of a sum of probabilities that were rounded
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto target = data.target(i);
            T sum{0};
            for (std::size_t o = 0; o < target.size(); ++o) {
                if (!(target[o] >= 0 && target[o] <= 1))
                    return {status::invalid_target, i, o, static_cast<double>(target[o])};
                sum += target[o];
            }
            if (Loss::needs_probabilities == probabilities::of_classes && !(sum >= 1 - slack && sum <= 1 + slack))
                return {status::invalid_target, i, no_column, static_cast<double>(sum)};
        }
    }
    return {};
}

/// Whether classes are taught: each target is 0 or 1.
template <class Data>
constexpr fit_warning find_missing_class(const Data& data) noexcept {
    constexpr std::size_t classes = class_count<Data::output_size>;
    bool seen[classes] = {};
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto target = data.target(i);
        for (const auto x : target)
            if (x != 0 && x != 1) return {};
        seen[etch::class_of(target)] = true;
    }
    for (std::size_t c = 0; c < classes; ++c)
        if (!seen[c]) return {.what = fit_warning::kind::missing_class, .column = c};
    return {};
}

/// The first target that the last layer cannot answer, or the largest where a linear one begins far from it.
template <class Last, class Data>
constexpr fit_warning find_unreachable_target(const Data& data) noexcept {
    constexpr output_range range = range_of<Last>();
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
    // Beyond these an optimiser that begins around 1 has far to go: Adam moves a bias by the learning rate a step.
    constexpr double too_large = 100, too_small = 1e-3;
    if (range.high - range.high == 0 || largest == 0 || (largest <= too_large && largest >= too_small)) return {};
    return {largest > too_large ? fit_warning::kind::large_targets : fit_warning::kind::small_targets, largest_sample,
            largest_output, largest};
}

/// The first thing about the training data that is likely to be a mistake.
template <class Network, class Loss>
constexpr fit_warning find_warning(
    const data_view<Network::inputs, Network::outputs, typename Network::value_type>& data) noexcept {
    using last = typename Network::layers::template layer<Network::depth - 1>;
    if constexpr (requires { Loss::needs_probabilities; }) {
        if constexpr (Network::outputs == 1 || Loss::needs_probabilities == probabilities::of_classes)
            return find_missing_class(data);
    } else if constexpr (!scales_targets<Network>) {
        if (const fit_warning found = find_unreachable_target<last>(data); !found.ok()) return found;
        if constexpr (same_text(last::name, "softmax")) {
            constexpr bool measures_distances = !requires { Loss::takes_over; };
            if (measures_distances) return {.what = fit_warning::kind::squares_of_probabilities};
        }
    }
    return {};
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
