#include <etch/training/trainer.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/sgd.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using curve = network<input<2>, dense<8>, etch::tanh, dense<1>>;
using view = data_view<2, 1>;
template <class Rule, std::size_t Batch, class Schedule = constant_rate>
using regression = trainer<curve, mean_squared_error, Rule, Batch, Schedule>;

constexpr std::size_t count = 40;

/// y = x0 x1 + noise for 40 samples.
struct samples {
    std::array<float, 2 * count> inputs{};
    std::array<float, count> targets{};

    explicit constexpr samples(float noise = 0) {
        random_generator generator{seed{11}};
        for (float& x : inputs) x = 2 * generator.uniform() - 1;
        for (std::size_t i = 0; i < count; ++i)
            targets[i] = inputs[2 * i] * inputs[2 * i + 1] + noise * (generator.uniform() - 0.5f);
    }
    constexpr operator view() const { return {inputs, targets}; }
};

/// The same rate up to an update, then one that no training survives.
struct explosion {
    std::uint64_t at = 0;

    template <class T>
    constexpr T rate(T base, std::uint64_t step, std::uint64_t) const {
        return step < at ? base : T{1e30f};
    }
};

/// The largest difference of two networks' parameters.
template <class Network>
float distance(const Network& a, const Network& b) {
    float most = 0;
    for (std::size_t i = 0; i < Network::parameter_count; ++i) {
        const float off = std::abs(a.parameters()[i] - b.parameters()[i]);
        if (!(off <= most)) most = off;
    }
    return most;
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(),
                infinite = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("data that no network can be trained on is refused, with the sample, and the network stays") {
    curve net{seed{1}};
    const curve before = net;
    regression<sgd, 8> training{{.learning_rate = 0.1}};
    samples good;
    const auto refused = [&](view data, const auto& options) {
        const auto result = training.fit(net, data, options);
        CHECK_FALSE(result.ok());
        CHECK(result.epochs == 0);
        CHECK(net == before);
        CHECK(training.steps() == 0);
        return result;
    };
    using options = decltype(training)::fit_options;
    CHECK(refused({}, options{}).code == status::empty_set);
    CHECK(refused({good.inputs, std::span<const float>(good.targets).first(39)}, options{}).code ==
          status::size_mismatch);
    samples bad = good;
    bad.inputs[2 * 13 + 1] = not_a_number;
    CHECK(refused(bad, options{}).code == status::non_finite_input);
    CHECK(refused(bad, options{}).sample == 13);
    CHECK(refused(good, options{.validation = bad}).code == status::non_finite_input);
    CHECK(refused(good, options{.validation = {good.inputs, {}}}).code == status::size_mismatch);
    bad = good;
    bad.targets[39] = infinite;
    CHECK(refused(bad, options{}).code == status::non_finite_target);
    CHECK(refused(bad, options{}).sample == 39);
}

TEST_CASE("options out of their range are refused") {
    curve net{seed{1}};
    const curve before = net;
    const samples data;
    regression<sgd, 8> training{{.learning_rate = 0.1}};
    CHECK(training.fit(net, data, {.epochs = 0}).code == status::invalid_option);
    CHECK(training.fit(net, data, {.min_delta = not_a_number}).code == status::invalid_option);
    CHECK(training.fit(net, data, {.min_delta = infinite}).code == status::invalid_option);
    for (const gradient_clip clip : {gradient_clip{.norm = -1}, gradient_clip{.value = -1}}) {
        training.record().clip = clip;
        CHECK(training.fit(net, data).code == status::invalid_option);
    }
    training.record().clip = {};
    training.record().optimizer.learning_rate = 0;
    CHECK(training.fit(net, data).code == status::invalid_option);
    training.record().optimizer.learning_rate = static_cast<double>(not_a_number);
    CHECK(training.fit(net, data).code == status::invalid_option);
    CHECK(net == before);
}

TEST_CASE("an option that is refused is named, with its value and its range") {
    curve net{seed{1}};
    const samples data;
    const auto told = [&](const regression<adam, 8, cosine_decay>& training) {
        auto copy = training;
        return std::string{copy.fit(net, data).message().c_str()};
    };
    using training = regression<adam, 8, cosine_decay>;
    CHECK(told(training{{.learning_rate = -1}}) ==
          "learning_rate is -1, but must be positive and finite, as a float too");
    CHECK(told(training{{.learning_rate = 1e-60}}).starts_with("learning_rate is 1e-60, but"));
    CHECK(told(training{{.learning_rate = 1e60}}).starts_with("learning_rate is 1e60, but"));
    CHECK(told(training{{.learning_rate = std::numeric_limits<double>::infinity()}})
              .starts_with("learning_rate is infinity, but"));
    CHECK(told(training{{.learning_rate = std::numeric_limits<double>::quiet_NaN()}})
              .starts_with("learning_rate is NaN, but"));
    CHECK(told(training{{.beta1 = 2}}) == "beta1 is 2, but must be at least 0 and below 1");
    CHECK(told(training{{}, {.minimum = -1}}) == "minimum is -1, but must be at least 0 and finite");
    CHECK(told(training{{}, {}, {.norm = -1}}) == "norm is -1, but must be at least 0 and finite");
    training plain;
    CHECK(plain.fit(net, data, {.epochs = 0}).message() == "epochs is 0, but must be at least 1");
    CHECK(plain.fit(net, data, {.min_delta = -1}).message() == "min_delta is -1, but must be at least 0 and finite");
    CHECK(net == curve{seed{1}});
}

TEST_CASE("a fit as long as a number can count does not wrap around") {
    const samples data;
    curve net{seed{1}};
    regression<adam, 8, cosine_decay> training{{.learning_rate = 0.01}};
    float rate = 0;
    constexpr auto epochs = static_cast<std::size_t>(3'689'348'814'741'910'324u);  // times 5 updates: 2^64 + 4
    const auto result = training.fit(net, data, {.epochs = epochs}, [&](const epoch_record<float>& epoch) {
        rate = epoch.learning_rate;
        return false;
    });
    CHECK(result.stopped_by == stop_reason::callback);
    CHECK(rate == 0.01f);  // not at the end of 4 updates
}

TEST_CASE("the result says how many epochs there were, why they ended and which was best") {
    const samples data{1};
    curve net{seed{4}};
    regression<adam, 8, cosine_decay> training{{.learning_rate = 0.05}};
    auto result = training.fit(net, data, {.epochs = 1});
    CHECK(result.stopped_by == stop_reason::all_epochs);
    CHECK(std::string_view{result.message()}.starts_with("1 epoch; best epoch 1, training loss 0."));
    const view all = data;
    result = training.fit(net, all.slice(0, 12), {.epochs = 200, .validation = all.slice(12, 28), .patience = 2});
    CHECK(result.stopped_by == stop_reason::patience);
    CHECK(result.has_best);
    const std::string text = result.message().c_str();
    INFO(text);
    CHECK(text.starts_with(std::to_string(result.epochs) +
                           " epochs of 200, ended after 2 without improvement; best epoch " +
                           std::to_string(result.best_epoch) + ", validation loss 0."));
    CHECK(text.ends_with(", whose weights the network has"));
    result = training.fit(net, data, {.epochs = 3}, [](const epoch_record<float>&) { return false; });
    CHECK(std::string_view{result.message()}.starts_with("1 epoch of 3, ended by the callback; best epoch 1"));
}

TEST_CASE("weights that leave all measure are divergence, though every number is finite") {
    const samples data;
    curve net{seed{1}};
    regression<adam, 8, cosine_decay> training{{.learning_rate = 1e6}, {.minimum = 1e6}};
    const auto result = training.fit(net, data, {.epochs = 30});
    CHECK(result.code == status::diverged);
    CHECK(result.value > 1e6);
    CHECK(std::string_view{result.message()}.find("the largest weight is ") != std::string_view::npos);
    CHECK(net == curve{seed{1}});  // no epoch was better than the start
    CHECK(training.steps() == 0);
}

TEST_CASE("a network of zeros is not trained") {
    const samples data;
    curve net;
    regression<sgd, 8> training{{.learning_rate = 0.1}};
    const auto result = training.fit(net, data);
    CHECK(result.code == status::not_initialized);
    CHECK(std::string_view{result.message()}.find("network{etch::seed{1}}") != std::string_view::npos);
    network<input<2>, standardize, dense<1>> one_layer;  // begins where it likes
    CHECK(trainer<network<input<2>, standardize, dense<1>>, mean_squared_error, sgd>{{.learning_rate = 0.1}}
              .fit(one_layer, data)
              .ok());
}

TEST_CASE("fit fits statistics first, and refuses a constant column") {
    using net_type = network<input<2>, standardize, dense<1>>;
    samples data;
    net_type net{seed{1}};
    trainer<net_type, mean_squared_error, sgd> training{{.learning_rate = 0.1}};
    REQUIRE(training.fit(net, data).ok());
    net_type expected;
    REQUIRE(fit_statistics(expected, view(data)) == status::ok);
    CHECK(std::vector<float>(net.statistics().begin(), net.statistics().end()) ==
          std::vector<float>(expected.statistics().begin(), expected.statistics().end()));

    for (std::size_t i = 0; i < count; ++i) data.inputs[2 * i] = 3;
    net = net_type{seed{1}};
    const auto refused = training.fit(net, data);
    CHECK(refused.code == status::constant_column);
    CHECK(refused.column == 0);
    CHECK(net == net_type{seed{1}});
    samples bad;
    bad.targets[3] = not_a_number;
    const auto unjudged = training.fit(net, samples{}, {.validation = view(bad)});
    CHECK(unjudged.code == status::non_finite_target);
    CHECK(unjudged.sample == 3);
    CHECK(unjudged.in_validation);
}

TEST_CASE("training that explodes says at which update, and leaves the best weights") {
    const samples data;
    curve net{seed{1}};
    // 5 updates an epoch: three good epochs, then update 17 breaks the weights and 18 meets the loss.
    regression<sgd, 8, explosion> training{{.learning_rate = 0.1}, {.at = 16}};
    const auto result = training.fit(net, data, {.epochs = 10});
    CHECK(result.code == status::non_finite_loss);
    CHECK(result.step == 18);
    CHECK(result.epochs == 3);
    REQUIRE(result.best_epoch == 3);
    CHECK(training.steps() == 0);  // a trainer that failed begins anew

    curve best{seed{1}};
    regression<sgd, 8> calm{{.learning_rate = 0.1}};
    const auto expected = calm.fit(best, data, {.epochs = 3});
    CHECK(net == best);
    CHECK(result.best_loss == expected.best_loss);

    SECTION("in the first epoch the weights are those of the beginning") {
        curve start{seed{1}};
        regression<sgd, 8> wild{{.learning_rate = 1e30}};
        CHECK(wild.fit(start, data, {.epochs = 10}).step == 2);
        CHECK(start == curve{seed{1}});
    }
    SECTION("also where only the last update of an epoch went wrong") {
        // The loss before it is finite, the weights after it are not.
        samples steep = data;
        for (float& t : steep.targets) t *= 1000;
        curve start{seed{1}};
        trainer<curve, mean_squared_error, sgd, 64> wild{{.learning_rate = 3e38}};
        const auto failed = wild.fit(start, steep);
        CHECK(failed.code == status::non_finite_loss);
        CHECK(start == curve{seed{1}});
    }
    SECTION("steps go on counting from one fit to the next") {
        curve again{seed{1}};
        regression<sgd, 8, explosion> twice{{.learning_rate = 0.1}, {.at = 10}};
        CHECK(twice.fit(again, data, {.epochs = 2}).step == 10);
        CHECK(twice.fit(again, data, {.epochs = 2}).step == 12);
    }
}

TEST_CASE("a validation loss that is not finite ends the training") {
    const samples data;
    samples far = data;
    for (float& t : far.targets) t = 3e38f;  // finite itself, but not its square
    curve net{seed{1}};
    regression<sgd, 8> training{{.learning_rate = 0.1}};
    const auto result = training.fit(net, data, {.epochs = 3, .validation = far});
    CHECK(result.code == status::non_finite_loss);
    CHECK(result.step == 5);
    CHECK(result.epochs == 0);
    CHECK(net == curve{seed{1}});
}

TEST_CASE("early stopping ends where validation does not improve, and brings the best weights back") {
    const samples data{1};  // noise that can only be learned by heart
    const view all = data, part = all.slice(0, 12), rest = all.slice(12, 28);
    curve net{seed{4}};
    regression<adam, 4> training{{.learning_rate = 0.05}};
    std::array<epoch_record<float>, 200> history{};
    const auto result = training.fit(net, part, {.epochs = 200, .validation = rest, .patience = 5, .history = history});
    REQUIRE(result.ok());
    CHECK(result.stopped_early());
    CHECK(result.epochs == result.best_epoch + 5);
    CHECK(result.epochs < 200);
    CHECK(evaluate_loss<mean_squared_error>(net, rest).loss == result.best_loss);
    for (std::size_t e = 0; e < result.epochs; ++e) {
        CHECK(history[e].epoch == e + 1);
        CHECK(history[e].validation_loss >= result.best_loss);
    }
    CHECK(history[result.best_epoch - 1].validation_loss == result.best_loss);
    CHECK(history[result.epochs - 1].validation_loss == result.validation_loss);
    CHECK(history[result.epochs - 1].training_loss == result.training_loss);
    CHECK(history[result.epochs].epoch == 0);  // what was not reached is not written

    SECTION("without patience the last weights stay") {
        curve last{seed{4}};
        regression<adam, 4> whole{{.learning_rate = 0.05}};
        const auto run = whole.fit(last, part, {.epochs = result.epochs, .validation = rest});
        CHECK_FALSE(run.stopped_early());
        CHECK(run.best_epoch == result.best_epoch);
        CHECK(evaluate_loss<mean_squared_error>(last, rest).loss == result.validation_loss);
    }
}

TEST_CASE("min_delta asks for more than any improvement") {
    const samples data;
    for (const float min_delta : {0.0f, 1e3f}) {
        curve net{seed{1}};
        regression<sgd, 8> training{{.learning_rate = 0.1}};
        const auto run = training.fit(net, data, {.epochs = 3, .patience = 2, .min_delta = min_delta});
        CHECK(run.epochs == 3);
        CHECK(run.best_epoch == (min_delta > 0 ? 1 : 3));
    }
}

TEST_CASE("the best network comes back whole, with the statistics that it had then") {
    using scaled = network<input<2>, standardize, dense<1>>;
    const samples data;
    scaled net{seed{4}};
    trainer<scaled, mean_squared_error, sgd, 8> training{{.learning_rate = 0.1}};
    scaled first, last;
    const auto result =
        training.fit(net, data, {.epochs = 3, .patience = 9, .min_delta = 1e3f}, [&](const epoch_record<float>& epoch) {
            if (epoch.epoch == 1) first = net;
            net.statistics()[0] += 1;  // as a callback may that follows a drift of the data
            last = net;
        });
    REQUIRE(result.best_epoch == 1);
    CHECK(net == first);
    CHECK(training.best() == last);
    CHECK_FALSE(first.statistics()[0] == last.statistics()[0]);
}

TEST_CASE("a callback sees each epoch and each update, and may end the training") {
    const samples data;
    curve net{seed{1}};
    regression<sgd, 16> training{{.learning_rate = 0.1}};
    struct watcher {
        std::vector<epoch_record<float>> epochs;
        std::vector<step_record<float>> steps;
        bool operator()(const epoch_record<float>& e) {
            epochs.push_back(e);
            return e.epoch < 3;
        }
        void operator()(const step_record<float>& s) { steps.push_back(s); }
    } seen;
    const auto result = training.fit(net, data, {.epochs = 9}, seen);
    CHECK(result.stopped_early());
    CHECK(result.epochs == 3);
    REQUIRE(seen.epochs.size() == 3);
    REQUIRE(seen.steps.size() == 9);  // 16 + 16 + 8 samples, three times
    CHECK(seen.steps[3].epoch == 2);
    CHECK(seen.steps[3].epochs == 9);
    CHECK(seen.steps[3].samples == 16);
    CHECK(seen.steps[5].samples == 40);
    CHECK(seen.steps[5].epoch_samples == 40);
    CHECK(seen.steps[8].loss == seen.epochs[2].training_loss);
    CHECK(seen.epochs[1].training_loss < seen.epochs[0].training_loss);
    CHECK(result.step == 9);

    std::size_t calls = 0;
    const auto whole = training.fit(net, data, {.epochs = 2}, [&](const epoch_record<float>&) { ++calls; });
    CHECK(calls == 2);
    CHECK_FALSE(whole.stopped_early());
}

TEST_CASE("a last batch that is not full is averaged over the samples that it has") {
    const samples data;
    const view three = view(data).slice(0, 3);
    curve net{seed{1}}, by_hand{seed{1}};
    regression<sgd, 8> training{{.learning_rate = 0.5}};
    const auto result = training.fit(net, three, {.shuffled = false});
    stepper<curve, mean_squared_error, sgd, 3> one_step{{.learning_rate = 0.5}};
    matrix<float, 2, 3> x{three.inputs().first<6>()};
    matrix<float, 1, 3> y{three.targets().first<3>()};
    const float loss = one_step.step(by_hand, x, y);
    CHECK(std::abs(result.training_loss - loss) < 1e-6f);  // a sum of three, divided or multiplied by a third
    CHECK(distance(net, by_hand) < 1e-6f);                 // sums over 8 columns and over 3 are added in another order
    CHECK(distance(net, curve{seed{1}}) > 1e-3f);
}

TEST_CASE("full_batch makes one update an epoch, that of one big batch") {
    const samples data;
    curve net{seed{1}}, by_hand{seed{1}};
    regression<sgd, full_batch> training{{.learning_rate = 0.5}};
    const auto result = training.fit(net, data, {.epochs = 3});
    CHECK(result.step == 3);
    stepper<curve, mean_squared_error, sgd, count> big{{.learning_rate = 0.5}};
    float loss = 0;
    for (int i = 0; i < 3; ++i)
        loss = big.step(by_hand, matrix<float, 2, count>{std::span{data.inputs}},
                        matrix<float, 1, count>{std::span{data.targets}});
    CHECK(std::abs(result.training_loss - loss) < 1e-6f);
    CHECK(distance(net, by_hand) < 1e-6f);  // the order of forty additions
    CHECK(distance(net, curve{seed{1}}) > 1e-2f);
}

TEST_CASE("the schedule is followed over all updates of the fit") {
    const samples data;
    curve net{seed{1}};
    regression<sgd, full_batch, cosine_decay> training{{.learning_rate = 0.5}, {.minimum = 0.1, .warmup_steps = 2}};
    std::array<epoch_record<float>, 10> history{};
    REQUIRE(training.fit(net, data, {.epochs = 10, .history = history}).ok());
    CHECK(history[0].learning_rate == 0.25f);
    CHECK(history[1].learning_rate == 0.5f);
    CHECK(history[6].learning_rate == 0.3f);  // half of the eight that follow
    for (std::size_t e = 0; e < 10; ++e)
        CHECK(history[e].learning_rate == cosine_decay{.minimum = 0.1, .warmup_steps = 2}.rate(0.5f, e, 10));
}

TEST_CASE("samples come in another order each epoch and for each seed, unless they shall not") {
    const samples data;
    const auto trained = [&](auto options) {
        curve net{seed{1}};
        regression<sgd, 4> training{{.learning_rate = 0.2}};
        REQUIRE(training.fit(net, data, options).ok());
        return net;
    };
    using options = regression<sgd, 4>::fit_options;
    const curve one = trained(options{.epochs = 2, .shuffle = seed{1}});
    CHECK(one == trained(options{.epochs = 2, .shuffle = seed{1}}));
    CHECK_FALSE(one == trained(options{.epochs = 2, .shuffle = seed{2}}));
    CHECK_FALSE(one == trained(options{.epochs = 2, .shuffled = false}));
    CHECK(trained(options{.shuffle = seed{1}, .shuffled = false}) ==
          trained(options{.shuffle = seed{2}, .shuffled = false}));
}

TEST_CASE("a network with dropout trains to the same bits twice") {
    using net_type = network<input<2>, dense<16>, etch::tanh, dropout<25>, dense<1>>;
    const samples data;
    const auto trained = [&](seed masks) {
        net_type net{seed{1}};
        trainer<net_type, mean_squared_error, adam, 8> training{{.learning_rate = 0.01}, {}, {}, masks};
        REQUIRE(training.fit(net, data, {.epochs = 5}).ok());
        return net;
    };
    CHECK(trained(seed{1}) == trained(seed{1}));
    CHECK_FALSE(trained(seed{1}) == trained(seed{2}));
}

namespace {

using gate = network<input<2>, dense<4>, etch::tanh, dense<1>, sigmoid>;
constexpr std::array<float, 8> gate_inputs{0, 0, 0, 1, 1, 0, 1, 1};
constexpr std::array<float, 4> gate_targets{0, 1, 1, 0};

constexpr gate trained_gate(std::uint64_t number, std::size_t epochs) {
    gate net{seed{number}};
    trainer<gate, binary_cross_entropy, adam, 4> training{{.learning_rate = 0.1}};
    return training.fit(net, {gate_inputs, gate_targets}, {.epochs = epochs}).ok() ? net : gate{};
}

}  // namespace

TEST_CASE("targets that are no probabilities are refused where the loss needs them") {
    gate net{seed{1}};
    trainer<gate, binary_cross_entropy, adam, 4> training;
    std::array<float, 4> targets{0, 1, 2, 0};
    const auto result = training.fit(net, {gate_inputs, targets});
    CHECK(result.code == status::invalid_target);
    CHECK(result.sample == 2);
    CHECK(result.message() == "training data: sample 2: target 0 is 2, but this loss needs probabilities, from 0 to 1");
    targets[2] = -1;
    CHECK(training.fit(net, {gate_inputs, gate_targets}, {.validation = {gate_inputs, targets}}).in_validation);
    CHECK(net == gate{seed{1}});
    targets[2] = 0.25f;
    CHECK(training.fit(net, {gate_inputs, targets}));
    // Of classes the sum is 1 as well.
    const std::array<float, 6> sums{0, 1, 0.5f, 0.5f, 1, 1};
    CHECK(internal::check_targets<cross_entropy, 2>(data_view<1, 2>{std::span{sums}.first<3>(), sums}).message() ==
          "sample 2: the targets add up to 2, but cross_entropy needs probabilities, which add up to 1 (for several "
          "labels per sample there are sigmoid and binary_cross_entropy)");
    const std::array<float, 2> above{5, -4};
    CHECK(internal::check_targets<cross_entropy, 2>(data_view<1, 2>{std::span{above}.first<1>(), above}).value == 5);
}

TEST_CASE("what can be trained but is likely to be a mistake is a warning") {
    using kind = fit_warning::kind;
    gate net{seed{1}};
    trainer<gate, binary_cross_entropy, adam, 4> training;
    CHECK(training.fit(net, {gate_inputs, gate_targets}).warning.ok());
    const std::array<float, 4> none{};
    const auto result = training.fit(net, {gate_inputs, none});
    REQUIRE(result);
    CHECK(result.warning.what == kind::missing_class);
    CHECK(result.warning.message() == "class 1 has no sample in the training data");

    const data_view<2, 1> far{gate_inputs, std::span<const float>{gate_inputs}.subspan(2, 4)};
    CHECK(internal::find_warning<gate, mean_squared_error>(far).ok());
    const std::array<float, 4> beyond{0, 1, 1.5f, 0};
    CHECK(internal::find_warning<gate, mean_squared_error>({gate_inputs, beyond}).message() ==
          "target 0 of sample 2 is 1.5, but sigmoid's outputs are only from 0 to 1");
    using probable = network<input<2>, dense<2>, softmax>;
    CHECK(internal::find_warning<probable, mean_squared_error>({gate_inputs, gate_inputs}).what ==
          kind::squares_of_probabilities);
    CHECK(internal::find_warning<probable, cross_entropy>({gate_inputs, gate_inputs}).ok());
}

TEST_CASE("exclusive or is learned") {
    const gate net = trained_gate(1, 200);
    CHECK(net({0, 0})[0] < 0.1f);
    CHECK(net({0, 1})[0] > 0.9f);
    CHECK(net({1, 0})[0] > 0.9f);
    CHECK(net({1, 1})[0] < 0.1f);
    const auto judged = evaluate_loss<binary_cross_entropy>(net, view{gate_inputs, gate_targets});
    CHECK(judged.accuracy == 1);
    CHECK(judged.loss < 0.1f);
}

TEST_CASE("a fit in a constant expression gives the same bits") {
    static constexpr gate constant = trained_gate(1, 20);
    const volatile std::uint64_t number = 1;
    const gate net = trained_gate(number, 20);
    for (std::size_t i = 0; i < gate::parameter_count; ++i)
        CHECK(std::bit_cast<std::uint32_t>(net.parameters()[i]) ==
              std::bit_cast<std::uint32_t>(constant.parameters()[i]));
    CHECK_FALSE(net == gate{seed{1}});
    CHECK_FALSE(net == gate{});
}
