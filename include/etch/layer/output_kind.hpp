#pragma once
#include <cstdint>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// What the outputs of a layer are if it is the last one: this determines how a prediction is made from them and how
/// they are evaluated.
enum class output_kind : std::uint8_t {
    numbers,              ///< any numbers: regression
    class_probabilities,  ///< of classes of which exactly one is right: softmax; or their logarithms: log_softmax
    label_probabilities   ///< of independent labels: sigmoid; a single one distinguishes two classes
};

}  // namespace etch::inline ETCH_VARIANT
