#include <cstddef>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include <etch/etch.hpp>

#include "etch_contestant.hpp"

namespace {

template <>
struct etch_network<bench::gru_8> {
    using type = etch::network<etch::input<1>, etch::gru<8>, etch::dense<1>>;
};
template <>
struct etch_network<bench::gru_24> {
    using type = etch::network<etch::input<1>, etch::gru<24>, etch::dense<1>>;
};
template <>
struct etch_network<bench::lstm_20> {
    using type = etch::network<etch::input<1>, etch::lstm<20>, etch::dense<1>>;
};
template <>
struct etch_network<bench::lstm_40> {
    using type = etch::network<etch::input<1>, etch::lstm<40>, etch::dense<1>>;
};
template <>
struct etch_network<bench::lstm_128> {
    using type = etch::network<etch::input<48>, etch::lstm<128>, etch::dense<12>>;
};
template <>
struct etch_network<bench::gru_64> {
    using type = etch::network<etch::input<64>, etch::gru<64>>;
};
template <std::size_t Dilation>
using filters = etch::causal_conv_1d<8, 3, etch::dilation<Dilation>>;
template <>
struct etch_network<bench::causal> {
    using type = etch::network<etch::input<1>, filters<1>, etch::tanh, filters<2>, etch::tanh, filters<4>, etch::tanh,
                               filters<8>, etch::tanh, filters<16>, etch::tanh, filters<32>, etch::tanh, filters<64>,
                               etch::tanh, filters<128>, etch::tanh, etch::dense<1>>;
};

/// The order of exchange, with the two biases of recurrent layers.
template <class Net>
void set_stream_parameters(Net& net, const float* next) {
    const auto set = [&](auto to) {
        for (std::size_t o = 0; o < to.rows; ++o)
            for (std::size_t k = 0; k < to.columns; ++k) to(o, k) = *next++;
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto set_layer = [&](const auto& held) {
            [&]<std::size_t... P>(std::index_sequence<P...>) {
                (set(get<P>(held)), ...);
            }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(held)>>>{});
        };
        (set_layer(net.template parameters<I>()), ...);
    }(std::make_index_sequence<Net::depth>{});
}

template <class Network, class Net>
class stream_of {
public:
    ETCH_INLINE void step(const float* from, float* to) {
        const auto y = net_(etch::vector_view<const float, Network::inputs>{from}, state_);
        for (std::size_t i = 0; i < Network::outputs; ++i) to[i] = y[i];
    }
    ETCH_INLINE void block(const float* from, float* to) {
        (void)net_(std::span{from, Network::inputs * bench::steps_per_block},
                   std::span{to, Network::outputs * bench::steps_per_block}, state_);
    }

protected:
    Net net_;

private:
    typename Net::state state_{};
};

template <class Network>
struct stream : stream_of<Network, typename etch_network<Network>::type> {
    explicit stream(const float* parameters) { set_stream_parameters(this->net_, parameters); }
};

/// With weights rounded to bf16, as in etch.cpp.
template <class Network>
struct stream_bf16 : stream_of<Network, etch::with_bf16<typename etch_network<Network>::type>> {
    static constexpr double tolerance = 0.05;

    explicit stream_bf16(const float* parameters) {
        const auto trained = std::make_unique<typename etch_network<Network>::type>();
        set_stream_parameters(*trained, parameters);
        this->net_ = etch::convert<etch::with_bf16<typename etch_network<Network>::type>>(*trained);
    }
};

const bool registered = [] {
    bench::add_all_streams<stream>("etch");
    bench::add_streams<stream_bf16, bench::lstm_128>("etch_bf16");
    return true;
}();

}  // namespace
