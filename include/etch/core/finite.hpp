#pragma once
#include <limits>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Whether a number is neither NaN nor infinite, by one subtraction; in a constant expression that must not give NaN.
template <class T>
ETCH_INLINE constexpr bool is_finite(T x) noexcept {
    return ETCH_CONSTANT_EVALUATED ? x >= std::numeric_limits<T>::lowest() && x <= (std::numeric_limits<T>::max)()
                                   : x - x == 0;  // one statement: clang limits their number in constant expressions
}

}  // namespace etch::inline ETCH_VARIANT::internal
