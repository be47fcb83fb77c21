#pragma once
#include <etch/loss/loss.hpp>

namespace etch::inline ETCH_VARIANT {

/// L = Σ (p - y)² / n over the n outputs,  ∂L/∂p = 2 (p - y) / n. For regression.
struct mean_squared_error {
    static constexpr const char* name = "mean_squared_error";

    template <class P>
    ETCH_INLINE static constexpr auto value(const P& p, const auto& y) {
        return internal::mean_rows(hadamard(p - y, p - y));
    }
    template <class P>
    ETCH_INLINE static constexpr auto gradient(const P& p, const auto& y) {
        return (2 * internal::one_by_rows<P>)*(p - y);
    }
};

}  // namespace etch::inline ETCH_VARIANT
