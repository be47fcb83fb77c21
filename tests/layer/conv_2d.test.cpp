// runs on: every instruction set
#include <etch/layer/conv_2d.hpp>

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/topology.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Sums of up to 75 products of numbers up to 2, and for the weights of 3 * 120 places: 3e-6 measured.
constexpr double float_tolerance = 1e-5;
constexpr double double_tolerance = 1e-13;

/// Both passes in loops that know nothing of patches.
template <class T, shape In, std::size_t Filters, std::size_t Width, std::size_t Height, std::size_t Columns = 3,
          internal::window_settings S = internal::window_settings{}, class... Options>
double farthest_from_loops() {
    static support::passes<T, In, Columns, conv_2d<Filters, Width, Height, Options...>> layer;
    support::scatter_numbers(layer.parameters, seed{7});
    layer.run();
    constexpr sliding_window w = S.window;
    constexpr std::size_t C = In.extent[0], W = In.extent[1], H = In.extent[2];
    constexpr std::size_t across =
        (S.border.left + W + S.border.right - (Width - 1) * w.dilation_x - 1) / w.stride_x + 1;
    constexpr std::size_t down =
        (S.border.top + H + S.border.bottom - (Height - 1) * w.dilation_y - 1) / w.stride_y + 1;
    constexpr std::size_t seen = C / S.groups, weights = seen * Width * Height;
    static_assert(layer.outputs == Filters * across * down);
    double worst = 0;
    static double dx[In.size() * Columns], dw[Filters * weights], db[Filters];
    std::fill(std::begin(dx), std::end(dx), 0);
    std::fill(std::begin(dw), std::end(dw), 0);
    std::fill(std::begin(db), std::end(db), 0);
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t f = 0; f < Filters; ++f)
            for (std::size_t y = 0; y < down; ++y)
                for (std::size_t x = 0; x < across; ++x) {
                    const std::size_t out = f + Filters * (x + across * y), first = f / (Filters / S.groups) * seen;
                    const double dz = static_cast<double>(layer.grad_output(out, j));
                    double z = static_cast<double>(layer.parameters[Filters * weights + f]);
                    db[f] += dz;
                    for (std::size_t c = 0; c < seen; ++c)
                        for (std::size_t ky = 0; ky < Height; ++ky)
                            for (std::size_t kx = 0; kx < Width; ++kx) {
                                const std::size_t at_x = x * w.stride_x + kx * w.dilation_x - S.border.left;
                                const std::size_t at_y = y * w.stride_y + ky * w.dilation_y - S.border.top;
                                if (at_x >= W || at_y >= H) continue;  // also below 0, as a huge number
                                const std::size_t in = first + c + C * (at_x + W * at_y);
                                const std::size_t k = f + Filters * (c + seen * (kx + Width * ky));
                                z += static_cast<double>(layer.parameters[k]) * static_cast<double>(layer.input(in, j));
                                dw[k] += dz * static_cast<double>(layer.input(in, j));
                                dx[j * In.size() + in] += dz * static_cast<double>(layer.parameters[k]);
                            }
                    worst = std::max(worst, support::distance(static_cast<double>(layer.output(out, j)), z));
                }
    for (std::size_t i = 0; i < In.size() * Columns; ++i)
        worst = std::max(worst, support::distance(static_cast<double>(layer.grad_input[i]), dx[i]));
    for (std::size_t i = 0; i < Filters * weights; ++i)
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[i]), dw[i]));
    for (std::size_t i = 0; i < Filters; ++i)
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[Filters * weights + i]), db[i]));
    const auto trained = layer.output;
    layer.infer();
    return layer.output == trained ? worst : 1e300;
}
/// With options, which the loops get as numbers.
template <class T, shape In, std::size_t Filters, std::size_t Width, std::size_t Height, internal::window_settings S,
          class... Options>
double farthest_with_options() {
    return farthest_from_loops<T, In, Filters, Width, Height, 2, S, Options...>();
}

/// PyTorch's cases: their weight is [filters][channels of a group][y][x].
#define ETCH_TORCH(name)                                                                                  \
    reference::name::weight, reference::name::bias, reference::name::input, reference::name::grad_output, \
        reference::name::output, reference::name::grad_input, reference::name::grad_weight, reference::name::grad_bias
template <class T, shape In, std::size_t F, std::size_t C, std::size_t W, std::size_t H, class... Options>
double farthest_from_torch(const auto& weight, const auto& bias, const auto& input, const auto& grad_output,
                           const auto& output, const auto& grad_input, const auto& grad_weight, const auto& grad_bias) {
    support::passes<T, In, 3, conv_2d<F, W, H, Options...>> layer;
    constexpr std::size_t weights = F * C * W * H;
    static_assert(layer.trained == weights + F);
    std::size_t at_etch[weights];
    for (std::size_t f = 0, torch_index = 0; f < F; ++f)
        for (std::size_t c = 0; c < C; ++c)
            for (std::size_t y = 0; y < H; ++y)
                for (std::size_t x = 0; x < W; ++x) at_etch[torch_index++] = f + F * (c + C * (x + W * y));
    for (std::size_t i = 0; i < weights; ++i) layer.parameters[at_etch[i]] = static_cast<T>(weight[i]);
    for (std::size_t f = 0; f < F; ++f) layer.parameters[weights + f] = static_cast<T>(bias[f]);
    std::copy(std::begin(input), std::end(input), layer.input.begin());
    std::copy(std::begin(grad_output), std::end(grad_output), layer.grad_output.begin());
    layer.run();
    double worst = std::max(support::farthest(layer.output, output), support::farthest(layer.grad_input, grad_input));
    for (std::size_t i = 0; i < weights; ++i)
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[at_etch[i]]), grad_weight[i]));
    for (std::size_t f = 0; f < F; ++f)
        worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[weights + f]), grad_bias[f]));
    return worst;
}
template <class T>
double farthest_from_torch() {
    return std::max(
        {farthest_from_torch<T, shape{2, 5, 4}, 3, 2, 3, 2>(ETCH_TORCH(conv_2d)),
         farthest_from_torch<T, shape{4, 7, 6}, 6, 2, 3, 2, padding<1, 2, 1, 0>, stride<2, 1>, dilation<1, 3>,
                             groups<2>>(ETCH_TORCH(conv_2d_with_options)),
         farthest_from_torch<T, shape{5, 4, 3}, 5, 1, 3, 3, groups<5>, padding<1>>(ETCH_TORCH(conv_2d_depthwise))});
}

}  // namespace

TEST_CASE("conv_2d has a column of filters for each place of its kernel, and weights for all that it sees") {
    static_assert(Layer<conv_2d<4>>);
    static_assert(conv_2d<4>::output(shape{3, 9, 7}) == shape{4, 7, 5});
    static_assert(conv_2d<4, 5, 1>::output(shape{3, 9, 7}) == shape{4, 5, 7});
    static_assert(conv_2d<4, 5>::output(shape{3, 9, 7}) == shape{4, 5, 3});
    using image = chain<float, shape{3, 9, 7}, conv_2d<4>>;
    static_assert(image::parameters<0>()[0].extents == shape{4, 3, 3, 3});
    static_assert(image::parameters<0>()[0].fan_in == 27 && image::parameters<0>()[0].fan_out == 36);
    CHECK(image::totals.multiply_adds == 4 * 27 * 35);
}

TEST_CASE("conv_2d has the values that a person works out by hand") {
    support::passes<float, shape{1, 3, 3}, 1, conv_2d<1, 2>> layer;
    layer.input = matrix<float, 9, 1>{1, 2, 3, 4, 5, 6, 7, 8, 9};
    layer.parameters = {1, 10, 100, 1000, 0.5f};  // right of the first, then below
    layer.grad_output = matrix<float, 4, 1>{1, 0, 0, 2};
    layer.run();
    CHECK(layer.output == matrix<float, 4, 1>{5421.5f, 6532.5f, 8754.5f, 9865.5f});
    CHECK(layer.gradients == std::array<float, 5>{1 + 10, 2 + 12, 4 + 16, 5 + 18, 3});
    CHECK(layer.grad_input == matrix<float, 9, 1>{1, 10, 0, 100, 1002, 20, 0, 200, 2000});
}

TEST_CASE("conv_2d forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("conv_2d at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<float, shape{3, 9, 7}, 5, 3, 3>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{2, 17, 4}, 16, 5, 2>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{5, 4, 3}, 33, 1, 3>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{17, 3, 3}, 7, 3, 3>() < float_tolerance);  // one place
#if ETCH_TEST_EVERYTHING                                                              // the preset test-all
    CHECK(farthest_from_loops<float, shape{1, 7, 5}, 1, 3, 3>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{8, 6, 6}, 17, 3, 3>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{5, 3, 5}, 3, 1, 1>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{6, 1, 1}, 4, 1, 1, 2>() < float_tolerance);
    CHECK(farthest_from_loops<float, shape{2, 21, 1}, 64, 3, 1, 1>() < float_tolerance);
    CHECK(farthest_from_loops<double, shape{3, 9, 7}, 5, 3, 3>() < double_tolerance);
#endif
}

TEST_CASE("conv_2d with each option, and with all, matches plain loops") {
    using settings = internal::window_settings;
    CHECK(farthest_with_options<float, shape{3, 9, 7}, 5, 3, 3,
                                settings{{.width = 3, .height = 3, .stride_x = 2, .stride_y = 3}}, stride<2, 3>>() <
          float_tolerance);
    CHECK(farthest_with_options<float, shape{3, 4, 3}, 17, 3, 3, settings{{.width = 3, .height = 3}, {2, 1, 0, 3}},
                                padding<2, 1, 0, 3>>() < float_tolerance);
    CHECK(farthest_with_options<float, shape{16, 5, 3}, 16, 3, 3, settings{{.width = 3, .height = 3}, {1, 1, 1, 1}, 16},
                                padding<1>, groups<16>>() < float_tolerance);
    CHECK(farthest_with_options<double, shape{6, 8, 9}, 9, 2, 3, settings{{2, 3, 2, 1, 3, 2}, {1, 0, 2, 1}, 3},
                                groups<3>, dilation<3, 2>, padding<1, 0, 2, 1>, stride<2, 1>>() < double_tolerance);
    CHECK(farthest_with_options<float, shape{4, 4, 4}, 32, 2, 2, settings{{2, 2}, {}, 2}, groups<2>>() <
          float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_with_options<float, shape{3, 11, 9}, 5, 3, 2, settings{{3, 2, 1, 1, 4, 5}}, dilation<4, 5>>() <
          float_tolerance);
    CHECK(farthest_with_options<float, shape{5, 4, 3}, 7, 1, 1, settings{{1, 1, 3, 2}}, stride<3, 2>>() <
          float_tolerance);
    CHECK(farthest_with_options<float, shape{5, 4, 3}, 7, 1, 1, settings{{1, 1}, {1, 1, 1, 1}}, padding<1>>() <
          float_tolerance);
    CHECK(farthest_with_options<float, shape{7, 6, 5}, 21, 3, 3, settings{{3, 3}, {}, 7}, groups<7>>() <
          float_tolerance);
    CHECK(farthest_with_options<float, shape{33, 4, 4}, 33, 2, 2, settings{{2, 2, 2, 2}, {}, 33}, groups<33>,
                                stride<2>>() < float_tolerance);
    CHECK(farthest_with_options<float, shape{4, 4, 4}, 2, 3, 3, settings{{3, 3}, {}, 2}, groups<2>>() <
          float_tolerance);
    CHECK(farthest_with_options<float, shape{1, 5, 5}, 1, 3, 3, settings{{3, 3}, {1, 1, 1, 1}}, padding<1>>() <
          float_tolerance);
#endif
}

TEST_CASE("conv_2d with options is written with those that differ from the default, in one order") {
    CHECK(topology<network<input<4, 9, 9>, conv_2d<4, 3, 3, groups<2>, padding<1>, dilation<1>, stride<2, 1>>>> ==
          "input<4, 9, 9>, conv_2d<4, 3, 3, stride<2, 1>, padding<1, 1, 1, 1>, groups<2>>");
    CHECK(topology<network<input<4, 9, 9>, conv_2d<4>>> == "input<4, 9, 9>, conv_2d<4, 3, 3>");
    using padded = network<input<4, 9, 9>, conv_2d<8, 3, 3, stride<2>, padding<1, 0>, groups<4>>>;
    static_assert(padded::output_shape == shape{8, 4, 4});
    static_assert(padded::parameter_count == 8 * 9 + 8);
    static_assert(conv_2d<8, 3, 3, groups<4>>::parameters<shape{4, 9, 9}>()[0].extents == shape{8, 1, 3, 3});
    static_assert(conv_2d<8, 3, 3, groups<4>>::multiply_adds<shape{4, 9, 9}>() == 8 * 9 * 49);
}

TEST_CASE("conv_2d gives a sample the same bits alone and in a batch") {
    CHECK(support::differences_alone<shape{3, 9, 7}, 7, conv_2d<5>>() == 0);
    CHECK(support::differences_alone<shape{2, 8, 5}, 2, conv_2d<33, 1>, etch::tanh, conv_2d<1, 2, 4>>() == 0);
    CHECK(support::differences_alone<shape{4, 5, 4}, 3, conv_2d<4, 3, 3, padding<1>, groups<4>>, etch::tanh,
                                     conv_2d<6, 2, 2, stride<2>, groups<2>>>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(support::differences_alone<shape{1, 12, 12}, 5, conv_2d<16>, relu, conv_2d<8, 5>, flatten>() == 0);
#endif
}

TEST_CASE("conv_2d forward and backward match finite differences") {
    CHECK(support::worst_gradient<shape{1, 8, 7}, conv_2d<4>, etch::tanh, conv_2d<2, 3, 2>, flatten, etch::tanh,
                                  dense<3>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 5, 4}, conv_2d<4, 3, 2, padding<1, 2>, dilation<2, 1>>, etch::tanh,
                                  conv_2d<4, 2, 2, stride<2>, groups<4>>, etch::tanh, conv_2d<6, 1, 1, groups<2>>>() <
          support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 1, 1}, etch::tanh, conv_2d<2, 3, 3, padding<1>>>() <
          support::gradient_tolerance);  // one place: the rows of an image are those of a sample
#if ETCH_TEST_EVERYTHING                 // the preset test-all
    CHECK(support::worst_gradient<shape{2, 5, 4}, conv_2d<3>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{2, 5, 4}, conv_2d<3, 1>>() < support::gradient_tolerance);
#endif
}
