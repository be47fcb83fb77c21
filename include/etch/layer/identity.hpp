#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// a = z,  dz = da. For a network whose output is any number.
struct identity {
    static constexpr const char* name = "identity";
    static constexpr bool elementwise = true;
    static constexpr reads backward_reads = reads::nothing;

    static constexpr shape output(shape input) { return input; }

    ETCH_INLINE static constexpr auto forward(const auto&, const auto& z) { return z; }
    ETCH_INLINE static constexpr auto backward(const auto&, const auto&, const auto&, const auto& da) { return da; }
};

}  // namespace etch::inline ETCH_VARIANT
