#pragma once
#include <etch/layer/layer.hpp>
#include <etch/tensor/column_statistics.hpp>

namespace etch::inline ETCH_VARIANT {

/// Maps every feature from its range in the training data to Low ... High, by default 0 ... 1.
///
///     forward     y  = (x - minimum) s + Low,    s = (High - Low) / (maximum - minimum)
///     backward    dx = s dy
///
/// Statistics, fitting and errors as for `standardize`; inputs outside the training range are mapped outside Low ...
/// High.
template <int Low = 0, int High = 1>
struct normalize : layer_defaults {
    static_assert(Low < High, "etch: normalize<Low, High> needs Low below High");

    static constexpr const char* name = "normalize";
    static constexpr bool elementwise = true;
    static constexpr bool normalizes_input = true;
    static constexpr saved_values saved_for_backward = saved_values::nothing;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return {parameter{.name = "minimum", .extents = {In.size()}, .role = parameter_role::fitted},
                parameter{.name = "maximum", .extents = {In.size()}, .role = parameter_role::fitted}};
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [minimum, maximum] = layer.parameters;
        return hadamard(x - minimum, scale(minimum, maximum)) + low(minimum);
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto&, const auto&, const auto& dy) {
        const auto& [minimum, maximum] = layer.parameters;
        return hadamard(dy, scale(minimum, maximum));
    }

    static constexpr bool fitted(const auto& layer) {
        const auto& [minimum, maximum] = layer.parameters;
        return minimum[0] != maximum[0];
    }

    static constexpr problem fit(const auto& layer, std::size_t count, const auto& sample) {
        const auto& [minimum, maximum] = layer.parameters;
        using T = std::remove_cvref_t<decltype(minimum[0])>;
        constexpr std::size_t features = std::remove_cvref_t<decltype(minimum)>::size();
        const auto ranges = internal::column_ranges<T, features>(count, sample);
        if (const problem constant = internal::find_constant_column(ranges); !constant.ok()) return constant;
        for (std::size_t feature = 0; feature < features; ++feature) {
            minimum[feature] = ranges[feature].least;
            maximum[feature] = ranges[feature].most;
        }
        return {};
    }

private:
    ETCH_INLINE static constexpr auto scale(const auto& minimum, const auto& maximum) {
        return element_of<decltype(minimum)>(High - Low) / (maximum - minimum);
    }
    ETCH_INLINE static constexpr auto low(const auto& minimum) { return constant<element_of<decltype(minimum)>>(Low); }
};

}  // namespace etch::inline ETCH_VARIANT
