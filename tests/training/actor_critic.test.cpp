// An actor is trained through a critic: the gradient of what the critic expects of an action passes through the
// critic's input into the actor.
#include <etch/network/tape.hpp>
#include <etch/training/updater.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <etch/layer/dense.hpp>
#include <etch/layer/frozen.hpp>
#include <etch/layer/slice.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/network.hpp>
#include <etch/network/parallel.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/stack.hpp>
#include <etch/training/stepper.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

namespace {

using namespace etch;

constexpr std::size_t state_size = 2, action_size = 1, batch = 32;

/// y = -x².
struct negative_square : layer_defaults {
    static constexpr const char* name = "negative_square";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr shape output(shape input) { return input; }
    static constexpr auto forward(const auto&, const auto& x) { return hadamard(-x, x); }
    static constexpr auto backward(const auto&, const auto& x, const auto&, const auto& dy) {
        return hadamard(-2 * x, dy);
    }
};

/// One step up the critic: sets the actor's gradients to those of -Q(s, π(s)), the mean over the batch, and returns Q.
template <class Actor, class Critic, class T = typename Actor::value_type>
T climb(const Actor& policy, tape<Actor, batch>& pi, const Critic& value, tape<Critic, batch>& q,
        const matrix<T, state_size, batch>& s) {
    const auto a = pi.forward(policy, s);
    const matrix<T, state_size + action_size, batch> both(stack(s, a));
    const auto y = q.forward(value, both);
    T mean{0};
    for (std::size_t j = 0; j < batch; ++j) mean += y(0, j) / static_cast<T>(batch);
    matrix<T, 1, batch> up;
    for (T& slope : up) slope = T{-1} / static_cast<T>(batch);
    (void)pi.template backward<true>(policy, rows<state_size, action_size>(q.backward(value, up)));
    return mean;
}

/// The best action in a state.
template <class T>
T best_action(const matrix<T, state_size, batch>& s, std::size_t j) {
    return static_cast<T>(0.6) * s(0, j) - static_cast<T>(0.4) * s(1, j);
}

template <class T>
void draw_states(matrix<T, state_size, batch>& s, random_generator& random) {
    for (T& x : s) x = 2 * random.uniform<T>() - 1;
}

}  // namespace

TEST_CASE("an actor finds the actions that a critic is known to be highest for, and the critic stays as it is") {
    // Q(s, a) = -(a - 0.6 s0 + 0.4 s1)², so the best linear policy is a = 0.6 s0 - 0.4 s1.
    using actor = network<input<state_size>, dense<action_size>>;
    using critic = network<input<state_size + action_size>, dense<1>, negative_square>;
    critic value;
    auto [W, b] = value.parameters<0>();
    W(0, 0) = -0.6f, W(0, 1) = 0.4f, W(0, 2) = 1;
    const critic before = value;

    actor policy{seed{1}};
    tape<actor, batch> pi;
    tape<critic, batch> q;
    updater<actor, sgd> rule{{.learning_rate = 0.3f}};
    random_generator random{seed{2}};
    matrix<float, state_size, batch> s;
    float expected = -1;
    for (int step = 0; step < 400; ++step) {
        draw_states(s, random);
        expected = climb(policy, pi, value, q, s);
        rule.update(policy, pi.gradients());
    }
    CHECK(value == before);
    CHECK(expected > -1e-6f);
    const auto [found, bias] = policy.parameters<0>();
    CHECK(std::abs(found(0, 0) - 0.6f) < 1e-3f);
    CHECK(std::abs(found(0, 1) + 0.4f) < 1e-3f);
    CHECK(std::abs(bias[0]) < 1e-3f);
}

TEST_CASE("an actor learns the best actions from a critic that was learned from rewards") {
    using actor = network<input<state_size>, dense<8>, etch::tanh, dense<action_size>>;
    using critic = network<input<state_size + action_size>, dense<24>, etch::tanh, dense<1>>;
    random_generator random{seed{3}};
    matrix<float, state_size, batch> s;
    critic value{seed{4}};
    static stepper<critic, mean_squared_error, adam, batch> regression{{.learning_rate = 0.01f}};
    for (int step = 0; step < 1500; ++step) {
        draw_states(s, random);
        matrix<float, state_size + action_size, batch> tried;
        matrix<float, 1, batch> reward;
        for (std::size_t j = 0; j < batch; ++j) {
            const float a = 3 * random.uniform() - 1.5f, away = a - best_action(s, j);
            tried(0, j) = s(0, j), tried(1, j) = s(1, j), tried(2, j) = a;
            reward(0, j) = -away * away;
        }
        (void)regression.step(value, tried, reward);
    }

    using judge = network<input<state_size + action_size>, frozen<dense<24>>, etch::tanh, frozen<dense<1>>>;
    const judge fixed = convert<judge>(value);  // no gradient of the critic's weights is computed
    actor policy{seed{5}};
    tape<actor, batch> pi;
    tape<judge, batch> q;
    updater<actor, adam> rule{{.learning_rate = 0.01f}};
    for (int step = 0; step < 500; ++step) {
        draw_states(s, random);
        (void)climb(policy, pi, fixed, q, s);
        rule.update(policy, pi.gradients());
    }
    draw_states(s, random);
    const auto a = policy(s);
    double error = 0;
    for (std::size_t j = 0; j < batch; ++j) error += std::abs(a(0, j) - best_action(s, j)) / batch;
    CHECK(error < 0.1);  // the best actions are up to 1 in size
}

TEST_CASE("gradients of an actor through a critic match finite differences through both networks") {
    using actor = basic_network<double, input<state_size>, dense<7>, etch::tanh, dense<action_size>, etch::tanh>;
    using critic =
        basic_network<double, input<state_size + action_size>,
                      parallel<branch<slice<0, state_size>, dense<9>>, branch<slice<state_size, 1>, dense<4>>>,
                      etch::tanh, dense<5>, etch::tanh, dense<1>>;
    actor policy{seed{6}};
    const critic value{seed{7}};
    tape<actor, batch> pi, probe;
    tape<critic, batch> q;
    matrix<double, state_size, batch> s;
    random_generator random{seed{8}};
    draw_states(s, random);
    (void)climb(policy, pi, value, q, s);
    const auto loss = [&] { return -climb(policy, probe, value, q, s); };
    CHECK(support::worst_gradient(pi.gradients().data(), policy.parameters().data(), actor::parameter_count, loss) <
          support::gradient_tolerance);
}

TEST_CASE("a critic with frozen layers gives the actor the same gradients, bit for bit") {
    using actor = network<input<state_size>, dense<7>, etch::tanh, dense<action_size>>;
    using critic = network<input<state_size + action_size>, dense<9>, etch::tanh, dense<1>>;
    using judge = network<input<state_size + action_size>, frozen<dense<9>>, etch::tanh, frozen<dense<1>>>;
    const actor policy{seed{1}};
    const critic value{seed{2}};
    tape<actor, batch> pi, other;
    tape<critic, batch> q;
    tape<judge, batch> p;
    matrix<float, state_size, batch> s;
    random_generator random{seed{3}};
    draw_states(s, random);
    (void)climb(policy, pi, value, q, s);
    (void)climb(policy, other, convert<judge>(value), p, s);
    CHECK(std::ranges::equal(pi.gradients(), other.gradients()));
}
