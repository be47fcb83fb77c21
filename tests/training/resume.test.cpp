// A fit that was interrupted and goes on gives the bits of one that was not. Here a copy of the trainer and of the
// network stands for the checkpoint; that a file holds all of both is tested in io.checkpoint.
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/history.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using curve = network<input<2>, standardize, dense<8>, etch::tanh, dropout<25>, dense<1>>;
using view = data_view<2, 1>;

constexpr std::size_t count = 40, validated = 12;

/// y = x0 x1 + noise.
struct samples {
    std::array<float, 2 * count> inputs{};
    std::array<float, count> targets{};

    samples() {
        random_generator generator{seed{11}};
        for (float& x : inputs) x = 2 * generator.uniform() - 1;
        for (std::size_t i = 0; i < count; ++i)
            targets[i] = inputs[2 * i] * inputs[2 * i + 1] + 0.5f * (generator.uniform() - 0.5f);
    }
    view training() const { return view{inputs, targets}.slice(0, count - validated); }
    view validation() const { return view{inputs, targets}.slice(count - validated, validated); }
} const data;

/// A trainer and its network at one time.
template <class Trainer>
struct snapshot {
    Trainer trainer;
    curve net;
};

bool same(const epoch_record<float>& a, const epoch_record<float>& b) {
    return a.epoch == b.epoch && a.training_loss == b.training_loss && a.validation_loss == b.validation_loss &&
           a.learning_rate == b.learning_rate;
}

template <class Trainer>
void check_same(const Trainer& a, const Trainer& b) {
    const std::vector<float> state_a(a.record().state.begin(), a.record().state.end()),
        state_b(b.record().state.begin(), b.record().state.end());
    CHECK(state_a == state_b);
    CHECK(a.steps() == b.steps());
    CHECK(a.learning_rate() == b.learning_rate());
    CHECK(a.best() == b.best());
}

void check_same(const fit_result<float>& a, const fit_result<float>& b) {
    CHECK(a.code == b.code);
    CHECK(a.step == b.step);
    CHECK(a.epochs == b.epochs);
    CHECK(a.best_epoch == b.best_epoch);
    CHECK(a.best_loss == b.best_loss);
    CHECK(a.training_loss == b.training_loss);
    CHECK(a.validation_loss == b.validation_loss);
    CHECK(a.stopped_early() == b.stopped_early());
}

/// A fit, with a snapshot after each epoch or each update; then from every snapshot the rest of it.
template <class Record, class Trainer>
void check_resumed(const Trainer& begin, typename Trainer::fit_options options) {
    std::array<epoch_record<float>, 16> records{}, resumed_records{};
    options.history = records;
    std::vector<snapshot<Trainer>> snapshots;
    auto whole = std::make_unique<Trainer>(begin);
    curve net{seed{1}};
    const auto result =
        whole->fit(net, data.training(), options, [&](const Record&) { snapshots.push_back({*whole, net}); });
    REQUIRE(result.ok());
    REQUIRE(snapshots.size() >= result.epochs);

    options.resume = true;
    options.history = resumed_records;
    for (auto& from : snapshots) {
        resumed_records = {};
        const std::size_t before = from.trainer.progress().epochs;
        const auto rest = from.trainer.fit(from.net, data.training(), options);
        check_same(rest, result);
        check_same(from.trainer, *whole);
        CHECK(from.net == net);
        for (std::size_t epoch = 0; epoch < result.epochs; ++epoch)
            CHECK(same(resumed_records[epoch], epoch < before ? epoch_record<float>{} : records[epoch]));
    }
}

template <class Rule, class Schedule = constant_rate, std::size_t Batch = 8>
using trainer_of = trainer<curve, mean_squared_error, Rule, Batch, Schedule>;

template <class Rule>
void check_optimizer() {
    check_resumed<epoch_record<float>>(trainer_of<Rule>{{.learning_rate = 0.01}, {}, {.norm = 1}, seed{3}},
                                       {.epochs = 5, .shuffle = seed{2}});
}
template <class Schedule>
void check_schedule(Schedule schedule) {
    check_resumed<epoch_record<float>>(trainer_of<adam, Schedule>{{.learning_rate = 0.01}, schedule},
                                       {.epochs = 5, .validation = data.validation()});
}

}  // namespace

TEST_CASE("a fit resumed after any epoch is the whole fit: optimizers") {
    check_optimizer<sgd>();
    check_optimizer<momentum>();
    check_optimizer<nesterov>();
    check_optimizer<adagrad>();
    check_optimizer<rmsprop>();
    check_optimizer<rmsprop_extended>();
    check_optimizer<adam>();
    check_optimizer<adamw>();
}

TEST_CASE("a fit resumed after any epoch is the whole fit: schedules") {
    check_schedule(constant_rate{.warmup_steps = 7});
    check_schedule(step_decay{});
    check_schedule(exponential_decay{.gamma = 0.9});
    check_schedule(cosine_decay{.warmup_steps = 3});
}

TEST_CASE("a fit resumed after any update is the whole fit") {
    check_resumed<step_record<float>>(trainer_of<adam, cosine_decay>{{.learning_rate = 0.01}},
                                      {.epochs = 3, .validation = data.validation(), .patience = 2});
    check_resumed<step_record<float>>(trainer_of<adam, cosine_decay, full_batch>{{.learning_rate = 0.01}},
                                      {.epochs = 3});
}

TEST_CASE("a fit that stops early does so where it was resumed, too") {
    const trainer_of<adam, cosine_decay, 4> begin{{.learning_rate = 0.2}};
    check_resumed<epoch_record<float>>(begin, {.epochs = 16, .validation = data.validation(), .patience = 2});
    // and it did stop:
    auto training = begin;
    curve net{seed{1}};
    const auto result =
        training.fit(net, data.training(), {.epochs = 16, .validation = data.validation(), .patience = 2});
    CHECK(result.stopped_early());
    CHECK(result.best_epoch < result.epochs);
}

TEST_CASE("a fit that the callback ended goes on in the same trainer, also where it gave the best weights") {
    using trainer_type = trainer_of<adam, cosine_decay, 4>;
    const trainer_type begin{{.learning_rate = 0.2}};
    std::size_t with_older_weights = 0;
    for (const std::size_t patience : {0u, 10u}) {
        typename trainer_type::fit_options options{
            .epochs = 8, .validation = data.validation(), .patience = patience, .resume = true};
        auto whole = begin, parts = begin;
        curve expected{seed{1}}, net{seed{1}};
        const auto result = whole.fit(expected, data.training(), options);
        for (std::size_t last = 1; last < 8; ++last) {
            const auto paused = parts.fit(net, data.training(), options,
                                          [&](const epoch_record<float>& record) { return record.epoch < last; });
            CHECK(paused.epochs == last);
            CHECK(paused.stopped_early());
            if (patience == 0) continue;
            CHECK(evaluate_loss<mean_squared_error>(net, data.validation()).loss == paused.best_loss);
            if (paused.best_epoch < last) ++with_older_weights;
        }
        check_same(parts.fit(net, data.training(), options), result);
        check_same(parts, whole);
        CHECK(net == expected);
    }
    CHECK(with_older_weights > 0);
}

TEST_CASE("a fit whose epochs are done returns at once, with its result; more epochs go on") {
    trainer_of<adam> training{{.learning_rate = 0.01}}, longer = training;
    curve net{seed{1}}, expected = net;
    const auto result = training.fit(net, data.training(), {.epochs = 3});
    const curve after = net;
    std::size_t calls = 0;
    for (const std::size_t epochs : {3u, 2u}) {
        auto again = training.fit(net, data.training(), {.epochs = epochs, .resume = true},
                                  [&](const epoch_record<float>&) { ++calls; });
        check_same(again, result);
    }
    CHECK(calls == 0);
    CHECK(net == after);
    (void)longer.fit(expected, data.training(), {.epochs = 5});
    check_same(training.fit(net, data.training(), {.epochs = 5, .resume = true}),
               longer.fit(expected, data.training(), {.epochs = 5, .resume = true}));
    CHECK(net == expected);
}

TEST_CASE("where there is nothing to resume, a fit begins") {
    trainer_of<adam> fresh{{.learning_rate = 0.01}}, resumed = fresh;
    curve a{seed{1}}, b{seed{1}};
    check_same(resumed.fit(a, data.training(), {.epochs = 2, .resume = true}),
               fresh.fit(b, data.training(), {.epochs = 2}));
    CHECK(a == b);

    SECTION("after a reset") {
        resumed.reset();
        CHECK(resumed.fit(a, data.training(), {.epochs = 1, .resume = true}).step == 4);
    }
    SECTION("after a fit that failed, which has reset the trainer") {
        resumed.record().optimizer.learning_rate = 1e30;
        const curve best = resumed.best();
        CHECK(resumed.fit(a, data.training(), {.epochs = 3, .resume = true}).code == status::non_finite_loss);
        CHECK(a == best);
        resumed.record().optimizer.learning_rate = 0.01;
        CHECK(resumed.fit(a, data.training(), {.epochs = 1, .resume = true}).step == 4);
    }
}

TEST_CASE("a second fit is not a resumed one") {
    trainer_of<adam, cosine_decay> training{{.learning_rate = 0.01}};
    curve net{seed{1}};
    (void)training.fit(net, data.training(), {.epochs = 2});
    std::vector<std::size_t> epochs;
    const auto second = training.fit(net, data.training(), {.epochs = 2},
                                     [&](const epoch_record<float>& record) { epochs.push_back(record.epoch); });
    CHECK(epochs == std::vector<std::size_t>{1, 2});
    CHECK(second.epochs == 2);
    CHECK(second.step == 16);  // but its updates go on counting
}

TEST_CASE("a refused fit leaves nothing that would resume otherwise") {
    trainer_of<adam> training{{.learning_rate = 0.01}};
    curve net{seed{1}};
    (void)training.fit(net, data.training(), {.epochs = 2});
    const auto before = training.progress().epochs;
    CHECK_FALSE(training.fit(net, {}, {.epochs = 3, .resume = true}).ok());
    CHECK_FALSE(training.fit(net, data.training(), {.epochs = 0, .resume = true}).ok());
    CHECK(training.progress().epochs == before);
}

TEST_CASE("a fit that stopped within an epoch is not resumed on fewer samples than have passed") {
    static trainer<curve, mean_squared_error, adam, 8> training;
    static decltype(training) at_third_update;
    curve net{seed{1}}, then;
    std::size_t updates = 0;
    REQUIRE(training
                .fit(net, data.training(), {.epochs = 2},
                     [&](const step_record<float>&) {
                         if (++updates != 3) return;
                         at_third_update = training;
                         then = net;
                     })
                .ok());
    const curve before = then;
    const auto refused = at_third_update.fit(then, data.training().slice(0, 20), {.epochs = 2, .resume = true});
    CHECK(refused.code == status::size_mismatch);
    CHECK(then == before);
    CHECK(at_third_update.fit(then, data.training(), {.epochs = 2, .resume = true}).ok());
    CHECK(then == net);
}

TEST_CASE("a history handed to a resumed fit holds the epochs that it ran") {
    trainer_of<adam> training{{.learning_rate = 0.01}};
    curve net{seed{1}};
    history<8> record;
    (void)training.fit(net, data.training(), {.epochs = 2, .history = record});
    CHECK(record.records().size() == 2);
    (void)training.fit(net, data.training(), {.epochs = 5, .history = record, .resume = true});
    REQUIRE(record.records().size() == 3);
    CHECK(record.records().front().epoch == 3);
}

namespace {

/// Two epochs, or one and then the other.
constexpr auto trained(std::uint64_t number, bool interrupted) {
    using line = network<input<1>, dense<2>, etch::tanh, dense<1>>;
    constexpr std::array<float, 4> x{-1, 0, 1, 2}, y{1, 0, 1, 4};
    line net{seed{number}};
    trainer<line, mean_squared_error, adam, 2, cosine_decay> training{{.learning_rate = 0.1}};
    const auto until = [=](const epoch_record<float>& record) { return !interrupted || record.epoch < 1; };
    (void)training.fit(net, {x, y}, {.epochs = 2}, until);
    if (interrupted) (void)training.fit(net, {x, y}, {.epochs = 2, .resume = true});
    return net;
}

}  // namespace

TEST_CASE("a fit is resumed in a constant expression") {
    static_assert(trained(1, true) == trained(1, false));
    const volatile std::uint64_t number = 1;
    static constexpr auto constant = trained(1, true);
    CHECK(trained(number, true) == constant);
}
