#include <etch/layer/initializer.hpp>

#include <algorithm>
#include <cmath>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

constexpr std::size_t fan_in = 30, fan_out = 50, count = 40'000;

struct moments {
    double mean = 0, variance = 0, fourth = 0, least = 0, most = 0;
};

moments drawn(initializer how) {
    random_generator generator{seed{11}};
    moments found;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = internal::draw<float>(how, generator, fan_in, fan_out);
        found.mean += x / count;
        found.variance += x * x / count;
        found.fourth += x * x * x * x / count;
        found.least = std::min(found.least, x);
        found.most = std::max(found.most, x);
    }
    return found;
}

/// Within four deviations of what 40,000 independent numbers of this variance and kurtosis give.
void check_moments(const moments& found, double variance, double kurtosis) {
    CHECK(std::abs(found.mean) < 4 * std::sqrt(variance / count));
    CHECK(std::abs(found.variance / variance - 1) < 4 * std::sqrt((kurtosis - 1) / count));
}

void check_uniform(initializer how, double variance) {
    const moments found = drawn(how);
    const double limit = std::sqrt(3 * variance);
    check_moments(found, variance, 1.8);
    CHECK(found.most <= limit * (1 + 1e-6));
    CHECK(found.least >= -limit * (1 + 1e-6));
    CHECK(found.most > 0.999 * limit);
    CHECK(found.least < -0.999 * limit);
}

void check_normal(initializer how, double variance) {
    const moments found = drawn(how);
    check_moments(found, variance, 3);
    // The fourth moment of a normal distribution is 3 σ⁴; its own relative deviation is √(96 / 9 / count).
    CHECK(std::abs(found.fourth / (3 * variance * variance) - 1) < 4 * std::sqrt(96.0 / 9 / count));
    CHECK(found.most < 7.5 * std::sqrt(variance));
}

/// What the weight of the first of these layers begins as.
template <class... Layers>
constexpr initializer first_begin = chain<float, shape{8}, Layers...>::template parameters<0>()[0].initializer;

}  // namespace

TEST_CASE("uniform initializers have the variance and the range of their authors") {
    check_uniform(glorot_uniform, 2.0 / (fan_in + fan_out));
    check_uniform(he_uniform, 2.0 / fan_in);
    check_uniform(lecun_uniform, 1.0 / fan_in);
}

TEST_CASE("normal initializers have the variance of their authors") {
    check_normal(glorot_normal, 2.0 / (fan_in + fan_out));
    check_normal(he_normal, 2.0 / fan_in);
    check_normal(lecun_normal, 1.0 / fan_in);
}

TEST_CASE("constant initializers take nothing from the generator") {
    random_generator generator{seed{1}};
    const random_generator before = generator;
    CHECK(internal::draw<float>(constants(1, 4), generator, 3, 5) == 0.25f);
    CHECK(internal::draw<float>(zeros, generator, 3, 5) == 0);
    CHECK(internal::draw<double>(ones, generator, 3, 5) == 1);
    CHECK(internal::draw<float>(constants(-3), generator, 3, 5) == -3);
    CHECK(generator == before);
}

TEST_CASE("doubles begin where floats do") {
    // Three roundings of at most 2^-24: half of the variance's and of its multiple's, that of the limit or deviation,
    // and the number's own. A uniform number is low + width * u: where the product is rounded as well, 2^-24 of the
    // product are lost, however small the sum.
    const double limit = std::sqrt(6.0 / (30 + 50));
    for (const initializer how : {glorot_uniform, he_normal}) {
        random_generator one{seed{4}}, other{seed{4}};
        int beyond = 0;
        for (int i = 0; i < 10'000; ++i) {
            const double exact = internal::draw<double>(how, one, 30, 50);
            const double error = std::abs(internal::draw<float>(how, other, 30, 50) - exact);
            const double product = how == glorot_uniform && !fused_multiply_add ? exact + limit : 0;
            beyond += error <= 0x3p-24 * std::abs(exact) + 0x1p-24 * product ? 0 : 1;
        }
        CHECK(beyond == 0);
    }
}

TEST_CASE("weights begin as the activation that comes next wants it") {
    static_assert(first_begin<dense<4>, relu> == he_uniform);
    static_assert(first_begin<dense<4>, leaky_relu<>> == he_uniform);
    static_assert(first_begin<dense<4>, elu<>> == he_uniform);
    static_assert(first_begin<dense<4>, gelu> == he_uniform);
    static_assert(first_begin<dense<4>, silu> == he_uniform);
    static_assert(first_begin<dense<4>, softplus> == he_uniform);
    static_assert(first_begin<dense<4>, selu> == lecun_normal);
    static_assert(first_begin<dense<4>, etch::tanh> == glorot_uniform);
    static_assert(first_begin<dense<4>, hard_tanh> == glorot_uniform);
    static_assert(first_begin<dense<4>, sigmoid> == glorot_uniform);
    static_assert(first_begin<dense<4>, softmax> == glorot_uniform);
    static_assert(first_begin<dense<4>> == glorot_uniform);
    static_assert(first_begin<dense<4>, identity> == glorot_uniform);
    // Layers that hold nothing are looked through; the next that holds something ends the search.
    static_assert(first_begin<dense<4>, dropout<20>, identity, relu> == he_uniform);
    static_assert(first_begin<dense<4>, dense<4>, relu> == glorot_uniform);
    // What is named stays.
    static_assert(first_begin<dense<4, glorot_normal>, relu> == glorot_normal);
    static_assert(first_begin<dense<4, zeros>, relu> == zeros);
    CHECK(chain<float, shape{8}, layer_norm<>, relu>::parameters<0>()[0].initializer == ones);
}

TEST_CASE("a network's numbers have the variance that its activations want") {
    const network<input<100>, dense<200>, relu, dense<100>, etch::tanh> net{seed{3}};
    const auto variance_of = [](const auto& W) {
        double sum = 0;
        for (float w : W) sum += static_cast<double>(w) * static_cast<double>(w);
        return sum / static_cast<double>(W.size());
    };
    const auto [W0, b0] = net.parameters<0>();
    const auto [W2, b2] = net.parameters<2>();
    // 20,000 numbers each, of kurtosis 1.8: four deviations are 2.6 %.
    CHECK(variance_of(W0) == Approx(2.0 / 100).epsilon(0.026));
    CHECK(variance_of(W2) == Approx(2.0 / 300).epsilon(0.026));
    CHECK(variance_of(b0) == 0);
}

TEST_CASE("the same seed gives the same network, another seed another, and no two layers are alike") {
    using net_type = network<input<8>, dense<8>, etch::tanh, dense<8>>;
    const net_type net{seed{1}}, same{seed{1}}, other{seed{2}};
    CHECK(net == same);
    std::size_t alike = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        alike += net.parameters()[i] == other.parameters()[i];
        alike += net.parameters()[i] == net.parameters()[72 + i];
    }
    CHECK(alike == 0);
    // Frozen: the same on every machine whose contract is the fused one, and in every version.
    if constexpr (fused_multiply_add) CHECK(net.parameters()[0] == 0x1.e561ccp-3f);
    CHECK(net.parameters()[135] == -0x1.75c02cp-3f);
}
