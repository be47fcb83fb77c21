#include <etch/network/network.hpp>

#include <array>
#include <cmath>
#include <type_traits>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/convert.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using small = network<input<2>, dense<3>, relu, dense<1>>;
using measured = network<input<5>, standardize, dense<3>, layer_norm<>>;

/// dense 2 -> 3, relu, dense 3 -> 1, with numbers for mental arithmetic.
template <class Net = small>
constexpr Net worked() {
    Net net;
    auto [W, b] = net.template parameters<0>();
    W(0, 0) = 1, W(0, 1) = 2;
    W(1, 0) = -3, W(1, 1) = 1;
    W(2, 0) = 0.5, W(2, 1) = 0;
    b[1] = 2, b[2] = -1;
    auto [U, c] = net.template parameters<2>();
    U(0, 0) = 1, U(0, 1) = 10, U(0, 2) = 100;
    c[0] = 7;
    return net;
}

template <std::size_t Count, class... Layers>
struct repeat : repeat<Count - 1, dense<3>, etch::tanh, Layers...> {};
template <class... Layers>
struct repeat<0, Layers...> {
    using type = network<input<4>, Layers...>;
};

/// The largest magnitude among the weights of layer I.
template <std::size_t I, class Net>
float reach(const Net& net) {
    const auto parameters = net.template parameters<I>();
    float most = 0;
    for (const float w : get<0>(parameters)) most = std::abs(w) > most ? std::abs(w) : most;
    return most;
}

}  // namespace

TEST_CASE("a network computes what its layers say") {
    // z = (1*2 + 2*3, -3*2 + 3 + 2, 1 - 1) = (8, -1, 0); relu; 8 + 0 + 0 + 7
    static_assert(worked()({2, 3})[0] == 15);
    // z = (-1, 5, -1.5); 10 * 5 + 7
    const auto net = worked();
    CHECK(net({-1, 0})[0] == 57);
}

TEST_CASE("a sample may be an array, a span, a C array or a vector") {
    const auto net = worked();
    const std::array<float, 2> array{2, 3};
    const float c_array[] = {2, 3};
    const vector<float, 2> own{2, 3};
    CHECK(net(array)[0] == 15);
    CHECK(net(std::span<const float, 2>{array})[0] == 15);
    CHECK(net(c_array)[0] == 15);
    CHECK(net(own)[0] == 15);
    CHECK(net(own.view())[0] == 15);
}

TEST_CASE("a network is its numbers and nothing else") {
    static_assert(std::is_trivially_copyable_v<small> && std::is_trivially_copyable_v<measured>);
    static_assert(std::is_standard_layout_v<small>);
    static_assert(small::parameter_count == 3 * 2 + 3 + 3 + 1 && sizeof(small) == 13 * sizeof(float));
    static_assert(measured::parameter_count == 5 * 3 + 3 + 3 + 3 && measured::statistic_count == 10);
    static_assert(sizeof(measured) == 34 * sizeof(float));
    static_assert(sizeof(small::with<double>) == 13 * sizeof(double));
    using large = network<input<784>, dense<128>, relu, dense<10>>;
    constexpr std::size_t bytes = (784 * 128 + 128 + 128 * 10 + 10) * sizeof(float);
    static_assert(sizeof(large) == (has_simd ? (bytes + 63) / 64 * 64 : bytes));  // whole lines of the cache
    static_assert(std::is_nothrow_default_constructible_v<small>);
    const small zero;
    for (const float p : zero.parameters()) CHECK(p == 0);
}

TEST_CASE("the same seed draws the same network, another seed another one") {
    const small net{seed{1}}, again{seed{1}}, other{seed{2}};
    CHECK(net == again);
    CHECK_FALSE(net == other);
    small changed = net;
    changed.parameters().back() += 1;
    CHECK_FALSE(net == changed);
    // A layer more behind does not change those before, and layers do not repeat each other.
    const network<input<2>, dense<3>, relu, dense<1>, relu, dense<3>> longer{seed{1}};
    const auto [W, b] = net.parameters<0>();
    const auto [V, c] = longer.parameters<0>();
    for (std::size_t i = 0; i < W.size(); ++i) CHECK(W[i] == V[i]);
    const network<input<2>, dense<2>, relu, dense<2>, relu> twins{seed{1}};
    CHECK(get<0>(twins.parameters<0>())[0] != get<0>(twins.parameters<2>())[0]);
}

TEST_CASE("weights begin as the activation that comes next wants it, and biases at zero") {
    using net_type = network<input<24>, dense<40>, dropout<10>, relu, dense<30>, etch::tanh, dense<20>, selu,
                             dense<10, ones, constants(1, 4)>>;
    const net_type net{seed{3}};
    // U(-l, l) with l² / 3 the variance; of so many draws the largest is within a tenth of the limit.
    const auto within = [](float found, double limit) { return found <= limit && found > 0.9 * limit; };
    CHECK(within(reach<0>(net), std::sqrt(6.0 / 24)));         // He, also through dropout
    CHECK(within(reach<3>(net), std::sqrt(6.0 / (40 + 30))));  // Glorot
    double squares = 0;  // LeCun, normal: the variance of 600 draws strays by sqrt(2 / 600) = 6 %
    const auto [X, d] = net.parameters<5>();
    for (const float x : X) squares += static_cast<double>(x) * static_cast<double>(x);
    CHECK(std::abs(squares / 600 * 30 - 1) < 0.2);
    const auto [W, b] = net.parameters<7>();
    for (const float w : W) CHECK(w == 1);
    for (const float x : b) CHECK(x == 0.25f);
    const auto [V, c] = net.parameters<0>();
    for (const float x : c) CHECK(x == 0);
}

TEST_CASE("the views of the layers are the flat array, layer after layer") {
    small net;
    for (std::size_t i = 0; i < small::parameter_count; ++i) net.parameters()[i] = static_cast<float>(i);
    const auto [W, b] = net.parameters<0>();
    const auto [U, c] = net.parameters<2>();
    CHECK(W.data() == net.parameters().data());
    CHECK(W(2, 1) == 5);  // column-major
    CHECK(b[0] == 6);
    CHECK(U(0, 2) == 11);
    CHECK(c[0] == 12);
    CHECK(std::tuple_size_v<decltype(net.parameters<1>())> == 0);
    measured other;
    const auto [mean, deviation] = other.parameters<0>();
    CHECK(mean.data() == other.statistics().data());
    CHECK(deviation.data() == other.statistics().data() + 5);
}

TEST_CASE("the same topology runs over doubles") {
    const auto net = worked<small::with<double>>();
    static_assert(std::is_same_v<decltype(net({2.0, 3.0})), vector<double, 1>>);
    CHECK(net({2.0, 3.0})[0] == 15);
    CHECK(net({2.0, 3.0 + 0x1p-40})[0] == 15 + 0x1p-39);  // more than a float holds
}

TEST_CASE("a network is written out as the numbers that it holds, in the order in which they lie") {
    using scaled = network<input<2>, standardize, dense<1>>;
    constexpr scaled net{scaled::storage{.numbers = {2, 3, 15, 0, 1, 1, 2}}};  // W, b, then μ and σ
    static_assert(net({1, 3})[0] == 2 * 1 + 3 * 1 + 15);
    CHECK(net.parameters()[2] == 15);
    CHECK(net.statistics()[3] == 2);
    static_assert(sizeof(scaled::storage) == sizeof(scaled) && alignof(scaled::storage) == alignof(scaled));

    using rounded = with_bf16<network<input<3>, dense<1>>>;
    constexpr rounded halves{
        rounded::storage{.words = {0x40003f80, 0x4040}, .numbers = {-1}}};  // 1 and 2, 3 and nothing
    static_assert(halves({1, 10, 100})[0] == 1 + 20 + 300 - 1);
    CHECK(convert<rounded>(halves) == halves);
    static_assert(sizeof(rounded::storage) == sizeof(rounded) && alignof(rounded::storage) == alignof(rounded));
}

TEST_CASE("images come in as matrices, arrays or batches") {
    using picture = network<input<28, 28>, flatten, dense<2>>;
    static_assert(picture::input_shape == shape{28, 28} && picture::inputs == 784 && picture::output_shape == shape{2});
    picture net;
    auto [W, b] = net.parameters<1>();
    for (std::size_t i = 0; i < 784; ++i) W(0, i) = 1, W(1, i) = i == 29 ? 1 : 0;
    matrix<float, 28, 28> image;
    image(1, 1) = 5, image(27, 27) = 2;  // pixel 29 and the last
    CHECK(net(image) == vector<float, 2>{7, 5});
    std::array<float, 784> flat{};
    flat[29] = 3;
    CHECK(net(flat) == vector<float, 2>{3, 3});
}

TEST_CASE("a network without parameters passes on what it gets") {
    static_assert(network<input<3>, identity>::parameter_count == 0);
    static_assert(network<input<3>, identity>{}({1, 2, 3})[2] == 3);
    CHECK(network<input<2>, identity, dropout<50>>{seed{1}}({4, 5}) == vector<float, 2>{4, 5});
}

TEST_CASE("thirty layers compile, and the last answers") {
    using deep = repeat<15>::type;
    static_assert(deep::depth == 30 && deep::parameter_count == 4 * 3 + 3 + 14 * (3 * 3 + 3));
    deep net;
    for (std::size_t i = 15; i < deep::parameter_count; ++i) net.parameters()[i] = 0;
    auto [W, b] = net.parameters<28>();
    b[1] = 20;  // tanh rounds to 1
    CHECK(net({1, 2, 3, 4}) == vector<float, 3>{0, 1, 0});
    CHECK(deep{seed{1}}({1, 2, 3, 4})[0] != 0);
}

namespace {

/// y = 2 x + 1 in a memory of its own: the first layer's must not be the second's.
struct remembers : layer_defaults {
    static constexpr const char* name = "remembers";
    static constexpr bool elementwise = true;
    static constexpr shape output(shape input) { return input; }
    template <shape In, std::size_t Columns, bool>
    static constexpr std::array<named_tensor, 1> scratch() {
        return {named_tensor{"kept", {In.size(), Columns}}};
    }
    template <class X>
    static constexpr auto forward(const auto& layer, const X& x) {
        const auto& [kept] = layer.scratch;
        kept = 2.0f * x + 1.0f;
        return kept + 0.0f;
    }
    static constexpr auto backward(const auto&, const auto&, const auto&, const auto& dy) { return 2.0f * dy; }
};

}  // namespace

TEST_CASE("layers that are computed in one expression do not share their memory") {
    const network<input<3>, remembers, remembers> net;
    CHECK(net({1, 2, 3}) == vector<float, 3>{7, 11, 15});
}
