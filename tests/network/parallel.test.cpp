#include <etch/network/parallel.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/elu.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>
#include <etch/network/summary.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

using two = parallel<branch<dense<3>, relu, dense<2>>, branch<slice<1, 2>, dense<1>>>;

/// y(t) = sum of all x up to t: a layer with state.
struct running_sum : layer_defaults {
    static constexpr const char* name = "running_sum";
    static constexpr shape output(shape input) { return input; }
    template <shape In>
    static constexpr std::array<named_tensor, 1> state() {
        return {named_tensor{"sum", In}};
    }
    static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [before] = layer.state;
        const auto& [after] = layer.next_state;
        after = before + x;
        return map([](auto v) { return v; }, after);
    }
};

/// Whether every column of a batch has the bits that its sample has alone.
template <std::size_t Columns, class Net>
bool same_alone(const Net& net) {
    matrix<float, Net::inputs, Columns> x;
    support::scatter_numbers(x, seed{1});
    const auto y = net(x);
    bool same = true;
    for (std::size_t j = 0; j < Columns; ++j) {
        vector<float, Net::inputs> sample;
        for (std::size_t i = 0; i < Net::inputs; ++i) sample[i] = x(i, j);
        const auto alone = net(sample);
        for (std::size_t i = 0; i < Net::outputs; ++i) same = same && alone[i] == y(i, j);
    }
    return same;
}

}  // namespace

TEST_CASE("parallel puts the outputs of its branches one below the other") {
    using net_type = network<input<3>, parallel<branch<dense<2>, relu>, branch<slice<1, 2>>, branch<identity>>>;
    static_assert(net_type::outputs == 7);
    constexpr auto net = [] {
        net_type made;
        auto [W, b] = made.parameters<0>();
        W(0, 0) = 2, W(1, 2) = -1;
        b[0] = 1;
        return made;
    }();
    static_assert(net({3, 4, 5}) == vector<float, 7>{7, 0, 4, 5, 3, 4, 5});
    CHECK(net({-3, -4, -5}) == vector<float, 7>{0, 5, -4, -5, -3, -4, -5});
    constexpr network<input<2>, concat<dense<1, ones>>> dense_connection{seed{1}};
    static_assert(dense_connection({3, 4}) == vector<float, 3>{3, 4, 7});
}

TEST_CASE("the parameters of parallel bear the places of branch and layer") {
    constexpr auto held = two::parameters<shape{4}>();
    static_assert(held.size() == 6);
    const char* names[] = {"0.0.weight", "0.0.bias", "0.2.weight", "0.2.bias", "1.1.weight", "1.1.bias"};
    for (std::size_t i = 0; i < 6; ++i) CHECK(std::string(held[i].name.text) == names[i]);
    static_assert(held[0].extents == shape{3, 4} && held[4].extents == shape{1, 2});
    static_assert(held[0].initializer == he_uniform && held[2].initializer == glorot_uniform);
    static_assert(two::multiply_adds<shape{4}>() == 12 + 6 + 2);
    static_assert(summary<network<input<4>, two>>.parameters == 15 + 8 + 3);
}

TEST_CASE("a sample has the same bits alone and in a batch through parallel") {
    using nested =
        residual<concat<dense<20>, etch::tanh>, dense<17>, parallel<branch<two, dense<10>>, branch<dense<7>>>>;
    const network<input<17>, dense<17>, nested, dense<5>> net{seed{2}};
    CHECK(same_alone<3>(net));
    CHECK(same_alone<37>(net));
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(same_alone<1>(net));
    CHECK(same_alone<32>(net));
#endif
    const network<input<6>, parallel<branch<slice<0, 5>>, branch<slice<2, 3>, relu>>, relu> odd{seed{2}};
    CHECK(same_alone<19>(odd));
}

TEST_CASE("parallel backward matches finite differences, nested, in a residual, with a dropout inside") {
    CHECK(support::worst_gradient<shape{17},
                                  parallel<branch<slice<0, 17>>, branch<slice<3, 11>>, branch<slice<16, 1>>>>() <
          support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{5}, dense<6>, parallel<branch<etch::tanh, dropout<30>>, branch<relu>>, selu>() <
          support::gradient_tolerance);
    using nested =
        residual<concat<dense<4>, layer_norm<>>, parallel<branch<two, dense<3>>, branch<etch::tanh, dense<2>>>>;
    CHECK(support::worst_gradient<shape{5}, dense<5>, nested, dense<2>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 3}, parallel<branch<flatten, dense<2>>, branch<relu, flatten>>, dense<2>>() <
          support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{4},
                                  parallel<branch<frozen<dense<3>>, dense<2>>, branch<dense<2>, frozen<dense<1>>>>>() <
          support::gradient_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(support::worst_gradient<shape{4}, two>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{4}, frozen<two>, dense<3>>() < support::gradient_tolerance);
#endif
}

TEST_CASE("a frozen parallel gives what it gives without the word") {
    support::passes<float, shape{4}, 3, two> plain;
    support::passes<float, shape{4}, 3, frozen<two>> other;
    plain.run();
    other.run();
    CHECK(plain.output == other.output);
    CHECK(plain.grad_input == other.grad_input);
    static_assert(decltype(other)::trained == 0);
}

TEST_CASE("layers with state have their own in each branch") {
    using net_type =
        network<input<2>, parallel<branch<slice<0, 1>, running_sum>, branch<identity>, branch<running_sum>>>;
    static_assert(net_type::has_state);
    const net_type net;
    net_type::state at{};
    (void)net({1, 2}, at);
    CHECK(net({10, 20}, at) == vector<float, 5>{11, 10, 20, 11, 22});
    net_type::states<3> all{};
    matrix<float, 2, 3> x;
    support::scatter_numbers(x, seed{1});
    (void)net(x, all);
    const auto y = net(x, all);
    for (std::size_t j = 0; j < 3; ++j) {
        CHECK(y(0, j) == 2 * x(0, j));
        CHECK(y(2, j) == x(1, j));
        CHECK(y(4, j) == 2 * x(1, j));
    }
}

TEST_CASE("a network with branches is saved and loaded") {
    using net_type = network<input<4>, two, dense<2>>;
    const net_type net{seed{3}};
    std::vector<std::byte> bytes(saved_size<net_type>);
    REQUIRE(save(net, bytes).ok());
    net_type loaded;
    REQUIRE(load(loaded, bytes).ok());
    CHECK(loaded == net);
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    CHECK(text.find("\"0.1.1.weight\"") != text.npos);
}
