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
template <std::size_t Outputs, auto... Initializers>
struct dense {
    static_assert(
        sizeof...(Initializers) <= 2 && (std::same_as<std::remove_const_t<decltype(Initializers)>, initializer> && ...),
        "etch: dense<N, ...>: N is the number of outputs, then an initializer for its weights and one for its "
        "bias, or bf16");
    static_assert(Outputs > 0, "etch: dense needs at least one output");

    static constexpr const char* name = "dense";
    static constexpr reads backward_reads = reads::input;
    static constexpr bool adds_once = true;

    template <shape Input>
    static constexpr void(check)() {
        static_assert(Input.rank == 1, "etch: dense needs a vector for its input: put flatten before it");
    }

    static constexpr shape output(shape) { return {Outputs}; }

    static constexpr std::array<parameter, 2> parameters(shape input) {
        const std::size_t inputs = input.size();
        const auto [weight, bias] = initializers;
        return {
            parameter{
                .name = "weight", .extents = {Outputs, inputs}, .begin = weight, .fan_in = inputs, .fan_out = Outputs},
            parameter{.name = "bias", .extents = {Outputs}, .begin = bias, .fan_in = inputs, .fan_out = Outputs}};
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

    /// Those of the weights and of the bias. A pack, so that types and error messages show only what was written.
    static constexpr std::array<initializer, 2> initializers = [] {
        if constexpr (sizeof...(Initializers) == 0)
            return std::array<initializer, 2>{automatic, zeros};
        else if constexpr (sizeof...(Initializers) == 1)
            return std::array<initializer, 2>{Initializers..., zeros};
        else
            return std::array<initializer, 2>{Initializers...};
    }();

    /// A batch shares one transposed copy of W; a single sample takes dot products with its columns.
    static constexpr std::size_t workspace(shape input, std::size_t columns, bool training) {
        return training && columns > 1 ? Outputs * input.size() : 0;
    }
};

}  // namespace etch::inline ETCH_VARIANT
