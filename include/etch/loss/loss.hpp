#pragma once
// The contract of a loss: read this before you write one.
#include <concepts>
#include <cstddef>

#include <etch/core/shape.hpp>
#include <etch/tensor/product.hpp>

namespace etch::inline ETCH_VARIANT {

/// What the targets of a loss must be, where not any number will do: each from 0 to 1, and of classes with a sum of 1.
enum class probabilities { of_classes, of_answers };

/// A loss is a struct of static members.
///
///     struct my_loss {
///         static constexpr const char* name = "my_loss";
///         static constexpr auto value(const auto& prediction, const auto& target);     // one number a sample
///         static constexpr auto gradient(const auto& prediction, const auto& target);  // d value / d prediction
///         // and where the loss is computed together with the last layer:
///         static constexpr const char* takes_over = "softmax";
///         template <class LastLayer> static constexpr void check();                    // static_asserts about it
///         static constexpr probabilities needs_probabilities = probabilities::of_classes;  // what targets must be
///     };
///
/// Prediction and target are matrices of outputs x batch. `gradient` is an expression of the same shape. The loss of a
/// batch is the mean over its samples; where a loss is a mean over the outputs too, `value` divides by their number.
///
/// A loss that names a layer in `takes_over` wants that layer last, and is handed that layer's input instead of its
/// output: cross_entropy sees the logits, never the probabilities, and so stays finite where softmax gives 0.
template <class L>
concept Loss = requires {
    { L::name } -> std::convertible_to<const char*>;
    L::value(vector<float, 2>{}, vector<float, 2>{});
    { L::gradient(vector<float, 2>{}, vector<float, 2>{}) } -> Expression;
};

namespace internal {

constexpr bool same_text(const char* a, const char* b) noexcept {
    for (; *a != 0 && *a == *b; ++a) ++b;
    return *a == *b;
}

/// Whether the loss takes over the layer.
template <class L, class Layer>
constexpr bool takes_over() noexcept {
    if constexpr (requires { L::takes_over; })
        return same_text(L::takes_over, Layer::name);
    else
        return false;
}

/// The mean over the rows of each column.
template <class E>
ETCH_INLINE constexpr auto mean_rows(const E& e) noexcept {
    using T = typename E::value_type;
    return tensor<T, 1, E::columns>(sum_rows(e) / static_cast<T>(E::rows));
}

/// A factor of 1 / rows, in the element type of E.
template <class E>
inline constexpr auto one_by_rows = typename E::value_type{1} / static_cast<typename E::value_type>(E::rows);

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
