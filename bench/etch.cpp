#include <algorithm>
#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>

#include <etch/etch.hpp>

#include "contestant.hpp"

namespace {

template <class Network>
struct etch_network;
template <>
struct etch_network<bench::tiny> {
    using type = etch::network<etch::input<2>, etch::dense<8>, etch::tanh, etch::dense<1>, etch::sigmoid>;
};
template <>
struct etch_network<bench::policy> {
    using type =
        etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;
};
template <>
struct etch_network<bench::quadrotor> {
    using type = etch::network<etch::input<22>, etch::dense<64>, etch::relu, etch::dense<64>, etch::relu,
                               etch::dense<4>, etch::tanh>;
};
template <>
struct etch_network<bench::legged> {
    using type = etch::network<etch::input<48>, etch::dense<512>, etch::elu<>, etch::dense<256>, etch::elu<>,
                               etch::dense<128>, etch::elu<>, etch::dense<12>>;
};
template <>
struct etch_network<bench::digits> {
    using type = etch::network<etch::input<784>, etch::dense<128>, etch::relu, etch::dense<10>, etch::softmax>;
};

/// Calls f(weight, bias) for the dense layers in order.
template <class Net>
void for_each_dense(Net& net, auto f) {
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
    for_each_dense(net, [&]<class Weight, class Bias>(Weight weight, Bias bias) {
        for (std::size_t o = 0; o < Weight::rows; ++o)
            for (std::size_t k = 0; k < Weight::columns; ++k) weight(o, k) = *next++;
        for (std::size_t o = 0; o < Bias::rows; ++o) bias[o] = *next++;
    });
}

template <class Net>
void get_parameters(const Net& net, float* next) {
    for_each_dense(net, [&]<class Weight, class Bias>(Weight weight, Bias bias) {
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

/// With weights rounded to bf16. The reference has the unrounded weights; the tolerance allows for the rounding, see
/// docs/bf16.md.
template <class Network, std::size_t Samples>
class forward_bf16 {
public:
    static constexpr double tolerance = 0.05;

    explicit forward_bf16(const float* parameters) {
        const auto trained = std::make_unique<trained_type>();
        set_parameters(*trained, parameters);
        net_ = etch::convert<etch::with_bf16<trained_type>>(*trained);
    }

    ETCH_INLINE auto operator()(const float* samples) const {
        return net_(etch::matrix_view<const float, Network::inputs, Samples>{samples});
    }

private:
    using trained_type = typename etch_network<Network>::type;
    etch::with_bf16<trained_type> net_;
};

/// With fast_tanh and fast_sigmoid, whose error is below 5e-5; the tolerance allows for its growth through the layers.
template <class Network>
struct fast_network;
template <>
struct fast_network<bench::tiny> {
    using type = etch::network<etch::input<2>, etch::dense<8>, etch::fast_tanh, etch::dense<1>, etch::fast_sigmoid>;
};
template <>
struct fast_network<bench::policy> {
    using type = etch::network<etch::input<17>, etch::dense<64>, etch::fast_tanh, etch::dense<64>, etch::fast_tanh,
                               etch::dense<6>>;
};

template <class Network, std::size_t Samples>
class forward_fast {
public:
    static constexpr double tolerance = 1e-3;

    explicit forward_fast(const float* parameters) { set_parameters(net_, parameters); }

    ETCH_INLINE auto operator()(const float* samples) const {
        return net_(etch::matrix_view<const float, Network::inputs, Samples>{samples});
    }

private:
    typename fast_network<Network>::type net_;
};

/// One of three networks, chosen at run time: measures the cost of the choice. The others have the same inputs and
/// outputs.
template <class Network, std::size_t Samples>
class forward_any {
public:
    explicit forward_any(const float* parameters) { set_parameters(net_.template emplace<chosen>(), parameters); }

    ETCH_INLINE auto operator()(const float* samples) const {
        return net_(etch::matrix_view<const float, Network::inputs, Samples>{samples});
    }

private:
    using chosen = typename etch_network<Network>::type;
    template <std::size_t Hidden>
    using other =
        etch::network<etch::input<Network::inputs>, etch::dense<Hidden>, etch::relu, etch::dense<chosen::outputs>>;
    etch::any_of<other<16>, chosen, other<48>> net_;
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

using pack = etch::float_lanes<etch::widest_lanes<float>>;

template <class Of>
struct function {
    static void run(const float* from, float* to, std::size_t count) {
        for (std::size_t i = 0; i < count; i += pack::size) Of{}(pack::load(from + i)).store(to + i);
    }
};

const bool registered = [] {
    bench::add_single<forward, bench::tiny, bench::policy, bench::quadrotor, bench::legged, bench::digits>("etch");
    bench::add_batches<forward, bench::policy, bench::digits>("etch");
    bench::add_single<forward_bf16, bench::legged, bench::digits>("etch_bf16");
    bench::add_single<forward_fast, bench::tiny, bench::policy>("etch_fast");
    bench::add_batches<forward_fast, bench::policy>("etch_fast");
    bench::add_single<forward_any, bench::tiny, bench::policy>("etch_any");
    bench::add_all_training<training>("etch");
    bench::add_function<"exp", function>("etch", [](pack x) ETCH_INLINE_LAMBDA { return etch::math::exp(x); });
    bench::add_function<"tanh", function>("etch", [](pack x) ETCH_INLINE_LAMBDA { return etch::math::tanh(x); });
    bench::add_function<"sigmoid", function>("etch", [](pack x) ETCH_INLINE_LAMBDA { return etch::math::sigmoid(x); });
    bench::add_function<"log", function>("etch", [](pack x) ETCH_INLINE_LAMBDA { return etch::math::log(x); });
    bench::add_function<"softplus", function>("etch",
                                              [](pack x) ETCH_INLINE_LAMBDA { return etch::math::softplus(x); });
    bench::add_function<"erf", function>("etch", [](pack x) ETCH_INLINE_LAMBDA { return etch::math::erf(x); });
    return true;
}();

}  // namespace
