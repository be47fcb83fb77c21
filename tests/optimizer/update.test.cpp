#include <etch/optimizer/update.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/sgd.hpp>

#include "support/catch.hpp"

namespace {

template <class T>
constexpr T some_number(std::size_t i) {
    return (static_cast<T>(i * 7919 % 1009) - 504) / 253;
}

template <class T, std::size_t Count, class Rule>
struct run {
    std::array<T, Count> parameters{};
    std::array<T, Rule::state_slots * Count> state{};

    constexpr explicit run(const Rule& rule, std::uint64_t updates) {
        std::array<T, Count> gradients{};
        for (std::size_t i = 0; i < Count; ++i) parameters[i] = some_number<T>(i);
        for (std::uint64_t t = 1; t <= updates; ++t) {
            for (std::size_t i = 0; i < Count; ++i) gradients[i] = some_number<T>(i + 31 * t);
            etch::apply_update(rule, rule.at(t, static_cast<T>(0.01)), std::span<T>(parameters), gradients, state);
        }
    }
};

/// Parameters and state of every size up to two whole blocks and one, between guards, against one parameter at a time.
template <class T, class Rule>
void compare_sizes(const Rule& rule) {
    constexpr T guard = 12345;
    bool same = true, guarded = true;
    for (std::size_t count = 0; count <= 4 * etch::widest_lanes<T> + 1; ++count) {
        std::vector<T> parameters(count + 2, guard), gradients(count), state(Rule::state_slots * count + 2, T{0});
        state.front() = state.back() = guard;
        for (std::size_t i = 0; i < count; ++i) parameters[i + 1] = some_number<T>(i);
        std::vector<T> alone(parameters.begin() + 1, parameters.end() - 1), alone_state(Rule::state_slots * count);
        for (std::uint64_t t = 1; t <= 3; ++t) {
            for (std::size_t i = 0; i < count; ++i) gradients[i] = some_number<T>(i + 31 * t);
            const auto constants = rule.at(t, static_cast<T>(0.01));
            etch::apply_update(rule, constants, std::span<T>(parameters.data() + 1, count), gradients,
                               std::span<T>(state.data() + 1, Rule::state_slots * count));
            for (std::size_t i = 0; i < count; ++i) {
                std::array<T, Rule::state_slots> slots{};
                for (std::size_t s = 0; s < Rule::state_slots; ++s) slots[s] = alone_state[s * count + i];
                etch::apply_update(rule, constants, std::span<T>(&alone[i], 1), std::span<const T>(&gradients[i], 1),
                                   slots);
                for (std::size_t s = 0; s < Rule::state_slots; ++s) alone_state[s * count + i] = slots[s];
            }
        }
        guarded = guarded && parameters.front() == guard && parameters.back() == guard && state.front() == guard &&
                  state.back() == guard;
        for (std::size_t i = 0; i < count; ++i) same = same && parameters[i + 1] == alone[i];
        for (std::size_t i = 0; i < alone_state.size(); ++i) same = same && state[i + 1] == alone_state[i];
    }
    INFO(Rule::name);
    CHECK(same);
    CHECK(guarded);
}

template <class T>
void compare_sizes_of_all() {
    compare_sizes<T>(etch::sgd{.weight_decay = 0.1});
    compare_sizes<T>(etch::momentum{.dampening = 0.1, .weight_decay = 0.1});
    compare_sizes<T>(etch::nesterov{.weight_decay = 0.1});
    compare_sizes<T>(etch::adagrad{.weight_decay = 0.1});
    compare_sizes<T>(etch::rmsprop{.weight_decay = 0.1});
    compare_sizes<T>(etch::rmsprop_extended{.weight_decay = 0.1, .momentum = 0.5, .centered = true});
    compare_sizes<T>(etch::adam{.weight_decay = 0.1});
    compare_sizes<T>(etch::adamw{});
}

/// 35 parameters pass through every width of lanes.
template <class Rule>
void compare_constant(const Rule& rule, const run<float, 35, Rule>& constant) {
    const run<float, 35, Rule> computed{rule, 5};
    INFO(Rule::name);
    CHECK(std::bit_cast<std::array<std::uint32_t, 35>>(computed.parameters) ==
          std::bit_cast<std::array<std::uint32_t, 35>>(constant.parameters));
    CHECK(computed.state == constant.state);
}

}  // namespace

TEST_CASE("an update gives each parameter the same bits in an array of any size, and touches nothing beside it") {
    compare_sizes_of_all<float>();
    compare_sizes_of_all<double>();
}

TEST_CASE("updates in a constant expression give the bits of run time") {
    {
        static constexpr etch::sgd rule{.weight_decay = 0.1};
        static constexpr run<float, 35, etch::sgd> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::momentum rule{.dampening = 0.1};
        static constexpr run<float, 35, etch::momentum> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::nesterov rule{.weight_decay = 0.1};
        static constexpr run<float, 35, etch::nesterov> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::adagrad rule{.learning_rate_decay = 0.3};
        static constexpr run<float, 35, etch::adagrad> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::rmsprop rule{.weight_decay = 0.1};
        static constexpr run<float, 35, etch::rmsprop> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::rmsprop_extended rule{.momentum = 0.9, .centered = true};
        static constexpr run<float, 35, etch::rmsprop_extended> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::adam rule{.weight_decay = 0.1};
        static constexpr run<float, 35, etch::adam> constant{rule, 5};
        compare_constant(rule, constant);
    }
    {
        static constexpr etch::adamw rule{};
        static constexpr run<float, 35, etch::adamw> constant{rule, 5};
        compare_constant(rule, constant);
    }
}

TEST_CASE("a gradient that is not finite reaches its parameter, so that training can see it") {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    const auto poisoned = [&](const auto& rule) {
        using rule_type = std::remove_cvref_t<decltype(rule)>;
        std::array<float, 19> parameters{}, gradients{};
        std::array<float, 19 * rule_type::state_slots> state{};
        gradients[3] = gradients[18] = nan;
        etch::apply_update(rule, rule.at(std::uint64_t{1}, 0.01f), std::span<float>(parameters), gradients, state);
        for (std::size_t i = 0; i < 19; ++i) {
            INFO(rule_type::name << ", parameter " << i);
            CHECK((parameters[i] == parameters[i]) == (i != 3 && i != 18));
        }
    };
    poisoned(etch::sgd{});
    poisoned(etch::momentum{});
    poisoned(etch::nesterov{});
    poisoned(etch::adagrad{});
    poisoned(etch::rmsprop{});
    poisoned(etch::rmsprop_extended{.momentum = 0.9, .centered = true});
    poisoned(etch::adam{});
    poisoned(etch::adamw{});
}
