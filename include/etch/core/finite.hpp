#pragma once
#include <limits>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Whether a number is neither NaN nor infinite: one subtraction, which in a constant expression must not give NaN.
template <class T>
ETCH_INLINE constexpr bool is_finite(T x) noexcept {
    return ETCH_CONSTANT_EVALUATED ? x >= std::numeric_limits<T>::lowest() && x <= (std::numeric_limits<T>::max)()
                                   : x - x == 0;  // one statement, since clang counts them in constant expressions
}

}  // namespace etch::inline ETCH_VARIANT::internal
