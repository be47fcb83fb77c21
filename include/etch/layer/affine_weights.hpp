#pragma once
#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// Which numbers of a layer belong to a feature of its output or input, if y = W x + b with W its first tensor and b
/// its second. With this, `fold` multiplies the weights by what a neighbour would multiply the features by.
enum class affine_weights : unsigned char {
    none,                 ///< it is another layer, or its weights are packed
    rows,                 ///< row o of W is for output feature o
    rows_and_columns,     ///< column k is also for input feature k % features, wherever the kernel is: no borders
    columns_of_features,  ///< column k of W is for output feature k % features: a transposed convolution
};

}  // namespace etch::inline ETCH_VARIANT
