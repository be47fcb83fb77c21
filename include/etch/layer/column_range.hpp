#pragma once
#include <cstddef>

namespace etch::internal {

/// The smallest and largest number of a column of the training data, and whether they differ.
template <class T>
struct column_range {
    T least, most;
};

template <class T>
constexpr column_range<T> range_of(std::size_t feature, std::size_t count, const auto& sample) {
    column_range<T> range{sample(0)[feature], sample(0)[feature]};
    for (std::size_t i = 1; i < count; ++i) {
        const T x = sample(i)[feature];
        range.least = x < range.least ? x : range.least;
        range.most = x > range.most ? x : range.most;
    }
    return range;
}

}  // namespace etch::internal
