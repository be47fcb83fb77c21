#pragma once
#include <etch/loss/loss.hpp>

namespace etch::inline ETCH_VARIANT {

/// Quadratic near the target, linear beyond δ: with e = p - y
///
///     L = Σ ℓ(e) / n over the n outputs,   ℓ(e) = e² / 2 if |e| <= δ, otherwise δ (|e| - δ / 2)
///     ∂L/∂p = clamp(e, -δ, δ) / n
///
/// δ is Numerator / Denominator, 1 as in PyTorch.
/// Source: P. J. Huber, "Robust Estimation of a Location Parameter", 1964.
template <int Numerator = 1, int Denominator = 1>
struct huber {
    static_assert(Numerator > 0 && Denominator > 0, "etch: the delta of huber must be positive");

    static constexpr const char* name = "huber";

    template <class P>
    ETCH_INLINE static constexpr auto value(const P& p, const auto& y) {
        return internal::mean_rows(map(
            [](auto e) ETCH_INLINE_LAMBDA {
                using V = decltype(e);
                const V clipped = smaller(V(delta<V>), magnitude(e));  // ℓ(e) = c (|e| - c / 2) with c = min(|e|, δ)
                return clipped * fma(V(static_cast<typename V::value_type>(-0.5)), clipped, magnitude(e));
            },
            p - y));
    }
    template <class P>
    ETCH_INLINE static constexpr auto gradient(const P& p, const auto& y) {
        return map(
            [](auto e) ETCH_INLINE_LAMBDA {
                using V = decltype(e);
                return larger(V(-delta<V>), smaller(V(delta<V>), e)) * V(internal::one_by_rows<P>);
            },
            p - y);
    }

private:
    template <class V>
    static constexpr auto delta =
        static_cast<typename V::value_type>(Numerator) / static_cast<typename V::value_type>(Denominator);
};

}  // namespace etch::inline ETCH_VARIANT
