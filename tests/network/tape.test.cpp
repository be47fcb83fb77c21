// runs on: every instruction set
#include <etch/network/tape.hpp>

#include <etch/layer/conv_1d.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/sequence_tape.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/stack.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

template <class T>
using actor = basic_network<T, input<3>, dense<7>, etch::tanh, dense<2>, etch::tanh>;
template <class T>
using critic = basic_network<T, input<5>, dense<9>, etch::tanh, dense<1>>;

}  // namespace

TEST_CASE("a tape has the output of the network, and its gradients are those of differences") {
    using net_type = actor<double>;
    net_type net{seed{1}};
    matrix<double, 3, 4> x;
    matrix<double, 2, 4> dy;
    support::scatter_numbers(x, seed{2});
    support::scatter_numbers(dy, seed{3});
    tape<net_type, 4> tape;
    const matrix<double, 2, 4> y = tape.forward(net, x);
    CHECK(y == net(x));
    const matrix<double, 3, 4> dx = tape.backward(net, dy);
    const auto objective = [&] { return sum(hadamard(net(x), dy)); };
    CHECK(support::worst_gradient(dx.data(), x.data(), x.size(), objective) < support::gradient_tolerance);
    CHECK(support::worst_gradient(tape.gradients().data(), net.parameters().data(), net_type::parameter_count,
                                  objective) < support::gradient_tolerance);
}

TEST_CASE("a backward pass adds to the gradients, or sets them") {
    using net_type = network<input<1>, dense<1>>;
    net_type net;
    net.parameters()[0] = 3;
    vector<float, 1> x{2.0f}, dy{1.0f};
    tape<net_type> tape;
    (void)tape.forward(net, x);
    (void)tape.backward(net, dy);
    (void)tape.backward(net, dy);
    CHECK(tape.gradients()[0] == 4);
    CHECK(tape.gradients()[1] == 2);
    (void)tape.backward<true>(net, dy);
    CHECK(tape.gradients()[0] == 2);
    tape.clear_gradients();
    CHECK(tape.gradients()[0] == 0);
}

TEST_CASE("gradients pass through one network into another") {
    actor<double> pi{seed{1}};
    const critic<double> q{seed{2}};
    matrix<double, 3, 4> s;
    support::scatter_numbers(s, seed{3});
    tape<actor<double>, 4> actor_tape;
    tape<critic<double>, 4> critic_tape;
    const auto a = actor_tape.forward(pi, s);
    const matrix<double, 5, 4> sa = stack(s, a);
    (void)critic_tape.forward(q, sa);
    matrix<double, 1, 4> all_ones;
    all_ones.fill(1);
    const matrix<double, 5, 4> dsa = critic_tape.backward(q, all_ones);
    (void)actor_tape.backward(pi, rows<3, 2>(dsa));
    const auto objective = [&] { return sum(q(matrix<double, 5, 4>(stack(s, pi(s))))); };
    CHECK(support::worst_gradient(actor_tape.gradients().data(), pi.parameters().data(), actor<double>::parameter_count,
                                  objective) < support::gradient_tolerance);
}

TEST_CASE("gradients pass out of a network whose first layer divides its input into positions") {
    using painter_type = basic_network<double, input<3>, dense<6>, etch::tanh>;
    using critic_type = basic_network<double, input<2, 3>, conv_1d<3, 2, padding<1, 0>>, etch::tanh, flatten, dense<1>>;
    painter_type painter{seed{1}};
    const critic_type q{seed{2}};
    matrix<double, 3, 4> s;
    support::scatter_numbers(s, seed{3});
    tape<painter_type, 4> painter_tape;
    tape<critic_type, 4> critic_tape;
    const auto picture = painter_tape.forward(painter, s);
    (void)critic_tape.forward(q, picture);
    matrix<double, 1, 4> all_ones;
    all_ones.fill(1);
    const matrix<double, 6, 4> dpicture = critic_tape.backward(q, all_ones);
    const matrix<double, 3, 4> ds = painter_tape.backward(painter, critic_tape.backward(q, all_ones));
    const auto objective = [&] { return sum(q(painter(s))); };
    CHECK(support::worst_gradient(ds.data(), s.data(), s.size(), objective) < support::gradient_tolerance);
    CHECK(support::worst_gradient(painter_tape.gradients().data(), painter.parameters().data(),
                                  painter_type::parameter_count, objective) < support::gradient_tolerance);

    sequence_tape<critic_type, 4, 1> one_step;
    one_step.begin({});
    (void)one_step.forward(q, 0, picture);
    CHECK(dpicture == matrix<double, 6, 4>(one_step.backward(q, 0, all_ones)));
}

TEST_CASE("the seed of a forward pass decides what dropout drops, also in backward") {
    using net_type = network<input<64>, dropout<50>>;
    const net_type net;
    vector<float, 64> x, dy;
    x.fill(1);
    dy.fill(1);
    tape<net_type> tape;
    const vector<float, 64> y = tape.forward(net, x, seed{5});
    const vector<float, 64> dx = tape.backward(net, dy);
    CHECK(y == dx);
    CHECK_FALSE(y == vector<float, 64>(tape.forward(net, x, seed{6})));
    CHECK(y == vector<float, 64>(tape.forward(net, x, seed{5})));
}

namespace {
constexpr float learned() {
    using net_type = network<input<2>, dense<3>, relu, dense<1>>;
    net_type net{seed{1}};
    vector<float, 2> x{1.0f, -2.0f};
    tape<net_type> tape;
    const vector<float, 1> y = tape.forward(net, x);
    const vector<float, 2> dx = tape.backward(net, y);
    return dx[0] + tape.gradients()[0];
}
}  // namespace

TEST_CASE("a tape runs in a constant expression") {
    constexpr float folded = learned();
    CHECK(folded == learned());
}
