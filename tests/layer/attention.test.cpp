// runs on: every instruction set
#include <etch/layer/attention.hpp>

#include <cmath>

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/layer_norm.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Sums of up to 34 products, exponentials and quotients of numbers around 1, in two products one after the other; the
/// gradients of the weights are sums over positions and samples: 4e-6 measured.
constexpr double float_tolerance = 2e-5;
constexpr double double_tolerance = 1e-13;

/// Where PyTorch's element i of a matrix of Rows x Columns is in etch's, whose columns are contiguous.
constexpr std::size_t at_etch(std::size_t i, std::size_t rows, std::size_t columns) {
    return i % columns * rows + i / columns;
}

template <class T, bool Causal>
double farthest_from_torch(const auto& output, const auto& grad_input, const auto& grad_in_weight,
                           const auto& grad_in_bias, const auto& grad_out_weight, const auto& grad_out_bias) {
    namespace torch = reference::attention;
    constexpr std::size_t E = 6;
    support::passes<T, shape{E, 5}, 3, attention<2, Causal>> layer;
    T* p = layer.parameters.data();
    for (std::size_t i = 0; i < 3 * E * E; ++i) p[at_etch(i, 3 * E, E)] = static_cast<T>(torch::in_proj_weight[i]);
    p += 3 * E * E;
    for (std::size_t i = 0; i < 3 * E; ++i) p[i] = static_cast<T>(torch::in_proj_bias[i]);
    p += 3 * E;
    for (std::size_t i = 0; i < E * E; ++i) p[at_etch(i, E, E)] = static_cast<T>(torch::out_weight[i]);
    for (std::size_t i = 0; i < E; ++i) p[E * E + i] = static_cast<T>(torch::out_bias[i]);
    std::copy(std::begin(torch::input), std::end(torch::input), layer.input.begin());
    std::copy(std::begin(torch::grad_output), std::end(torch::grad_output), layer.grad_output.begin());
    layer.run();
    double worst = std::max(support::farthest(layer.output, output), support::farthest(layer.grad_input, grad_input));
    const T* g = layer.gradients.data();
    const auto compare = [&](T got, double want) {
        worst = std::max(worst, support::distance(static_cast<double>(got), want));
    };
    for (std::size_t i = 0; i < 3 * E * E; ++i) compare(g[at_etch(i, 3 * E, E)], grad_in_weight[i]);
    g += 3 * E * E;
    for (std::size_t i = 0; i < 3 * E; ++i) compare(g[i], grad_in_bias[i]);
    g += 3 * E;
    for (std::size_t i = 0; i < E * E; ++i) compare(g[at_etch(i, E, E)], grad_out_weight[i]);
    for (std::size_t i = 0; i < E; ++i) compare(g[E * E + i], grad_out_bias[i]);
    return worst;
}
template <class T>
double farthest_from_torch() {
    namespace torch = reference::attention;
    return std::max(
        farthest_from_torch<T, false>(torch::output, torch::grad_input, torch::grad_in_proj_weight,
                                      torch::grad_in_proj_bias, torch::grad_out_weight, torch::grad_out_bias),
        farthest_from_torch<T, true>(torch::causal_output, torch::causal_grad_input, torch::causal_grad_in_proj_weight,
                                     torch::causal_grad_in_proj_bias, torch::causal_grad_out_weight,
                                     torch::causal_grad_out_bias));
}

/// The forward pass in loops that know nothing of matrices.
template <shape In, std::size_t Heads, bool Causal, std::size_t Columns = 2>
double farthest_from_loops() {
    static support::passes<float, In, Columns, attention<Heads, Causal>> layer;
    layer.infer();
    constexpr std::size_t E = In.extent[0], L = In.extent[1], d = E / Heads;
    const auto number = [](float x) { return static_cast<double>(x); };
    const float* const in_bias = layer.parameters.data() + 3 * E * E;
    const float* const out = in_bias + 3 * E;
    double worst = 0;
    for (std::size_t j = 0; j < Columns; ++j) {
        static double qkv[3 * E][L], o[E][L];
        for (std::size_t r = 0; r < 3 * E; ++r)
            for (std::size_t p = 0; p < L; ++p) {
                qkv[r][p] = number(in_bias[r]);
                for (std::size_t k = 0; k < E; ++k)
                    qkv[r][p] += number(layer.parameters[k * 3 * E + r]) * number(layer.input(p * E + k, j));
            }
        for (std::size_t h = 0; h < Heads; ++h)
            for (std::size_t query = 0; query < L; ++query) {
                const std::size_t keys = Causal ? query + 1 : L;
                double weight[L], total = 0;
                for (std::size_t key = 0; key < keys; ++key) {
                    double score = 0;
                    for (std::size_t k = 0; k < d; ++k) score += qkv[h * d + k][query] * qkv[E + h * d + k][key];
                    total += weight[key] = std::exp(score / std::sqrt(static_cast<double>(d)));
                }
                for (std::size_t k = 0; k < d; ++k) {
                    o[h * d + k][query] = 0;
                    for (std::size_t key = 0; key < keys; ++key)
                        o[h * d + k][query] += qkv[2 * E + h * d + k][key] * weight[key] / total;
                }
            }
        for (std::size_t r = 0; r < E; ++r)
            for (std::size_t p = 0; p < L; ++p) {
                double y = number(out[E * E + r]);
                for (std::size_t k = 0; k < E; ++k) y += number(out[k * E + r]) * o[k][p];
                worst = std::max(worst, support::distance(number(layer.output(p * E + r, j)), y));
            }
    }
    return worst;
}

}  // namespace

TEST_CASE("attention keeps the shape, and has the tensors of PyTorch") {
    static_assert(Layer<attention<2>>);
    static_assert(attention<2>::output(shape{6, 5}) == shape{6, 5});
    constexpr auto held = attention<2>::parameters<shape{6, 5}>();
    static_assert(held[0].extents == shape{18, 6} && held[1].extents == shape{18});
    static_assert(held[2].extents == shape{6, 6} && held[3].extents == shape{6});
    using alone = chain<float, shape{6, 5}, attention<2>>;
    CHECK(alone::totals.trained == 4 * 36 + 4 * 6);
    CHECK(alone::totals.multiply_adds == 4 * 36 * 5 + 2 * 6 * 25);
}

TEST_CASE("attention of one position returns its value, and of equal positions the same one") {
    support::passes<double, shape{4, 1}, 2, attention<2>> one;
    one.run();
    const double* const W = one.parameters.data();
    for (std::size_t j = 0; j < 2; ++j)
        for (std::size_t r = 0; r < 4; ++r) {
            double y = 0;
            for (std::size_t k = 0; k < 4; ++k) {
                double value = 0;
                for (std::size_t i = 0; i < 4; ++i) value += W[i * 12 + 8 + k] * one.input(i, j);
                y += W[48 + 12 + k * 4 + r] * value;
            }
            CHECK(one.output(r, j) == Approx(y).epsilon(1e-12));
        }
    support::passes<double, shape{4, 3}, 1, attention<2>> equal;
    for (std::size_t i = 0; i < 12; ++i) equal.input[i] = one.input[i % 4];
    equal.run();
    for (std::size_t i = 0; i < 12; ++i) CHECK(equal.output[i] == Approx(one.output[i % 4]).epsilon(1e-12));
}

TEST_CASE("causal attention does not look ahead") {
    support::passes<float, shape{6, 5}, 1, attention<3, true>> layer;
    layer.run();
    const auto before = layer.output;
    for (std::size_t i = 18; i < 30; ++i) layer.input[i] = 7;  // the last two positions
    layer.run();
    for (std::size_t i = 0; i < 30; ++i) CHECK((layer.output[i] == before[i]) == (i < 18));
}

TEST_CASE("attention to scores of any size is finite") {
    support::passes<float, shape{4, 3}, 1, attention<1>> layer;
    for (float& x : layer.input) x *= 1e15f;
    layer.run();
    for (const float y : layer.output) CHECK(y - y == 0);
}

TEST_CASE("attention forward and backward match PyTorch, causal or not") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("attention at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<shape{1, 3}, 1, false>() < float_tolerance);
    CHECK(farthest_from_loops<shape{34, 5}, 2, true>() < float_tolerance);
    CHECK(farthest_from_loops<shape{9, 17}, 3, false>() < float_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(farthest_from_loops<shape{16, 16}, 4, true>() < float_tolerance);
    CHECK(farthest_from_loops<shape{8, 1}, 2, false>() < float_tolerance);
    CHECK(farthest_from_loops<shape{17, 33}, 17, false>() < float_tolerance);
#endif
}

TEST_CASE("attention gives a sample the same bits alone and in a batch") {
    CHECK(support::differences_alone<shape{9, 5}, 3, attention<3>>() == 0);
    CHECK(support::differences_alone<shape{6, 4}, 3, residual<layer_norm<>, attention<2, true>>>() == 0);
}

TEST_CASE("attention backward matches finite differences") {
    CHECK(support::worst_gradient<shape{4, 3}, attention<2>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{3, 4}, residual<layer_norm<>, attention<1, true>>, flatten, dense<2>>() <
          support::gradient_tolerance);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(support::worst_gradient<shape{4, 1}, attention<4>>() < support::gradient_tolerance);
#endif
}

TEST_CASE("a frozen attention passes on the same gradient") {
    support::passes<float, shape{4, 3}, 2, attention<2>> trained;
    support::passes<float, shape{4, 3}, 2, frozen<attention<2>>> kept;
    trained.run();
    kept.run();
    CHECK(kept.output == trained.output);
    CHECK(kept.grad_input == trained.grad_input);
}

TEST_CASE("attention answers, and is trained, with the same bits in a constant expression") {
    using net_type = network<input<4, 3>, attention<2, true>, flatten, dense<2>>;
    constexpr auto trained = [](std::uint64_t number) {
        net_type net{seed{number}};
        stepper<net_type, mean_squared_error, sgd, 2> step{{.learning_rate = 0.1f}};
        matrix<float, 12, 2> x;
        matrix<float, 2, 2> y{1, 2, 3, 4};
        random_generator random{seed{number + 1}};
        for (float& each : x) each = 2 * random.uniform() - 1;
        (void)step.step(net, x, y);
        return net;
    };
    static constexpr net_type folded = trained(3);
    const volatile std::uint64_t number = 3;  // keeps the compiler from knowing the rest
    const net_type net = trained(number);
    CHECK(std::equal(net.parameters().begin(), net.parameters().end(), folded.parameters().begin()));
    CHECK_FALSE(folded.parameters()[0] == net_type{seed{3}}.parameters()[0]);
}
