#pragma once
#include <cstddef>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// A number read as an index below Count: whether it is one, which it is if it is whole and in the range, and which row
/// it names, which is 0 for a number outside the range. Without a branch.
template <std::size_t Count>
struct index_below {
    bool is_index;
    std::size_t row;

    template <class T>
    explicit ETCH_INLINE constexpr index_below(T x) noexcept {
        const T inside[] = {T{0}, x};
        const bool in_range = (x >= T{0}) & (x < static_cast<T>(Count));
        row = static_cast<std::size_t>(inside[static_cast<std::size_t>(in_range)]);
        is_index = in_range & (static_cast<T>(row) == x);
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
