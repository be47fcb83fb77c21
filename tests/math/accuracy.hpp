#pragma once
// How far a function over lanes is from the exact one, how its special values compare, and what bits it gives.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <etch/core/random.hpp>
#include <etch/simd/lanes.hpp>

namespace accuracy {

struct finding {
    double error = 0;  // the largest, in units of the last place of the exact value
    std::uint32_t at = 0;
    std::uint64_t wrong = 0;  // NaN, infinities, zeros and signs that are not what IEEE 754 and C ask for
    std::uint32_t first_wrong = 0;
    /// Of all arguments and results. Every NaN counts as one, and the order does not matter.
    std::uint64_t checksum = 0;

    void add(std::uint32_t argument, float got, double expected) {
        const float same_nan = got == got ? got : std::numeric_limits<float>::quiet_NaN();
        const std::uint64_t pair = std::uint64_t{argument} << 32 | std::bit_cast<std::uint32_t>(same_nan);
        checksum += (pair * 0x9e3779b97f4a7c15u) ^ (pair * 0xbf58476d1ce4e5b9u >> 29);

        const auto rounded = static_cast<float>(expected);
        if (!std::isfinite(rounded) || !std::isfinite(got) || expected == 0 ||
            std::signbit(got) != std::signbit(expected)) {
            const bool same = std::isnan(rounded) ? std::isnan(got) : same_bits(got, rounded);
            if (!same && wrong++ == 0) first_wrong = argument;
            return;
        }
        // The unit: 2^(exponent - 23), and that of the denormals for all of them.
        const auto bits = std::bit_cast<std::uint64_t>(expected);
        const std::uint64_t exponent = std::max<std::uint64_t>(bits >> 52 & 0x7ff, 1023 - 126);
        const auto unit = std::bit_cast<double>((exponent - 23) << 52);
        const double distance = std::fabs(static_cast<double>(got) - expected) / unit;
        if (distance > error) error = distance, at = argument;
    }

    void add(const finding& other) {
        if (other.error > error) error = other.error, at = other.at;
        if (wrong == 0) first_wrong = other.first_wrong;
        wrong += other.wrong;
        checksum += other.checksum;
    }

    static bool same_bits(float a, float b) {
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
    }
};

/// The bit patterns first, first + step, ... below 2^32, as floats, through `function` at the target's widest lanes.
/// Finite numbers beyond `limit` are left out.
template <class Function, class Reference>
finding examine(Function function, Reference reference, std::uint64_t first, std::uint64_t step,
                float limit = std::numeric_limits<float>::infinity()) {
    constexpr std::size_t size = etch::widest_lanes<float>;
    using pack = etch::float_lanes<size>;
    finding result;
    std::array<std::uint32_t, size> patterns{};
    std::array<float, size> numbers{};
    std::size_t filled = 0;
    const auto flush = [&] {
        const std::array<float, size> arguments = numbers;
        function(pack::load(arguments.data())).store(numbers.data());
        for (std::size_t i = 0; i < filled; ++i)
            result.add(patterns[i], numbers[i], reference(static_cast<double>(arguments[i])));
        filled = 0;
    };
    for (std::uint64_t next = first; next < std::uint64_t{1} << 32; next += step) {
        patterns[filled] = static_cast<std::uint32_t>(next);
        numbers[filled] = std::bit_cast<float>(patterns[filled]);
        if (std::isfinite(numbers[filled]) && std::fabs(numbers[filled]) > limit) continue;
        if (++filled == size) flush();
    }
    flush();
    return result;
}

/// A checksum of the results at a million random arguments between -high and high. A coefficient that is wrong in its
/// last digits moves one result in some ten thousand there, where `examine`, whose arguments are spread over all
/// exponents, has few.
template <class Function>
std::uint64_t checksum_within(Function function, float high) {
    constexpr std::size_t size = etch::widest_lanes<float>;
    etch::random_generator random{etch::seed{1}};
    std::array<float, size> numbers{};
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < std::size_t{1} << 20; i += size) {
        for (float& x : numbers) {
            const float unit = 2 * random.uniform() - 1;  // exact
            x = unit * high;
        }
        function(etch::float_lanes<size>::load(numbers.data())).store(numbers.data());
        for (const float x : numbers) {
            const float same_nan = x == x ? x : std::numeric_limits<float>::quiet_NaN();
            result = result * 0x9e3779b97f4a7c15u + std::bit_cast<std::uint32_t>(same_nan);
        }
    }
    return result;
}

/// How many of the sampled floats give other bits at Size lanes than alone.
template <std::size_t Size, class Function>
std::uint64_t differing(Function function) {
    if constexpr (!etch::has_lanes<float, Size>) {
        return 0;
    } else {
        std::uint64_t result = 0;
        std::array<float, Size> numbers{}, together{};
        for (std::uint64_t next = 0; next < std::uint64_t{1} << 32;) {
            for (float& number : numbers)
                number = std::bit_cast<float>(static_cast<std::uint32_t>(next)), next += 50021;
            function(etch::float_lanes<Size>::load(numbers.data())).store(together.data());
            for (std::size_t i = 0; i < Size; ++i) {
                const float alone = function(etch::float_lanes<1>(numbers[i])).value;
                result += !(finding::same_bits(alone, together[i]) || (alone != alone && together[i] != together[i]));
            }
        }
        return result;
    }
}

/// Arguments of every kind on which the elementary functions are defined, for constant expressions.
inline constexpr float arguments[] = {0.0f,   0x1p-149f, 1e-40f, 0x1p-126f, 1e-20f, 1e-7f, 0.01f, 0.2f,   0.3f,  0.5f,
                                      0.549f, 0.6f,      0.9f,   0.95f,     1.0f,   1.41f, 2.5f,  3.75f,  5.0f,  8.5f,
                                      10.0f,  17.0f,     20.5f,  50.0f,     88.5f,  90.0f, 104.f, 123.0f, 1e10f, 3e38f};
inline constexpr std::size_t argument_count = std::size(arguments);

/// function(sign * argument) for each of them up to `limit`, as the compiler computes it. (What overflows is no
/// constant expression.)
template <class Function>
constexpr std::array<float, argument_count> fold(Function function, float sign, float limit = 3e38f) {
    std::array<float, argument_count> result{};
    for (std::size_t i = 0; i < argument_count; ++i)
        if (arguments[i] <= limit) result[i] = function(etch::float_lanes<1>(sign * arguments[i])).value;
    return result;
}

/// How many of the results folded by the compiler have other bits than those computed now.
template <class Function>
std::size_t differing_from(const std::array<float, argument_count>& folded, Function function, float sign,
                           float limit = 3e38f) {
    std::size_t result = 0;
    for (std::size_t i = 0; i < argument_count; ++i) {
        volatile float argument = sign * arguments[i];  // not known to the compiler
        if (arguments[i] <= limit)
            result += !finding::same_bits(folded[i], function(etch::float_lanes<1>(argument)).value);
    }
    return result;
}

/// The value at one float, at the widest lanes.
template <class Function>
float at(Function function, float x) {
    constexpr std::size_t size = etch::widest_lanes<float>;
    std::array<float, size> result{};
    function(etch::float_lanes<size>(x)).store(result.data());
    return result.back();
}

/// Which of two numbers belongs to the numeric contract in force.
constexpr std::uint64_t by_contract(std::uint64_t fused, std::uint64_t rounded_between) {
    return etch::fused_multiply_add ? fused : rounded_between;
}

inline constexpr std::uint64_t step = 9973;  // a prime: every exponent and all kinds of fractions, 430,656 floats
inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace accuracy
