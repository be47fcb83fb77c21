#include <etch/optimizer/optimizer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/optimizer/update.hpp>

#include "support/catch.hpp"

namespace {

struct sign_descent {  // a rule of one's own: the same text as in optimizer.hpp
    double learning_rate = 1e-3;
    static constexpr const char* name = "sign_descent";
    static constexpr std::size_t state_slots = 0;

    template <class T>
    struct constants {
        T learning_rate;
    };
    template <class T>
    constexpr constants<T> at(std::uint64_t, T rate) const {
        return {rate};
    }

    template <class V, class T = typename V::value_type>
    static constexpr void update(V& parameter, V gradient, std::array<V, 0>&, const constants<T>& c) {
        parameter = select(gradient > 0, parameter - c.learning_rate, parameter + c.learning_rate);
    }
};

struct without_update {
    double learning_rate = 1e-3;
    static constexpr const char* name = "without_update";
    static constexpr std::size_t state_slots = 0;
    template <class T>
    struct constants {};
    template <class T>
    constexpr constants<T> at(std::uint64_t, T) const {
        return {};
    }
};

template <class Rule>
concept accepted = etch::Optimizer<Rule>;

}  // namespace

TEST_CASE("the contract accepts etch's optimizers and a user's, and nothing else") {
    static_assert(accepted<etch::sgd> && accepted<etch::momentum> && accepted<etch::nesterov>);
    static_assert(accepted<etch::adagrad> && accepted<etch::rmsprop> && accepted<etch::rmsprop_extended>);
    static_assert(accepted<etch::adam> && accepted<etch::adamw>);
    static_assert(accepted<sign_descent>);
    static_assert(!accepted<without_update> && !accepted<int>);
    CHECK(etch::sgd::state_slots == 0);
    CHECK(etch::momentum::state_slots == 1);
    CHECK(etch::nesterov::state_slots == 1);
    CHECK(etch::adagrad::state_slots == 1);
    CHECK(etch::rmsprop::state_slots == 1);
    CHECK(etch::rmsprop_extended::state_slots == 3);
    CHECK(etch::adam::state_slots == 2);
    CHECK(etch::adamw::state_slots == 2);
}

TEST_CASE("an optimizer of the user's own moves parameters at every width") {
    std::array<float, 37> parameters{}, gradients{};
    for (std::size_t i = 0; i < 37; ++i) gradients[i] = i % 3 == 0 ? 5.0f : -0.1f;
    const sign_descent rule{.learning_rate = 0.5};
    etch::apply_update(rule, rule.at(1, 0.5f), std::span<float>(parameters), gradients, {});
    for (std::size_t i = 0; i < 37; ++i) CHECK(parameters[i] == (i % 3 == 0 ? -0.5f : 0.5f));
}
