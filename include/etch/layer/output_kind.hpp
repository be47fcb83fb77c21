#pragma once
#include <cstdint>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// What the outputs of a layer are where it is the last one: how a prediction follows from them, and how they are
/// evaluated.
enum class output_kind : std::uint8_t {
    numbers,              ///< any: regression
    class_probabilities,  ///< of classes of which exactly one is right, as softmax gives them
    label_probabilities   ///< of independent labels, as sigmoid gives them; a single one tells two classes apart
};

namespace internal {

/// The member `predicts` of a layer; without it, numbers.
template <class L>
constexpr output_kind output_kind_of() noexcept {
    if constexpr (requires { L::predicts; })
        return L::predicts;
    else
        return output_kind::numbers;
}

/// The member `normalizes_input` of a layer: whether it brings its input to a fixed scale by statistics that were fitted
/// on that input. Such a layer cannot be the last of a network that is trained.
template <class L>
constexpr bool normalizes_input() noexcept {
    if constexpr (requires { L::normalizes_input; })
        return L::normalizes_input;
    else
        return false;
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
