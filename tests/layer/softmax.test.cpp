#include <cmath>
#include <limits>

#include <etch/layer/softmax.hpp>

#include "lone_layer.hpp"
#include "reference/layers.hpp"
#include "support/catch.hpp"

using namespace etch_test;
using etch::shape, etch::softmax, etch::vector;

TEST_CASE("softmax keeps the shape") {
    STATIC_REQUIRE(softmax::output({7}) == shape{7});
    STATIC_REQUIRE(etch::Layer<softmax>);
}

TEST_CASE("softmax of equal logits is uniform") {
    lone_layer<float, softmax, shape{4}, 1> layer;
    CHECK(layer.infer({3, 3, 3, 3}) == vector<float, 4>{0.25f, 0.25f, 0.25f, 0.25f});
    CHECK(layer.infer({-1e30f, -1e30f, -1e30f, -1e30f}) == vector<float, 4>{0.25f, 0.25f, 0.25f, 0.25f});
}

TEST_CASE("softmax of log 1, log 2, log 5 is 1, 2, 5 eighths") {
    lone_layer<float, softmax, shape{3}, 1> layer;
    const auto a = layer.infer({0, 0.6931472f, 1.6094379f});
    CHECK(std::abs(a[0] - 0.125f) < 1e-7f);
    CHECK(std::abs(a[1] - 0.25f) < 1e-7f);
    CHECK(std::abs(a[2] - 0.625f) < 1e-7f);
}

TEST_CASE("softmax stays finite whatever the size of the logits") {
    lone_layer<float, softmax, shape{3}, 1> layer;
    CHECK(layer.infer({1e4f, -1e4f, 0}) == vector<float, 3>{1, 0, 0});
    CHECK(layer.infer({-1e4f, -2e4f, -3e4f}) == vector<float, 3>{1, 0, 0});
    CHECK(layer.infer({3e38f, 3e38f, -3e38f}) == vector<float, 3>{0.5f, 0.5f, 0});
}

TEST_CASE("softmax of a sample with NaN is NaN, and its neighbours are not") {
    lone_layer<float, softmax, shape{5}, 3> layer;
    for (const std::size_t place : {std::size_t{0}, std::size_t{2}, std::size_t{4}}) {
        auto z = scattered<float, 5, 3>(1);
        z(place, 1) = std::numeric_limits<float>::quiet_NaN();
        const auto a = layer.infer(z);
        for (std::size_t i = 0; i < 5; ++i) {
            CHECK_FALSE(std::isnan(a(i, 0)));
            CHECK(std::isnan(a(i, 1)));
            CHECK_FALSE(std::isnan(a(i, 2)));
        }
    }
}

TEST_CASE("softmax backward matches finite differences") {
    CHECK(worst_gradient<softmax, shape{5}, 3>() < gradient_tolerance);
    CHECK(worst_gradient<softmax, shape{33}, 1>() < gradient_tolerance);
}

TEST_CASE("softmax does what PyTorch's does") {
    lone_layer<float, softmax, shape{11}, 3> layer;
    const etch::matrix<float, 11, 3> x(std::span<const float, 33>{reference::activation_input});
    const etch::matrix<float, 11, 3> grad_y(std::span<const float, 33>{reference::activation_grad_output});
    const auto y = layer.forward(x);
    CHECK(worst_distance(y, reference::softmax.output, 33) <= 2);
    CHECK(worst_distance(layer.backward(x, grad_y), reference::softmax.grad_input, 33) <= 2);
}

TEST_CASE("softmax adds up to one and has the same bits alone, for sizes around the lanes") {
    for_edge_sizes([]<std::size_t Size>() {
        INFO("size " << Size);
        lone_layer<float, softmax, shape{Size}, 2> layer;
        const auto x = scattered<float, Size, 2>(Size);
        const auto a = layer.infer(x);
        for (std::size_t j = 0; j < 2; ++j) {
            double whole = 0, sum = 0;
            for (std::size_t i = 0; i < Size; ++i) whole += static_cast<double>(a(i, j)), sum += std::exp(static_cast<double>(x(i, j)));
            CHECK(std::abs(whole - 1) < 3e-7);
            for (std::size_t i = 0; i < Size; ++i)
                CHECK(std::abs(static_cast<double>(a(i, j)) - std::exp(static_cast<double>(x(i, j))) / sum) < 3e-7);
        }
        CHECK(same_alone(layer));
    });
}
