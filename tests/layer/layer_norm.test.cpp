#include <cmath>

#include <etch/layer/layer_norm.hpp>

#include "lone_layer.hpp"
#include "reference/layers.hpp"
#include "support/catch.hpp"

using namespace etch_test;
using etch::layer_norm, etch::shape, etch::vector;

TEST_CASE("layer_norm keeps the shape, and has a weight and a bias a feature") {
    STATIC_REQUIRE(layer_norm<>::output({7}) == shape{7});
    STATIC_REQUIRE(layer_norm<>::output({2, 3}) == shape{2, 3});
    STATIC_REQUIRE(layer_norm<>::parameters({2, 3})[0].extents == shape{6});
    STATIC_REQUIRE(layer_norm<>::parameters({2, 3})[1].extents == shape{6});
}

TEST_CASE("layer_norm begins with mean 0 and deviation 1 of each sample, worked by hand") {
    lone_layer<float, layer_norm<>, shape{4}, 1> layer;
    const auto y = layer.infer({1, 3, 5, 7});  // mean 4, variance 5
    const float deviation = 2.2360702f;        // √(5 + 1e-5)
    const float expected[] = {-3 / deviation, -1 / deviation, 1 / deviation, 3 / deviation};
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(y[i] - expected[i]) < 3e-7f);
}

TEST_CASE("layer_norm of equal features is its bias") {
    lone_layer<float, layer_norm<>, shape{5}, 1> layer;
    for (std::size_t i = 0; i < 5; ++i) layer.parameters[5 + i] = static_cast<float>(i);
    CHECK(layer.infer({2, 2, 2, 2, 2}) == vector<float, 5>{0, 1, 2, 3, 4});
}

TEST_CASE("layer_norm keeps its precision far from zero") {
    lone_layer<float, layer_norm<>, shape{4}, 1> layer;
    const auto near = layer.infer({1, 3, 5, 7});
    const auto far = layer.infer({100001, 100003, 100005, 100007});  // the same, moved; exact in float
    for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(near[i] - far[i]) < 1e-6f);
}

TEST_CASE("layer_norm backward matches finite differences") {
    CHECK(worst_gradient<layer_norm<>, shape{5}, 3>() < gradient_tolerance);
    CHECK(worst_gradient<layer_norm<10>, shape{17}, 1>() < gradient_tolerance);
    lone_layer<double, layer_norm<>, shape{6}, 2> layer;  // other parameters than ones and zeros
    for (std::size_t i = 0; i < 12; ++i) layer.parameters[i] = 0.3 * static_cast<double>(i) - 1.1;
    CHECK(worst_gradient(layer) < gradient_tolerance);
}

TEST_CASE("layer_norm does what PyTorch's LayerNorm does") {
    namespace known = reference::layer_norm;
    lone_layer<float, layer_norm<>, shape{7}, 3> layer;
    for (std::size_t i = 0; i < 7; ++i) layer.parameters[i] = known::weight[i], layer.parameters[7 + i] = known::bias[i];
    const etch::matrix<float, 7, 3> x(std::span<const float, 21>{known::input});
    const etch::matrix<float, 7, 3> grad_y(std::span<const float, 21>{known::grad_output});
    // About ten roundings in a row, each of half a unit.
    constexpr double tolerance = 5;
    CHECK(worst_distance(layer.forward(x), known::output, 21) <= tolerance);
    CHECK(worst_distance(layer.infer(x), known::output, 21) <= tolerance);
    CHECK(worst_distance(layer.backward(x, grad_y), known::grad_input, 21) <= tolerance);
    CHECK(worst_distance(layer.gradients, known::grad_weight, 7) <= tolerance);
    CHECK(worst_distance(layer.gradients.data() + 7, known::grad_bias, 7) <= tolerance);
}

TEST_CASE("layer_norm has mean 0 and deviation 1, and the same bits alone, for sizes around the lanes") {
    for_edge_sizes([]<std::size_t Size>() {
        INFO("size " << Size);
        lone_layer<float, layer_norm<>, shape{Size}, 2> layer;
        const auto y = layer.infer(scattered<float, Size, 2>(Size));
        for (std::size_t j = 0; j < 2; ++j) {
            double sum = 0, squares = 0;
            for (std::size_t i = 0; i < Size; ++i)
                sum += static_cast<double>(y(i, j)), squares += static_cast<double>(y(i, j)) * static_cast<double>(y(i, j));
            CHECK(std::abs(sum) / Size < 1e-6);
            if (Size > 1) CHECK(std::abs(squares / Size - 1) < 1e-2);  // less by epsilon / variance
        }
        CHECK(same_alone(layer));
    });
}
