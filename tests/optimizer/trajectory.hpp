#pragma once
// Runs an optimizer over the gradients that tests/reference/make_optimizers.py gave to PyTorch.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <etch/optimizer/update.hpp>

#include "reference/optimizers.hpp"

namespace trajectory {

inline constexpr std::size_t count = 24;

/// The reference is PyTorch's run in float64. In float, rounding over 100 updates takes etch up to 5.1e-6 away from it
/// (AdamW, whose decay of 1e-5 a step rounds the same way each time) and PyTorch's own float32 run up to 5.6e-6; all
/// other rules stay below 1.3e-6.
inline constexpr double float_tolerance = 1e-5;
/// In double the two differ by the order of roundings alone: 6e-15 measured.
inline constexpr double double_tolerance = 1e-13;

template <class T>
constexpr T start(std::size_t i) {
    return (static_cast<T>(i * 29 % 41) - 20) / 16;
}

template <class T>
constexpr T gradient(std::size_t i, std::size_t t) {
    constexpr T scale[] = {T{0x1p-20}, T{0x1p-3}, T{1}, T{1}, T{0x1p6}};
    const T whole = static_cast<T>((i * i * 7 + i * 31 + t * 17 + i * t * 5) % 97) - 48;
    return i == count - 1 ? T{0} : whole / 64 * scale[i % 5];
}

/// The largest deviation from `expected` after 1, 10 and 100 updates.
template <class T, class Rule>
double deviation(const Rule& rule, const reference::updates& expected) {
    std::array<T, count> parameters{}, gradients{};
    std::array<T, Rule::state_slots * count> state{};
    for (std::size_t i = 0; i < count; ++i) parameters[i] = start<T>(i);
    double largest = 0;
    for (std::size_t t = 1; t <= 100; ++t) {
        for (std::size_t i = 0; i < count; ++i) gradients[i] = gradient<T>(i, t);
        etch::apply_update(rule, rule.at(std::uint64_t{t}, static_cast<T>(rule.learning_rate)),
                           std::span<T>(parameters), gradients, state);
        const double* known = t == 1     ? expected.after_1
                              : t == 10  ? expected.after_10
                              : t == 100 ? expected.after_100
                                         : nullptr;
        if (known == nullptr) continue;
        for (std::size_t i = 0; i < count; ++i) {
            const double off = std::abs(static_cast<double>(parameters[i]) - known[i]);
            if (!(off <= largest)) largest = off;  // a NaN stays
        }
    }
    return largest;
}

/// One parameter after each of two updates, for a value worked by hand.
template <class Rule>
constexpr std::array<float, 2> two_updates(const Rule& rule, float parameter, float first, float second) {
    std::array<float, 2> result{};
    float state[Rule::state_slots + 1] = {};
    for (std::size_t t = 0; t < 2; ++t) {
        const float gradient = t == 0 ? first : second;
        etch::apply_update(rule, rule.at(t + 1, static_cast<float>(rule.learning_rate)),
                           std::span<float>(&parameter, 1), std::span<const float>(&gradient, 1),
                           std::span<float>(state, Rule::state_slots));
        result[t] = parameter;
    }
    return result;
}

}  // namespace trajectory
