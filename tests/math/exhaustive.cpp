// Every float through every elementary function, against the double of the C library: a program of its own, since it
// takes minutes. Prints a line a function; ends with status 1 where an error is above its bound or a special value is
// wrong.
//
//   exhaustive [FUNCTION] [STRIDE]       all functions and every float, unless told otherwise
//
// The checksum covers the bits of all results (every NaN counts as one): it is the same for every compiler, instruction
// set and number of lanes that share a numeric contract (ETCH_FMA).
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <string_view>
#include <thread>

#include <etch/math/cos_pi.hpp>
#include <etch/math/erf.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>
#include <etch/math/sigmoid.hpp>
#include <etch/math/softplus.hpp>
#include <etch/math/tanh.hpp>

namespace {

using pack = etch::float_lanes<etch::widest_lanes<float>>;

struct candidate {
    const char* name;
    double bound;  // in units of the last place of the correctly rounded result
    pack (*function)(pack);
    double (*reference)(double);
};

constexpr candidate candidates[] = {
    {"exp", 2.0, [](pack x) { return etch::math::exp(x); }, [](double x) { return std::exp(x); }},
    {"expm1", 2.0, [](pack x) { return etch::math::expm1(x); }, [](double x) { return std::expm1(x); }},
    {"log", 2.0, [](pack x) { return etch::math::log(x); }, [](double x) { return std::log(x); }},
    {"log1p", 2.0, [](pack x) { return etch::math::log1p(x); }, [](double x) { return std::log1p(x); }},
    {"tanh", 2.0, [](pack x) { return etch::math::tanh(x); }, [](double x) { return std::tanh(x); }},
    {"sigmoid", 2.5, [](pack x) { return etch::math::sigmoid(x); },
     [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }},
    {"softplus", 2.0, [](pack x) { return etch::math::softplus(x); },
     [](double x) { return x < 0 ? std::log1p(std::exp(x)) : x + std::log1p(std::exp(-x)); }},
    {"erf", 2.0, [](pack x) { return etch::math::erf(x); }, [](double x) { return std::erf(x); }},
    {"cos_pi", 2.0, [](pack x) { return etch::math::cos_pi(x); },
     [](double x) {
         if (!(std::fabs(x) < 0x1p22)) return std::nan("");  // outside its domain: not compared
         const double rest = std::fabs(std::remainder(x, 2.0));
         return rest < 0.25 ? std::cos(std::numbers::pi * rest) : std::sin(std::numbers::pi * (0.5 - rest));
     }},
};

struct finding {
    double error = 0;
    std::uint32_t at = 0;
    std::uint64_t wrong = 0;  // infinities, NaN, signs and zeros that differ from the reference's
    std::uint32_t first_wrong = 0;
    std::uint64_t checksum = 0;
};

void compare(const candidate& it, std::uint32_t bits, float got, finding& result) {
    const double x = static_cast<double>(std::bit_cast<float>(bits));
    const double expected = it.reference(x);
    const auto rounded = static_cast<float>(expected);
    if (!std::isfinite(rounded) || !std::isfinite(got) || expected == 0 ||
        std::signbit(got) != std::signbit(expected)) {
        const bool outside = it.reference(1e30) != it.reference(1e30) && !(std::fabs(x) < 0x1p22);
        const bool same = std::isnan(rounded)
                              ? std::isnan(got)
                              : std::bit_cast<std::uint32_t>(got) == std::bit_cast<std::uint32_t>(rounded);
        if (!same && !(outside && !std::isnan(x)) && result.wrong++ == 0) result.first_wrong = bits;
        return;
    }
    const int exponent = std::max(static_cast<int>(std::bit_cast<std::uint64_t>(expected) >> 52 & 0x7ff) - 1023, -126);
    const double unit = std::bit_cast<double>(static_cast<std::uint64_t>(exponent - 23 + 1023) << 52);
    const double error = std::fabs(static_cast<double>(got) - expected) / unit;
    if (error > result.error) result.error = error, result.at = bits;
}

finding examine(const candidate& it, std::uint64_t begin, std::uint64_t end, std::uint64_t stride) {
    finding result;
    constexpr std::size_t size = pack::size;
    for (std::uint64_t next = begin; next < end;) {
        std::array<float, size> numbers{};
        std::array<std::uint32_t, size> bits{};
        for (std::size_t i = 0; i < size; ++i, next += stride) {
            bits[i] = static_cast<std::uint32_t>(next < end ? next : begin);
            numbers[i] = std::bit_cast<float>(bits[i]);
        }
        it.function(pack::load(numbers.data())).store(numbers.data());
        for (std::size_t i = 0; i < size; ++i) {
            compare(it, bits[i], numbers[i], result);
            const float got = numbers[i] == numbers[i] ? numbers[i] : std::bit_cast<float>(0x7fc00000u);
            // Sums of scattered values do not depend on who adds which part.
            result.checksum +=
                (std::uint64_t{bits[i]} << 32 | std::bit_cast<std::uint32_t>(got)) * 0x9e3779b97f4a7c15u >> 7;
        }
    }
    return result;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view only = count > 1 ? arguments[1] : "";
    const std::uint64_t stride = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
    constexpr std::uint64_t all = std::uint64_t{1} << 32;
    bool good = stride > 0;
    std::printf("contract %d, %zu lanes\n", ETCH_FMA, pack::size);
    std::printf("%-9s %8s %15s %10s %6s %10s %17s %8s\n", "function", "ulp", "at x", "bits", "wrong", "first",
                "checksum", "seconds");
    for (const candidate& it : candidates) {
        if (stride == 0 || (!only.empty() && only != it.name)) continue;
        const auto start = std::chrono::steady_clock::now();
        finding halves[2];
        // Even and odd patterns, so that both threads have the same work.
        std::thread other([&] { halves[1] = examine(it, stride, all, 2 * stride); });
        halves[0] = examine(it, 0, all, 2 * stride);
        other.join();
        const finding& worst = halves[halves[1].error > halves[0].error];
        const std::uint64_t wrong = halves[0].wrong + halves[1].wrong;
        const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
        std::printf("%-9s %8.4f %15.8g 0x%08x %6llu 0x%08x %17llx %8.1f\n", it.name, worst.error,
                    static_cast<double>(std::bit_cast<float>(worst.at)), worst.at,
                    static_cast<unsigned long long>(wrong), halves[halves[0].wrong == 0].first_wrong,
                    static_cast<unsigned long long>(halves[0].checksum + halves[1].checksum), time.count());
        std::fflush(stdout);
        if (worst.error > it.bound || wrong > 0) good = false;
    }
    return good ? 0 : 1;
}
