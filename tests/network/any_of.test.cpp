#include <etch/network/any_of.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/inference.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;

using small = network<input<3>, dense<5>, relu, dense<2>>;
using deep = network<input<3>, dense<9>, etch::tanh, dense<4>, silu, dense<2>>;
using rounded = network<input<3>, dense<40, bf16>, elu<>, dense<2>>;
using brain = any_of<small, deep, rounded>;

static_assert(std::is_trivially_copyable_v<brain> && std::is_nothrow_default_constructible_v<brain>);
static_assert(alignof(brain) == std::max({alignof(small), alignof(deep), alignof(rounded)}));
static_assert(sizeof(brain) ==
              (std::max({sizeof(small), sizeof(deep), sizeof(rounded)}) / alignof(brain) + 1) * alignof(brain));
static_assert(brain::inputs == 3 && brain::outputs == 2 && brain::count == 3);
static_assert(std::is_same_v<brain::value_type, float>);
static_assert(std::is_constructible_v<brain, deep> && std::is_assignable_v<brain&, const deep&>);
static_assert(!std::is_constructible_v<brain, network<input<3>, dense<2>>>);  // none of them
static_assert(any_of<small>::count == 1);

/// Answers to one sample and to a batch, as the network alone gives them.
template <class Network>
void check_answers(const brain& chosen, const Network& net) {
    constexpr std::array<float, 3> sample{0.5f, -1, 2};
    CHECK(chosen(sample) == net(sample));
    CHECK(chosen({0.5f, -1, 2}) == net({0.5f, -1, 2}));
    CHECK(chosen(std::span<const float, 3>{sample}) == net(sample));
    matrix<float, 3, 37> batch;
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = static_cast<float>(i % 11) / 3 - 1.5f;
    static_assert(std::is_same_v<decltype(chosen(batch)), matrix<float, 2, 37>>);
    CHECK(chosen(batch) == net(batch));
}

constexpr float constant_answer() {
    small net;
    net.parameters().back() = 3;  // the last bias
    const any_of<deep, small> chosen = net;
    return chosen({1, 2, 3})[1];
}
static_assert(constant_answer() == 3);

}  // namespace

TEST_CASE("the first of any_of is there by itself, all parameters zero") {
    constexpr brain chosen;
    STATIC_REQUIRE(chosen.index() == 0);
    STATIC_REQUIRE(*chosen.get_if<small>() == small{});
    STATIC_REQUIRE(chosen.get_if<deep>() == nullptr);
}

TEST_CASE("any_of answers with the bits of the network that it holds, samples and batches") {
    const small first{seed{1}};
    const deep second{seed{2}};
    const rounded third = convert<rounded>(network<input<3>, dense<40>, elu<>, dense<2>>{seed{3}});
    brain chosen = first;
    check_answers(chosen, first);
    chosen = second;
    check_answers(chosen, second);
    chosen = third;
    check_answers(chosen, third);
    chosen = first;
    check_answers(chosen, first);
}

TEST_CASE("any_of tells which network it holds") {
    brain chosen;
    CHECK(chosen.topology() == "input<3>, dense<5>, relu, dense<2>");
    deep& second = chosen.emplace<deep>();
    CHECK(second == deep{});
    CHECK(chosen.index() == 1);
    CHECK(chosen.topology() == "input<3>, dense<9>, tanh, dense<4>, silu, dense<2>");
    CHECK(chosen.get_if<deep>() == &second);
    CHECK(chosen.get_if<rounded>() == nullptr);
    CHECK(chosen.visit([](const auto& net) { return net.parameter_count; }) == deep::parameter_count);
    chosen.visit([](auto& net) { net.parameters().front() = 7; });
    CHECK(second.parameters().front() == 7);
    chosen = rounded{};
    CHECK(chosen.index() == 2);
    CHECK(chosen.topology() == "input<3>, dense<40, bf16>, elu<1, 1>, dense<2>");
}

TEST_CASE("any_of is equal to one that holds the same network with equal numbers") {
    const brain one = deep{seed{1}}, other = deep{seed{2}}, different = small{seed{1}};
    const brain copy = one;
    CHECK(copy == one);
    CHECK_FALSE(one == other);
    CHECK_FALSE(one == different);
}
