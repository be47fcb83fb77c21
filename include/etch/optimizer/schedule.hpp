#pragma once
// Learning-rate schedules: the rate of each update. Each is an aggregate of options and one pure function, so a rate
// depends only on the number of the update, and training can resume anywhere.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/math/cos_pi.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

/// What every schedule has: `rate(base, step, total_steps)`, the learning rate for update number `step` (from 0) of
/// `total_steps`, where `base` is the optimizer's own. During the first `warmup_steps` updates the rate rises linearly,
/// base * (step + 1) / warmup_steps; the schedule itself starts after them. PyTorch's schedulers count the calls of
/// `step()`, often epochs; here it is updates. Its `name`, if any, is stored in checkpoints to identify it. `check()`,
/// if it has one, returns the first option that is out of range.
template <class S>
concept Schedule = std::is_aggregate_v<S> && requires(const S schedule, float base, std::uint64_t step) {
    { schedule.rate(base, step, step) } -> std::same_as<float>;
};

namespace internal {

/// base^exponent by repeated squaring: multiplications only, so that nothing can be contracted.
[[nodiscard]] constexpr double integer_power(double base, std::uint64_t exponent) noexcept {
    double result = 1;
    for (; exponent != 0; exponent /= 2) {
        if (exponent % 2 != 0) result *= base;
        base *= base;
    }
    return result;
}

/// a / b, rounded once, for counts below 2^53.
template <class T>
[[nodiscard]] constexpr T count_ratio(std::uint64_t a, std::uint64_t b) noexcept {
    return static_cast<T>(static_cast<double>(a) / static_cast<double>(b));
}

/// The number of updates after the warm-up.
[[nodiscard]] constexpr std::uint64_t steps_after(std::uint64_t warmup_steps, std::uint64_t total_steps) noexcept {
    return total_steps > warmup_steps ? total_steps - warmup_steps : 0;
}

/// Accepts options that a schedule does not have: see missing_options.
struct missing_schedule_options {
    double warmup = 0, gamma = 0, factor = 0, decay = 0, step_size = 0, steps = 0, total_steps = 0, max_steps = 0;
    double period = 0, minimum = 0, min_lr = 0, eta_min = 0, warmup_steps = 0, learning_rate = 0, lr = 0;
};

}  // namespace internal

/// The same rate throughout.
struct constant_rate {
    std::uint64_t warmup_steps = 0;

    static constexpr const char* name = "constant_rate";

    template <class T>
    [[nodiscard]] constexpr T rate(T base, std::uint64_t step, std::uint64_t /*total_steps*/) const noexcept {
        return step < warmup_steps ? base * internal::count_ratio<T>(step + 1, warmup_steps) : base;
    }
};

/// Falls by the factor gamma every `step_size` updates: base * gamma^floor(step / step_size). PyTorch's StepLR. A step
/// size of 0 means a third of the updates after the warm-up: two reductions in a fit of any length.
struct step_decay {
    std::uint64_t step_size = 0;
    double gamma = 0.1;
    std::uint64_t warmup_steps = 0;

    static constexpr const char* name = "step_decay";

    [[nodiscard]] constexpr option_error(check)() const noexcept { return internal::must_be_positive("gamma", gamma); }

    template <class T>
    [[nodiscard]] constexpr T rate(T base, std::uint64_t step, std::uint64_t total_steps) const noexcept {
        if (step < warmup_steps) return constant_rate{warmup_steps}.rate(base, step, total_steps);
        const std::uint64_t passed = step - warmup_steps;
        const std::uint64_t length = internal::steps_after(warmup_steps, total_steps);
        const std::uint64_t falls = step_size != 0 ? passed / step_size : length != 0 ? 3 * passed / length : 0;
        return base * static_cast<T>(internal::integer_power(gamma, falls));
    }
};

/// Falls by the factor gamma with every update: base * gamma^step. PyTorch's ExponentialLR.
struct exponential_decay {
    double gamma = 0.999;
    std::uint64_t warmup_steps = 0;

    static constexpr const char* name = "exponential_decay";

    [[nodiscard]] constexpr option_error(check)() const noexcept { return internal::must_be_positive("gamma", gamma); }

    template <class T>
    [[nodiscard]] constexpr T rate(T base, std::uint64_t step, std::uint64_t total_steps) const noexcept {
        if (step < warmup_steps) return constant_rate{warmup_steps}.rate(base, step, total_steps);
        return base * static_cast<T>(internal::integer_power(gamma, step - warmup_steps));
    }
};

/// Half a cosine from base down to `minimum`: minimum + (base - minimum) * (1 + cos(pi * step / steps)) / 2. PyTorch's
/// CosineAnnealingLR, except that the rate stays at the minimum after `steps`. `steps` counts the updates after the
/// warm-up; 0 means all of them. If `minimum` is above base, the rate rises to it.
/// Source: I. Loshchilov, F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
struct cosine_decay {
    double minimum = 0;
    std::uint64_t steps = 0;
    std::uint64_t warmup_steps = 0;

    static constexpr const char* name = "cosine_decay";

    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::must_not_be_negative("minimum", minimum);
    }

    template <class T>
    [[nodiscard]] constexpr T rate(T base, std::uint64_t step, std::uint64_t total_steps) const noexcept {
        if (step < warmup_steps) return constant_rate{warmup_steps}.rate(base, step, total_steps);
        const T low = static_cast<T>(minimum);
        const std::uint64_t passed = step - warmup_steps;
        const std::uint64_t length = steps != 0 ? steps : internal::steps_after(warmup_steps, total_steps);
        if (passed >= length) return low;
        using number = lanes<T, 1>;
        const number height =
            fma(number(T{0.5}), math::cos_pi(number(internal::count_ratio<T>(passed, length))), number(T{0.5}));
        return fma(number(base - low), height, number(low)).value;
    }
};

}  // namespace etch::inline ETCH_VARIANT
