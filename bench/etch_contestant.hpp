#pragma once
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/etch.hpp>

#include "contestant.hpp"

/// What the files of the contestant etch have in common. Each file specializes etch_network for its networks.
namespace {

template <class Network>
struct etch_network;

/// Calls f(weight, bias) for the layers with parameters, in order.
template <class Net>
void for_each_weight(Net& net, auto f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto visit = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            auto held = net.template parameters<Index>();
            if constexpr (std::tuple_size_v<decltype(held)> == 2) f(get<0>(held), get<1>(held));
        };
        (visit(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Net::depth>{});
}

template <class Net>
void set_parameters(Net& net, const float* next) {
    for_each_weight(net, [&]<class Weight, class Bias>(Weight weight, Bias bias) {
        for (std::size_t o = 0; o < Weight::rows; ++o)
            for (std::size_t k = 0; k < Weight::columns; ++k) weight(o, k) = *next++;
        for (std::size_t o = 0; o < Bias::rows; ++o) bias[o] = *next++;
    });
}

template <class Net>
void get_parameters(const Net& net, float* next) {
    for_each_weight(net, [&]<class Weight, class Bias>(Weight weight, Bias bias) {
        for (std::size_t o = 0; o < Weight::rows; ++o)
            for (std::size_t k = 0; k < Weight::columns; ++k) *next++ = weight(o, k);
        for (std::size_t o = 0; o < Bias::rows; ++o) *next++ = bias[o];
    });
}

template <class Network, std::size_t Samples>
class forward {
public:
    explicit forward(const float* parameters) { set_parameters(net_, parameters); }

    ETCH_INLINE auto operator()(const float* samples) const {
        return net_(etch::matrix_view<const float, Network::inputs, Samples>{samples});
    }

private:
    typename etch_network<Network>::type net_;
};

template <bench::optimizer>
struct rule;
template <>
struct rule<bench::optimizer::sgd> {
    static constexpr etch::sgd options{.learning_rate = bench::sgd_learning_rate};
};
template <>
struct rule<bench::optimizer::momentum> {
    static constexpr etch::momentum options{.learning_rate = bench::momentum_learning_rate,
                                            .momentum = bench::momentum_share};
};
template <>
struct rule<bench::optimizer::adam> {
    static constexpr etch::adam options{};  // its defaults are PyTorch's
};

template <class Network, bench::optimizer Optimizer, std::size_t Batch>
class training {
public:
    explicit training(const float* parameters) { set_parameters(net_, parameters); }

    float step(const float* samples, const float* targets) {
        using view_x = etch::matrix_view<const float, Network::inputs, Batch>;
        using view_y = etch::matrix_view<const float, Network::outputs, Batch>;
        constexpr float share = 1.0f / static_cast<float>(Batch);
        const float total = stepper_.accumulate(net_, view_x{samples}, view_y{targets}, Batch, share);
        stepper_.update(net_, 0);
        return total * share;
    }
    void read(float* parameters) const { get_parameters(net_, parameters); }

private:
    using loss = std::conditional_t<Network::layers.back().after == bench::activation::softmax, etch::cross_entropy,
                                    etch::mean_squared_error>;
    using options = std::remove_cvref_t<decltype(rule<Optimizer>::options)>;

    typename etch_network<Network>::type net_;
    etch::stepper<typename etch_network<Network>::type, loss, options, Batch> stepper_{rule<Optimizer>::options};
};

}  // namespace
