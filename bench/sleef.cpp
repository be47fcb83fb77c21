// SLEEF's functions of one unit in the last place, at the target's widest registers.
#include <immintrin.h>

#include <cstddef>

#include <sleef.h>

#include "contestant.hpp"

namespace {

#if defined(__AVX512F__)
using pack = __m512;
constexpr std::size_t lanes = 16;
pack load(const float* from) { return _mm512_load_ps(from); }
void store(float* to, pack x) { _mm512_store_ps(to, x); }
pack number(float x) { return _mm512_set1_ps(x); }
#define ETCH_BENCH_SLEEF(function) Sleef_##function##16_u10
#elif defined(__AVX2__)
using pack = __m256;
constexpr std::size_t lanes = 8;
pack load(const float* from) { return _mm256_load_ps(from); }
void store(float* to, pack x) { _mm256_store_ps(to, x); }
pack number(float x) { return _mm256_set1_ps(x); }
#define ETCH_BENCH_SLEEF(function) Sleef_##function##8_u10
#else
using pack = __m128;
constexpr std::size_t lanes = 4;
pack load(const float* from) { return _mm_load_ps(from); }
void store(float* to, pack x) { _mm_store_ps(to, x); }
pack number(float x) { return _mm_set1_ps(x); }
#define ETCH_BENCH_SLEEF(function) Sleef_##function##4_u10
#endif

template <class Of>
struct function {
    static void run(const float* from, float* to, std::size_t count) {
        for (std::size_t i = 0; i < count; i += lanes) store(to + i, Of{}(load(from + i)));
    }
};

const bool registered = [] {
    bench::add_function<"exp", function>("sleef", [](pack x) { return ETCH_BENCH_SLEEF(expf)(x); });
    bench::add_function<"tanh", function>("sleef", [](pack x) { return ETCH_BENCH_SLEEF(tanhf)(x); });
    bench::add_function<"sigmoid", function>(
        "sleef", [](pack x) { return number(1) / (number(1) + ETCH_BENCH_SLEEF(expf)(-x)); });
    bench::add_function<"log", function>("sleef", [](pack x) { return ETCH_BENCH_SLEEF(logf)(x); });
    bench::add_function<"softplus", function>("sleef", [](pack x) {
        const pack positive = x > number(0) ? x : number(0), size = x > number(0) ? -x : x;
        return positive + ETCH_BENCH_SLEEF(log1pf)(ETCH_BENCH_SLEEF(expf)(size));
    });
    bench::add_function<"erf", function>("sleef", [](pack x) { return ETCH_BENCH_SLEEF(erff)(x); });
    return true;
}();

}  // namespace
