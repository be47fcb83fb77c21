// Nanoseconds an element for 1024 floats in the first cache, `per_element` in the table: each function at the target's
// widest lanes, one register at a time.
#include <array>
#include <cmath>
#include <cstddef>

#include <benchmark/benchmark.h>

#include <etch/math/cos_pi.hpp>
#include <etch/math/erf.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>
#include <etch/math/sigmoid.hpp>
#include <etch/math/softplus.hpp>
#include <etch/math/tanh.hpp>

namespace {

constexpr std::size_t count = 1024;
using pack = etch::float_lanes<etch::widest_lanes<float>>;
using numbers = std::array<float, count>;

template <class Function>
ETCH_NO_INLINE void apply(const numbers& from, numbers& to, Function function) {
    for (std::size_t i = 0; i < count; i += pack::size) function(pack::load(&from[i])).store(&to[i]);
}

/// Arguments spread evenly over [low, high], in a scattered order.
template <class Function>
void measure(const char* name, float low, float high, Function function) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
        alignas(64) static numbers from, to;
        for (std::size_t i = 0; i < count; ++i)
            from[i] = low + (high - low) * static_cast<float>(i * 619 % count) / static_cast<float>(count);
        for (auto step : state) {
            apply(from, to, function);
            benchmark::DoNotOptimize(to.data());
            benchmark::ClobberMemory();
        }
        state.counters["per_element"] = benchmark::Counter(
            static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    });
}

// The activations around zero, where networks work; log over four decades.
const bool registered = [] {
    namespace math = etch::math;
    measure("math/exp", -8, 8, [](pack x) ETCH_INLINE_LAMBDA { return math::exp(x); });
    measure("math/expm1", -8, 8, [](pack x) ETCH_INLINE_LAMBDA { return math::expm1(x); });
    measure("math/log", 0.01f, 100, [](pack x) ETCH_INLINE_LAMBDA { return math::log(x); });
    measure("math/log1p", -0.9f, 100, [](pack x) ETCH_INLINE_LAMBDA { return math::log1p(x); });
    measure("math/tanh", -4, 4, [](pack x) ETCH_INLINE_LAMBDA { return math::tanh(x); });
    measure("math/sigmoid", -8, 8, [](pack x) ETCH_INLINE_LAMBDA { return math::sigmoid(x); });
    measure("math/softplus", -8, 8, [](pack x) ETCH_INLINE_LAMBDA { return math::softplus(x); });
    measure("math/erf", -4, 4, [](pack x) ETCH_INLINE_LAMBDA { return math::erf(x); });
    measure("math/cos_pi", 0, 1, [](pack x) ETCH_INLINE_LAMBDA { return math::cos_pi(x); });
    return true;
}();

}  // namespace
