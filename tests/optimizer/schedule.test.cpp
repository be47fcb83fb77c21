#include <etch/optimizer/schedule.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "reference/optimizers.hpp"
#include "support/catch.hpp"

namespace known = reference::schedule;

namespace {

/// The largest deviation from PyTorch's first 50 rates, relative to the base of 0.1.
template <class T, class S>
double deviation(const S& schedule, const double (&expected)[50]) {
    double largest = 0;
    for (std::uint64_t step = 0; step < 50; ++step) {
        const double off = std::abs(static_cast<double>(schedule.rate(static_cast<T>(0.1), step, 50)) - expected[step]);
        if (!(off / 0.1 <= largest)) largest = off / 0.1;
    }
    return largest;
}

// A rate is a few roundings from the exact one: half a unit of float's last place is 6e-8, of double's 1.1e-16 (PyTorch
// multiplies up to 50 times where etch multiplies 6 times).
constexpr double float_tolerance = 3e-7;
constexpr double double_tolerance = 1e-14;

template <class S>
void compare(const S& schedule, const double (&expected)[50]) {
    CHECK(deviation<float>(schedule, expected) < float_tolerance);
    CHECK(deviation<double>(schedule, expected) < double_tolerance);
}

}  // namespace

TEST_CASE("constant_rate is the base, after a straight climb") {
    static_assert(etch::Schedule<etch::constant_rate>);
    static_assert(etch::constant_rate{}.rate(0.3f, 0, 10) == 0.3f && etch::constant_rate{}.rate(0.3f, 99, 10) == 0.3f);
    static_assert(etch::constant_rate{.warmup_steps = 4}.rate(1.0f, 0, 10) == 0.25f);
    static_assert(etch::constant_rate{.warmup_steps = 4}.rate(1.0f, 3, 10) == 1.0f);
    compare(etch::constant_rate{.warmup_steps = 10}, known::constant_warm);
}

TEST_CASE("step_decay follows PyTorch's StepLR") {
    static_assert(etch::Schedule<etch::step_decay>);
    static_assert(etch::step_decay{.step_size = 3, .gamma = 0.5}.rate(1.0f, 2, 9) == 1.0f);
    static_assert(etch::step_decay{.step_size = 3, .gamma = 0.5}.rate(1.0f, 6, 9) == 0.25f);
    compare(etch::step_decay{.step_size = 7, .gamma = 0.5}, known::step);
    compare(etch::step_decay{.step_size = 7, .gamma = 0.5, .warmup_steps = 10}, known::step_warm);
    compare(etch::step_decay{}, known::step_third);
}

TEST_CASE("step_decay without a step size falls twice in any fit of three updates or more, and survives shorter ones") {
    for (std::uint64_t total : {3u, 4u, 5u, 6u, 7u, 100u, 1001u})
        CHECK(etch::step_decay{}.rate(1.0, total - 1, total) == Approx(0.01));
    CHECK(etch::step_decay{}.rate(1.0, 0, 0) == 1.0);
    CHECK(etch::step_decay{}.rate(1.0, 0, 1) == 1.0);
}

TEST_CASE("exponential_decay follows PyTorch's ExponentialLR") {
    static_assert(etch::Schedule<etch::exponential_decay>);
    static_assert(etch::exponential_decay{.gamma = 0.5}.rate(1.0f, 10, 0) == 0x1p-10f);
    compare(etch::exponential_decay{.gamma = 0.9}, known::exponential);
    compare(etch::exponential_decay{.gamma = 0.9, .warmup_steps = 10}, known::exponential_warm);
}

TEST_CASE("cosine_decay follows PyTorch's CosineAnnealingLR") {
    static_assert(etch::Schedule<etch::cosine_decay>);
    compare(etch::cosine_decay{}, known::cosine);
    compare(etch::cosine_decay{.minimum = 0.01, .steps = 80}, known::cosine_minimum);
    compare(etch::cosine_decay{.warmup_steps = 10}, known::cosine_warm);
}

TEST_CASE("cosine_decay starts at the base, passes the middle, and stays at its minimum") {
    constexpr etch::cosine_decay schedule{.minimum = 0.25, .steps = 8, .warmup_steps = 2};
    static_assert(schedule.rate(1.25f, 0, 0) == 0.625f && schedule.rate(1.25f, 1, 0) == 1.25f);
    static_assert(schedule.rate(1.25f, 2, 0) == 1.25f);
    CHECK(schedule.rate(1.25f, 6, 0) == Approx(0.75f));
    static_assert(schedule.rate(1.25f, 10, 0) == 0.25f && schedule.rate(1.25f, 1000, 0) == 0.25f);
    // a fit that ends within the warm-up, or has no update at all
    CHECK(etch::cosine_decay{.warmup_steps = 5}.rate(1.0f, 5, 5) == 0);
    CHECK(etch::cosine_decay{}.rate(1.0f, 0, 0) == 0);
}

TEST_CASE("a schedule gives the bits of run time in a constant expression") {
    constexpr float rates[] = {etch::cosine_decay{}.rate(0.1f, 7, 50), etch::cosine_decay{}.rate(0.1f, 31, 50),
                               etch::step_decay{}.rate(0.1f, 31, 50), etch::exponential_decay{}.rate(0.1f, 31, 50)};
    volatile std::uint64_t seven = 7, later = 31;
    CHECK(etch::cosine_decay{}.rate(0.1f, seven, 50) == rates[0]);
    CHECK(etch::cosine_decay{}.rate(0.1f, later, 50) == rates[1]);
    CHECK(etch::step_decay{}.rate(0.1f, later, 50) == rates[2]);
    CHECK(etch::exponential_decay{}.rate(0.1f, later, 50) == rates[3]);
}
