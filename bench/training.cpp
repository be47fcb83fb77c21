// Training steps on one batch: train/<network>_<optimizer>/etch. Items are samples.
#include <benchmark/benchmark.h>

#include <memory>

#include "networks.hpp"

namespace {

template <class Network, class Loss, class Optimizer, std::size_t Batch>
void train(benchmark::State& state) {
    const auto net = std::make_unique<Network>(etch::seed{1});
    const auto stepper = std::make_unique<etch::stepper<Network, Loss, Optimizer, Batch>>();
    const etch::matrix<float, Network::inputs, Batch> x{networks::numbers<Network::inputs * Batch>(etch::seed{2})};
    etch::matrix<float, Network::outputs, Batch> y;
    for (std::size_t j = 0; j < Batch; ++j) y(j % Network::outputs, j) = 1;
    for (auto _ : state) benchmark::DoNotOptimize(stepper->step(*net, x, y));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Batch));
}

}  // namespace

BENCHMARK((train<networks::tiny, etch::mean_squared_error, etch::sgd, 1>))->Name("train/tiny_sgd/etch");
BENCHMARK((train<networks::policy, etch::mean_squared_error, etch::adam, 32>))->Name("train/policy_adam/etch");
BENCHMARK((train<networks::digits, etch::cross_entropy, etch::momentum, 32>))->Name("train/digits_momentum/etch");
BENCHMARK((train<networks::digits, etch::cross_entropy, etch::adam, 32>))->Name("train/digits_adam/etch");
