#pragma once
#include <etch/layer/log_softmax.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/loss/loss.hpp>
#include <etch/math/log.hpp>

namespace etch::inline ETCH_VARIANT {

/// The cross entropy of classes, for a network that ends in softmax (or log_softmax) and a target of probabilities,
/// usually 1 for the right class and 0 for the others.
///
///     L = -Σ y log softmax(z) = Σ y (m + log s - z)        m = max z, s = Σ e^(z - m), over the classes
///     ∂L/∂z = softmax(z) Σ y - y
///
/// It is computed from the logits z: no probability is rounded to 0 before its logarithm is taken, and logits up to
/// ±1e38 give a finite loss and finite gradients.
struct cross_entropy {
    static constexpr const char* name = "cross_entropy";
    using fused_activation = either<softmax, log_softmax>;
    static constexpr target_kind expects = target_kind::class_probabilities;

    template <class LastLayer>
    static constexpr void(check)() {
        static_assert(
            internal::is_fused<cross_entropy, LastLayer>(),
            "etch: cross_entropy needs the network to end in softmax (for sigmoid there is binary_cross_entropy)");
    }

    template <class Z>
    ETCH_INLINE static constexpr auto value(const Z& z, const auto& y) {
        using T = typename Z::value_type;
        const auto m = max_rows(z);
        const auto log_s = map([](auto s) ETCH_INLINE_LAMBDA { return math::log(s); }, sum_of_exponentials(z, m));
        // (m - z) + log s rather than (m + log s) - z: for the likely class the first difference is exact.
        return tensor<T, 1, Z::columns>(sum_rows(hadamard(y, (m - z) + log_s)));
    }
    template <class Z>
    ETCH_INLINE static constexpr auto gradient(const Z& z, const auto& y) {
        auto m = max_rows(z);
        auto scale = sum_rows(y) / sum_of_exponentials(z, m);
        using Row = tensor<typename Z::value_type, 1, Z::columns>;
        return hadamard(internal::exponential(z - std::move(m)), Row(scale)) - y;
    }

private:
    ETCH_INLINE static constexpr auto sum_of_exponentials(const auto& z, const auto& m) {
        return sum_rows(internal::exponential(z - m));
    }
};

}  // namespace etch::inline ETCH_VARIANT
