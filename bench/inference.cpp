// Forward passes: inference/<network>/etch (one sample after the other), latency/<network>/etch (each call's input
// depends on the last output), batch32/<network>/etch and batch256/<network>/etch (time of the whole batch).
#include <benchmark/benchmark.h>

#include <memory>

#include "networks.hpp"

namespace {

template <class Network>
void inference(benchmark::State& state) {
    const auto net = std::make_unique<Network>(etch::seed{1});
    const auto sample = networks::numbers<Network::inputs>(etch::seed{2});
    for (auto _ : state) {
        benchmark::DoNotOptimize(sample.data());
        auto answer = (*net)(sample);
        benchmark::DoNotOptimize(answer);
    }
    state.SetItemsProcessed(state.iterations());
}

template <class Network>
void latency(benchmark::State& state) {
    const auto net = std::make_unique<Network>(etch::seed{1});
    auto sample = networks::numbers<Network::inputs>(etch::seed{2});
    for (auto _ : state) sample[0] = (*net)(sample)[0];
    benchmark::DoNotOptimize(sample);
    state.SetItemsProcessed(state.iterations());
}

template <class Network, std::size_t Columns>
void batch(benchmark::State& state) {
    const auto net = std::make_unique<Network>(etch::seed{1});
    const auto numbers = networks::numbers<Network::inputs * Columns>(etch::seed{2});
    const etch::matrix_view<const float, Network::inputs, Columns> samples{numbers.data()};
    for (auto _ : state) {
        benchmark::DoNotOptimize(numbers.data());
        auto answers = (*net)(samples);
        benchmark::DoNotOptimize(answers);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Columns));
}

}  // namespace

BENCHMARK(inference<networks::tiny>)->Name("inference/tiny/etch");
BENCHMARK(inference<networks::policy>)->Name("inference/policy/etch");
BENCHMARK(inference<networks::quadrotor>)->Name("inference/quadrotor/etch");
BENCHMARK(inference<networks::legged>)->Name("inference/legged/etch");
BENCHMARK(inference<networks::digits>)->Name("inference/digits/etch");
BENCHMARK(latency<networks::tiny>)->Name("latency/tiny/etch");
BENCHMARK(latency<networks::policy>)->Name("latency/policy/etch");
BENCHMARK((batch<networks::policy, 32>))->Name("batch32/policy/etch");
BENCHMARK((batch<networks::policy, 256>))->Name("batch256/policy/etch");
BENCHMARK((batch<networks::digits, 32>))->Name("batch32/digits/etch");
BENCHMARK((batch<networks::digits, 256>))->Name("batch256/digits/etch");
