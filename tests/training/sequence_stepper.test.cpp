#include <etch/training/sequence_stepper.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <etch/io/checkpoint.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/gru.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>
#include <etch/network/network.hpp>
#include <etch/network/residual.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/sgd.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

namespace {

using namespace etch;

template <class T>
std::vector<T> numbers(std::size_t count, std::uint64_t from, double range = 1) {
    std::vector<T> drawn(count);
    support::scatter_numbers(drawn, seed{from}, static_cast<T>(range));
    return drawn;
}

template <class T, std::size_t Rows, std::size_t Columns>
matrix<T, Rows, Columns> matrix_of(const T* from) {
    matrix<T, Rows, Columns> all;
    std::copy_n(from, Rows * Columns, all.begin());
    return all;
}

// Seven steps of three sequences through state that is met behind, before and inside other layers.
constexpr std::size_t steps = 7, sequences = 3;
using deep = basic_network<double, input<2>, dense<3>, etch::tanh, gru<3>, residual<gru<3>>, dense<2>>;
using deep_states = deep::states<sequences>;

struct piece {
    std::vector<double> x = numbers<double>(steps * sequences * 2, 1, 2), y = numbers<double>(steps * sequences * 2, 2);
    deep net{seed{3}};
    deep_states first{};

    piece() { support::scatter_numbers(std::span{first.numbers}, seed{4}); }

    /// The weighted mean of the losses, by inference alone.
    [[nodiscard]] double loss(const std::vector<double>& weights) const {
        deep_states at = first;
        double total = 0, sum = 0;
        for (std::size_t i = 0; i < steps; ++i) {
            const auto out = net(matrix_of<double, 2, sequences>(x.data() + i * sequences * 2), at);
            for (std::size_t j = 0; j < sequences; ++j) {
                double squares = 0;
                for (std::size_t o = 0; o < 2; ++o) {
                    const double away = out(o, j) - y[(i * sequences + j) * 2 + o];
                    squares += away * away;
                }
                total += weights[i * sequences + j] * squares / 2;
                sum += weights[i * sequences + j];
            }
        }
        return total / sum;
    }
};

using deep_stepper = sequence_stepper<deep, mean_squared_error, sgd, steps, sequences>;
constexpr double no_rate = 1e-300;  // so small that no weight moves

}  // namespace

TEST_CASE("gradients through seven steps are those of central differences, whatever part of them counts") {
    const std::array<std::size_t, sequences> lengths{7, 0, 4};
    std::vector<double> all(steps * sequences, 1), by_length(all), mask = numbers<double>(steps * sequences, 9);
    for (double& w : mask) w = w < 0 ? 0 : w;
    for (std::size_t i = 0; i < steps; ++i)
        for (std::size_t j = 0; j < sequences; ++j) by_length[i * sequences + j] = i < lengths[j] ? 1 : 0;
    struct {
        const std::vector<double>& weights;
        deep_stepper::sequence_options options;
    } const cases[] = {{all, {}}, {by_length, {.lengths = lengths}}, {mask, {.mask = mask}}};
    for (const auto& one : cases) {
        const auto& weights = one.weights;
        piece given;
        deep_stepper stepper{{.learning_rate = no_rate}};
        deep_states at = given.first;
        REQUIRE(stepper.step(given.net, given.x, given.y, at, one.options).ok());
        at = given.first;  // once more, so that what the first update left would be seen
        const auto result = stepper.step(given.net, given.x, given.y, at, one.options);
        REQUIRE(result.ok());
        CHECK(std::abs(result.loss - given.loss(weights)) < 1e-14);
        CHECK(result.steps == steps);
        const auto gradients = stepper.gradients();
        CHECK(support::worst_gradient(gradients.data(), given.net.parameters().data(), gradients.size(),
                                      [&] { return given.loss(weights); }) < support::gradient_tolerance);
    }
}

TEST_CASE("a tape of a sequence gives the gradients of its inputs and of the first state") {
    piece given;
    sequence_tape<deep, sequences, steps> tape;
    std::vector<double> dx(given.x.size());
    tape.begin(given.first);
    for (std::size_t i = 0; i < steps; ++i)
        tape.forward(given.net, i, matrix_view<const double, 2, sequences>{given.x.data() + i * sequences * 2});
    const std::vector<double> dy = numbers<double>(given.y.size(), 6);
    for (std::size_t i = steps; i-- > 0;) {
        const matrix_view<const double, 2, sequences> down{dy.data() + i * sequences * 2};
        matrix_view<double, 2, sequences>{dx.data() + i* sequences* 2} = tape.backward(given.net, i, down);
    }
    const auto objective = [&] {
        deep_states at = given.first;
        double sum = 0;
        for (std::size_t i = 0; i < steps; ++i) {
            const auto out = given.net(matrix_of<double, 2, sequences>(given.x.data() + i * sequences * 2), at);
            for (std::size_t k = 0; k < out.size(); ++k) sum += out[k] * dy[i * sequences * 2 + k];
        }
        return sum;
    };
    CHECK(support::worst_gradient(dx.data(), given.x.data(), dx.size(), objective) < support::gradient_tolerance);
    const auto grad_first = tape.grad_first_state();
    CHECK(support::worst_gradient(grad_first.data(), given.first.numbers, grad_first.size(), objective) <
          support::gradient_tolerance);
    const auto gradients = tape.gradients();
    CHECK(support::worst_gradient(gradients.data(), given.net.parameters().data(), gradients.size(), objective) <
          support::gradient_tolerance);
}

namespace {

using amp = network<input<1>, gru<6>, dense<1>>;

}  // namespace

using amp_stepper = sequence_stepper<amp, mean_squared_error, adam, 5, 2>;
using roomy_stepper = sequence_stepper<amp, mean_squared_error, adam, 40, 2>;
using amp_states = amp::states<2>;

TEST_CASE("the state that comes out is the one of inference, after the last step of each sequence") {
    const auto x = numbers<float>(5 * 2, 1);
    for (const std::array<std::size_t, 2> lengths : {std::array<std::size_t, 2>{3, 0}, {1, 5}}) {
        amp net{seed{1}};
        std::array<amp::state, 2> alone{};
        amp_states at{};
        std::vector<float> y(5 * 2, std::numeric_limits<float>::quiet_NaN());  // padding
        for (std::size_t j = 0; j < 2; ++j) {
            support::scatter_numbers(std::span{alone[j].numbers}, seed{j});
            std::copy_n(alone[j].numbers, 6, at.numbers + j * 6);
            for (std::size_t i = 0; i < lengths[j]; ++i) {
                (void)net({x[i * 2 + j]}, alone[j]);
                y[i * 2 + j] = 1;
            }
        }
        amp_stepper stepper;
        REQUIRE(stepper.step(net, x, y, at, {.lengths = lengths}).ok());
        for (std::size_t j = 0; j < 2; ++j)
            CHECK(std::equal(alone[j].numbers, alone[j].numbers + 6, at.numbers + j * 6));
        CHECK(internal::all_finite<float>(net.parameters()));
    }
}

TEST_CASE("a long sequence in pieces has the losses and the last state of the whole") {
    const auto x = numbers<float>(24 * 2, 1), y = numbers<float>(24 * 2, 2);
    const amp start{seed{1}};
    amp_states at{}, all_at_once{};
    amp_stepper stepper;
    float in_pieces = 0;
    for (std::size_t i = 0; i < 48; i += 8) {  // 4 steps, fewer than the stepper has room for
        amp net = start;
        const auto result = stepper.step(net, std::span{x}.subspan(i, 8), std::span{y}.subspan(i, 8), at);
        REQUIRE(result.ok());
        in_pieces += result.loss * 8;
    }
    float whole = 0;
    for (std::size_t i = 0; i < 48; i += 2) {
        const auto out = start(matrix_of<float, 1, 2>(x.data() + i), all_at_once);
        for (std::size_t j = 0; j < 2; ++j) whole += (out[j] - y[i + j]) * (out[j] - y[i + j]);
    }
    CHECK(std::abs(in_pieces - whole) < 1e-5f * whole);
    CHECK(at == all_at_once);
}

TEST_CASE("how many steps there is room for changes no bit") {
    const auto x = numbers<float>(5 * 2, 1), y = numbers<float>(5 * 2, 2);
    amp exact{seed{1}}, roomy{seed{1}};
    amp_states a{}, b{};
    amp_stepper small;
    roomy_stepper large;
    for (int update = 0; update < 3; ++update) {
        REQUIRE(small.step(exact, x, y, a).ok());
        REQUIRE(large.step(roomy, x, y, b).ok());
    }
    CHECK(exact == roomy);
    CHECK(a == b);
}

TEST_CASE("six updates are three, a checkpoint, and three") {
    const auto x = numbers<float>(6 * 10, 1), y = numbers<float>(6 * 10, 2);
    const auto train = [&](amp_stepper& stepper, amp& net, amp_states& at, std::size_t from, std::size_t to) {
        for (std::size_t piece = from; piece < to; ++piece)
            REQUIRE(
                stepper.step(net, std::span{x}.subspan(piece * 10, 10), std::span{y}.subspan(piece * 10, 10), at).ok());
    };
    amp whole{seed{1}}, half{seed{1}}, resumed;
    amp_states at_whole{}, at_half{};
    amp_stepper first, second, third{{.learning_rate = 0.5}};
    train(first, whole, at_whole, 0, 6);
    train(second, half, at_half, 0, 3);
    std::array<std::byte, checkpoint_size<amp_stepper>> memory;
    REQUIRE(save_checkpoint(second, half, memory).ok());
    REQUIRE(load_checkpoint(third, resumed, memory).ok());
    train(third, resumed, at_half, 3, 6);  // the state is the caller's
    CHECK(resumed == whole);
    CHECK(at_half == at_whole);
}

TEST_CASE("a masked step changes nothing, whatever its target is") {
    using classifier = network<input<2>, gru<4>, dense<3>, softmax>;
    using trained_by = sequence_stepper<classifier, sparse_cross_entropy, adam, 4>;
    const auto x = numbers<float>(4 * 2, 1);
    const std::vector<float> mask{0, 1, 0, 0.5f};
    const float nan = std::numeric_limits<float>::quiet_NaN();
    classifier first{seed{1}}, second{seed{1}};
    classifier::state a{}, b{};
    trained_by one, other;
    REQUIRE(one.step(first, x, std::vector<float>{0, 2, 0, 1}, a, {.mask = mask}).ok());
    REQUIRE(other.step(second, x, std::vector<float>{nan, 2, -1, 1}, b, {.mask = mask}).ok());
    CHECK(first == second);
    const auto refused = other.step(second, x, std::vector<float>{0, 2, 0, 3}, b, {.mask = mask});
    CHECK(refused.code == status::invalid_target);
    CHECK(std::string(refused.message()) ==
          "sample 3: the target is 3, but this loss needs the index of a class, a whole number from 0 to 2");
    CHECK(first == second);
}

TEST_CASE("random choices differ from step to step, and backward finds those of forward") {
    using noisy = network<input<64>, dropout<50>>;
    const noisy net{};
    sequence_tape<noisy, 1, 2> tape;
    vector<float, 64> all_ones;
    all_ones.fill(1);
    tape.begin({}, seed{5});
    const vector<float, 64> first = tape.forward(net, 0, all_ones.view());
    const vector<float, 64> second = tape.forward(net, 1, all_ones.view());
    CHECK(!std::ranges::equal(first, second));
    const vector<float, 64> back_second(tape.backward(net, 1, all_ones)), back_first(tape.backward(net, 0, all_ones));
    CHECK(std::ranges::equal(first, back_first));
    CHECK(std::ranges::equal(second, back_second));
}

TEST_CASE("an echo that is three steps old is learned, and across pieces") {
    constexpr std::size_t length = 40 * 2, delay = 3 * 2, updates = 1000;
    amp net{seed{1}};
    roomy_stepper stepper{{.learning_rate = 1e-2}};
    amp_states at{};
    const auto signal = numbers<float>((updates + 1) * length, 1);
    float loss = 0;
    for (std::size_t piece = 1; piece <= updates; ++piece) {
        const auto result = stepper.step(net, std::span{signal}.subspan(piece * length, length),
                                         std::span{signal}.subspan(piece * length - delay, length), at);
        REQUIRE(result.ok());
        loss = result.loss;
    }
    CHECK(loss < 0.01f);  // of 1/3, the variance, which is what a network without memory reaches
}

TEST_CASE("what cannot be trained is refused, and nothing is changed") {
    using scaled = network<input<1>, standardize, gru<3>, dense<1>>;
    const auto x = numbers<float>(12, 1), y = numbers<float>(12, 2);
    const auto with = [](std::vector<float> from, std::size_t i, float number) {
        from[i] = number;
        return from;
    };
    const float nan = std::numeric_limits<float>::quiet_NaN();
    amp_stepper stepper;
    const amp before{seed{1}};
    amp net = before;
    amp_states at{{0.5f}};
    const amp_states state_before = at;
    using options = amp_stepper::sequence_options;
    const auto code = [&](std::span<const float> inputs, std::span<const float> targets, const options& given = {}) {
        const auto result = stepper.step(net, inputs, targets, at, given);
        CHECK(net == before);
        CHECK(at == state_before);
        CHECK(stepper.steps() == 0);
        return result.code;
    };
    const std::span<const float> three = std::span{x}.first(6), three_targets = std::span{y}.first(6);
    CHECK(code({}, {}) == status::empty_set);
    CHECK(code(three, y) == status::size_mismatch);
    CHECK(code(std::span{x}.first(5), std::span{y}.first(5)) == status::size_mismatch);
    CHECK(code(x, y) == status::too_many_steps);
    CHECK(code(with({x.begin(), x.begin() + 6}, 1, nan), three_targets) == status::non_finite_input);
    CHECK(code(three, with({y.begin(), y.begin() + 6}, 2, nan)) == status::non_finite_target);
    CHECK(code(three, with({y.begin(), y.begin() + 6}, 2, 1e30f)) == status::non_finite_loss);
    amp_states broken = at;
    broken.numbers[1] = nan;
    const auto no_state = stepper.step(net, three, three_targets, broken);
    CHECK(no_state.code == status::non_finite_state);
    CHECK(std::string(no_state.message()) == "a number of the state is NaN or infinite");
    CHECK(net == before);
    const std::array<std::size_t, 2> too_long{4, 1}, none{0, 0};
    CHECK(code(three, three_targets, {.lengths = too_long}) == status::invalid_option);
    CHECK(code(three, three_targets, {.lengths = none}) == status::empty_set);
    CHECK(code(three, three_targets, {.lengths = std::array<std::size_t, 1>{1}}) == status::size_mismatch);
    CHECK(code(three, three_targets, {.mask = std::array<float, 6>{}}) == status::empty_set);
    CHECK(code(three, three_targets, {.mask = std::array<float, 6>{1, -1}}) == status::invalid_option);
    CHECK(code(three, three_targets, {.mask = std::array<float, 3>{1, 1}}) == status::size_mismatch);
    CHECK(code(three, three_targets, {.mask = std::array<float, 6>{3e38f, 3e38f}}) == status::invalid_option);
    CHECK(code(three, three_targets, {.mask = std::array<float, 6>{1e-39f}}) == status::invalid_option);
    CHECK(std::string(stepper.step(net, x, y, at).message()) ==
          "the sequence has 6 steps, but there is memory for 5: train it in pieces, and pass the state from one to "
          "the next");
    const auto message = [&](const options& given) {
        return std::string(stepper.step(net, three, three_targets, at, given).message());
    };
    CHECK(message({.lengths = std::array<std::size_t, 1>{1}}) ==
          "the number of lengths is 1, but must be that of the sequences");
    CHECK(message({.mask = std::array<float, 3>{1, 1}}) ==
          "the size of mask is 3, but must be that of all sequences, in steps");
    CHECK(message({.mask = std::array<float, 6>{3e38f, 3e38f}}) ==
          "the sum of mask is infinity, but must be a number that can be divided by");
    stepper.record().optimizer.learning_rate = -1;
    CHECK(code(three, three_targets) == status::invalid_option);

    sequence_stepper<scaled, mean_squared_error, adam, 3, 2> of_scaled;
    scaled unfitted{seed{1}};
    scaled::states<2> first{};
    CHECK(of_scaled.step(unfitted, three, three_targets, first).code == status::not_fitted);
    amp all_zeros;
    CHECK(amp_stepper{}.step(all_zeros, three, three_targets, at).code == status::not_initialized);
}

namespace {

constexpr float loss_of_second_step() {
    amp net{seed{1}};
    amp_states at{};
    amp_stepper stepper;
    const float x[] = {1, 0, -1, 0.5f}, y[] = {0, 1, 0, 1};
    (void)stepper.step(net, x, y, at);
    return stepper.step(net, x, y, at).loss;
}

}  // namespace

TEST_CASE("a network with state is trained in a constant expression, with the bits of any other") {
    constexpr float at_compile_time = loss_of_second_step();
    CHECK(at_compile_time == loss_of_second_step());
}

TEST_CASE("a network without state is trained on steps as on samples") {
    using plain = network<input<2>, dense<4>, etch::tanh, dense<1>>;
    const auto x = numbers<float>(6 * 2, 1), y = numbers<float>(6, 2);
    plain in_steps{seed{1}}, in_batch{seed{1}};
    plain::states<2> none{};
    sequence_stepper<plain, mean_squared_error, sgd, 3, 2> stepper{{.learning_rate = 0.1}};
    REQUIRE(stepper.step(in_steps, x, y, none).ok());
    etch::stepper<plain, mean_squared_error, sgd, 6> of_six{{.learning_rate = 0.1}};
    of_six.step(in_batch, matrix_of<float, 2, 6>(x.data()), matrix_of<float, 1, 6>(y.data()));
    for (std::size_t k = 0; k < plain::parameter_count; ++k)
        CHECK(std::abs(in_steps.parameters()[k] - in_batch.parameters()[k]) < 1e-6f);
}
