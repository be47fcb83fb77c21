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

}  // namespace etch::inline ETCH_VARIANT
