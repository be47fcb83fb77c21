// runs on: every instruction set
#include <type_traits>

#include <etch/layer/causal_conv_1d.hpp>
#include <etch/layer/conv_1d.hpp>
#include <etch/layer/conv_2d.hpp>
#include <etch/layer/conv_transpose_1d.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/topology.hpp>

#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

/// Whether the network with weights stored as bf16 gives the bits of that of floats with the same rounded weights.
template <class Net>
bool is_the_rounded_network() {
    const auto half = convert<with_bf16<Net>>(Net{seed{1}});
    const auto rounded = convert<Net>(half);
    matrix<float, Net::inputs, 3> x;
    support::scatter_numbers(x, seed{2});
    typename with_bf16<Net>::template states<3> a{};
    typename Net::template states<3> b{};
    bool same = true;
    for (int step = 0; step < 3; ++step) same = same && half(x, a) == rounded(x, b);
    const vector<float, Net::inputs> one{std::span<const float, Net::inputs>{x.data(), Net::inputs}};
    typename with_bf16<Net>::state c{};
    typename Net::state d{};
    return same && half(one, c) == rounded(one, d);
}

}  // namespace

TEST_CASE("convolutions with weights stored as bf16 have the bits of the rounded weights") {
    using images = network<input<3, 7, 6>, conv_2d<21, 3, 2, padding<1>>, relu, conv_2d<1, 2>, flatten>;
    using half = network<input<3, 7, 6>, conv_2d<21, 3, 2, padding<1>, stored<bf16>>, relu,
                         conv_2d<1, 2, 2, stored<bf16>>, flatten>;
    static_assert(std::is_same_v<with_bf16<images>, half> && std::is_same_v<with_bf16<half>, half>);
    static_assert(half::packed_count == 21 * 3 * 6 + 21 * 4);
    CHECK(is_the_rounded_network<images>());
    CHECK(is_the_rounded_network<network<input<2, 9>, conv_1d<17, 3, stride<2>>, relu, conv_1d<5, 3>>>());
    CHECK(is_the_rounded_network<network<input<3>, causal_conv_1d<16, 3, dilation<2>>, relu, causal_conv_1d<1, 2>>>());
}

TEST_CASE("convolutions with groups and transposed ones keep their numbers") {
    using grouped = network<input<4, 9>, conv_1d<4, 3, groups<2>>, conv_transpose_1d<2>>;
    STATIC_REQUIRE(std::is_same_v<with_bf16<grouped>, grouped>);
    STATIC_REQUIRE(with_bf16<network<input<4>, causal_conv_1d<4, 3, groups<2>>>>::packed_count == 0);
}

TEST_CASE("how a convolution's weights are stored is a part of its spelling, and not of what it is") {
    using images = network<input<1, 5, 5>, conv_2d<2, 3, 3, stride<2>>>;
    static_assert(topology<with_bf16<images>> == "input<1, 5, 5>, conv_2d<2, 3, 3, stride<2, 2>, stored<bf16>>");
    static_assert(same_topology(topology<with_bf16<images>>, topology<images>));
    static_assert(!same_topology(topology<with_bf16<images>>, topology<network<input<1, 5, 5>, conv_2d<2>>>));
    constexpr images net{seed{1}};
    constexpr auto half = convert<with_bf16<images>>(net);
    constexpr auto x = [] {
        vector<float, 25> image{};
        for (std::size_t i = 0; i < 25; ++i) image[i] = static_cast<float>(i % 7);
        return image;
    }();
    static_assert(half(x) == convert<images>(half)(x));
    CHECK(half(x) == convert<images>(half)(x));
}
