#pragma once
#include <type_traits>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Makes a number or a register opaque to the optimizer, which then neither knows its origin nor computes it twice.
template <class Register>
ETCH_INLINE void make_opaque([[maybe_unused]] Register& x) noexcept {
#if defined(__GNUC__)
    asm("" : ETCH_FLOAT_REGISTER(x));
#else
    if constexpr (std::is_arithmetic_v<Register>) {
        volatile Register kept = x;
        x = kept;
    }
#endif
}

/// The same for a pointer: addresses are computed from it, not from what it was computed from.
template <class T>
ETCH_INLINE void make_opaque([[maybe_unused]] T*& pointer) noexcept {
#if defined(__GNUC__)
    asm("" : "+r"(pointer));
#endif
}

/// Stops the compiler from fusing a product with the sum that it feeds.
template <class Register>
ETCH_INLINE void prevent_contraction([[maybe_unused]] Register& product) noexcept {
    if constexpr (ETCH_MAY_CONTRACT) make_opaque(product);
}

}  // namespace etch::inline ETCH_VARIANT::internal
