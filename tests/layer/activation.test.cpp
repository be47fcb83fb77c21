// The activations that act element by element, each with the same tests.
#include <cmath>
#include <limits>
#include <string>

#include <etch/layer/elu.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/tanh.hpp>

#include "lone_layer.hpp"
#include "reference/layers.hpp"
#include "support/catch.hpp"

using namespace etch_test;

namespace {

struct point {
    float z, a;
};

/// What a test needs to know of an activation: PyTorch's numbers, and three values worked by hand.
template <class L>
struct known;

template <>
struct known<etch::identity> {
    static constexpr const reference::activation& torch = reference::identity;
    static constexpr point by_hand[] = {{-2, -2}, {0, 0}, {3, 3}};
};
template <>
struct known<etch::relu> {
    static constexpr const reference::activation& torch = reference::relu;
    static constexpr point by_hand[] = {{-2, 0}, {0, 0}, {3, 3}};
};
template <>
struct known<etch::leaky_relu<>> {
    static constexpr const reference::activation& torch = reference::leaky_relu;
    static constexpr point by_hand[] = {{-2, -0.02f}, {0, 0}, {3, 3}};
};
template <>
struct known<etch::elu<>> {
    static constexpr const reference::activation& torch = reference::elu;
    static constexpr point by_hand[] = {{-1, -0.63212056f}, {0, 0}, {3, 3}};  // 1 / e - 1
};
template <>
struct known<etch::selu> {
    static constexpr const reference::activation& torch = reference::selu;
    static constexpr point by_hand[] = {{-1, -1.1113307f}, {0, 0}, {2, 2.1014020f}};  // 1.0507 * 1.67326 * (1 / e - 1)
};
template <>
struct known<etch::gelu> {
    static constexpr const reference::activation& torch = reference::gelu;
    static constexpr point by_hand[] = {
        {-1, -0.15865525f}, {0, 0}, {1, 0.84134475f}};  // a table of the normal distribution
};
template <>
struct known<etch::silu> {
    static constexpr const reference::activation& torch = reference::silu;
    static constexpr point by_hand[] = {{-1, -0.26894142f}, {0, 0}, {1, 0.73105858f}};  // 1 / (1 + 1 / e)
};
template <>
struct known<etch::softplus> {
    static constexpr const reference::activation& torch = reference::softplus;
    static constexpr point by_hand[] = {{-1, 0.31326169f}, {0, 0.69314718f}, {1, 1.3132617f}};  // log 2 at 0
};
template <>
struct known<etch::tanh> {
    static constexpr const reference::activation& torch = reference::tanh;
    static constexpr point by_hand[] = {{-0.5f, -0.46211716f}, {0, 0}, {20, 1}};  // (1 - e) / (1 + e)
};
template <>
struct known<etch::sigmoid> {
    static constexpr const reference::activation& torch = reference::sigmoid;
    static constexpr point by_hand[] = {{-1, 0.26894142f}, {0, 0.5f}, {1, 0.73105858f}};
};
template <>
struct known<etch::hard_tanh> {
    static constexpr const reference::activation& torch = reference::hard_tanh;
    static constexpr point by_hand[] = {{-3, -1}, {0.5f, 0.5f}, {3, 1}};
};

/// Every activation is within this many units of 2^-24 (see worst_distance): gelu's z Φ(z) at z = -10 costs the most.
constexpr double reference_tolerance = 4;

}  // namespace

#define ACTIVATIONS                                                                                                  \
    etch::identity, etch::relu, etch::leaky_relu<>, etch::elu<>, etch::selu, etch::gelu, etch::silu, etch::softplus, \
        etch::tanh, etch::sigmoid, etch::hard_tanh

TEMPLATE_TEST_CASE("an activation keeps the shape", "", ACTIVATIONS) {
    STATIC_REQUIRE(TestType::output({7}) == etch::shape{7});
    STATIC_REQUIRE(TestType::output({28, 28}) == etch::shape{28, 28});
    STATIC_REQUIRE(etch::Layer<TestType>);
}

TEMPLATE_TEST_CASE("an activation gives the values worked by hand", "", ACTIVATIONS) {
    for (const point& p : known<TestType>::by_hand) {
        lone_layer<float, TestType, etch::shape{1}, 1> layer;
        const float a = layer.infer({p.z})[0];
        INFO("z = " << p.z);
        CHECK(std::abs(a - p.a) <= 2e-7f);  // the values have eight digits
    }
}

TEMPLATE_TEST_CASE("an activation's backward pass matches finite differences", "", ACTIVATIONS) {
    CHECK(worst_gradient<TestType, etch::shape{7}, 3>() < gradient_tolerance);
}

TEMPLATE_TEST_CASE("an activation does what PyTorch's does", "", ACTIVATIONS) {
    lone_layer<float, TestType, etch::shape{11}, 3> layer;
    const etch::matrix<float, 11, 3> x(std::span<const float, 33>{reference::activation_input});
    const etch::matrix<float, 11, 3> grad_y(std::span<const float, 33>{reference::activation_grad_output});
    const auto y = layer.forward(x);
    const auto grad_x = layer.backward(x, grad_y);
    CHECK(worst_distance(y, known<TestType>::torch.output, 33) <= reference_tolerance);
    CHECK(worst_distance(grad_x, known<TestType>::torch.grad_input, 33) <= reference_tolerance);
}

TEMPLATE_TEST_CASE("an activation has the same bits in every lane of every size", "", ACTIVATIONS) {
    lone_layer<float, TestType, etch::shape{1}, 1> single;
    const auto check = [&]<std::size_t Size, std::size_t Columns>() {
        lone_layer<float, TestType, etch::shape{Size}, Columns> layer;
        const auto x = scattered<float, Size, Columns>(Size), grad_y = scattered<float, Size, Columns>(Size + 1);
        const auto y = layer.infer(x);
        std::size_t wrong = different_bits(y, layer.forward(x), Size * Columns);
        const auto grad_x = layer.backward(x, grad_y);
        for (std::size_t i = 0; i < Size * Columns; ++i) {
            const float a = single.forward({x[i]})[0], da = single.backward({x[i]}, {grad_y[i]})[0];
            wrong += different_bits(&a, y.data() + i, 1) + different_bits(&da, grad_x.data() + i, 1);
        }
        INFO("size " << Size << " x " << Columns);
        CHECK(wrong == 0);
    };
    check.template operator()<31, 1>();  // a pack of every width
    check.template operator()<33, 2>();
}

TEMPLATE_TEST_CASE("an activation hands NaN on, forward and backward", "", ACTIVATIONS) {
    lone_layer<float, TestType, etch::shape{31}, 1> layer;
    auto x = scattered<float, 31, 1>(1);
    x[3] = x[30] = std::numeric_limits<float>::quiet_NaN();
    const auto y = layer.infer(x);
    for (std::size_t i = 0; i < 31; ++i) CHECK(std::isnan(y[i]) == (i == 3 || i == 30));
    const auto ordinary = scattered<float, 31, 1>(1);
    (void)layer.forward(ordinary);
    const auto grad_x = layer.backward(ordinary, x);  // x stands for a gradient here
    CHECK(std::isnan(grad_x[3]));
    CHECK(std::isnan(grad_x[30]));
}

TEMPLATE_TEST_CASE("an activation of huge numbers is no NaN", "", ACTIVATIONS) {
    constexpr float huge[] = {1e30f, -1e30f, 3.4e38f, -3.4e38f};
    lone_layer<float, TestType, etch::shape{31}, 1> layer;
    etch::vector<float, 31> x, ones;
    for (std::size_t i = 0; i < 31; ++i) x[i] = huge[i % 4], ones[i] = 1;
    const auto y = layer.forward(x);
    const auto grad_x = layer.backward(x, ones);
    for (std::size_t i = 0; i < 31; ++i) {
        INFO("z = " << x[i] << ", a = " << y[i] << ", dz = " << grad_x[i]);
        CHECK_FALSE(std::isnan(y[i]));
        CHECK(std::isfinite(grad_x[i]));
    }
}

TEST_CASE("options of activations change what they name") {
    lone_layer<float, etch::leaky_relu<1, 4>, etch::shape{1}, 1> leaky;
    CHECK(leaky.infer({-2})[0] == -0.5f);
    lone_layer<float, etch::elu<1, 2>, etch::shape{1}, 1> half;
    CHECK(std::abs(half.infer({-1})[0] + 0.31606028f) < 1e-7f);
    CHECK(worst_gradient<etch::elu<1, 2>, etch::shape{5}, 2>() < gradient_tolerance);
    CHECK(worst_gradient<etch::leaky_relu<1, 4>, etch::shape{5}, 2>() < gradient_tolerance);
}

TEST_CASE("each activation has the name of its type") {
    CHECK(etch::relu::name == std::string("relu"));
    CHECK(etch::leaky_relu<>::name == std::string("leaky_relu"));
    CHECK(etch::hard_tanh::name == std::string("hard_tanh"));
    CHECK(etch::tanh::name == std::string("tanh"));
    CHECK(etch::softplus::name == std::string("softplus"));
}
