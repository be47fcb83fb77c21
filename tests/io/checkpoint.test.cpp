// runs on: every instruction set
// A checkpoint holds all that training needs to go on bit for bit, and a checkpoint that is refused changes nothing.
#include <etch/io/checkpoint.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/dropout.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/trainer.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
using curve = network<input<2>, standardize, dense<8>, etch::tanh, dropout<25>, dense<1>>;
using view = data_view<2, 1>;
using trainer_type = trainer<curve, mean_squared_error, adam, 8, cosine_decay>;
using stepper_type = stepper<curve, mean_squared_error, adam, 1, cosine_decay>;

constexpr std::size_t count = 40, validated = 12;

/// y = x0 x1 + noise.
struct samples {
    std::array<float, 2 * count> inputs{};
    std::array<float, count> targets{};

    samples() {
        random_generator generator{seed{11}};
        for (float& x : inputs) x = 2 * generator.uniform() - 1;
        for (std::size_t i = 0; i < count; ++i) {
            const lanes<float, 1> noise = 0.5f * generator.uniform();
            targets[i] = fma(lanes<float, 1>(inputs[2 * i]), lanes<float, 1>(inputs[2 * i + 1]), noise).value;
        }
    }
    view training() const { return view{inputs, targets}.slice(0, count - validated); }
    view validation() const { return view{inputs, targets}.slice(count - validated, validated); }
} const data;

trainer_type::fit_options options(bool resume = false) {
    return {.epochs = 10, .validation = data.validation(), .patience = 6, .shuffle = seed{5}, .resume = resume};
}
trainer_type configured() {
    return trainer_type{{.learning_rate = 0.05, .beta1 = 0.8, .weight_decay = 1e-3},
                        {.minimum = 1e-4, .warmup_steps = 3},
                        {.norm = 0.5},
                        seed{3}};
}

template <class Training>
std::vector<std::byte> saved(const Training& training, const typename Training::network_type& net) {
    std::vector<std::byte> bytes(checkpoint_size<Training>);
    const save_result result = save_checkpoint(training, net, bytes);
    REQUIRE(result.ok());
    bytes.resize(result.size);
    return bytes;
}

/// What has been trained for five epochs, and its checkpoint from the callback.
struct half {
    trainer_type training = configured();
    curve net{seed{1}};
    std::vector<std::byte> checkpoint;

    half() {
        (void)training.fit(net, data.training(), options(), [this](const epoch_record<float>& record) {
            if (record.epoch == 5) checkpoint = saved(training, net);
            return record.epoch < 5;
        });
    }
};

/// FNV-1a with 64 bits.
std::uint64_t checksum(std::span<const std::byte> bytes) {
    std::uint64_t hash = 14695981039346656037u;
    for (const std::byte b : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(b)) * 1099511628211u;
    return hash;
}

template <class T>
std::vector<unsigned char> bytes_of(const T& object) {
    std::vector<unsigned char> bytes(sizeof object);
    std::memcpy(bytes.data(), &object, sizeof object);
    return bytes;
}

/// The same file with `from`, which is there, replaced by as many other characters.
std::vector<std::byte> edited(std::vector<std::byte> bytes, std::string_view from, std::string_view to) {
    REQUIRE(from.size() == to.size());
    std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const std::size_t at = text.find(from);
    REQUIRE(at != text.npos);
    std::memcpy(bytes.data() + at, to.data(), to.size());
    return bytes;
}

/// Where the numbers begin.
std::size_t header_end(const std::vector<std::byte>& bytes) {
    std::uint32_t length = 0;
    for (std::size_t b = 0; b < 4; ++b) length |= std::to_integer<std::uint32_t>(bytes[b]) << (8 * b);
    return 8 + length;
}

/// Loads into a trained trainer, and finds it and its network unchanged.
template <class Training>
load_result refused(Training& training, curve& net, std::span<const std::byte> bytes) {
    const auto before = bytes_of(training);
    const curve net_before = net;
    const load_result result = load_checkpoint(training, net, bytes);
    CHECK_FALSE(result.ok());
    CHECK(bytes_of(training) == before);
    CHECK(net == net_before);
    return result;
}

}  // namespace

TEST_CASE("ten epochs are five, a checkpoint, and five, in a trainer of other options") {
    auto whole = configured();
    curve expected{seed{1}};
    const auto result = whole.fit(expected, data.training(), options());
    REQUIRE(result.epochs == 10);

    const half first;
    trainer_type second{{.learning_rate = 7}, {.minimum = 1}, {.value = 1e-9}, seed{99}};
    curve net;
    REQUIRE(load_checkpoint(second, net, first.checkpoint).ok());
    CHECK(second.record().optimizer.beta1 == 0.8);
    CHECK(second.record().schedule.warmup_steps == 3);
    CHECK(second.record().clip.norm == 0.5);
    CHECK(second.record().clip.value == 0);
    CHECK(second.steps() == 20);
    const auto rest = second.fit(net, data.training(), options(true));
    CHECK(net == expected);
    CHECK(second.best() == whole.best());
    CHECK(rest.step == result.step);
    CHECK(rest.epochs == result.epochs);
    CHECK(rest.best_epoch == result.best_epoch);
    CHECK(rest.best_loss == result.best_loss);
    CHECK(rest.validation_loss == result.validation_loss);
    CHECK(saved(second, net) == saved(whole, expected));

    // Every instruction set of one numeric contract writes the same file and ends with the same weights.
    const auto weights = expected.parameters();
    INFO(std::hex << checksum(first.checkpoint) << ' ' << checksum(std::as_bytes(weights)));
    CHECK(checksum(first.checkpoint) == (fused_multiply_add ? 0xc322aba26a669810 : 0xbbf9e7e263874278));
    CHECK(checksum(std::as_bytes(weights)) == (fused_multiply_add ? 0x08c2091635ff983c : 0x7d19db55e8bb475a));
}

TEST_CASE("a checkpoint after the fit resumes too, though the network has the best weights by then") {
    auto whole = configured();
    curve expected{seed{1}};
    (void)whole.fit(expected, data.training(), options());
    const half first;  // its fit has ended
    CHECK(saved(first.training, first.net) == first.checkpoint);
    trainer_type second;
    curve net;
    REQUIRE(load_checkpoint(second, net, saved(first.training, first.net)).ok());
    (void)second.fit(net, data.training(), options(true));
    CHECK(net == expected);
}

TEST_CASE("a checkpoint after every epoch and every update resumes") {
    std::vector<std::vector<std::byte>> checkpoints;
    auto whole = configured();
    curve expected{seed{1}};
    (void)whole.fit(expected, data.training(), options(),
                    [&](const step_record<float>&) { checkpoints.push_back(saved(whole, expected)); });
    CHECK(checkpoints.size() == whole.steps());
    for (const auto& checkpoint : checkpoints) {
        trainer_type second;
        curve net;
        REQUIRE(load_checkpoint(second, net, checkpoint).ok());
        (void)second.fit(net, data.training(), options(true));
        CHECK(net == expected);
    }
}

TEST_CASE("a stepper goes on from a trainer's checkpoint, and a trainer from a stepper's") {
    const half first;
    stepper_type device;
    curve on_device;
    const matrix<float, 2, 1> x{0.5f, -0.25f};
    const matrix<float, 1, 1> y{1.0f};
    (void)device.accumulate(on_device, x.view(), y.view(), 1, 1);  // half of an update, which a checkpoint ends
    REQUIRE(load_checkpoint(device, on_device, first.checkpoint).ok());
    CHECK(device.steps() == 20);
    CHECK(device.record().optimizer.weight_decay == 1e-3);

    // The same update by a stepper that was never anywhere else: the state itself, not only its number.
    stepper_type here{first.training.record().optimizer, first.training.record().schedule, first.training.record().clip,
                      seed{3}};
    here.record().position = first.training.record().position;
    std::copy(first.training.record().state.begin(), first.training.record().state.end(), here.record().state.begin());
    curve last = first.training.best();  // the fit has ended: the trainer keeps the last weights
    CHECK(last == on_device);
    CHECK(device.accumulate(on_device, x.view(), y.view(), 1, 1) == here.accumulate(last, x.view(), y.view(), 1, 1));
    device.update(on_device, 100);
    here.update(last, 100);
    for (int i = 0; i < 2; ++i) CHECK(device.step(on_device, x, y, 100) == here.step(last, x, y, 100));
    CHECK(on_device == last);

    const auto from_device = saved(device, on_device);
    CHECK(from_device.size() == checkpoint_size<stepper_type>);
    trainer_type back;
    curve net;
    REQUIRE(load_checkpoint(back, net, from_device).ok());
    CHECK(net == on_device);
    CHECK(back.steps() == 23);
    CHECK_FALSE(back.progress().in_progress());
    CHECK(back.fit(net, data.training(), options(true)).epochs > 0);
}

TEST_CASE("a network alone is loaded from a checkpoint, the last or the best, and refused without being asked for") {
    auto training = configured();
    curve net{seed{1}};
    (void)training.fit(net, data.training(), options());
    const auto bytes = saved(training, net);
    curve last, best;
    CHECK(load(last, bytes).code == status::unused_tensor);
    REQUIRE(load(last, bytes, from_checkpoint).ok());
    REQUIRE(load(best, bytes, best_of_checkpoint).ok());
    CHECK(best == net);
    CHECK(last == training.best());
    CHECK_FALSE(last == best);
}

TEST_CASE("the room that a checkpoint takes is known, and too little is refused") {
    const half first;
    CHECK(first.checkpoint.size() == checkpoint_size<trainer_type>);
    CHECK(saved(configured(), curve{seed{1}}).size() < checkpoint_size<trainer_type>);  // no fit, no best weights
    std::vector<std::byte> little(checkpoint_size<trainer_type> - 1, std::byte{0x5a});
    const auto result = save_checkpoint(first.training, first.net, little);
    CHECK(result.code == status::no_room);
    CHECK(result.size == checkpoint_size<trainer_type>);
    CHECK(little == std::vector<std::byte>(little.size(), std::byte{0x5a}));
}

TEST_CASE("what is not finite is not saved") {
    half first;
    std::vector<std::byte> memory(checkpoint_size<trainer_type>);
    const auto code = [&] { return save_checkpoint(first.training, first.net, memory).code; };
    first.training.record().state[3] = std::numeric_limits<float>::infinity();
    CHECK(code() == status::non_finite_weight);
    first.training.record().state[3] = 0;
    first.net.parameters()[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(code() == status::non_finite_weight);
    first.net.parameters()[0] = 0;
    first.training.record().optimizer.epsilon = std::numeric_limits<double>::quiet_NaN();
    CHECK(code() == status::invalid_option);
    first.training.record().optimizer.epsilon = 1e-8;
    CHECK(code() == status::ok);
}

TEST_CASE("a checkpoint of something else is refused, and nothing changes") {
    const half first;
    half other;
    (void)other.training.fit(other.net, data.training(), {.epochs = 1, .shuffle = seed{77}});

    trainer<curve, mean_squared_error, adamw, 8, cosine_decay> by_adamw;
    CHECK(refused(by_adamw, other.net, first.checkpoint).code == status::wrong_optimizer);
    trainer<curve, mean_squared_error, adam, 8, constant_rate> constant;
    CHECK(refused(constant, other.net, first.checkpoint).code == status::wrong_schedule);

    using wider = network<input<2>, standardize, dense<9>, etch::tanh, dropout<25>, dense<1>>;
    trainer<wider, mean_squared_error, adam, 8, cosine_decay> of_wider;
    wider wide{seed{1}};
    CHECK(refused(other.training, other.net, saved(of_wider, wide)).code == status::wrong_topology);

    std::vector<std::byte> weights(saved_size<curve>);
    REQUIRE(save(first.net, weights).ok());
    CHECK(refused(other.training, other.net, weights).code == status::wrong_optimizer);

    // The loss and the batch may differ.
    trainer<curve, huber<>, adam, 16, cosine_decay> with_huber;
    CHECK(load_checkpoint(with_huber, other.net, first.checkpoint).ok());
}

TEST_CASE("a damaged checkpoint is refused, and nothing changes") {
    const half first;
    half other;
    (void)other.training.fit(other.net, data.training(), {.epochs = 1, .shuffle = seed{77}});
    const auto& good = first.checkpoint;
    const auto code = [&](std::span<const std::byte> bytes) { return refused(other.training, other.net, bytes).code; };

    for (std::size_t size = 0; size < good.size(); size += size < 16 || size + 16 > good.size() ? 1 : 97)
        CHECK(code(std::span{good}.first(size)) != status::ok);
    CHECK(code(std::span{good}.first(good.size() - 1)) == status::truncated);

    const struct {
        const char *key, *renamed;
    } missing[] = {{"\"1.weight\"", "\"1.WEIGHT\""},
                   {"\"0.deviation\"", "\"0.deviatioN\""},
                   {"\"optimizer.1.4.bias\"", "\"optimizer.1.4.biaS\""},
                   {"\"best.1.weight\"", "\"best.1.weighT\""}};
    for (const auto& [key, renamed] : missing) CHECK(code(edited(good, key, renamed)) == status::missing_tensor);

    for (const char* key : {"etch.optimizer.options", "etch.schedule.options", "etch.clip", "etch.position"}) {
        std::string renamed = key;
        renamed.back() = '_';
        CHECK(code(edited(good, std::string{"\""} + key + "\"", "\"" + renamed + "\"")) == status::malformed);
    }
    CHECK(code(edited(good, "\"etch.version\":\"1\"", "\"etch.version\":\"2\"")) == status::wrong_version);
    CHECK(code(edited(good, "\"etch.fit\":\"05", "\"etch.fit\":\"0x")) == status::malformed);
    // Zero epochs done, yet a fit; a best epoch that is still to come.
    CHECK(code(edited(good, "\"etch.fit\":\"05", "\"etch.fit\":\"00")) == status::malformed);
    CHECK(code(edited(good, "\"etch.fit\":\"05", "\"etch.fit\":\"01")) == status::malformed);

    // The weights are exchanged while a fit waits to be resumed, never in a file.
    auto exchanged = good;
    const std::string key = "\"etch.fit\":\"";
    const std::string_view text{reinterpret_cast<const char*>(good.data()), good.size()};
    exchanged[text.find(key) + key.size() + 8 * 16 + 1] = std::byte{'1'};  // the lowest digit of the ninth field
    CHECK(code(exchanged) == status::malformed);

    // A number that is not finite, in each tensor: exponent and fraction all ones.
    safetensors_view file;
    REQUIRE(file.open(good).ok());
    std::size_t at = header_end(good);
    for (const file_tensor& tensor : file.tensors()) {
        auto bad = good;
        for (std::size_t b = 0; b < 4; ++b) bad[at + b] = std::byte{0xff};
        at += tensor.bytes.size();
        const auto result = refused(other.training, other.net, bad);
        CHECK(result.code == status::non_finite_weight);
        CHECK(std::string{result.key} == std::string{tensor.key});
        CHECK(result.element == 0);
    }
    CHECK(at == good.size());
}

TEST_CASE("options of every kind of field come back, and nothing that lies between them") {
    using extended = trainer<curve, mean_squared_error, rmsprop_extended, 4, step_decay>;
    const extended training{{.learning_rate = 0.25, .momentum = 0.5, .centered = true},
                            {.step_size = 5'000'000'000, .gamma = 0.75},
                            {},
                            seed{0xfedcba9876543210}};
    const curve net{seed{1}};
    extended other;
    curve loaded;
    const auto bytes = saved(training, net);
    REQUIRE(load_checkpoint(other, loaded, bytes).ok());
    CHECK(loaded == net);
    CHECK(other.record().optimizer.learning_rate == 0.25);
    CHECK(other.record().optimizer.momentum == 0.5);
    CHECK(other.record().optimizer.centered);
    CHECK(other.record().schedule.step_size == 5'000'000'000);
    CHECK(other.record().schedule.gamma == 0.75);
    CHECK(other.record().position.seed.value == 0xfedcba9876543210);
    // A bool is 0 or 1: the last of six fields.
    const std::string one = "0100000000000000\",\"etch.schedule.options", two = "02" + one.substr(2);
    CHECK(refused(other, loaded, edited(bytes, one, two)).code == status::malformed);
}

TEST_CASE("a checkpoint lies at any address") {
    const half first;
    std::vector<std::byte> memory(first.checkpoint.size() + 1);
    std::copy(first.checkpoint.begin(), first.checkpoint.end(), memory.begin() + 1);
    trainer_type second;
    curve net;
    CHECK(load_checkpoint(second, net, std::span{memory}.subspan(1)).ok());
    CHECK(save_checkpoint(second, net, std::span{memory}.subspan(1)).ok());
    CHECK(std::equal(first.checkpoint.begin(), first.checkpoint.end(), memory.begin() + 1));
}
