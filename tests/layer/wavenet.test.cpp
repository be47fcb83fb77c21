// runs on: every instruction set
#include <etch/layer/wavenet.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include <etch/layer/frozen.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/network/network.hpp>
#include <etch/network/tensor_table.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/unrolled.hpp"

using namespace etch;

namespace {

/// Sums of up to 30 products of numbers up to 2, through four layers; gradients up to 30: 4e-7 measured.
constexpr double float_tolerance = 4e-6;
constexpr double double_tolerance = 1e-14;

/// Everything that an array may have: gates, kernels of several lengths, a head with a kernel.
using two_arrays =
    wavenet<wavenet_array<3, 4, dilations<1, 2>, gated<etch::tanh, sigmoid>>,
            wavenet_array<4, 2, dilations<3, 1>, kernel_lengths<2, 4>, leaky_relu<>, head_kernel<3>, head_bias>>;

/// Where the numbers of a file, tensor after tensor, are among the network's parameters.
template <class Network>
std::vector<std::size_t> places_in_file_order() {
    std::vector<std::size_t> places;
    for (const network_tensor& tensor : tensors_of<Network>)
        if (tensor.role == parameter_role::trained)
            for (std::size_t row = 0; row < tensor.rows(); ++row)
                for (std::size_t i = 0; i < tensor.columns(); ++i)
                    places.push_back(tensor.first + row + tensor.rows() * tensor.column_of(i));
    return places;
}

/// PyTorch's convolutions of whole signals of nine steps, with zeros before each.
template <class T>
double farthest_from_torch() {
    namespace torch = reference::wavenet;
    constexpr std::size_t S = 3, C = 2, steps = 9;
    static support::unrolled<T, steps, shape{C}, S, two_arrays> layer;
    const std::vector<std::size_t> places = places_in_file_order<network<input<C>, two_arrays>>();
    REQUIRE(places.size() == std::size(torch::weights));
    for (std::size_t i = 0; i < places.size(); ++i) layer.parameters[places[i]] = static_cast<T>(torch::weights[i]);
    layer.statistics[0] = T{0.5};
    layer.states[0].fill(0);
    layer.grad_last_state.fill(0);
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t j = 0; j < S; ++j)
            for (std::size_t c = 0; c < C; ++c) {
                layer.input[t](c, j) = static_cast<T>(torch::input[(j * steps + t) * C + c]);
                layer.grad_output[t](c, j) = static_cast<T>(torch::grad_output[(j * steps + t) * C + c]);
            }
    layer.run();
    double worst = 0;
    const auto see = [&worst](T got, double want) {
        worst = std::max(worst, support::distance(static_cast<double>(got), want));
    };
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t j = 0; j < S; ++j)
            for (std::size_t c = 0; c < C; ++c) {
                see(layer.grad_input[t](c, j), torch::grad_input[(j * steps + t) * C + c]);
                see(layer.output[t](c, j), torch::output[(j * steps + t) * C + c]);
            }
    for (std::size_t i = 0; i < places.size(); ++i) see(layer.gradients[places[i]], torch::grad_weights[i]);
    return worst;
}

}  // namespace

TEST_CASE("wavenet has the parameters of its arrays, and the state that its kernels reach back") {
    STATIC_REQUIRE(Layer<two_arrays>);
    STATIC_REQUIRE(two_arrays::output(shape{2}) == shape{2});
    constexpr auto held = two_arrays::parameters<shape{2}>();
    STATIC_REQUIRE(held.size() == 12 + 13 + 1);
    STATIC_REQUIRE(std::string_view{held[1].name.text} == "0.0.conv.weight" && held[1].extents == shape{6, 3, 3});
    STATIC_REQUIRE(std::string_view{held[3].name.text} == "0.0.mixin.weight" && held[3].extents == shape{6, 2});
    STATIC_REQUIRE(std::string_view{held[9].name.text} == "0.1.layer1x1.weight" && held[9].extents == shape{3, 3});
    STATIC_REQUIRE(std::string_view{held[23].name.text} == "1.head.weight" && held[23].extents == shape{2, 4, 3});
    STATIC_REQUIRE(std::string_view{held[25].name.text} == "head_scale" && held[25].role == parameter_role::frozen);
    STATIC_REQUIRE(two_arrays::state<shape{2}>()[0].extents == shape{3 * 2 + 3 * 4 + 4 * 3 + 4 * 3 + 4 * 2});
    STATIC_REQUIRE(two_arrays::state<shape{2}>()[1].extents == shape{2 + 3});
    // R, W, M and U of two layers each, but for the last U, H, and head_scale
    STATIC_REQUIRE(two_arrays::multiply_adds<shape{2}>() ==
                   (3 * 2 + 2 * (6 * 9 + 6 * 2 + 3 * 3) + 4 * 3) +
                       (4 * 3 + 4 * 8 + 4 * 16 + 2 * 4 * 2 + 4 * 4 + 2 * 4 * 3) + 2);
}

TEST_CASE("wavenet has the size of Neural Amp Modeler's standard network") {
    using a1 = network<input<1>, wavenet<wavenet_array<16, 8, dilations_up_to<512>>,
                                         wavenet_array<8, 1, dilations_up_to<512>, head_bias>>>;
    STATIC_REQUIRE(a1::parameter_count == 13801);  // and head_scale
    STATIC_REQUIRE(a1::state::size == 2046 * (16 + 8) + 20);
}

TEST_CASE("wavenet has the values that a person works out by hand") {
    network<input<1>, wavenet<wavenet_array<1, 1, dilations<1>, kernel_lengths<2>, relu, head_bias>>> net;
    const float weights[] = {2, 10, 1, 0.5f, 3, 100, 100, 4, -1};  // R, W, b, M, U and c (which nobody needs), H, b
    std::copy(std::begin(weights), std::end(weights), net.parameters().begin());
    net.fixed()[0] = 0.5f;
    decltype(net)::state state{};
    CHECK(net({1}, state)[0] == (4 * (2 + 0.5f + 3) - 1) / 2);
    CHECK(net({-1}, state)[0] == (4 * (20 - 2 + 0.5f - 3) - 1) / 2);
    const auto snapshot = state;
    CHECK(net({3}, state)[0] == -0.5f);  // the sum is -4.5
    state = snapshot;
    CHECK(net({10}, state)[0] == (4 * (-20 + 20 + 0.5f + 30) - 1) / 2);
}

TEST_CASE("wavenet forward and backward match PyTorch on the whole signal") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("gradients of wavenet through more steps than it remembers match finite differences") {
    static support::unrolled<double, 9, shape{2}, 3, two_arrays> layer;
    layer.statistics[0] = 0.75;
    constexpr std::size_t rings = 50 * 3, places = 5 * 3;
    for (std::size_t i = 0; i < places; ++i)  // between two steps of the rounding
        layer.states[0][rings + i] = static_cast<double>(i % 4) + 0.5;
    CHECK(support::worst_gradient(layer) < support::gradient_tolerance);
}

TEST_CASE("training and inference of wavenet give the same bits, and a sample those that it has alone") {
    CHECK(support::infers_what_it_trains<support::unrolled<float, 9, shape{2}, 3, two_arrays>>());
    static const network<input<2>, two_arrays> net{seed{1}};
    decltype(net)::state state{};
    decltype(net)::states<3> states{};
    for (std::uint64_t t = 0; t < 9; ++t) {
        matrix<float, 2, 3> x;
        support::scatter_numbers(x, seed{t});
        const auto y = net(x, states);
        CHECK(net({x(0, 1), x(1, 1)}, state) == vector<float, 2>{y(0, 1), y(1, 1)});
    }
}

TEST_CASE("blocks of wavenet have the bits of single steps, wherever the rings end") {
    // Kernels see steps of the block, of the ring, and of both.
    using stream =
        network<input<2>, wavenet<wavenet_array<3, 2, dilations<1, 40>, gated<etch::tanh, sigmoid>>,
                                  wavenet_array<2, 1, dilations<16>, kernel_lengths<4>, head_kernel<3>, head_bias>>>;
    static const stream net{seed{1}};
    constexpr std::size_t steps = 32 * 7 + 5;
    static vector<float, 2 * steps> x;
    static vector<float, steps> y;
    support::scatter_numbers(x, seed{2}, 2);
    stream::state single{}, whole{};
    REQUIRE(net(x, y, whole) == status::ok);
    std::size_t differences = 0;
    for (std::size_t t = 0; t < steps; ++t) differences += net({x[2 * t], x[2 * t + 1]}, single)[0] != y[t];
    CHECK(differences == 0);
    CHECK(std::equal(std::begin(single.numbers), std::end(single.numbers), std::begin(whole.numbers)));
}

using small_steps =
    support::unrolled<float, 3, shape{1}, 1,
                      wavenet<wavenet_array<2, 1, dilations<1>, gated<etch::tanh, sigmoid>, kernel_lengths<2>>>>;

TEST_CASE("steps of wavenet, forward and backward, give the same bits in a constant expression") {
    CHECK(support::has_constant_bits<small_steps>());
}

TEST_CASE("a frozen wavenet passes on the gradient of its input, and has none itself") {
    using frozen_steps = support::unrolled<
        float, 3, shape{1}, 1,
        frozen<wavenet<wavenet_array<2, 1, dilations<1>, gated<etch::tanh, sigmoid>, kernel_lengths<2>>>>>;
    small_steps trained;
    frozen_steps kept;
    STATIC_REQUIRE(frozen_steps::trained == 0);
    trained.statistics[0] = 0.75f;
    std::copy(trained.parameters.begin(), trained.parameters.end(), kept.statistics.begin());
    kept.statistics.back() = 0.75f;
    trained.run();
    kept.run();
    CHECK(kept.output == trained.output);
    CHECK(kept.grad_input == trained.grad_input);
}

TEST_CASE("a state of wavenet whose places of the oldest inputs are none begins at 0") {
    using small_net = network<input<1>, wavenet<wavenet_array<2, 1, dilations<2>, kernel_lengths<3>>>>;
    static const small_net net{seed{1}};
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const float wrong : {-1.0f, 4.0f, 1e30f, infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
        small_net::state state{}, right{};
        state.numbers[8] = wrong;
        CHECK(net({1}, state) == net({1}, right));
        CHECK(state.numbers[8] == 1);
    }
}

TEST_CASE("wavenet is written with the options that differ from the default") {
    CHECK(topology<network<input<2>, two_arrays>> ==
          "input<2>, wavenet<wavenet_array<3, 4, dilations<1, 2>, gated<tanh, sigmoid>>, "
          "wavenet_array<4, 2, dilations<3, 1>, kernel_lengths<2, 4>, leaky_relu<1, 100>, head_kernel<3>, "
          "head_bias>>");
    CHECK(topology<network<input<1>, wavenet<wavenet_array<2, 1, dilations_up_to<4>, kernel_lengths<6>>>>> ==
          "input<1>, wavenet<wavenet_array<2, 1, dilations<1, 2, 4>, kernel_lengths<6>>>");
}
