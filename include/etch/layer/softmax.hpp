#pragma once
#include <utility>

#include <etch/layer/layer.hpp>
#include <etch/math/exp.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// e to the power of each element.
template <class E>
ETCH_INLINE constexpr auto exponential(E&& e) noexcept {
    return map([](auto lane) ETCH_INLINE_LAMBDA { return math::exp(lane); }, std::forward<E>(e));
}

}  // namespace internal

/// Probabilities of classes of which exactly one is right.
///
///     forward     a = e^(z - max z) / Σ e^(z - max z)      per sample; subtracting the maximum prevents overflow
///     backward    dz = a ⊙ (da - Σ a ⊙ da)
///
/// As the last layer, use it with cross_entropy, which then gets the logits z and never divides by a probability.
struct softmax : layer_defaults {
    static constexpr const char* name = "softmax";
    static constexpr output_kind predicts = output_kind::class_probabilities;
    static constexpr output_range range{0, 1};
    static constexpr initializer preferred = glorot_uniform;
    static constexpr saved_values saved_for_backward = saved_values::output;
    static constexpr bool stored_output = true;

    static constexpr shape output(shape input) { return input; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& z) { return normalized_exponential{z}; }

    ETCH_INLINE static constexpr auto backward(const auto&, const auto&, const auto& a, const auto& da) {
        return hadamard(a, da - sum_rows(hadamard(a, da)));
    }

private:
    /// Evaluated in two passes over its destination, so that each exponential is computed once.
    template <class Z>
    struct normalized_exponential : expression {
        using value_type = typename Z::value_type;
        static constexpr std::size_t rows = Z::rows, columns = Z::columns, partial_sums = 1;
        Z z;

        explicit constexpr normalized_exponential(const Z& logits) noexcept : z{logits} {}

        ETCH_INLINE constexpr void assign_to(const auto& a) const noexcept {
            a = internal::exponential(z - max_rows(z));
            a = a / sum_rows(a);
        }
    };
};

}  // namespace etch::inline ETCH_VARIANT
