#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <etch/core/option.hpp>
#include <etch/math/exp.hpp>
#include <etch/math/log.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// 1 - beta^t = -expm1(t * log1p(-complement)), where complement = 1 - beta: exact to a few ulp for every t, while
/// 1 - pow(beta, t) would cancel when t is small.
template <class T>
[[nodiscard]] constexpr T bias_correction(T complement, std::uint64_t t) noexcept {
    if (complement == T{1})
        return T{1};  // beta = 0: the logarithm is infinite, which a constant expression must not be
    using number = lanes<T, 1>;
    const number exponent = fma(number(static_cast<T>(t)), math::log1p(number(-complement)), number(0));
    return -math::expm1(exponent).value;
}

}  // namespace internal

/// Momentum (m) over RMSProp's scale (v), both corrected for their start at zero: every parameter moves at about the
/// learning rate, whatever the size of its gradients.
///
///     g = dL/dp + weight_decay * p
///     m = beta1 * m + (1 - beta1) * g
///     v = beta2 * v + (1 - beta2) * g^2
///     p = p - learning_rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)              (t = 1, 2, ...)
///
/// Cost: two numbers of state per parameter; one square root and one division.
/// Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", 2015.
struct adam {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;

    static constexpr const char* name = "adam";
    static constexpr std::size_t state_slots = 2;

    /// The first option that is out of range; the trainer checks the learning rate.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_be_below_one("beta1", beta1),
                                     internal::must_be_below_one("beta2", beta2),
                                     internal::must_not_be_negative("epsilon", epsilon),
                                     internal::must_not_be_negative("weight_decay", weight_decay));
    }

    template <class T>
    struct constants {
        T step_size;       // learning_rate / (1 - beta1^t)
        T share1, share2;  // 1 - beta1, 1 - beta2: the weights of the new gradient and its square
        T scale;           // 1 / sqrt(1 - beta2^t)
        T epsilon, weight_decay;
    };

    template <class T>
    [[nodiscard]] constexpr constants<T> at(std::uint64_t step, T rate) const noexcept {
        const T share1 = static_cast<T>(1 - beta1), share2 = static_cast<T>(1 - beta2);
        const T correction1 = internal::bias_correction(share1, step);
        const T correction2 = internal::bias_correction(share2, step);
        return {rate / correction1,
                share1,
                share2,
                1 / internal::sqrt_number(correction2),
                static_cast<T>(epsilon),
                static_cast<T>(weight_decay)};
    }

    template <class V>
    ETCH_INLINE static constexpr void update(V& parameter, V gradient, std::array<V, state_slots>& state,
                                             const constants<typename V::value_type>& c) noexcept {
        auto& [m, v] = state;
        const V g = fma(c.weight_decay, parameter, gradient);
        m = fma(c.share1, g - m, m);
        v = fma(c.share2, fma(g, g, -v), v);
        parameter = fma(-c.step_size, m / fma(sqrt(v), c.scale, c.epsilon), parameter);
    }
};

}  // namespace etch::inline ETCH_VARIANT
