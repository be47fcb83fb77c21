#include <etch/layer/dense.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// In double the sums differ by their order alone: 5e-16 measured.
constexpr double double_tolerance = 1e-14;
/// In float a sum of 33 products of numbers up to 2 may be wrong by some roundings of 2^-24: 4e-7 measured.
constexpr double float_tolerance = 2e-6;

/// PyTorch's case, 5 -> 3; etch stores W column after column, PyTorch row after row.
template <class T>
auto torch_passes() {
    support::passes<T, shape{5}, 3, dense<3>> layer;
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 5; ++column)
            layer.parameters[column * 3 + row] = static_cast<T>(reference::dense::weight[row * 5 + column]);
        layer.parameters[15 + row] = static_cast<T>(reference::dense::bias[row]);
    }
    std::copy(std::begin(reference::dense::input), std::end(reference::dense::input), layer.input.begin());
    std::copy(std::begin(reference::dense::grad_output), std::end(reference::dense::grad_output),
              layer.grad_output.begin());
    return layer;
}

template <class T>
double farthest_from_torch() {
    auto layer = torch_passes<T>();
    layer.run();
    double worst = std::max(support::farthest(layer.output, reference::dense::output),
                            support::farthest(layer.grad_input, reference::dense::grad_input));
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t column = 0; column < 5; ++column)
            worst = std::max(worst, support::distance(static_cast<double>(layer.gradients[column * 3 + row]),
                                                      reference::dense::grad_weight[row * 5 + column]));
        worst = std::max(
            worst, support::distance(static_cast<double>(layer.gradients[15 + row]), reference::dense::grad_bias[row]));
    }
    return worst;
}

/// Wᵀ dz of a batch to the bit: a product, not dot products, so each number is added in the partial sums of its shape.
template <std::size_t Inputs, std::size_t Outputs, std::size_t Columns>
matrix<float, Inputs, Columns> gradient_of_batch(const auto& layer) {
    constexpr std::size_t sums =
        etch::internal::partial_sums_of<matrix<float, Inputs, Outputs>, matrix<float, Outputs, Columns>>();
    matrix<float, Inputs, Columns> result;
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t k = 0; k < Inputs; ++k) {
            float sum[sums] = {};
            for (std::size_t i = 0; i < Outputs; ++i)
                sum[i % sums] = etch::internal::fma_number(layer.parameters[k * Outputs + i], layer.grad_output(i, j),
                                                           sum[i % sums]);
            for (std::size_t half = sums / 2; half > 0; half /= 2)
                for (std::size_t s = 0; s < half; ++s) sum[s] += sum[s + half];
            result(k, j) = sum[0];
        }
    return result;
}

/// The textbook's loops in double, on the numbers that the layer was given.
template <std::size_t Inputs, std::size_t Outputs, std::size_t Columns>
double farthest_from_loops() {
    support::passes<float, shape{Inputs}, Columns, dense<Outputs>> layer;
    support::scatter_numbers(layer.parameters, seed{Inputs + Outputs});
    layer.run();
    const auto W = [&](std::size_t i, std::size_t k) -> double { return layer.parameters[k * Outputs + i]; };
    double worst = 0;
    const auto judge = [&](float got, double want) { worst = std::max(worst, support::distance(got, want)); };
    for (std::size_t j = 0; j < Columns; ++j) {
        for (std::size_t i = 0; i < Outputs; ++i) {
            double z = layer.parameters[Outputs * Inputs + i];
            for (std::size_t k = 0; k < Inputs; ++k) z += W(i, k) * layer.input(k, j);
            judge(layer.output(i, j), z);
        }
        for (std::size_t k = 0; k < Inputs; ++k) {
            double da = 0;
            for (std::size_t i = 0; i < Outputs; ++i) da += W(i, k) * layer.grad_output(i, j);
            judge(layer.grad_input(k, j), da);
        }
    }
    for (std::size_t i = 0; i < Outputs; ++i) {
        double db = 0;
        for (std::size_t j = 0; j < Columns; ++j) db += layer.grad_output(i, j);
        judge(layer.gradients[Outputs * Inputs + i], db);
        for (std::size_t k = 0; k < Inputs; ++k) {
            double dW = 0;
            for (std::size_t j = 0; j < Columns; ++j)
                dW += static_cast<double>(layer.grad_output(i, j)) * layer.input(k, j);
            judge(layer.gradients[k * Outputs + i], dW);
        }
    }
    if constexpr (Columns > 1) CHECK(layer.grad_input == gradient_of_batch<Inputs, Outputs, Columns>(layer));
    return worst;
}

}  // namespace

TEST_CASE("dense turns a vector into as many numbers as it has outputs") {
    static_assert(Layer<dense<3>>);
    static_assert(dense<3>::output(shape{5}) == shape{3});
    static_assert(dense<3>::multiply_adds<shape{5}>() == 15);
    constexpr auto held = dense<3>::parameters<shape{5}>();
    static_assert(held[0].extents == shape{3, 5} && held[1].extents == shape{3});
    static_assert(held[0].fan_in == 5 && held[0].fan_out == 3);
    static_assert(held[0].initializer == automatic && held[1].initializer == zeros);
    static_assert(dense<3, he_normal, ones>::parameters<shape{5}>()[0].initializer == he_normal);
    static_assert(dense<3, he_normal, ones>::parameters<shape{5}>()[1].initializer == ones);
    CHECK(chain<float, shape{5}, dense<3>>::totals.trained == 18);
    // Only a batch needs W transposed, and only in training.
    CHECK(internal::size_of(dense<3>::scratch<shape{5}, 1, true>()) == 0);
    CHECK(internal::size_of(dense<3>::scratch<shape{5}, 2, true>()) == 15);
    CHECK(internal::size_of(dense<3>::scratch<shape{5}, 2, false>()) == 0);
}

TEST_CASE("dense has the values that a person works out by hand") {
    support::passes<float, shape{3}, 2, dense<2>> layer;
    layer.parameters = {1, 4, 2, 5, 3, 6, 10, 20};  // W = (1 2 3; 4 5 6), b = (10, 20)
    layer.input = matrix<float, 3, 2>{1, 0, -1, 2, 1, 0};
    layer.grad_output = matrix<float, 2, 2>{1, 0, 2, -1};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 2>{8, 18, 14, 33});
    CHECK(layer.grad_input == matrix<float, 3, 2>{1, 2, 3, -2, -1, 0});
    // dW = (1, 0)(1, 0, -1)ᵀ + (2, -1)(2, 1, 0)ᵀ and db = (1, 0) + (2, -1)
    CHECK(layer.gradients == std::array<float, 8>{5, -2, 2, -1, -1, 0, 3, -1});
}

TEST_CASE("dense forward and backward match PyTorch") {
    CHECK(farthest_from_torch<float>() < float_tolerance);
    CHECK(farthest_from_torch<double>() < double_tolerance);
}

TEST_CASE("dense backward matches finite differences") {
    CHECK(support::worst_gradient<shape{5}, dense<3>>() < support::gradient_tolerance);
    support::passes<double, shape{5}, 1, dense<3>> one;  // a single sample takes another way
    CHECK(support::worst_gradient(one) < support::gradient_tolerance);
}

TEST_CASE("dense at sizes around the lanes matches plain loops") {
    CHECK(farthest_from_loops<1, 1, 1>() < float_tolerance);
    CHECK(farthest_from_loops<15, 17, 3>() < float_tolerance);
    CHECK(farthest_from_loops<16, 16, 1>() < float_tolerance);
    CHECK(farthest_from_loops<17, 33, 3>() < float_tolerance);
    CHECK(farthest_from_loops<33, 15, 1>() < float_tolerance);
    CHECK(farthest_from_loops<33, 1, 3>() < float_tolerance);
}

TEST_CASE("dense backward adds to the gradients that are there") {
    using context_type = backward_context<dense<1>, shape{1}, float, 1>;
    float numbers[] = {2, 0}, gradients[] = {10, 20};
    const context_type handed{{numbers, nullptr}, gradients, nullptr, seed{}};
    const vector<float, 1> a{3.0f}, z{6.0f}, dz{1.0f};
    const vector<float, 1> da = dense<1>::backward(handed, a.view(), z.view(), dz.view());
    CHECK(da[0] == 2);
    CHECK(gradients[0] == 13);
    CHECK(gradients[1] == 21);
}
