#include <etch/network/convert.hpp>

#include <string>
#include <type_traits>

#include <etch/layer/elu.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/network/parallel.hpp>
#include <etch/network/residual.hpp>
#include <etch/network/summary.hpp>
#include <etch/report/summary_text.hpp>

#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

using trained_type =
    network<input<5>, standardize, dense<12, he_normal>, relu, residual<dense<7>, relu, dense<12>>, dense<3>>;
using deployed_type = network<input<5>, standardize, dense<12, bf16>, relu,
                              residual<dense<7, bf16>, relu, dense<12, bf16>>, dense<3, bf16>>;

trained_type trained() {
    trained_type net{seed{1}};
    support::scatter_numbers(net.parameters(), seed{2});  // biases too
    for (float& s : net.statistics()) s = 1.5f;
    return net;
}

/// The largest deviation of an output when the weights of a network are rounded, of 1000 samples between -1 and 1.
template <class Net>
double deviation() {
    static const Net net{seed{1}};
    static const auto rounded = convert<with_bf16<Net>>(net);
    double worst = 0;
    random_generator random{seed{3}};
    for (int sample = 0; sample < 1000; ++sample) {
        vector<float, Net::inputs> x;
        for (float& number : x) number = random.uniform() * 2 - 1;
        const auto exact = net(x), got = rounded(x);
        for (std::size_t i = 0; i < got.size(); ++i)
            worst = std::max(worst, std::abs(static_cast<double>(got[i]) - static_cast<double>(exact[i])));
    }
    return worst;
}

}  // namespace

TEST_CASE("with_bf16 is the topology with the weights of every dense layer held as bf16") {
    static_assert(std::is_same_v<with_bf16<trained_type>, deployed_type>);
    static_assert(std::is_same_v<with_bf16<deployed_type>, deployed_type>);
    CHECK(deployed_type::packed_count == 5 * 12 + 12 * 7 + 7 * 12 + 12 * 3);
}

TEST_CASE("converting rounds the weights and copies everything else") {
    const trained_type net = trained();
    const auto deployed = convert<deployed_type>(net);
    const auto [W, b] = net.parameters<1>();
    const auto [V, c] = deployed.parameters<1>();
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(c[i] == b[i]);
        for (std::size_t k = 0; k < 5; ++k) CHECK(V(i, k) == from_bf16(to_bf16(W(i, k))));
    }
    for (const float s : deployed.statistics()) CHECK(s == 1.5f);
    const auto inner = net.parameters<3>();
    const auto inner_deployed = deployed.parameters<3>();
    CHECK(get<2>(inner_deployed)(11, 6) == from_bf16(to_bf16(get<2>(inner)(11, 6))));
    CHECK(get<3>(inner_deployed)[11] == get<3>(inner)[11]);
}

TEST_CASE("converting back is exact, and so is converting what is rounded already") {
    const auto deployed = convert<deployed_type>(trained());
    const auto back = convert<trained_type>(deployed);
    CHECK(convert<deployed_type>(back) == deployed);
    CHECK(convert<deployed_type>(deployed) == deployed);
    CHECK(back({1, 2, 3, 4, 5}) == deployed({1, 2, 3, 4, 5}));
    CHECK_FALSE(back == trained());
}

TEST_CASE("networks are equal where their weights held as bf16 are") {
    const auto deployed = convert<deployed_type>(trained());
    trained_type other = trained();
    CHECK(convert<deployed_type>(other) == deployed);
    get<0>(other.parameters<4>())(2, 11) += 0.5f;
    CHECK_FALSE(convert<deployed_type>(other) == deployed);
}

TEST_CASE("layers choose one by one whether their weights are held as bf16") {
    using mixed = network<input<5>, standardize, dense<12>, relu, residual<dense<7>, relu, dense<12, bf16>>, dense<3>>;
    const auto net = convert<mixed>(trained());
    CHECK(mixed::packed_count == 7 * 12);
    CHECK(get<0>(net.parameters<1>())(3, 2) == get<0>(trained().parameters<1>())(3, 2));
    CHECK(convert<deployed_type>(net) == convert<deployed_type>(trained()));
}

TEST_CASE("a network holds its rounded weights in half the bytes, and the summary says so") {
    using large = network<input<784>, dense<128>, relu, dense<10>>;
    using half = with_bf16<large>;
    static_assert(std::is_trivially_copyable_v<half> && std::is_nothrow_default_constructible_v<half>);
    static_assert(half::parameter_count == 128 + 10 && half::packed_count == 784 * 128 + 128 * 10);
    constexpr std::size_t bytes = (784 * 128 + 128 * 10) * 2 + (128 + 10) * 4;
    static_assert(sizeof(half) >= bytes && sizeof(half) < bytes + 128);  // two arrays, whole lines of the cache
    constexpr auto& all = summary<half>;
    static_assert(all.network_bytes == sizeof(half) && all.parameters == summary<large>.parameters);
    static_assert(all.layers[0].bytes == 784 * 128 * 2 + 128 * 4 && all.layers[2].bytes == 128 * 10 * 2 + 10 * 4);
    static_assert(all.layers[0].parameters == summary<large>.layers[0].parameters);
    static_assert(all.multiply_adds == summary<large>.multiply_adds);
    // An odd number of inputs: half of the last words is empty.
    static_assert(summary<network<input<3>, dense<2, bf16>>>.layers[0].bytes == 2 * 2 * 4 + 2 * 4);
    CHECK(topology_of(all) == "784, dense bf16 128, relu, dense bf16 10");
}

TEST_CASE("rounding the weights changes the outputs by little") {
    // Errors of 2^-8 at most, of either sign, in sums of a hundred products and more: they average out. Measured over
    // 10,000 samples and three seeds: 0.0096 and 0.024, where the outputs are 0.8 and 1.2 (root of the mean square).
    CHECK(deviation<network<input<784>, dense<128>, relu, dense<10>>>() < 0.02);
    CHECK(deviation<network<input<48>, dense<512>, elu<>, dense<256>, elu<>, dense<128>, elu<>, dense<12>>>() < 0.05);
}

TEST_CASE("converting freezes layers and thaws them, and copies every number") {
    using tuned_type = network<input<5>, standardize, frozen<dense<12, he_normal>>, relu,
                               frozen<residual<dense<7>, relu, dense<12>>>, dense<3>>;
    static_assert(tuned_type::parameter_count == 3 * 12 + 3 && tuned_type::statistic_count == 2 * 5);
    static_assert(tuned_type::parameter_count + tuned_type::frozen_count == trained_type::parameter_count);
    const trained_type net = trained();
    const auto tuned = convert<tuned_type>(net);
    CHECK(convert<trained_type>(tuned) == net);
    CHECK(tuned({1, 2, 3, 4, 5}) == net({1, 2, 3, 4, 5}));
    static_assert(std::is_same_v<with_bf16<tuned_type>, deployed_type>);
    CHECK(convert<deployed_type>(tuned) == convert<deployed_type>(net));
}

TEST_CASE("the layers in the branches of parallel are converted as others are") {
    using wide = network<input<4>, parallel<branch<dense<6>, relu, residual<dense<6>>>, branch<dense<2>>>>;
    using half =
        network<input<4>, parallel<branch<dense<6, bf16>, relu, residual<dense<6, bf16>>>, branch<dense<2, bf16>>>>;
    using tuned = network<input<4>, frozen<parallel<branch<dense<6>, relu, residual<dense<6>>>, branch<dense<2>>>>>;
    static_assert(std::is_same_v<with_bf16<wide>, half> && std::is_same_v<with_bf16<tuned>, half>);
    wide net{seed{3}};
    support::scatter_numbers(net.parameters(), seed{4});
    const auto frozen_net = convert<tuned>(net);
    CHECK(frozen_net({1, 2, 3, 4}) == net({1, 2, 3, 4}));
    CHECK(convert<wide>(frozen_net) == net);
    const auto rounded = convert<half>(net);
    CHECK(rounded({1, 2, 3, 4}) == convert<wide>(rounded)({1, 2, 3, 4}));
}
