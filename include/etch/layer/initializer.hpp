#pragma once
#include <cstddef>

#include <etch/core/random.hpp>
#include <etch/math/distribution.hpp>
#include <etch/simd/lanes.hpp>

namespace etch::inline ETCH_VARIANT {

/// How a parameter is initialized. A plain value, so that it can be part of a layer's type: dense<32, he_normal>.
struct initializer {
    enum class rule { automatic, constant, glorot, he, lecun };
    enum class distribution { uniform, normal };

    rule from = rule::automatic;
    distribution as = distribution::uniform;
    int numerator = 0, denominator = 1;  ///< the constant

    [[nodiscard]] constexpr bool operator==(const initializer&) const noexcept = default;
};

/// Chosen by the activation that follows: He for the ReLU family, LeCun for selu, otherwise Glorot; all uniform.
inline constexpr initializer automatic{};

/// Variance 2 / (fan_in + fan_out), for tanh, sigmoid and softmax.
/// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
inline constexpr initializer glorot_uniform{initializer::rule::glorot, initializer::distribution::uniform};
inline constexpr initializer glorot_normal{initializer::rule::glorot, initializer::distribution::normal};

/// Variance 2 / fan_in, for relu and its family.
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", 2015.
inline constexpr initializer he_uniform{initializer::rule::he, initializer::distribution::uniform};
inline constexpr initializer he_normal{initializer::rule::he, initializer::distribution::normal};

/// Variance 1 / fan_in, for selu.
/// Source: Y. LeCun, L. Bottou, G. Orr, K.-R. Müller, "Efficient BackProp", 1998.
inline constexpr initializer lecun_uniform{initializer::rule::lecun, initializer::distribution::uniform};
inline constexpr initializer lecun_normal{initializer::rule::lecun, initializer::distribution::normal};

/// The same value everywhere: numerator / denominator.
[[nodiscard]] constexpr initializer constants(int numerator, int denominator = 1) noexcept {
    return {initializer::rule::constant, initializer::distribution::uniform, numerator, denominator};
}
inline constexpr initializer zeros = constants(0);
inline constexpr initializer ones = constants(1);

namespace internal {

/// One element of a parameter with `fan_in` inputs and `fan_out` outputs.
template <class T>
constexpr T draw(initializer how, random_generator& generator, std::size_t fan_in, std::size_t fan_out) noexcept {
    using V = lanes<T, 1>;
    if (how.from == initializer::rule::constant) return static_cast<T>(how.numerator) / static_cast<T>(how.denominator);
    const T in = static_cast<T>(fan_in), out = static_cast<T>(fan_out);
    const T variance = how.from == initializer::rule::he      ? T{2} / in
                       : how.from == initializer::rule::lecun ? T{1} / in
                                                              : T{2} / (in + out);
    if (how.as == initializer::distribution::normal) return sqrt(V(variance)).value * normal<T>(generator);
    const T limit = sqrt(V(T{3} * variance)).value;  // the variance of U(-l, l) is l² / 3
    return uniform(generator, -limit, limit);
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
