// Recurrent layers with weights stored as bf16; the rest is in the test of each.
// runs on: every instruction set
#include <etch/layer/recurrent.hpp>

#include <bit>
#include <cstdint>
#include <type_traits>

#include <etch/layer/gru.hpp>
#include <etch/layer/lstm.hpp>
#include <etch/layer/simple_rnn.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/topology.hpp>

#include "support/catch.hpp"
#include "support/passes.hpp"

using namespace etch;

namespace {

/// How many outputs of six steps of a layer with weights stored as bf16 have other bits than with the same, rounded
/// weights as floats.
template <std::size_t Samples, class L>
constexpr std::size_t different_outputs() {
    using trained_type = network<input<5>, L>;
    using stored_type = with_bf16<trained_type>;
    trained_type trained{seed{7}};
    support::scatter_numbers(trained.parameters().last(4), seed{3});  // biases
    const auto stored = convert<stored_type>(trained);
    const auto rounded = convert<trained_type>(stored);
    typename trained_type::template states<Samples> a{};
    typename stored_type::template states<Samples> b{};
    std::size_t wrong = 0;
    for (std::uint64_t step = 0; step < 6; ++step) {
        matrix<float, 5, Samples> x;
        support::scatter_numbers(x, seed{20 + step}, 2);
        const auto want = rounded(x, a), got = stored(x, b);
        for (std::size_t i = 0; i < got.size(); ++i)
            wrong += std::bit_cast<std::uint32_t>(got[i]) != std::bit_cast<std::uint32_t>(want[i]);
    }
    return wrong;
}

}  // namespace

TEST_CASE("recurrent layers with weights stored as bf16 have their shapes, and half the bytes of weights") {
    using layer = lstm<3, bf16>;
    STATIC_REQUIRE(Layer<layer> && layer::multiply_adds<shape{5}>() == 12 * 8);
    constexpr auto held = layer::parameters<shape{5}>();
    STATIC_REQUIRE(held[0].format == bf16 && held[0].role == parameter_role::frozen && held[1].format == bf16);
    STATIC_REQUIRE(held[2].format == weight_format::number && held[2].role == parameter_role::trained);
    STATIC_REQUIRE(chain<float, shape{6}, layer>::totals.words == 12 * 3 + 12 * 2);  // with 6 and 3 columns
    STATIC_REQUIRE(topology<network<input<6>, gru<3, reset_before, bf16>>> == "input<6>, gru<3, reset_before, bf16>");
    STATIC_REQUIRE(same_topology("input<6>, lstm<3, bf16>", "input<6>, lstm<3>"));
    STATIC_REQUIRE(!same_topology("input<6>, gru<3, reset_before, bf16>", "input<6>, gru<3, bf16>"));
}

TEST_CASE("a network converts to weights stored as bf16 in its recurrent layers too") {
    using plain = network<input<6>, gru<3>, gru<4, reset_before>, frozen<lstm<5>>, simple_rnn<2, with_relu>>;
    using stored =
        network<input<6>, gru<3, bf16>, gru<4, reset_before, bf16>, lstm<5, bf16>, simple_rnn<2, with_relu, bf16>>;
    STATIC_REQUIRE(std::is_same_v<with_bf16<plain>, stored>);
    STATIC_REQUIRE(std::is_same_v<with_bf16<network<input<6>, simple_rnn<2>>>, network<input<6>, simple_rnn<2, bf16>>>);
    STATIC_REQUIRE(!internal::SameTopology<network<input<6>, gru<3>>, network<input<6>, gru<3, reset_before>>>);
}

TEST_CASE("recurrent layers with weights stored as bf16 give the bits of floats with the same values") {
    CHECK(different_outputs<1, lstm<9>>() == 0);
    CHECK(different_outputs<5, lstm<9>>() == 0);
    CHECK(different_outputs<1, gru<11>>() == 0);
    CHECK(different_outputs<3, gru<11, reset_before>>() == 0);
    CHECK(different_outputs<1, simple_rnn<5>>() == 0);
    static_assert(different_outputs<1, lstm<1>>() == 0);
#if ETCH_TEST_EVERYTHING  // the preset test-all
    CHECK(different_outputs<1, lstm<40>>() == 0);
    CHECK(different_outputs<17, lstm<21>>() == 0);
    CHECK(different_outputs<1, gru<1, reset_before>>() == 0);
    CHECK(different_outputs<1, gru<16, reset_before>>() == 0);
    CHECK(different_outputs<35, gru<5>>() == 0);
    CHECK(different_outputs<1, simple_rnn<1, with_relu>>() == 0);
#endif
}
