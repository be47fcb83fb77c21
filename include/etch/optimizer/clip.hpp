#pragma once
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// The number of interleaved sums of a norm: the same on every target, and with it the bits.
inline constexpr std::size_t norm_lanes = 16;

/// Adds the squares of `count` numbers to `sums`, number i to sum i % 16.
template <std::size_t Width, class T>
ETCH_INLINE constexpr void add_squares(const T* numbers, std::size_t count, T (&sums)[norm_lanes]) noexcept {
    using pack = lanes<T, Width>;
    constexpr std::size_t packs = norm_lanes / Width;
    pack sum[packs];
    ETCH_UNROLL(k, packs) sum[k] = pack::load(sums + k * Width);
    const std::size_t whole = count - count % norm_lanes;
    for (std::size_t i = 0; i < whole; i += norm_lanes) {
        ETCH_UNROLL(k, packs) {
            const pack x = pack::load(numbers + i + k * Width);
            sum[k] = fma(x, x, sum[k]);
        }
    }
    ETCH_UNROLL(k, packs) sum[k].store(sums + k * Width);
    for (std::size_t k = 0; whole + k < count; ++k) {
        const lanes<T, 1> x = numbers[whole + k];
        sums[k] = fma(x, x, lanes<T, 1>(sums[k])).value;
    }
}

/// Calls f(pack) for all numbers and writes back what it returns: with the widest lanes first, then one by one.
template <class T, class Function>
ETCH_INLINE constexpr void transform_gradients(std::span<T> numbers, Function f) noexcept {
    T* const x = numbers.data();
    std::size_t i = 0;
    if (!ETCH_CONSTANT_EVALUATED) {
        constexpr std::size_t width = widest_lanes<T>;
        const std::size_t whole = numbers.size() - numbers.size() % width;
        for (; i < whole; i += width) f(lanes<T, width>::load(x + i)).store(x + i);
    }
    for (; i < numbers.size(); ++i) x[i] = f(lanes<T, 1>(x[i])).value;
}

}  // namespace internal

/// The Euclidean norm of all numbers together, sqrt(sum of x^2).
/// Numerics: fused squares in 16 interleaved sums, then a fixed tree; a sum that overflows gives infinity.
template <class T>
[[nodiscard]] constexpr T global_norm(std::span<const T> numbers) noexcept {
    constexpr std::size_t widest = widest_lanes<T>;
    T sums[internal::norm_lanes] = {};
    if (ETCH_CONSTANT_EVALUATED)
        internal::add_squares<1>(numbers.data(), numbers.size(), sums);
    else
        internal::add_squares<widest>(numbers.data(), numbers.size(), sums);
    for (std::size_t half = internal::norm_lanes / 2; half != 0; half /= 2)
        for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
    return internal::sqrt_number(sums[0]);
}

/// Limits each gradient to [-limit, limit]; NaN stays NaN, so that the trainer notices it.
template <class T>
constexpr void clip_by_value(std::span<T> gradients, std::type_identity_t<T> limit) noexcept {
    internal::transform_gradients(gradients, [limit](auto g) ETCH_INLINE_LAMBDA {
        using pack = decltype(g);
        return larger(pack(-limit), smaller(pack(limit), g));
    });
}

/// Scales all gradients by min(1, max_norm / (norm + 1e-6)), which keeps their direction, and returns the norm before.
/// As torch.nn.utils.clip_grad_norm_.
/// Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", 2013.
template <class T>
constexpr T clip_by_norm(std::span<T> gradients, std::type_identity_t<T> max_norm) noexcept {
    const T norm = global_norm(std::span<const T>(gradients));
    const T scale = max_norm / (norm + static_cast<T>(1e-6));
    if (scale < 1) {
        internal::transform_gradients(gradients, [scale](auto g) ETCH_INLINE_LAMBDA {
            using pack = decltype(g);
            return fma(g, pack(scale), pack(0));  // rounded here, so that what follows cannot be contracted with it
        });
    }
    return norm;
}

/// How the trainer clips gradients before an update: first each by value, then all by their norm. 0 is off.
struct gradient_clip {
    double norm = 0;
    double value = 0;

    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::must_not_be_negative("norm", norm),
                                     internal::must_not_be_negative("value", value));
    }

    template <class T>
    constexpr void apply(std::span<T> gradients) const noexcept {
        if (value > 0) clip_by_value(gradients, static_cast<T>(value));
        if (norm > 0) clip_by_norm(gradients, static_cast<T>(norm));
    }
};

}  // namespace etch::inline ETCH_VARIANT
