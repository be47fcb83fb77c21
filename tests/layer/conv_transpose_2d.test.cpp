// runs on: every instruction set
#include <etch/layer/conv_transpose_2d.hpp>

#include <etch/layer/conv_2d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Sums of up to 50 products of numbers up to 2: 3e-6 measured.
constexpr double float_tolerance = 1e-5;
constexpr double double_tolerance = 1e-13;

/// Both passes in loops that add each product where it belongs. S are the options as numbers.
template <class T, shape In, std::size_t Filters, std::size_t Width, std::size_t Height, internal::window_settings S,
          class... Options>
double farthest_from_loops() {
    constexpr std::size_t samples = 2;
    static support::passes<T, In, samples, conv_transpose_2d<Filters, Width, Height, Options...>> layer;
    support::scatter_numbers(layer.parameters, seed{7});
    layer.run();
    constexpr sliding_window w = S.window;
    constexpr std::size_t C = In.extent[0], W = In.extent[1], H = In.extent[2], reached = Filters / S.groups;
    constexpr std::size_t across =
        (W - 1) * w.stride_x + (Width - 1) * w.dilation_x + 1 - S.border.left - S.border.right;
    constexpr std::size_t down =
        (H - 1) * w.stride_y + (Height - 1) * w.dilation_y + 1 - S.border.top - S.border.bottom;
    constexpr std::size_t weights = C * reached * Width * Height;
    static_assert(layer.outputs == Filters * across * down && layer.trained == weights + Filters);
    static double z[layer.outputs * samples], dx[In.size() * samples], dp[weights + Filters];
    std::fill(std::begin(dx), std::end(dx), 0);
    std::fill(std::begin(dp), std::end(dp), 0);
    for (std::size_t i = 0; i < layer.outputs * samples; ++i) {
        z[i] = static_cast<double>(layer.parameters[weights + i % Filters]);
        dp[weights + i % Filters] += static_cast<double>(layer.grad_output[i]);
    }
    for (std::size_t j = 0; j < samples; ++j)
        for (std::size_t c = 0; c < C; ++c)
            for (std::size_t at = 0; at < W * H; ++at)
                for (std::size_t place = 0; place < Width * Height; ++place)
                    for (std::size_t f = 0; f < reached; ++f) {
                        const std::size_t x = at % W * w.stride_x + place % Width * w.dilation_x - S.border.left;
                        const std::size_t y = at / W * w.stride_y + place / Width * w.dilation_y - S.border.top;
                        if (x >= across || y >= down) continue;  // also below 0, as a huge number
                        const std::size_t filter = c / (C / S.groups) * reached + f;
                        const std::size_t out = j * layer.outputs + filter + Filters * (x + across * y);
                        const std::size_t in = j * In.size() + c + C * at, k = c + C * (f + reached * place);
                        const double weight = static_cast<double>(layer.parameters[k]);
                        z[out] += weight * static_cast<double>(layer.input[in]);
                        dx[in] += weight * static_cast<double>(layer.grad_output[out]);
                        dp[k] += static_cast<double>(layer.input[in]) * static_cast<double>(layer.grad_output[out]);
                    }
    const double worst = std::max({support::farthest(layer.output, z), support::farthest(layer.grad_input, dx),
                                   support::farthest(layer.gradients, dp)});
    const auto trained = layer.output;
    layer.infer();
    return layer.output == trained ? worst : 1e300;
}

/// PyTorch's case: its weight is [channels][filters of a group][y][x].
template <class T>
double farthest_from_torch() {
    namespace torch = reference::conv_transpose_2d;
    support::passes<T, shape{4, 3, 2}, 3,
                    conv_transpose_2d<6, 3, 2, stride<2, 3>, dilation<1, 2>, padding<1, 1, 1, 0>, groups<2>>>
        layer;
    constexpr std::size_t C = 4, F = 3, W = 3, H = 2, weights = C * F * W * H;
    std::size_t at_etch[weights];
    for (std::size_t c = 0, torch_index = 0; c < C; ++c)
        for (std::size_t f = 0; f < F; ++f)
            for (std::size_t y = 0; y < H; ++y)
                for (std::size_t x = 0; x < W; ++x) at_etch[torch_index++] = c + C * (f + F * (x + W * y));
    for (std::size_t i = 0; i < weights; ++i) layer.parameters[at_etch[i]] = static_cast<T>(torch::weight[i]);
    for (std::size_t f = 0; f < 6; ++f) layer.parameters[weights + f] = static_cast<T>(torch::bias[f]);
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    double worst = std::max(support::farthest(layer.output, torch::output),
                            support::farthest(layer.grad_input, torch::grad_input));
    for (std::size_t i = 0; i < weights; ++i)
        worst =
            std::max(worst, support::distance(static_cast<double>(layer.gradients[at_etch[i]]), torch::grad_weight[i]));
    for (std::size_t f = 0; f < 6; ++f)
        worst =
            std::max(worst, support::distance(static_cast<double>(layer.gradients[weights + f]), torch::grad_bias[f]));
    return worst;
}

}  // namespace

TEST_CASE("conv_transpose_2d enlarges an image to what conv_2d would shrink to it") {
    static_assert(Layer<conv_transpose_2d<4>>);
    static_assert(conv_transpose_2d<4>::output(shape{3, 9, 7}) == shape{4, 11, 9});
    static_assert(conv_transpose_2d<4, 4, 4, stride<2>, padding<1>>::output(shape{3, 9, 7}) == shape{4, 18, 14});
    static_assert(conv_transpose_2d<4, 3, 3, stride<2>, padding<1, 0>>::output(shape{3, 9, 7}) == shape{4, 18, 14});
    using image = chain<float, shape{3, 9, 7}, conv_transpose_2d<4>>;
    static_assert(image::parameters<0>()[0].extents == shape{3, 4, 3, 3});
    static_assert(image::parameters<0>()[0].fan_in == 27 && image::parameters<0>()[0].fan_out == 36);
    CHECK(image::totals.multiply_adds == 3 * 9 * 7 * 4 * 9);
}

TEST_CASE("conv_transpose_2d has the values that a person works out by hand") {
    support::passes<float, shape{1, 2, 1}, 1, conv_transpose_2d<1, 3, 1, stride<2, 1>>> layer;
    layer.input = matrix<float, 2, 1>{1, 2};
    layer.parameters = {1, 10, 100, 0.5f};
    layer.grad_output = matrix<float, 5, 1>{1, 0, 2, 0, 3};
    layer.run();
    CHECK(layer.output == matrix<float, 5, 1>{1.5f, 10.5f, 102.5f, 20.5f, 200.5f});
    CHECK(layer.grad_input == matrix<float, 2, 1>{201, 302});
    CHECK(layer.gradients == std::array<float, 4>{1 + 4, 0, 2 + 6, 6});
}

TEST_CASE("conv_transpose_2d forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("conv_transpose_2d at sizes around the lanes, with and without options, matches plain loops") {
    using settings = internal::window_settings;
    CHECK(farthest_from_loops<float, shape{3, 4, 5}, 5, 3, 3, settings{{3, 3}}>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{17, 3, 2}, 16, 2, 3, settings{{2, 3, 2, 3}, {1, 0, 1, 0}}, stride<2, 3>,
                              padding<1, 0>>() < float_tolerance);
    CHECK(farthest_from_loops<double, shape{6, 3, 4}, 9, 3, 2, settings{{3, 2, 1, 2, 2, 1}, {1, 2, 0, 1}, 3}, groups<3>,
                              padding<1, 2, 0, 1>, stride<1, 2>, dilation<2, 1>>() < double_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(
        farthest_from_loops<float, shape{16, 3, 3}, 16, 3, 3, settings{{3, 3, 2, 2}, {}, 16}, groups<16>, stride<2>>() <
        float_tolerance);
    CHECK(farthest_from_loops<float, shape{1, 4, 4}, 1, 3, 3, settings{{3, 3}}>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{5, 4, 4}, 33, 1, 1, settings{{1, 1}}>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{33, 2, 2}, 3, 2, 2, settings{{2, 2, 2, 2}}, stride<2>>() < float_tolerance);
#endif
}

TEST_CASE("conv_transpose_2d gives a sample the same bits alone and in a batch") {
    CHECK(support::differences_alone<shape{3, 4, 5}, 3, conv_transpose_2d<5, 3, 3, stride<2>, padding<1>>>() == 0);
}

TEST_CASE("conv_transpose_2d between other layers matches finite differences") {
    CHECK(support::worst_gradient<shape{2, 4, 3}, conv_2d<4, 2>, etch::tanh,
                                  conv_transpose_2d<4, 3, 2, stride<2>, padding<1, 0, 0, 1>, groups<2>>, etch::tanh,
                                  conv_transpose_2d<1, 2>, flatten, dense<2>>() < support::gradient_tolerance);
}

TEST_CASE("conv_transpose_2d is written with the options that differ from the default") {
    CHECK(topology<network<input<4, 9, 9>, conv_transpose_2d<4, 4, 4, padding<1>, stride<2>>, conv_transpose_2d<1>>> ==
          "input<4, 9, 9>, conv_transpose_2d<4, 4, 4, stride<2, 2>, padding<1, 1, 1, 1>>, conv_transpose_2d<1, 3, 3>");
}
