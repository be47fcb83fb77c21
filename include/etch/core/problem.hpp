#pragma once
#include <cstddef>

#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// What is wrong with data, and where. `index` counts from 0: the sample for empty_set, size_mismatch,
/// non_finite_input and non_finite_target, the column for constant_column, the class for missing_class and
/// unknown_class.
struct [[nodiscard]] problem {
    status code = status::ok;
    std::size_t index = 0;

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] constexpr bool operator==(const problem&) const noexcept = default;
    [[nodiscard]] constexpr bool operator==(status other) const noexcept { return code == other; }
};

}  // namespace etch
