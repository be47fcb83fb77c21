#pragma once
#include <cstddef>
#include <iterator>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// The index of the largest number, the first of equal ones: argmax(probabilities). Numbers is anything with a size and
/// [], such as an output of a network, an array, a span or a vector, and must not be empty. NaN is never the largest,
/// unless it comes first.
template <class Numbers>
[[nodiscard]] constexpr std::size_t argmax(const Numbers& numbers) noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < std::size(numbers); ++i) {
        if (numbers[i] > numbers[best]) best = i;
    }
    return best;
}

/// The class of a target or of a network's output: its largest column (argmax); for a single number, the probability of
/// the second of two classes, whether it is at least 1/2.
template <class Numbers>
[[nodiscard]] constexpr std::size_t class_of(const Numbers& numbers) noexcept {
    if (std::size(numbers) == 1) return numbers[0] >= 0.5 ? 1 : 0;
    return argmax(numbers);
}

}  // namespace etch::inline ETCH_VARIANT
