// A sample gives the same bits alone and inside a batch of any size.
// runs on: every instruction set
#include <bit>
#include <cstdint>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/film.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/gated.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/group_norm.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/log_softmax.hpp>
#include <etch/layer/prelu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>

#include "support/catch.hpp"

namespace {

template <class Network>
Network filled() {
    Network net{etch::seed{5}};
    etch::random_generator generator{etch::seed{6}};
    for (float& s : net.statistics()) s = 0.5f + generator.uniform();
    return net;
}

/// How many of the outputs differ in a bit, or are not finite.
template <std::size_t Columns, class Network>
std::size_t differences(const Network& net) {
    etch::matrix<float, Network::inputs, Columns> batch;
    etch::random_generator generator{etch::seed{Columns}};
    for (float& x : batch) x = etch::normal<float>(generator);
    const auto together = net(batch);
    std::size_t found = 0;
    for (std::size_t j = 0; j < Columns; ++j) {
        const auto alone = net(std::span<const float, Network::inputs>{batch.column(j).data(), Network::inputs});
        for (std::size_t i = 0; i < Network::outputs; ++i) {
            const float a = alone[i], b = together(i, j);
            found += std::bit_cast<std::uint32_t>(a) != std::bit_cast<std::uint32_t>(b) || !(a - a == 0);
        }
    }
    return found;
}

template <class Network>
void check_batches() {
    const auto net = filled<Network>();
    CHECK(differences<1>(net) == 0);
    CHECK(differences<7>(net) == 0);
    CHECK(differences<33>(net) == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(differences<32>(net) == 0);
    CHECK(differences<100>(net) == 0);
#endif
}

using namespace etch;

}  // namespace

TEST_CASE("a batch that ends in softmax has its samples' bits") {
    check_batches<network<input<17>, dense<33>, etch::tanh, dense<7>, softmax>>();
}

TEST_CASE("a batch through layer_norm has its samples' bits") {
    check_batches<network<input<9>, dense<19>, gelu, layer_norm<>, dense<1>, sigmoid>>();
}

TEST_CASE("a batch of images through a residual has its samples' bits") {
    check_batches<network<input<3, 4>, flatten, standardize, dense<18>, residual<dense<18>, etch::tanh>, dense<5>>>();
}

TEST_CASE("a batch through convolutions has its samples' bits") {
    check_batches<network<input<2, 7, 6>, conv_2d<9>, gelu, standardize, conv_2d<3, 2>, flatten, dense<5>, softmax>>();
}

TEST_CASE("a batch through layers that look at channels has its samples' bits") {
    check_batches<network<input<34, 5>, group_norm<2>, prelu<34>, gated<etch::tanh, sigmoid>, flatten, dense<33>, film,
                          prelu<>, log_softmax>>();
}
