// What a network carries from step to step belongs to whoever asks.
// runs on: every instruction set
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <etch/inference.hpp>
#include <etch/network/any_of.hpp>
#include <etch/network/summary.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;

using amp = network<input<3>, dense<5>, etch::tanh, gru<9>, residual<gru<4>, dense<9>>, dense<2>>;
using plain = network<input<3>, dense<4>, relu, dense<2>>;
using small_amp = network<input<3>, gru<2>>;

static_assert(amp::has_state && !plain::has_state);
static_assert(std::is_trivially_copyable_v<amp::state> && amp::state::size == 13);
static_assert(std::is_empty_v<plain::state> && plain::state::size == 0);
static_assert(sizeof(amp) == sizeof(amp::storage));  // the network holds none of it
static_assert(!std::is_same_v<amp::state, small_amp::state>);

vector<float, 3> sample(std::uint64_t voice, std::uint64_t step) {
    random_generator random{derive(seed{voice}, step)};
    vector<float, 3> x;
    for (float& number : x) number = 4 * random.uniform() - 2;
    return x;
}

/// The steps of one voice, alone.
std::vector<vector<float, 2>> alone(const amp& net, std::uint64_t voice, std::uint64_t steps) {
    amp::state state{};
    std::vector<vector<float, 2>> outputs;
    for (std::uint64_t i = 0; i < steps; ++i) outputs.push_back(net(sample(voice, i), state));
    return outputs;
}

constexpr std::array<float, 6> constant_steps() {
    const amp net{seed{7}};
    amp::state state{};
    std::array<float, 6> outputs{};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto y = net({0.5f, -1, static_cast<float>(i)}, state);
        outputs[2 * i] = y[0], outputs[2 * i + 1] = y[1];
    }
    return outputs;
}

constexpr bool any_of_keeps_the_state_of_another() {
    const any_of<plain, small_amp> brain = small_amp{seed{1}};
    auto state = any_of<plain, small_amp>{}.initial_state();  // of plain
    return !brain({1, 2, 3}, state) && state.index() == 0;
}
static_assert(any_of_keeps_the_state_of_another());

}  // namespace

TEST_CASE("a state changes the output, and a new one begins where the first began") {
    const amp net{seed{1}};
    amp::state one{}, other{};
    const auto first = net({1, 2, 3}, one);
    CHECK(net({1, 2, 3}, one) != first);
    CHECK(net({1, 2, 3}, other) == first);
    CHECK(one != other);
}

TEST_CASE("a thousand voices through one network, interleaved, have the bits that each has alone") {
    constexpr std::uint64_t voices = 1000, steps = 5;
    const amp net{seed{1}};
    std::vector<amp::state> states(voices);
    std::vector<std::vector<vector<float, 2>>> outputs(voices);
    for (std::uint64_t i = 0; i < steps; ++i)
        for (std::uint64_t k = 0; k < voices; ++k) {
            const std::uint64_t voice = (k * 7919 + i) % voices;  // another order in each step
            outputs[voice].push_back(net(sample(voice, i), states[voice]));
        }
    std::size_t different = 0;
    for (std::uint64_t voice = 0; voice < voices; ++voice) different += outputs[voice] != alone(net, voice, steps);
    CHECK(different == 0);
}

TEST_CASE("voices that are computed together have the bits that each has alone") {
    constexpr std::size_t columns = 21;
    const amp net{seed{1}};
    amp::states<columns> together{};
    std::array<amp::state, columns> single{};
    for (std::uint64_t i = 0; i < 6; ++i) {
        matrix<float, 3, columns> x;
        for (std::size_t j = 0; j < columns; ++j) x.column(j) = sample(j, i);
        const auto y = net(x, together);
        for (std::size_t j = 0; j < columns; ++j) CHECK(y.column(j) == net(sample(j, i), single[j]));
    }
}

TEST_CASE("a copy of a state is a snapshot, and an assignment a rollback") {
    const amp net{seed{1}};
    amp::state state{};
    for (std::uint64_t i = 0; i < 4; ++i) (void)net(sample(0, i), state);
    const amp::state snapshot = state;
    const auto next = net(sample(0, 4), state);
    (void)net(sample(1, 9), state);
    state = snapshot;
    CHECK(net(sample(0, 4), state) == next);
}

TEST_CASE("a block of steps has the bits of the steps, and leaves the same state") {
    const amp net{seed{1}};
    amp::state one{}, other{};
    std::vector<float> from, to(2 * 9);
    for (std::uint64_t i = 0; i < 9; ++i)
        for (const float x : sample(0, i)) from.push_back(x);
    REQUIRE(net(from, to, one) == status::ok);
    for (std::uint64_t i = 0; i < 9; ++i) CHECK(net(sample(0, i), other) == vector<float, 2>{to[2 * i], to[2 * i + 1]});
    CHECK(one == other);
}

TEST_CASE("a block of another size changes nothing") {
    const amp net{seed{1}};
    amp::state state{};
    (void)net({1, 2, 3}, state);
    const amp::state before = state;
    const std::vector<float> from(27, 1.0f);
    std::vector<float> to(18, 5.0f);
    CHECK(net(std::span{from}.first(26), to, state) == status::size_mismatch);
    CHECK(net(from, std::span{to}.first(17), state) == status::size_mismatch);
    CHECK(net(from, std::span{to}.first(16), state) == status::size_mismatch);
    CHECK(state == before);
    CHECK(to == std::vector<float>(18, 5.0f));
}

TEST_CASE("a network without state takes its empty one") {
    const plain net{seed{1}};
    plain::state state;
    CHECK(net({1, 2, 3}, state) == net({1, 2, 3}));
    plain::states<4> states;
    matrix<float, 3, 4> x;
    x.fill(0.5f);
    CHECK(net(x, states) == net(x));
}

TEST_CASE("steps with a state give the same bits in a constant expression") {
    constexpr auto at_compile_time = constant_steps();
    const auto at_run_time = constant_steps();
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(std::bit_cast<std::uint32_t>(at_run_time[i]) == std::bit_cast<std::uint32_t>(at_compile_time[i]));
}

TEST_CASE("a summary counts the bytes of a state") {
    static_assert(summary<amp>.state_bytes == 13 * sizeof(float));
    static_assert(summary<amp::with<double>>.state_bytes == 13 * sizeof(double));
    CHECK(summary<plain>.state_bytes == 0);
}

TEST_CASE("any_of takes a step with the state of the network that it holds") {
    using brain_type = any_of<plain, amp, small_amp>;
    static_assert(std::is_trivially_copyable_v<brain_type::state>);
    static_assert(brain_type::has_state && !any_of<plain>::has_state);
    const amp net{seed{1}};
    const brain_type brain = net;
    brain_type::state state = brain.initial_state();
    amp::state own{};
    for (std::uint64_t i = 0; i < 3; ++i) {
        const std::optional<vector<float, 2>> y = brain(sample(0, i), state);
        REQUIRE(y.has_value());
        CHECK(*y == net(sample(0, i), own));
    }
    CHECK(std::get<amp::state>(state) == own);
    CHECK(brain({1, 2, 3}, state) == std::optional{net({1, 2, 3}, own)});

    auto together = brain.initial_state<3>();
    amp::states<3> own_together{};
    matrix<float, 3, 3> x;
    x.fill(0.25f);
    for (int i = 0; i < 2; ++i) CHECK(brain(x, together) == std::optional{net(x, own_together)});

    const std::array<float, 6> from{1, 2, 3, 4, 5, 6};
    std::array<float, 4> to{}, own_to{};
    CHECK(brain(from, to, state) == status::ok);
    CHECK(net(from, own_to, own) == status::ok);
    CHECK(to == own_to);
    CHECK(brain(from, std::span{to}.first(3), state) == status::size_mismatch);
}

TEST_CASE("any_of refuses the state of another network, and changes nothing") {
    using brain_type = any_of<plain, amp, small_amp>;
    brain_type brain = amp{seed{1}};
    auto state = brain.initial_state();
    (void)brain({1, 2, 3}, state);
    const auto before = state;
    brain = small_amp{seed{2}};
    CHECK(!brain({1, 2, 3}, state));
    const std::array<float, 3> from{1, 2, 3};
    std::array<float, 2> to{5, 5};
    CHECK(brain(from, to, state) == status::wrong_state);
    CHECK(to == std::array<float, 2>{5, 5});
    CHECK(state == before);
    state = brain.initial_state();
    CHECK(brain({1, 2, 3}, state));
    CHECK(brain(from, to, state) == status::ok);
}
