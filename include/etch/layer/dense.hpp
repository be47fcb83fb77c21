#pragma once
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// The fully connected layer.
///
///     forward     z  = W a + b
///     backward    dW = dz aᵀ      (summed over the samples of the batch)
///                 db = dz         (summed likewise)
///                 da = Wᵀ dz
///
/// Shapes: a is inputs x batch, W is outputs x inputs, b is outputs, z is outputs x batch.
/// Cost of one sample: outputs * inputs multiply-adds forward, twice as many backward.
/// The weights begin as the activation that comes next wants it, unless an initialiser is named; the bias at zero.
/// `dense<Outputs, bf16>` is the same layer for inference alone, with weights of half the size: see dense_bf16.hpp.
template <std::size_t Outputs, auto Weight = automatic, initializer Bias = zeros>
struct dense {
    static_assert(std::same_as<std::remove_const_t<decltype(Weight)>, initializer>,
                  "etch: dense takes how many outputs, then an initializer for its weights, or bf16");
    static_assert(Outputs > 0, "etch: dense needs at least one output");

    static constexpr const char* name = "dense";
    static constexpr reads backward_reads = reads::input;
    static constexpr bool adds_once = true;

    template <shape Input>
    static constexpr void (check)() {
        static_assert(Input.rank == 1, "etch: dense needs a vector for its input: put flatten before it");
    }

    static constexpr shape output(shape) { return {Outputs}; }

    static constexpr std::array<parameter, 2> parameters(shape input) {
        const std::size_t inputs = input.size();
        return {
            parameter{
                .name = "weight", .extents = {Outputs, inputs}, .begin = Weight, .fan_in = inputs, .fan_out = Outputs},
            parameter{.name = "bias", .extents = {Outputs}, .begin = Bias, .fan_in = inputs, .fan_out = Outputs}};
    }

    static constexpr std::size_t multiply_adds(shape input) { return Outputs * input.size(); }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& a) {
        const auto& [W, b] = layer.parameters;
        return W * a + b;
    }

    template <class Gradient>
    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& a, const auto& /*z*/,
                                               const Gradient& dz) {
        const auto& [W, b] = layer.parameters;
        const auto& [dW, db] = layer.gradients;
        dW += dz * transpose(a);
        db += sum_columns(dz);
        if constexpr (Gradient::columns > 1)
            return transpose(W, layer.workspace) * dz;
        else
            return transpose(W) * dz;
    }

    /// A batch shares one transposed copy of W; a single sample takes dot products with its columns.
    static constexpr std::size_t workspace(shape input, std::size_t columns, bool training) {
        return training && columns > 1 ? Outputs * input.size() : 0;
    }
};

}  // namespace etch
