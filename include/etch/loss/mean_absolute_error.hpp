#pragma once
#include <etch/loss/loss.hpp>

namespace etch::inline ETCH_VARIANT {

/// L = Σ |p - y| / n over the n outputs,  ∂L/∂p = sign(p - y) / n, and 0 if p = y. For regression with outliers.
struct mean_absolute_error {
    static constexpr const char* name = "mean_absolute_error";

    template <class P>
    ETCH_INLINE static constexpr auto value(const P& p, const auto& y) {
        return internal::mean_rows(map([](auto e) ETCH_INLINE_LAMBDA { return magnitude(e); }, p - y));
    }
    template <class P>
    ETCH_INLINE static constexpr auto gradient(const P& p, const auto& y) {
        return map(
            [](auto e) ETCH_INLINE_LAMBDA {
                using V = decltype(e);
                constexpr auto step = internal::one_by_rows<P>;
                return select(e > V(0), V(step), select(e < V(0), V(-step), e));  // e is zero here, or NaN
            },
            p - y);
    }
};

}  // namespace etch::inline ETCH_VARIANT
