#pragma once
// The contract of a loss: read this before you write one.
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <etch/core/shape.hpp>
#include <etch/tensor/product.hpp>

namespace etch::inline ETCH_VARIANT {

/// What the elements of a target are: `fit` and `evaluate` reject targets for which the loss is not defined.
enum class target_kind : std::uint8_t {
    numbers,              ///< any
    class_probabilities,  ///< each from 0 to 1, with a sum of 1: most often one-hot
    label_probabilities,  ///< each from 0 to 1
    class_index           ///< one whole number from 0 on, below the number of outputs
};

/// Several layers with which a loss can be fused: see `Loss`.
template <class... Layers>
struct either {};

namespace internal {

/// How many elements a target of the loss has, given the number of outputs.
template <class L>
constexpr std::size_t target_count(std::size_t outputs) noexcept {
    if constexpr (requires { L::targets(outputs); })
        return L::targets(outputs);
    else
        return outputs;
}

/// The number of outputs with which the concept below tries a loss.
template <class L>
inline constexpr std::size_t example_outputs = 2;
template <class L>
    requires requires { L::least_outputs; }
inline constexpr std::size_t example_outputs<L> = L::least_outputs;

}  // namespace internal

/// A loss is a struct of static members.
///
///     struct my_loss {
///         static constexpr const char* name = "my_loss";
///         static constexpr auto value(const auto& prediction, const auto& target);     // one number per sample
///         static constexpr auto gradient(const auto& prediction, const auto& target);  // d value / d prediction
///         // and if it needs them:
///         using fused_activation = softmax;                                            // or either<sigmoid, ...>
///         template <class LastLayer> static constexpr void (check)();                  // static_asserts about it
///         static constexpr target_kind expects = target_kind::class_probabilities;     // default: numbers
///         static constexpr std::size_t targets(std::size_t outputs);                   // default: outputs
///         static constexpr std::size_t least_outputs;                                  // default: any number
///     };
///
/// The prediction is a matrix of outputs x batch, the target one of targets(outputs) x batch. `gradient` is an
/// expression with the prediction's shape. The loss of a batch is the mean over its samples; if a loss is also a mean
/// over the outputs, `value` divides by their number. `check` is in parentheses because some platforms define it as a
/// macro.
///
/// If the network ends in the loss's `fused_activation`, the loss gets that layer's input instead of its output:
/// cross_entropy sees the logits, not the probabilities, and so stays finite if softmax gives 0.
template <class L>
concept Loss = requires(vector<float, internal::example_outputs<L>> prediction,
                        vector<float, internal::target_count<L>(internal::example_outputs<L>)> target) {
    { L::name } -> std::convertible_to<const char*>;
    L::value(prediction, target);
    { L::gradient(prediction, target) } -> Expression;
};

namespace internal {

template <class Fused, class Layer>
inline constexpr bool includes_layer = std::same_as<Fused, Layer>;
template <class... Layers, class Layer>
inline constexpr bool includes_layer<either<Layers...>, Layer> = (std::same_as<Layers, Layer> || ...);

/// Whether the loss is fused with the layer if that is the last one.
template <class L, class Layer>
constexpr bool is_fused() noexcept {
    if constexpr (requires { typename L::fused_activation; })
        return includes_layer<typename L::fused_activation, Layer>;
    else
        return false;
}

template <class L>
constexpr target_kind target_kind_of() noexcept {
    if constexpr (requires { L::expects; })
        return L::expects;
    else
        return target_kind::numbers;
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
