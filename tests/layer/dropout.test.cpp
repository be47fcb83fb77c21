#include <etch/layer/dropout.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// There is no PyTorch reference, since its random numbers are others: the mask is held against its definition instead,
/// number by number of the generator.
template <std::size_t Size, unsigned Numerator, unsigned Denominator>
std::size_t differences_from_loops() {
    support::passes<float, shape{Size}, 3, dropout<Numerator, Denominator>> layer;
    layer.seed = seed{Size};
    layer.run();
    random_generator generator{derive(seed{Size}, 0)};  // layer 0 of the chain
    const auto threshold = ~std::uint64_t{0} / Denominator * Numerator;
    const float scale = static_cast<float>(Denominator) / static_cast<float>(Denominator - Numerator);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < layer.input.size(); ++i) {
        const float m = generator() < threshold ? 0 : scale;
        wrong += !(layer.output[i] == m * layer.input[i]) + !(layer.grad_input[i] == m * layer.grad_output[i]);
    }
    return wrong;
}

/// 64 features of 32 samples, all inputs 1: the output is the mask.
using large = support::passes<float, shape{64}, 32, dropout<30>>;

}  // namespace

TEST_CASE("dropout keeps the shape, and needs memory for its mask in training only") {
    static_assert(Layer<dropout<30>>);
    static_assert(dropout<30>::output(shape{4, 5}) == shape{4, 5});
    CHECK(internal::size_of(dropout<30>::scratch<shape{64}, 32, true>()) == 2048);
    CHECK(internal::size_of(dropout<30>::scratch<shape{64}, 32, false>()) == 0);
    CHECK(chain<float, shape{64}, dropout<30>>::totals.trained == 0);
}

TEST_CASE("dropout of a half gives nothing or the double, of a third nothing or one and a half times") {
    const auto only = [](auto layer, float scale) {
        layer.run();
        std::size_t none = 0, scaled = 0;
        for (std::size_t i = 0; i < layer.input.size(); ++i) {
            none += layer.output[i] == 0;
            scaled += layer.output[i] == scale * layer.input[i];
        }
        CHECK(none > 0);
        CHECK(scaled > 0);
        CHECK(none + scaled == layer.input.size());
    };
    only(support::passes<float, shape{33}, 1, dropout<50>>{}, 2.0f);
    only(support::passes<float, shape{33}, 1, dropout<1, 3>>{}, 1.5f);
}

TEST_CASE("dropout of nothing passes everything on") {
    support::passes<float, shape{33}, 1, dropout<0>> layer;
    layer.run();
    CHECK(layer.output == layer.input);
    CHECK(layer.grad_input == layer.grad_output);
}

TEST_CASE("dropout does nothing outside of training") {
    large layer;
    layer.infer();
    CHECK(layer.output == layer.input);
}

TEST_CASE("dropout keeps the mean, and drops each number apart from its neighbours") {
    large layer;
    layer.input.fill(1);
    constexpr std::uint64_t runs = 50;
    double total = 0, dropped = 0, neighbours = 0, across = 0, count = 0;
    for (std::uint64_t s = 0; s < runs; ++s) {
        layer.seed = seed{s};
        layer.run();
        for (std::size_t j = 0; j < 32; j += 2)
            for (std::size_t i = 0; i < 64; i += 2) {
                const bool here = layer.output(i, j) == 0;
                total += layer.output(i, j);
                dropped += here;
                neighbours += here && layer.output(i + 1, j) == 0;
                across += here && layer.output(i, j + 1) == 0;
                ++count;
            }
    }
    // Within four deviations of what 25,600 independent numbers give.
    CHECK(count == 25'600);
    CHECK(std::abs(dropped / count - 0.3) < 4 * std::sqrt(0.3 * 0.7 / count));
    CHECK(std::abs(total / count - 1) < 4 * std::sqrt(0.3 / 0.7 / count));
    CHECK(std::abs(neighbours / count - 0.09) < 4 * std::sqrt(0.09 * 0.91 / count));
    CHECK(std::abs(across / count - 0.09) < 4 * std::sqrt(0.09 * 0.91 / count));
}

TEST_CASE("dropout's mask follows from the seed") {
    large layer, same, other;
    other.seed = seed{1};
    layer.run(), same.run(), other.run();
    CHECK(layer.output == same.output);
    std::size_t differ = 0;
    for (std::size_t i = 0; i < layer.output.size(); ++i) differ += (layer.output[i] == 0) != (other.output[i] == 0);
    CHECK(differ > 700);  // of 2048, 2 * 0.3 * 0.7 are expected to: 860, with a deviation of 22
}

TEST_CASE("dropout backward uses the mask of the forward pass") {
    large layer;
    layer.input.fill(1);
    layer.seed = seed{5};
    layer.run();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < layer.output.size(); ++i)
        wrong += !(layer.grad_input[i] == layer.grad_output[i] * layer.output[i]);
    CHECK(wrong == 0);
}

TEST_CASE("dropout backward matches finite differences") {
    CHECK(support::worst_gradient<shape{11}, dropout<30>>() < support::gradient_tolerance);
}

TEST_CASE("dropout at sizes around the lanes matches plain loops") {
    CHECK(differences_from_loops<1, 1, 3>() == 0);
    CHECK(differences_from_loops<15, 1, 3>() == 0);
    CHECK(differences_from_loops<16, 30, 100>() == 0);
    CHECK(differences_from_loops<17, 1, 2>() == 0);
    CHECK(differences_from_loops<33, 9, 10>() == 0);
}
