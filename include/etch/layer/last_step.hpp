#pragma once
#include <etch/layer/slice.hpp>

namespace etch::inline ETCH_VARIANT {

/// The last position of a sequence, as after unrolled<lstm<16>>, where it has seen all of it.
///
///     forward     y  = x[:, length - 1]
///     backward    dx = dy at the last position, 0 elsewhere
///
/// Shapes: x is {channels, length}, y is {channels}: PyTorch's output[:, -1] with batch_first=True. After bidirectional
/// this is the end of the first run and the beginning of the second, as there; Keras's Bidirectional with
/// return_sequences=False takes the end of each run.
struct last_step : layer_defaults {
    static constexpr const char* name = "last_step";
    static constexpr saved_values saved_for_backward = saved_values::nothing;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 2, "etch: last_step needs a sequence for its input: {channels, length}");
    }

    static constexpr shape output(shape input) { return {input.extent[0]}; }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context&, const auto& x) {
        constexpr std::size_t channels = Context::input.extent[0];
        return rows<Context::input.size() - channels, channels>(x);
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context&, const auto&, const auto&, const DY& dy) {
        constexpr std::size_t before = Context::input.size() - Context::input.extent[0];
        if constexpr (before > 0)
            return stack(internal::zero_rows<typename DY::value_type, before, DY::columns>{}, dy);
        else
            return dy;
    }
};

}  // namespace etch::inline ETCH_VARIANT
