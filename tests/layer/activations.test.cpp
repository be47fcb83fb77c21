// All activations in one table, so that one compilation serves them all.
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

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// The textbook's formulas in double, and PyTorch's numbers.
struct formula {
    const reference::activation* torch;
    double (*value)(double);
    double (*slope)(double);
};

double logistic(double z) { return 1 / (1 + std::exp(-z)); }
double bell(double z) { return std::exp(-z * z / 2) * 0.3989422804014327; }
double below(double z) { return 0.5 * std::erfc(-z * 0.7071067811865476); }
constexpr double lambda = 1.0507009873554805, lambda_alpha = lambda * 1.6732632423543773;

/// Calls f<Activation>(formula) for each.
template <class F>
void for_each_activation(F f) {
    f.template operator()<identity>({&reference::identity, [](double z) { return z; }, [](double) { return 1.0; }});
    f.template operator()<relu>({&reference::relu, [](double z) { return z > 0 ? z : 0; },
                                 [](double z) { return z > 0 ? 1.0 : 0.0; }});
    f.template operator()<leaky_relu<>>({&reference::leaky_relu, [](double z) { return z > 0 ? z : 0.01 * z; },
                                         [](double z) { return z > 0 ? 1.0 : 0.01; }});
    f.template operator()<elu<>>({&reference::elu, [](double z) { return z > 0 ? z : std::expm1(z); },
                                  [](double z) { return z > 0 ? 1 : std::exp(z); }});
    f.template operator()<selu>({&reference::selu,
                                 [](double z) { return z > 0 ? lambda * z : lambda_alpha * std::expm1(z); },
                                 [](double z) { return z > 0 ? lambda : lambda_alpha * std::exp(z); }});
    f.template operator()<gelu>({&reference::gelu, [](double z) { return z * below(z); },
                                 [](double z) { return below(z) + z * bell(z); }});
    f.template operator()<silu>({&reference::silu, [](double z) { return z * logistic(z); },
                                 [](double z) { return logistic(z) * (1 + z * logistic(-z)); }});
    f.template operator()<softplus>({&reference::softplus, [](double z) { return std::log1p(std::exp(z)); }, logistic});
    f.template operator()<etch::tanh>({&reference::tanh, [](double z) { return std::tanh(z); },
                                       [](double z) { return 1 - std::tanh(z) * std::tanh(z); }});
    f.template operator()<sigmoid>({&reference::sigmoid, logistic, [](double z) { return logistic(z) * logistic(-z); }});
    f.template operator()<hard_tanh>({&reference::hard_tanh, [](double z) { return z < -1 ? -1 : z > 1 ? 1 : z; },
                                      [](double z) { return z > -1 && z < 1 ? 1.0 : 0.0; }});
}

/// g(z) of one number.
template <class Activation, class T = float>
T apply(T z) {
    const vector<T, 1> x{z};
    const vector<T, 1> a = Activation::forward(0, x.view());
    return a[0];
}
template <class Activation>
double apply_in_double(double z) {
    return apply<Activation, double>(z);
}

/// The derivative at z.
template <class Activation>
float slope(float z) {
    const vector<float, 1> x{z}, one{1.0f};
    const vector<float, 1> a = Activation::forward(0, x.view());
    const vector<float, 1> dz = Activation::backward(0, x.view(), a.view(), one.view());
    return dz[0];
}

/// Between float and the exact value, relative to the larger of the value and 1. An activation's own error is a few ulp;
/// gelu and the slopes of gelu and silu subtract numbers around 1, which leaves an absolute error: 2.1e-7 at most.
constexpr double float_tolerance = 3e-7;
/// In double the two differ by roundings of numbers up to 30: 5e-16 measured.
constexpr double double_tolerance = 2e-15;

template <class T, class Activation>
auto torch_passes() {
    support::passes<T, shape{11}, 3, Activation> layer;
    for (std::size_t i = 0; i < 33; ++i) {
        layer.input[i] = static_cast<T>(reference::activation_input[i]);
        layer.grad_output[i] = static_cast<T>(reference::activation_grad_output[i]);
    }
    return layer;
}

/// One size: a batch of three samples against the formulas, number by number.
template <std::size_t Size, class Activation>
double farthest_at_size(const formula& textbook) {
    matrix<float, Size, 3> z, da, a, dz;
    support::scatter_numbers(z, seed{Size}, 3);
    support::scatter_numbers(da, seed{Size + 1});
    a = Activation::forward(0, z.view());
    dz = Activation::backward(0, z.view(), a.view(), da.view());
    double worst = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
        worst = std::max(worst, support::distance(a[i], textbook.value(z[i])));
        worst = std::max(worst, support::distance(dz[i], da[i] * textbook.slope(z[i])));
    }
    return worst;
}

}  // namespace

TEST_CASE("an activation keeps the shape, holds nothing and is a layer") {
    for_each_activation([]<class Activation>(formula) {
        static_assert(Layer<Activation>);
        static_assert(Activation::output(shape{2, 3, 4}) == shape{2, 3, 4});
        static_assert(chain<float, shape{28, 28}, Activation>::trained_count == 0);
        static_assert(chain<float, shape{28, 28}, Activation>::output_shape == shape{28, 28});
        CHECK(Activation::elementwise);  // so that it joins the product before it
    });
}

TEST_CASE("activations have the values that a person works out by hand") {
    const float ln2 = 0.69314718f, ln3 = 1.09861229f;
    CHECK(apply<identity>(-2.5f) == -2.5f);
    CHECK(apply<relu>(-2.0f) == 0);
    CHECK(apply<relu>(3.0f) == 3);
    CHECK(apply<leaky_relu<>>(-2.0f) == -0.02f);
    CHECK(apply<leaky_relu<1, 4>>(-2.0f) == -0.5f);
    CHECK(apply<leaky_relu<1, 4>>(2.0f) == 2);
    // The rest within 2 ulp.
    constexpr double ulp2 = 2.4e-7;
    CHECK(apply<elu<>>(-ln2) == Approx(-0.5).epsilon(ulp2));
    CHECK(apply<elu<1, 2>>(-ln2) == Approx(-0.25).epsilon(ulp2));
    CHECK(apply<elu<1, 2>>(4.0f) == 4);
    CHECK(apply<selu>(1.0f) == Approx(1.0507009873554805).epsilon(ulp2));
    CHECK(apply<selu>(-ln2) == Approx(-1.0507009873554805 * 1.6732632423543773 / 2).epsilon(ulp2));
    CHECK(apply<gelu>(1.0f) == Approx(0.8413447460685429).epsilon(ulp2));  // Φ(1)
    CHECK(apply<gelu>(-1.0f) == Approx(-0.15865525393145707).epsilon(ulp2));
    CHECK(apply<silu>(ln3) == Approx(0.75 * 1.0986122886681098).epsilon(ulp2));
    CHECK(apply<softplus>(0.0f) == Approx(0.6931471805599453).epsilon(ulp2));
    CHECK(apply<softplus>(ln3) == Approx(1.3862943611198906).epsilon(ulp2));  // log(1 + 3)
    CHECK(apply<etch::tanh>(ln2) == Approx(0.6).epsilon(ulp2));
    CHECK(apply<sigmoid>(ln3) == Approx(0.75).epsilon(ulp2));
    CHECK(apply<sigmoid>(-ln3) == Approx(0.25).epsilon(ulp2));
    CHECK(apply<hard_tanh>(-3.0f) == -1);
    CHECK(apply<hard_tanh>(0.25f) == 0.25f);
    CHECK(apply<hard_tanh>(1.5f) == 1);
}

TEST_CASE("activations have the slopes that a person works out by hand") {
    const float ln2 = 0.69314718f, ln3 = 1.09861229f;
    CHECK(slope<identity>(-2.5f) == 1);
    CHECK(slope<relu>(-2.0f) == 0);
    CHECK(slope<relu>(3.0f) == 1);
    CHECK(slope<leaky_relu<1, 4>>(-2.0f) == 0.25f);
    CHECK(slope<elu<>>(-ln2) == Approx(0.5).epsilon(1e-6));
    CHECK(slope<elu<1, 2>>(-ln2) == Approx(0.25).epsilon(1e-6));
    CHECK(slope<elu<1, 2>>(2.0f) == 1);
    CHECK(slope<gelu>(0.0f) == 0.5f);
    CHECK(slope<silu>(0.0f) == 0.5f);
    CHECK(slope<softplus>(ln3) == Approx(0.75).epsilon(1e-6));
    CHECK(slope<etch::tanh>(ln2) == Approx(0.64).epsilon(1e-6));
    CHECK(slope<sigmoid>(ln3) == Approx(0.1875).epsilon(1e-6));
    CHECK(slope<hard_tanh>(0.25f) == 1);
    CHECK(slope<hard_tanh>(1.5f) == 0);
    CHECK(slope<hard_tanh>(-1.5f) == 0);
}

TEST_CASE("activations forward and backward match PyTorch") {
    for_each_activation([]<class Activation>(formula textbook) {
        INFO(Activation::name);
        auto single = torch_passes<float, Activation>();
        single.run();
        CHECK(support::farthest(single.output, textbook.torch->output) < float_tolerance);
        CHECK(support::farthest(single.grad_input, textbook.torch->grad_input) < float_tolerance);
        auto twice = torch_passes<double, Activation>();
        twice.run();
        CHECK(support::farthest(twice.output, textbook.torch->output) < double_tolerance);
        CHECK(support::farthest(twice.grad_input, textbook.torch->grad_input) < double_tolerance);
    });
}

TEST_CASE("activations backward match finite differences") {
    for_each_activation([]<class Activation>(formula) {
        INFO(Activation::name);
        support::passes<double, shape{11}, 3, Activation> layer;  // its numbers keep away from the kinks at 0 and 1
        CHECK(support::worst_gradient(layer) < support::gradient_tolerance);
    });
    CHECK(support::worst_gradient<shape{11}, leaky_relu<1, 4>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{11}, elu<1, 2>>() < support::gradient_tolerance);
}

TEST_CASE("activations at sizes around the lanes match plain loops") {
    for_each_activation([]<class Activation>(formula textbook) {
        INFO(Activation::name);
        CHECK(farthest_at_size<1, Activation>(textbook) < float_tolerance);
        CHECK(farthest_at_size<15, Activation>(textbook) < float_tolerance);
        CHECK(farthest_at_size<16, Activation>(textbook) < float_tolerance);
        CHECK(farthest_at_size<17, Activation>(textbook) < float_tolerance);
        CHECK(farthest_at_size<33, Activation>(textbook) < float_tolerance);
    });
}

TEST_CASE("an activation of NaN is NaN, forward and backward, and stays in its element") {
    for_each_activation([]<class Activation>(formula textbook) {
        INFO(Activation::name);
        auto layer = torch_passes<float, Activation>();
        for (std::size_t i : {0u, 7u, 10u, 20u}) layer.input[i] = std::numeric_limits<float>::quiet_NaN();
        for (std::size_t i : {3u, 14u}) layer.grad_output[i] = std::numeric_limits<float>::quiet_NaN();
        layer.run();
        for (std::size_t i = 0; i < 33; ++i) {
            const bool lost = i == 0 || i == 7 || i == 10 || i == 20, lost_gradient = i == 3 || i == 14;
            INFO("element " << i);
            CHECK(std::isnan(layer.output[i]) == lost);
            if (lost_gradient) CHECK(std::isnan(layer.grad_input[i]));
            if (!lost && !lost_gradient)
                CHECK(support::distance(layer.grad_input[i], textbook.torch->grad_input[i]) < float_tolerance);
        }
    });
}

TEST_CASE("activations of huge numbers do not overflow on the way") {
    const float huge = 3e38f;
    for (float z : {200.0f, 1e30f, huge}) {
        CHECK(apply<relu>(z) == z);
        CHECK(apply<elu<>>(z) == z);
        CHECK(apply<gelu>(z) == z);
        CHECK(apply<silu>(z) == z);
        CHECK(apply<softplus>(z) == z);
        CHECK(apply<etch::tanh>(z) == 1);
        CHECK(apply<sigmoid>(z) == 1);
        CHECK(apply<relu>(-z) == 0);
        CHECK(apply<elu<>>(-z) == -1);
        CHECK(apply<gelu>(-z) == 0);
        CHECK(apply<silu>(-z) == 0);
        CHECK(apply<softplus>(-z) == 0);
        CHECK(apply<etch::tanh>(-z) == -1);
        CHECK(apply<sigmoid>(-z) == 0);
        CHECK(slope<gelu>(z) == 1);
        CHECK(slope<silu>(z) == 1);
        CHECK(slope<gelu>(-z) == 0);
        CHECK(slope<silu>(-z) == 0);
    }
}

TEST_CASE("activations of tiny numbers keep their relative precision") {
    // g(z) near 0 is z times its slope there; the next term is below 1e-10 of it. 2 ulp.
    for (float z : {1e-12f, -1e-12f, 1e-20f, -1e-20f, 1e-35f, -1e-35f}) {
        CHECK(apply<elu<>>(z) == z);
        CHECK(apply<etch::tanh>(z) == z);
        CHECK(apply<gelu>(z) == Approx(0.5 * static_cast<double>(z)).epsilon(2.4e-7));
        CHECK(apply<silu>(z) == Approx(0.5 * static_cast<double>(z)).epsilon(2.4e-7));
    }
}
