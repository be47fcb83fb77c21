#pragma once
#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>

#include "networks.hpp"
#include "stream.hpp"
#include "vision.hpp"
#include "workload.hpp"

/// Every contestant's file includes this header and passes its classes to add_..., which registers it for their rows.
/// The timed loops are templates over these classes, so that a call is as direct as in a user's program. The classes
/// are in an anonymous namespace: each file has its own flags, and no code compiled with them may be shared.
namespace bench {

/// Registers `row`/`contestant`. A contestant named `plain:rows` is a variant of `plain`: the fastest variant of a row
/// is reported under the name before the colon.
void add(const std::string& row, const std::string& contestant, void (*run)(benchmark::State&));

/// Checks once for each benchmark, then remembers: true if the error, which becomes a counter, is below the tolerance.
bool check(benchmark::State& state, double tolerance, double (*measure)());

namespace internal {

// With Google Benchmark 1.7's DoNotOptimize for variables g++ 12 may write a pointer to one place and read it back from
// another, so the two forms that are needed are written out here.

/// Hides from the compiler where `pointer` points and what is stored there.
template <class T>
inline void hide(T*& pointer) {
    asm volatile("" : "+r"(pointer) : : "memory");
}
/// Makes the compiler compute and store all of `value`.
template <class T>
inline void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

/// A pass returns its outputs as a pointer or as an array.
template <class Answer>
const float* numbers_of(const Answer& answer) {
    if constexpr (std::is_pointer_v<Answer>)
        return answer;
    else
        return answer.data();
}

template <class Forward, class Network, std::size_t Samples>
double forward_error() {
    const auto net = describe<Network>();
    const auto parameters = make_parameters(net);
    // More than one batch, since a contestant may be wrong only in its second call.
    constexpr std::size_t calls = Samples == 1 ? 64 : 2;
    const buffer samples{make_samples(net, calls * Samples)};
    const auto expected = reference_forward(net, parameters, {samples.data(), samples.size()});
    const auto run = std::make_unique<Forward>(parameters.data());
    std::vector<float> got;
    for (std::size_t call = 0; call < calls; ++call) {
        const auto answer = (*run)(samples.data() + call * Samples * Network::inputs);
        const float* numbers = numbers_of(answer);
        got.insert(got.end(), numbers, numbers + Samples * Network::outputs);
    }
    return largest_difference(got, expected);
}

template <class Forward>
constexpr double forward_tolerance() {
    if constexpr (requires { Forward::tolerance; })
        return Forward::tolerance;
    else
        return 1e-4;  // float sums of 784 products differ by 1e-6; libraries with a coarse tanh by 2e-5
}

template <class Forward, class Network, std::size_t Samples>
void time_forward(benchmark::State& state) {
    if (!check(state, forward_tolerance<Forward>(), forward_error<Forward, Network, Samples>)) return;
    const auto parameters = make_parameters(describe<Network>());
    const buffer samples{make_samples(describe<Network>(), Samples)};
    const auto run = std::make_unique<Forward>(parameters.data());
    Forward* forward = run.get();
    const float* from = samples.data();
    hide(forward);
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(Samples))) {
        hide(from);  // all memory may have changed: the weights are read again
        const auto answer = (*forward)(from);
        keep(answer);
    }
}

template <class Forward, class Network>
void time_latency(benchmark::State& state) {
    if (!check(state, forward_tolerance<Forward>(), forward_error<Forward, Network, 1>)) return;
    const auto parameters = make_parameters(describe<Network>());
    buffer sample{make_samples(describe<Network>(), 1)};
    const auto run = std::make_unique<Forward>(parameters.data());
    Forward* forward = run.get();
    float* from = sample.data();
    hide(forward);
    for (auto step : state) {
        hide(from);  // all memory may have changed: the weights are read again
        const auto answer = (*forward)(from);
        from[0] = numbers_of(answer)[0];
    }
}

template <class Training, class Network, optimizer Optimizer, std::size_t Batch>
struct training_data {
    decltype(describe<Network>()) net = describe<Network>();
    std::vector<float> parameters = make_parameters(net);
    buffer samples{make_samples(net, training_batches* Batch)}, targets{make_targets(net, training_batches* Batch)};

    float step(Training& training, std::size_t i) const {
        const std::size_t first = i % training_batches * Batch;
        return training.step(samples.data() + first * Network::inputs, targets.data() + first * Network::outputs);
    }
};

template <class Training, class Network, optimizer Optimizer, std::size_t Batch>
double training_error() {
    const training_data<Training, Network, Optimizer, Batch> data;
    constexpr std::size_t steps = 20;
    const auto expected = reference_training(data.net, data.parameters, {data.samples.data(), data.samples.size()},
                                             {data.targets.data(), data.targets.size()}, Batch, steps, Optimizer);
    const auto training = std::make_unique<Training>(data.parameters.data());
    for (std::size_t i = 0; i < steps; ++i) data.step(*training, i);
    std::vector<float> got(expected.size());
    training->read(got.data());
    return largest_difference(got, expected);
}

template <class Training, class Network, optimizer Optimizer, std::size_t Batch>
void time_training(benchmark::State& state) {
    // Adam divides a gradient by its own size: if it consists of rounding errors, the step may go in either direction.
    // With the other rules the update is proportional to the gradient.
    constexpr double tolerance = Optimizer == optimizer::adam ? 20.0 * adam_learning_rate : 1e-4;
    if (!check(state, tolerance, training_error<Training, Network, Optimizer, Batch>)) return;
    const training_data<Training, Network, Optimizer, Batch> data;
    const auto run = std::make_unique<Training>(data.parameters.data());
    Training* training = run.get();
    hide(training);
    std::size_t i = 0;
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(Batch))) {
        const float loss = data.step(*training, i++);
        keep(loss);
    }
}

/// More steps than the longest dilation, so that every place of a state has been written more than once.
template <class Stream, class Network, bool Blocks>
double stream_error() {
    constexpr std::size_t steps = 12 * steps_per_block;
    const auto net = describe<Network>();
    const auto parameters = make_parameters(net);
    const buffer samples{make_samples(net, steps)};
    const auto expected = reference_forward(net, parameters, {samples.data(), samples.size()});
    const auto run = std::make_unique<Stream>(parameters.data());
    std::vector<float> got(steps * Network::outputs);
    for (std::size_t i = 0; i < steps; i += Blocks ? steps_per_block : 1) {
        const float* const from = samples.data() + i * Network::inputs;
        float* const to = got.data() + i * Network::outputs;
        if constexpr (Blocks)
            run->block(from, to);
        else
            run->step(from, to);
    }
    return largest_difference(got, expected);
}

template <class Stream, class Network, bool Blocks>
void time_stream(benchmark::State& state) {
    if (!check(state, forward_tolerance<Stream>(), stream_error<Stream, Network, Blocks>)) return;
    const auto parameters = make_parameters(describe<Network>());
    const buffer samples{make_samples(describe<Network>(), steps_per_block)};
    buffer outputs{steps_per_block * Network::outputs};
    const auto run = std::make_unique<Stream>(parameters.data());
    Stream* stream = run.get();
    const float* from = samples.data();
    float* to = outputs.data();
    hide(stream);
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(steps_per_block))) {
        if constexpr (Blocks) {
            hide(from);  // all memory may have changed: the weights are read again
            stream->block(from, to);
            hide(to);
        } else {
            for (std::size_t i = 0; i < steps_per_block; ++i) {
                hide(from);
                stream->step(from + i * Network::inputs, to + i * Network::outputs);
                hide(to);
            }
        }
    }
}

constexpr std::size_t function_count = 1024;

/// A name as a template's argument.
template <std::size_t Size>
struct literal {
    char text[Size];
    consteval literal(const char (&from)[Size]) {
        for (std::size_t i = 0; i < Size; ++i) text[i] = from[i];
    }
};

template <class Function>
void apply(const float* from, float* to) {
    Function::run(from, to, function_count);
}

template <literal Name, class Function>
double function_error() {
    return largest_ulp_error(Name.text, apply<Function>, function_count);
}

template <literal Name, class Function>
void time_function(benchmark::State& state) {
    check(state, 1e30, function_error<Name, Function>);
    const buffer arguments{function_arguments(Name.text, function_count)};
    buffer results{function_count};
    const float* from = arguments.data();
    float* to = results.data();
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(function_count))) {
        hide(from);
        hide(to);
        Function::run(from, to, function_count);
    }
}

}  // namespace internal

// static: a template that takes a template is shared between files even if its argument is in an anonymous namespace.

/// inference/<network>/<contestant>, one sample per call, and latency/<network>/<contestant>, where each output is part
/// of the next input. `Forward<Network, Samples>` is constructed from parameters and called with samples.
template <template <class, std::size_t> class Forward, class... Networks>
static void add_single(const std::string& contestant) {
    (add(std::string{"inference/"} + Networks::name, contestant,
         internal::time_forward<Forward<Networks, 1>, Networks, 1>),
     ...);
    (add(std::string{"latency/"} + Networks::name, contestant, internal::time_latency<Forward<Networks, 1>, Networks>),
     ...);
}

/// batch32/<network>/<contestant> and batch256/<network>/<contestant>: samples one after the other in memory.
template <template <class, std::size_t> class Forward, class... Networks>
static void add_batches(const std::string& contestant) {
    (add(std::string{"batch32/"} + Networks::name, contestant,
         internal::time_forward<Forward<Networks, 32>, Networks, 32>),
     ...);
    (add(std::string{"batch256/"} + Networks::name, contestant,
         internal::time_forward<Forward<Networks, 256>, Networks, 256>),
     ...);
}

/// train/<network>_<optimizer>/<contestant>. `Training<Network, Optimizer, Batch>` is constructed from parameters; step
/// takes samples and targets and returns the mean loss before the update; read returns the parameters.
template <template <class, optimizer, std::size_t> class Training, class Network, optimizer Optimizer,
          std::size_t Batch>
static void add_training(const std::string& contestant) {
    constexpr const char* suffix = Optimizer == optimizer::sgd        ? "_sgd"
                                   : Optimizer == optimizer::momentum ? "_momentum"
                                                                      : "_adam";
    add(std::string{"train/"} + Network::name + suffix, contestant,
        internal::time_training<Training<Network, Optimizer, Batch>, Network, Optimizer, Batch>);
}

template <template <class, optimizer, std::size_t> class Training>
static void add_all_training(const std::string& contestant) {
    add_training<Training, tiny, optimizer::sgd, 1>(contestant);
    add_training<Training, policy, optimizer::adam, 32>(contestant);
    add_training<Training, digits, optimizer::momentum, 32>(contestant);
    add_training<Training, digits, optimizer::adam, 32>(contestant);
}

/// vision/<network>/<contestant>, one image or signal per call.
template <template <class, std::size_t> class Forward, class... Networks>
static void add_vision(const std::string& contestant) {
    (add(std::string{"vision/"} + Networks::name, contestant,
         internal::time_forward<Forward<Networks, 1>, Networks, 1>),
     ...);
}

/// vision/<network>_batch32/<contestant>: 32 images one after the other in memory.
template <template <class, std::size_t> class Forward, class Network>
static void add_vision_batch(const std::string& contestant) {
    add(std::string{"vision/"} + Network::name + "_batch32", contestant,
        internal::time_forward<Forward<Network, 32>, Network, 32>);
}

/// vision/<network>_train/<contestant>: momentum, batches of 32.
template <template <class, optimizer, std::size_t> class Training, class Network>
static void add_vision_training(const std::string& contestant) {
    using training = Training<Network, optimizer::momentum, 32>;
    add(std::string{"vision/"} + Network::name + "_train", contestant,
        internal::time_training<training, Network, optimizer::momentum, 32>);
}

/// stream/<network>/<contestant>, one step per call, and stream/<network>_block64/<contestant>, 64 steps per call.
/// `Stream<Network>` is constructed from parameters; step(from, to) and block(from, to) continue the stream.
template <template <class> class Stream, class... Networks>
static void add_streams(const std::string& contestant) {
    (add(std::string{"stream/"} + Networks::name, contestant, internal::time_stream<Stream<Networks>, Networks, false>),
     ...);
    (add(std::string{"stream/"} + Networks::name + "_block64", contestant,
         internal::time_stream<Stream<Networks>, Networks, true>),
     ...);
}
template <template <class> class Stream>
static void add_all_streams(const std::string& contestant) {
    add_streams<Stream, gru_8, gru_24, lstm_20, lstm_40, lstm_128, gru_64, causal>(contestant);
}

/// math/<function>/<contestant>: `Loop<Of>::run(from, to, count)` applies `Of`, a lambda that captures nothing, to
/// numbers.
template <internal::literal Name, template <class> class Loop, class Of>
static void add_function(const std::string& contestant, Of) {
    add(std::string{"math/"} + Name.text, contestant, internal::time_function<Name, Loop<Of>>);
}

}  // namespace bench
