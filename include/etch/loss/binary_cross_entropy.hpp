#pragma once
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/loss/loss.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>
#include <etch/math/sigmoid.hpp>

namespace etch::inline ETCH_VARIANT {

/// The cross entropy of n independent labels, for a network that ends in sigmoid (or fast_sigmoid) and targets from 0
/// to 1.
///
///     L = -Σ (y log σ(z) + (1 - y) log(1 - σ(z))) / n = Σ (max(z, 0) - z y + log(1 + e^-|z|)) / n
///     ∂L/∂z = (σ(z) - y) / n
///
/// It is computed from the logits z, so that it stays finite if σ(z) is rounded to 0 or 1. σ is exact here, also for
/// fast_sigmoid.
struct binary_cross_entropy {
    static constexpr const char* name = "binary_cross_entropy";
    using fused_activation = either<sigmoid, fast_sigmoid>;
    static constexpr target_kind expects = target_kind::label_probabilities;

    template <class LastLayer>
    static constexpr void(check)() {
        static_assert(
            internal::is_fused<binary_cross_entropy, LastLayer>(),
            "etch: binary_cross_entropy needs the network to end in sigmoid (for softmax there is cross_entropy)");
    }

    template <class Z>
    ETCH_INLINE static constexpr auto value(const Z& z, const auto& y) {
        return internal::mean_rows(map(
            [](auto logit, auto target) ETCH_INLINE_LAMBDA {
                using V = decltype(logit);
                return fma(-logit, target, larger(V(0), logit)) + math::log1p(math::exp(-magnitude(logit)));
            },
            z, y));
    }
    template <class Z>
    ETCH_INLINE static constexpr auto gradient(const Z& z, const auto& y) {
        const auto probability = map([](auto logit) ETCH_INLINE_LAMBDA { return math::sigmoid(logit); }, z);
        return internal::one_by_rows<Z> * (probability - y);
    }
};

}  // namespace etch::inline ETCH_VARIANT
