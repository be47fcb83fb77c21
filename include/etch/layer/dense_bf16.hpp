#pragma once
#include <etch/layer/dense.hpp>
#include <etch/tensor/bf16.hpp>

namespace etch::inline ETCH_VARIANT {

/// How a layer holds its weights, where that is not as floats: dense<512, bf16>.
struct weight_format {
    [[nodiscard]] constexpr bool operator==(const weight_format&) const noexcept = default;
};
inline constexpr weight_format bf16{};

/// The fully connected layer with weights rounded to bfloat16, for inference: z = W a + b.
///
/// A network that does not fit in L1 waits for its weights, and these are half as many bytes. They are rounded once, when
/// a trained network is converted (see network/convert.hpp); input, sums, bias and output stay floats.
///
/// Numerics: bit for bit what dense gives with the rounded weights, which differ from the trained ones by 2^-8 of
/// themselves at most.
template <std::size_t Outputs>
struct dense<Outputs, bf16> {
    static_assert(Outputs > 0, "etch: dense needs at least one output");

    static constexpr const char* name = "dense bf16";

    template <shape Input>
    static constexpr void(check)() {
        dense<Outputs>::template check<Input>();
    }

    static constexpr shape output(shape) { return {Outputs}; }

    static constexpr std::array<parameter, 2> parameters(shape input) {
        std::array<parameter, 2> held = dense<Outputs>::parameters(input);
        held[0].trained = false;
        held[0].rounded = true;
        return held;
    }

    static constexpr std::size_t multiply_adds(shape input) { return Outputs * input.size(); }

    template <class A>
    ETCH_INLINE static constexpr auto forward(const auto& layer, const A& a) {
        const auto& [W, b] = layer.parameters;
        if constexpr (Outputs == 1)
            return matrix<float, 1, A::rows>(W) * a + b;  // a dot product, which reads a row of floats in memory
        else
            return W * a + b;
    }
};

}  // namespace etch::inline ETCH_VARIANT
