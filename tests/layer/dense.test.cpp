#include <cmath>
#include <string>

#include <etch/layer/dense.hpp>

#include "lone_layer.hpp"
#include "reference/layers.hpp"
#include "support/catch.hpp"

using namespace etch_test;
using etch::dense, etch::shape;

TEST_CASE("dense gives as many numbers as it has outputs") {
    STATIC_REQUIRE(dense<3>::output({5}) == shape{3});
    STATIC_REQUIRE(dense<3>::parameters({5})[0].extents == shape{3, 5});
    STATIC_REQUIRE(dense<3>::parameters({5})[1].extents == shape{3});
    STATIC_REQUIRE(dense<3>::multiply_adds({5}) == 15);
    CHECK(dense<3>::parameters({5})[0].name.text == std::string("weight"));
    CHECK(dense<3>::parameters({5})[1].name.text == std::string("bias"));
}

TEST_CASE("dense computes W a + b, worked by hand") {
    lone_layer<float, dense<2>, shape{3}, 1> layer;
    layer.parameters = {1, 4, 2, 5, 3, 6, /* b */ 10, 20};  // W = (1 2 3; 4 5 6)
    CHECK(layer.infer({1, 0, -1}) == etch::vector<float, 2>{8, 18});
    CHECK(layer.forward({1, 0, -1}) == etch::vector<float, 2>{8, 18});
    CHECK(layer.backward({1, 0, -1}, {1, 10}) == etch::vector<float, 3>{41, 52, 63});  // Wᵀ dz
    CHECK(layer.gradients == std::array<float, 8>{1, 10, 0, 0, -1, -10, 1, 10});       // dz aᵀ, dz
}

TEST_CASE("dense adds to the gradients that are there") {
    lone_layer<float, dense<1>, shape{1}, 2> layer;
    layer.parameters = {3, 0};
    layer.gradients = {100, 200};
    (void)layer.forward({1, 2});
    (void)layer.backward({1, 2}, {10, 1});
    CHECK(layer.gradients == std::array<float, 2>{112, 211});
}

TEST_CASE("dense backward matches finite differences") {
    CHECK(worst_gradient<dense<4>, shape{3}, 1>() < gradient_tolerance);
    CHECK(worst_gradient<dense<4>, shape{9}, 3>() < gradient_tolerance);
    CHECK(worst_gradient<dense<1>, shape{1}, 1>() < gradient_tolerance);
    CHECK(worst_gradient<dense<17>, shape{5}, 2>() < gradient_tolerance);
}

TEST_CASE("dense does what PyTorch's Linear does") {
    namespace known = reference::dense;
    lone_layer<float, dense<3>, shape{5}, 3> layer;
    for (std::size_t out = 0; out < 3; ++out) {
        for (std::size_t in = 0; in < 5; ++in) layer.parameters[in * 3 + out] = known::weight[out * 5 + in];
        layer.parameters[15 + out] = known::bias[out];
    }
    const etch::matrix<float, 5, 3> x(std::span<const float, 15>{known::input});
    const etch::matrix<float, 3, 3> grad_y(std::span<const float, 9>{known::grad_output});
    // Sums of at most five products of small numbers: each addition may round by half a unit.
    constexpr double tolerance = 3;
    CHECK(worst_distance(layer.forward(x), known::output, 9) <= tolerance);
    CHECK(worst_distance(layer.infer(x), known::output, 9) <= tolerance);
    CHECK(worst_distance(layer.backward(x, grad_y), known::grad_input, 15) <= tolerance);
    for (std::size_t out = 0; out < 3; ++out) {
        for (std::size_t in = 0; in < 5; ++in)
            CHECK(worst_distance(&layer.gradients[in * 3 + out], &known::grad_weight[out * 5 + in], 1) <= tolerance);
        CHECK(worst_distance(&layer.gradients[15 + out], &known::grad_bias[out], 1) <= tolerance);
    }
}

TEST_CASE("dense is right for every number of outputs around the lanes, alone and in a batch") {
    for_edge_sizes([]<std::size_t Size>() {
        INFO("outputs " << Size);
        lone_layer<float, dense<Size>, shape{7}, 3> layer;
        CHECK(same_alone(layer));
        const auto x = scattered<float, 7, 3>(1);
        const auto y = layer.infer(x);
        double worst = 0;
        for (std::size_t j = 0; j < 3; ++j)
            for (std::size_t i = 0; i < Size; ++i) {
                double sum = static_cast<double>(layer.parameters[7 * Size + i]);
                for (std::size_t k = 0; k < 7; ++k)
                    sum += static_cast<double>(layer.parameters[k * Size + i]) * static_cast<double>(x(k, j));
                worst = std::max(worst, std::abs(sum - static_cast<double>(y(i, j))));
            }
        CHECK(worst < 1e-6);  // sums of seven numbers below 2
    });
}

TEST_CASE("a batch and a single sample have the same gradients within rounding") {
    lone_layer<float, dense<19>, shape{23}, 4> batch;  // Wᵀ dz by a copy
    lone_layer<float, dense<19>, shape{23}, 1> single;  // by dot products
    const auto x = scattered<float, 23, 4>(1);
    const auto dz = scattered<float, 19, 4>(2);
    const auto dx = batch.backward(x, dz);
    for (std::size_t j = 0; j < 4; ++j) {
        const auto alone = single.backward(etch::vector<float, 23>(x.column(j)), etch::vector<float, 19>(dz.column(j)));
        CHECK(worst_distance(alone, dx.data() + 23 * j, 23) < 40);  // sums of 19 numbers of size 1
    }
    CHECK(worst_distance(single.gradients, batch.gradients, single.gradients.size()) < 20);
}
