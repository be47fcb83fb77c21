#pragma once
#include <limits>

#include <etch/layer/normalize.hpp>

namespace etch::inline ETCH_VARIANT {

/// Limits every feature to bounds of its own: those of an action space, which a policy's outputs must not leave. With
/// the same bound on both sides for all features, use `clamp<>`.
///
///     forward     y  = min(max(x, minimum), maximum)
///     backward    dx = dy if minimum < y < maximum, otherwise 0
///
/// Shapes: minimum and maximum have one element per feature. They come with imported weights or are set; `fit` uses the
/// range in the training data, and reports constant_column if a feature does not vary. Until then, and for any feature
/// whose minimum is not below its maximum, the output is NaN, so that the mistake is noticed.
struct clip : layer_defaults {
    static constexpr const char* name = "clip";
    static constexpr bool elementwise = true;
    static constexpr saved_values saved_for_backward = saved_values::output;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return normalize<>::parameters<In>();
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [minimum, maximum] = layer.parameters;
        return map(clipped{}, x, minimum, maximum);
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto&, const auto& y, const auto& dy) {
        const auto& [minimum, maximum] = layer.parameters;
        return map(passed{}, dy, y, minimum, maximum);
    }

    // As for normalize, the statistics are a range.
    static constexpr bool fitted(const auto& layer) { return normalize<>::fitted(layer); }
    static constexpr problem fit(const auto& layer, std::size_t count, const auto& sample) {
        return normalize<>::fit(layer, count, sample);
    }

private:
    struct clipped {
        static constexpr std::size_t operations = 2;
        template <class V>
        ETCH_INLINE constexpr V operator()(V x, V minimum, V maximum) const noexcept {
            const V nan(std::numeric_limits<typename V::value_type>::quiet_NaN());
            return select(minimum < maximum, larger(minimum, smaller(maximum, x)), nan);  // in this order NaN stays NaN
        }
    };
    struct passed {
        static constexpr std::size_t operations = 2;
        template <class V>
        ETCH_INLINE constexpr V operator()(V dy, V y, V minimum, V maximum) const noexcept {
            return select(y > minimum, select(y < maximum, dy, V(0)), V(0));
        }
    };
};

}  // namespace etch::inline ETCH_VARIANT
