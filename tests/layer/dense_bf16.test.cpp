// runs on: every instruction set
#include <etch/layer/dense.hpp>

#include <bit>
#include <cstdint>

#include <etch/layer/elu.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/convert.hpp>

#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

/// How many answers of a network with weights held as bf16 have other bits than with the same, rounded weights as
/// floats.
template <std::size_t Samples, class Trained>
constexpr std::size_t different_answers(const Trained& trained) {
    const auto net = convert<with_bf16<Trained>>(trained);
    const auto rounded = convert<Trained>(net);
    matrix<float, Trained::inputs, Samples> x;
    random_generator random{seed{9}};
    for (float& number : x) number = random.uniform() * 4 - 2;
    const auto got = net(x), expected = rounded(x);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < got.size(); ++i)
        wrong += std::bit_cast<std::uint32_t>(got[i]) != std::bit_cast<std::uint32_t>(expected[i]);
    return wrong;
}

template <std::size_t Inputs, std::size_t Outputs>
void check_layer() {
    INFO(Inputs << " inputs, " << Outputs << " outputs");
    const network<input<Inputs>, dense<Outputs, he_normal, constants(1, 3)>> trained{seed{Inputs + Outputs}};
    CHECK(different_answers<1>(trained) == 0);
    CHECK(different_answers<35>(trained) == 0);  // a batch of 32 and the rest
}

using policy = network<input<9>, dense<33>, elu<>, dense<12>, relu, dense<1>>;

}  // namespace

TEST_CASE("dense with weights held as bf16 has the shapes of dense, and half the bytes of weights") {
    using layer = dense<3, bf16>;
    static_assert(Layer<layer>);
    static_assert(layer::output(shape{5}) == shape{3} && layer::multiply_adds<shape{5}>() == 15);
    constexpr auto held = layer::parameters<shape{5}>();
    static_assert(held[0].extents == shape{3, 5} && held[0].format == bf16 && held[0].role == parameter_role::frozen);
    static_assert(held[1].extents == shape{3} && held[1].role == parameter_role::trained &&
                  held[1].format == weight_format::number);
    using held_by = chain<float, shape{5}, layer>;
    static_assert(held_by::totals.trained == 3 && held_by::totals.fitted == 0);
    static_assert(held_by::totals.packed == 15 && held_by::totals.words == 3 * 3);  // the last column stands alone
    CHECK(sizeof(network<input<6>, layer>) == (3 * 3 + 3) * 4);
}

TEST_CASE("dense with weights held as bf16 has the values that a person works out by hand") {
    network<input<3>, dense<2, bf16>> net;
    const auto [W, b] = net.parameters<0>();
    W = matrix<float, 2, 3>{1, 4, 2, 5, 3, 0x1.01p0f};  // the last lies between 1 and 1 + 2^-7: even is 1
    b[0] = 10, b[1] = 20;
    CHECK(net({1, 10, 100}) == vector<float, 2>{10 + 321, 20 + 154});
}

TEST_CASE("weights held as bf16 give the bits of floats with the same values, at sizes around the lanes") {
    check_layer<1, 1>();
    check_layer<19, 1>();
    check_layer<3, 10>();
    check_layer<33, 15>();
    check_layer<17, 33>();
#if ETCH_TEST_EVERYTHING  // the preset test-all
    check_layer<2, 1>();
    check_layer<1, 12>();
    check_layer<128, 12>();
    check_layer<48, 16>();
    check_layer<20, 160>();
#endif
}

TEST_CASE("a network with weights held as bf16 gives the bits of floats with the same values, in the compiler too") {
    CHECK(different_answers<3>(policy{seed{1}}) == 0);
    static_assert(different_answers<1>(network<input<3>, dense<5>, relu, dense<1>>{seed{1}}) == 0);
    // What the compiler computes is what the program computes.
    static constexpr auto deployed = convert<with_bf16<policy>>(policy{seed{1}});
    static constexpr auto constant = deployed({1, -1, 0.5f, -0.5f, 2, -2, 0.1f, 0.2f, 0.3f});
    const auto computed = deployed({1, -1, 0.5f, -0.5f, 2, -2, 0.1f, 0.2f, 0.3f});
    CHECK(std::bit_cast<std::uint32_t>(computed[0]) == std::bit_cast<std::uint32_t>(constant[0]));
}
