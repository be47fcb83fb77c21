// In a constant expression a network is drawn, and answers, with the bits that it has at run time.
// runs on: every instruction set
#include <bit>
#include <cstdint>

#include <etch/layer/average_pool.hpp>
#include <etch/layer/conv_1d.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/conv_transpose_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/max_pool.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/layer/upsample.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;

/// Drawn and asked while compiling.
template <class Network>
struct at_compile_time {
    static constexpr Network net{seed{42}};
    static constexpr vector<float, Network::inputs> sample = [] {
        vector<float, Network::inputs> drawn;
        random_generator generator{seed{1}};
        for (float& x : drawn) x = 4 * generator.uniform() - 2;
        return drawn;
    }();
    static constexpr vector<float, Network::outputs> answer = net(sample);
};

template <class A, class B>
std::size_t differing_bits(const A& a, const B& b) {
    std::size_t found = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        found += std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i]);
    return found;
}

template <class Network>
void check_constants() {
    using constants = at_compile_time<Network>;
    const volatile std::uint64_t number = 42;  // keeps the compiler from knowing the rest
    const Network net{seed{number}};
    CHECK(differing_bits(net.parameters(), constants::net.parameters()) == 0);
    const auto answer = net(constants::sample);
    CHECK(differing_bits(answer, constants::answer) == 0);
    for (const float x : answer) CHECK(x - x == 0);
}

}  // namespace

TEST_CASE("a network of images gives the same bits in a constant expression") {
    check_constants<network<input<2, 4, 3>, conv_2d<4, 3, 3, padding<1>, groups<2>>, etch::tanh,
                            conv_2d<2, 2, 2, stride<2>, dilation<2, 1>>, flatten, dense<2>>>();
    check_constants<network<input<5, 6, 5>, max_pool<2>, etch::tanh, upsample<2, 3>, average_pool<3, 3, stride<2>>,
                            global_average_pool>>();
    check_constants<network<input<3, 9>, conv_1d<6, 3, padding<2, 0>, groups<3>>, etch::tanh, conv_1d<2, 2, stride<2>>,
                            flatten, dense<2>>>();
    check_constants<network<input<2, 3, 2>, conv_transpose_2d<4, 3, 2, stride<2>, padding<1, 0>>, etch::tanh,
                            conv_transpose_2d<2, 2, 2, groups<2>>, flatten, dense<2>>>();
    check_constants<network<input<2, 6, 5>, conv_2d<5>, etch::tanh, conv_2d<3, 2>, flatten, dense<4>>>();
}

TEST_CASE("a classifier gives the same bits in a constant expression") {
    check_constants<network<input<17>, dense<19>, etch::tanh, dense<6>, softmax>>();
}

TEST_CASE("normal initializers and functions of every kind give the same bits in a constant expression") {
    check_constants<network<input<5>, dense<16, he_normal>, gelu, layer_norm<>, residual<dense<16>, softplus>,
                            dense<3, lecun_normal>, selu>>();
}

TEST_CASE("weights held as bf16 are rounded, and answer, with the same bits in a constant expression") {
    using trained = network<input<17>, dense<19>, etch::tanh, dense<1>>;
    using constants = at_compile_time<trained>;
    using deployed = with_bf16<trained>;
    static constexpr deployed folded = convert<deployed>(constants::net);
    static constexpr auto folded_answer = folded(constants::sample);
    const volatile std::uint64_t number = 42;
    const deployed net = convert<deployed>(trained{seed{number}});
    CHECK(differing_bits(net(constants::sample), folded_answer) == 0);
    CHECK(differing_bits(folded(constants::sample), folded_answer) == 0);
    CHECK(differing_bits(constants::answer, folded_answer) == 1);
}
