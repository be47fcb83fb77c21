#pragma once
#include <etch/layer/activation.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// z / 6 + 1/2, limited to [0, 1]: exactly 0 up to -3 and exactly 1 from 3 on. NaN stays NaN.
template <class V>
ETCH_INLINE constexpr V hard_logistic(V z) noexcept {
    using T = typename V::value_type;
    return larger(V(0), smaller(V(6), z + V(3))) * V(T{1} / T{6});
}

}  // namespace internal

/// The sigmoid as a ramp of three straight pieces: a = min(max(z / 6 + 1/2, 0), 1);  g'(z) = 1/6 between -3 and 3,
/// otherwise 0. As in PyTorch and Keras 3 (older Keras has z / 5 + 1/2).
/// Source: M. Courbariaux, Y. Bengio, J.-P. David, "BinaryConnect: Training Deep Neural Networks with binary weights
/// during propagations", 2015; with these numbers A. Howard et al., "Searching for MobileNetV3", 2019.
struct hard_sigmoid : activation<hard_sigmoid> {
    static constexpr const char* name = "hard_sigmoid";
    static constexpr output_range range{0, 1};
    static constexpr initializer preferred = glorot_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;
    static constexpr std::size_t operations = 3;

    ETCH_INLINE static constexpr auto value(auto z) { return internal::hard_logistic(z); }
    template <class V>
    ETCH_INLINE static constexpr V derivative(V a) {
        using T = typename V::value_type;
        return select(a > V(0), select(a < V(1), V(T{1} / T{6}), V(0)), V(0));
    }
};

/// silu with this ramp: a = z min(max(z / 6 + 1/2, 0), 1), which is 0 up to -3 and z from 3 on;  g'(z) = z / 3 + 1/2
/// between -3 and 3, 0 below, 1 above.
/// Source: A. Howard et al., "Searching for MobileNetV3", 2019.
struct hard_swish : activation<hard_swish> {
    static constexpr const char* name = "hard_swish";
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr std::size_t operations = 4;

    ETCH_INLINE static constexpr auto value(auto z) { return z * internal::hard_logistic(z); }
    template <class V>
    ETCH_INLINE static constexpr V derivative_at(V z) {
        using T = typename V::value_type;
        return select(z > V(-3), select(z < V(3), (z + V(T{1.5})) * V(T{1} / T{3}), V(1)), V(0));
    }
};

}  // namespace etch::inline ETCH_VARIANT
