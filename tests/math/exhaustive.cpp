// Every float through every elementary function, against the double of the C library: a program of its own, since it
// takes long. Prints a line a function; ends with status 1 where an error is above its bound or a special value is
// wrong.
//
//   exhaustive [FUNCTION [STEP]]       all functions and every float, unless told otherwise
//
// The checksum covers the bits of all results: it is the same for every compiler, instruction set and number of lanes
// that share a numeric contract (ETCH_FMA).
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

#include "math/accuracy.hpp"

namespace {

struct request {
    std::string_view only;
    std::uint64_t step;
    bool good = true;
};

template <class Function, class Reference>
void report(request& wanted, const char* name, double bound, Function function, Reference reference,
            float limit = accuracy::infinity) {
    if (!wanted.only.empty() && wanted.only != name) return;
    const auto start = std::chrono::steady_clock::now();
    accuracy::finding found, other;  // two threads, every second float each
    std::thread helper([&] { other = accuracy::examine(function, reference, wanted.step, 2 * wanted.step, limit); });
    found = accuracy::examine(function, reference, 0, 2 * wanted.step, limit);
    helper.join();
    found.add(other);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("%-9s %7.4f %15.8g %6llu %15.8g  %016llx %8.1f\n", name, found.error,
                static_cast<double>(std::bit_cast<float>(found.at)), static_cast<unsigned long long>(found.wrong),
                static_cast<double>(std::bit_cast<float>(found.first_wrong)),
                static_cast<unsigned long long>(found.checksum), time.count());
    std::fflush(stdout);
    wanted.good = wanted.good && found.error <= bound && found.wrong == 0;
}

}  // namespace

int main(int count, char** arguments) {
    request wanted{count > 1 ? arguments[1] : "", count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1};
    if (wanted.step == 0) return 2;
    namespace math = etch::math;
    std::printf("contract %d, %zu lanes\n", ETCH_FMA, etch::widest_lanes<float>);
    std::printf("%-9s %7s %15s %6s %15s  %16s %8s\n", "function", "ulp", "at", "wrong", "first wrong", "checksum",
                "seconds");
    report(wanted, "exp", 2.0, [](auto x) { return math::exp(x); }, [](double x) { return std::exp(x); });
    report(wanted, "expm1", 2.0, [](auto x) { return math::expm1(x); }, [](double x) { return std::expm1(x); });
    report(wanted, "log", 2.0, [](auto x) { return math::log(x); }, [](double x) { return std::log(x); });
    report(wanted, "log1p", 2.0, [](auto x) { return math::log1p(x); }, [](double x) { return std::log1p(x); });
    report(wanted, "tanh", 2.0, [](auto x) { return math::tanh(x); }, [](double x) { return std::tanh(x); });
    report(
        wanted, "sigmoid", 2.5, [](auto x) { return math::sigmoid(x); },
        [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); });
    report(
        wanted, "softplus", 2.0, [](auto x) { return math::softplus(x); },
        [](double x) { return x < 0 ? std::log1p(std::exp(x)) : x + std::log1p(std::exp(-x)); });
    report(wanted, "erf", 2.0, [](auto x) { return math::erf(x); }, [](double x) { return std::erf(x); });
    report(
        wanted, "cos_pi", 2.0, [](auto x) { return math::cos_pi(x); },
        [](double x) {
            const double rest = std::fabs(std::remainder(x, 2.0));
            return rest < 0.25 ? std::cos(std::numbers::pi * rest) : std::sin(std::numbers::pi * (0.5 - rest));
        },
        0x1p+22f);
    return wanted.good ? 0 : 1;
}
