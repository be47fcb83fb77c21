// The limits of the core, as rows of their own: limit/fma counts floating-point operations, limit/load_l1 and
// limit/load_l2 count bytes. The report divides by them.
#include <unistd.h>

#include <cstddef>

#include "contestant.hpp"
#include "limits.hpp"

namespace bench {

namespace {

// The widest registers of the target, and how many of its 16 or 32 are accumulators: two units with a latency of four
// cycles need eight in flight, and more of them hide the loop.
#if defined(__AVX512F__)
constexpr std::size_t register_bytes = 64, accumulators = 24;
#define ETCH_BENCH_REGISTER "v"  // any of 32; "x" is the first 16
#elif defined(__AVX__)
constexpr std::size_t register_bytes = 32, accumulators = 12;
#define ETCH_BENCH_REGISTER "x"
#elif defined(__SSE2__)
constexpr std::size_t register_bytes = 16, accumulators = 12;
#define ETCH_BENCH_REGISTER "x"
#elif defined(__aarch64__)
constexpr std::size_t register_bytes = 16, accumulators = 24;
#define ETCH_BENCH_REGISTER "w"
#endif
typedef float pack __attribute__((vector_size(register_bytes)));
constexpr std::size_t lanes = register_bytes / sizeof(float);

void time_fma(benchmark::State& state) {
    constexpr std::size_t turns = 1000;
    float start = 1;
    asm volatile("" : "+m"(start));
    pack sum[accumulators];
    for (pack& s : sum) s = pack{} + start;
    const pack factor = pack{} + start;
    while (state.KeepRunningBatch(turns)) {
        for (std::size_t i = 0; i < turns; ++i) {
#pragma GCC unroll 32
            for (pack& s : sum) s = s * factor + factor;
        }
#pragma GCC unroll 32
        for (pack& s : sum) asm volatile("" : "+" ETCH_BENCH_REGISTER(s));
    }
    state.counters["per_iteration"] = static_cast<double>(2 * lanes * accumulators);
}

template <std::size_t (*Bytes)()>
void time_load(benchmark::State& state) {
    const std::size_t size = Bytes() / 2 / sizeof(float);
    const buffer memory{size};
    const float* const first = memory.data();
    constexpr std::size_t step = 8 * lanes;
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(size / step))) {
        for (std::size_t i = 0; i + step <= size; i += step) {
#pragma GCC unroll 8
            for (std::size_t j = 0; j < 8; ++j) {
                const pack p = *reinterpret_cast<const pack*>(first + i + j * lanes);
                asm volatile("" : : ETCH_BENCH_REGISTER(p));
            }
        }
    }
    state.counters["per_iteration"] = static_cast<double>(step * sizeof(float));
}

std::size_t cache_bytes([[maybe_unused]] int name, std::size_t otherwise) {
#if defined(_SC_LEVEL1_DCACHE_SIZE)
    const long bytes = sysconf(name);
    if (bytes > 0) return static_cast<std::size_t>(bytes);
#endif
    return otherwise;
}

const bool registered = [] {
    add("limit/fma", "core", time_fma);
    add("limit/load_l1", "core", time_load<l1_bytes>);
    add("limit/load_l2", "core", time_load<l2_bytes>);
    return true;
}();

}  // namespace

#if defined(_SC_LEVEL1_DCACHE_SIZE)
std::size_t l1_bytes() { return cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32 * 1024); }
std::size_t l2_bytes() { return cache_bytes(_SC_LEVEL2_CACHE_SIZE, 512 * 1024); }
#else
std::size_t l1_bytes() { return cache_bytes(0, 32 * 1024); }
std::size_t l2_bytes() { return cache_bytes(0, 512 * 1024); }
#endif

}  // namespace bench
