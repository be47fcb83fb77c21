#include <cstddef>
#include <memory>

#include <etch/etch.hpp>

#include "etch_contestant.hpp"

namespace {

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
