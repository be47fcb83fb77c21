#pragma once
#include <array>
#include <cstddef>

#include <etch/core/problem.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// The smallest and largest number of a column of the training data.
template <class T>
struct column_range {
    T least, most;
};

/// Calls see(feature, number) for all numbers, a sample at a time: a sample may be what the layers before make of it.
template <std::size_t Features>
constexpr void for_each_number(std::size_t count, const auto& sample, auto see) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto features = sample(i);
        for (std::size_t feature = 0; feature < Features; ++feature) see(feature, features[feature]);
    }
}

/// The ranges of all columns, and the first that is constant.
template <class T, std::size_t Features>
struct column_ranges {
    std::array<column_range<T>, Features> column{};
    problem state{};

    constexpr column_ranges(std::size_t count, const auto& sample) {
        const auto first = sample(0);
        for (std::size_t feature = 0; feature < Features; ++feature) column[feature] = {first[feature], first[feature]};
        for_each_number<Features>(count, sample, [&](std::size_t feature, T x) {
            auto& [least, most] = column[feature];
            least = x < least ? x : least;
            most = x > most ? x : most;
        });
        for (std::size_t feature = 0; feature < Features && state.ok(); ++feature)
            if (column[feature].least == column[feature].most) state = {status::constant_column, feature};
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
