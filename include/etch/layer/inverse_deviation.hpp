#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Of a variance σ²: 1 / √(σ² + ε), where ε is 1 / InverseEpsilon. What normalizing layers multiply by.
template <int InverseEpsilon>
struct inverse_deviation {
    template <class V>
    ETCH_INLINE constexpr V operator()(V variance) const noexcept {
        using T = typename V::value_type;
        return V(1) / sqrt(variance + V(T{1} / static_cast<T>(InverseEpsilon)));
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
