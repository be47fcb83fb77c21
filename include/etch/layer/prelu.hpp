#pragma once
#include <cstddef>

#include <etch/layer/layer.hpp>
#include <etch/tensor/recut.hpp>

namespace etch::inline ETCH_VARIANT {

/// relu that leaks with a trained slope w: one for all features, or one for each channel.
///
///     forward     a  = z if z > 0, otherwise w z
///     backward    dz = da if z > 0, otherwise w da
///                 dw = Σ da z over all z that are not above 0       (of the channel; summed over the samples)
///
/// Shapes: w has Slopes numbers, 1 or the number of channels, the first extent of the input: of a vector its features,
/// of {channels, width, height} the channels. Name and initial value, `weight` and 1/4, are PyTorch's, whose PReLU(n)
/// is prelu<n>. Numerics: with one slope a sample's products are added in virtual lanes, then over the samples; with
/// several, over positions and samples in ascending order.
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", 2015.
template <std::size_t Slopes = 1>
struct prelu : layer_defaults {
    static_assert(Slopes > 0, "etch: prelu needs at least one slope");

    static constexpr const char* name = "prelu";
    static constexpr bool elementwise = Slopes == 1;  // for several, the channels of the input have to be in memory
    static constexpr bool recuts = Slopes > 1;
    static constexpr initializer preferred = he_uniform;
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(Slopes == 1 || Slopes == In.extent[0],
                      "etch: prelu<n> has one slope, prelu<>, or one for each channel of its input: n must be the "
                      "first extent");
    }

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 1> parameters() {
        return {parameter{.name = "weight", .extents = {Slopes}, .initializer = constants(1, 4)}};
    }

    template <class Z>
    ETCH_INLINE static constexpr auto forward(const auto& layer, const Z& z) {
        const auto& [slope] = layer.parameters;
        return map(leaking{}, by_channel(z), slope);
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& z, const auto& /*a*/, const auto& da) {
        const auto& [slope] = layer.parameters;
        const auto& [dslope] = layer.gradients;
        const auto negative =
            map([](auto x) ETCH_INLINE_LAMBDA { return select(x > decltype(x)(0), decltype(x)(0), x); }, by_channel(z));
        if constexpr (Slopes == 1)
            dslope += sum_columns(sum_rows(hadamard(da, negative)));
        else
            dslope += sum_columns(hadamard(by_channel(da), negative));
        return map(leaking{}, by_channel(z), by_channel(da), slope);
    }

private:
    /// z or da where z is above 0, elsewhere slope times that.
    struct leaking {
        static constexpr std::size_t operations = 2;
        template <class V>
        ETCH_INLINE constexpr V operator()(V z, V slope) const noexcept {
            return select(z > V(0), z, slope * z);
        }
        template <class V>
        ETCH_INLINE constexpr V operator()(V z, V da, V slope) const noexcept {
            return select(z > V(0), da, slope * da);
        }
    };

    template <class E>
    ETCH_INLINE static constexpr auto by_channel(const E& e) {
        if constexpr (Slopes == 1)
            return e;
        else
            return recut<Slopes>(e);
    }
};

}  // namespace etch::inline ETCH_VARIANT
