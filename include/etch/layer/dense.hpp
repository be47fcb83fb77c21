#pragma once
#include <etch/layer/layer.hpp>
#include <etch/tensor/transposed_product.hpp>

namespace etch::inline ETCH_VARIANT {

/// The fully connected layer.
///
///     forward     z  = W a + b
///     backward    dW = dz aᵀ      (summed over the samples of the batch)
///                 db = dz         (summed likewise)
///                 da = Wᵀ dz
///
/// Shapes: a is inputs x batch, W is outputs x inputs, b is outputs, z is outputs x batch.
/// Cost per sample: outputs * inputs multiply-adds forward, twice as many backward. Unless an initializer is given, the
/// weights are initialized to suit the activation that follows; the bias is zero.
///
/// `dense<Outputs, bf16>` is the same layer with weights stored as bfloat16, for inference only: a network that does
/// not fit in L1 waits for its weights, and these take half as many bytes. They are rounded once, when a trained
/// network is converted (see network/convert.hpp); input, sums, bias and output stay floats. Numerics: bit for bit what
/// dense gives with the rounded weights, whose relative error is at most 2^-8.
template <std::size_t Outputs, auto... Options>
struct dense : layer_defaults {
    static constexpr bool is_bf16 =
        sizeof...(Options) == 1 && (std::same_as<std::remove_const_t<decltype(Options)>, weight_format> && ...);
    static_assert(
        (sizeof...(Options) <= 2 && (std::same_as<std::remove_const_t<decltype(Options)>, initializer> && ...)) ||
            is_bf16,
        "etch: dense<N, ...>: N is the number of outputs, then an initializer for its weights and one for its "
        "bias, or bf16");
    static_assert(Outputs > 0, "etch: dense needs at least one output");

    /// The same layer with its weights stored as bf16, or as numbers.
    template <auto Format>
    using stored_as = dense<Outputs, Format>;

    static constexpr const char* name = "dense";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;
    static constexpr affine_weights weights_as = is_bf16 ? affine_weights::none : affine_weights::rows_and_columns;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: dense needs a vector for its input: put flatten before it");
    }

    static constexpr shape output(shape) { return {Outputs}; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        constexpr std::size_t inputs = In.size();
        return {parameter{.name = "weight",
                          .extents = {Outputs, inputs},
                          .initializer = initializers[0],
                          .role = is_bf16 ? parameter_role::frozen : parameter_role::trained,
                          .format = is_bf16 ? weight_format::bf16 : weight_format::number,
                          .fan_in = inputs,
                          .fan_out = Outputs},
                parameter{.name = "bias",
                          .extents = {Outputs},
                          .initializer = initializers[1],
                          .fan_in = inputs,
                          .fan_out = Outputs}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return Outputs * In.size();
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& a) {
        const auto& [W, b] = layer.parameters;
        return W * a + b;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& a, const auto& /*z*/, const auto& dz) {
        const auto& [W, b] = layer.parameters;
        const auto& [dW, db] = layer.gradients;
        const auto& [transposed] = layer.scratch;
        dW += dz * transpose(a);
        db += sum_columns(dz);
        return transposed_product(W, dz, transposed.data());
    }

    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        if constexpr (Training)
            return std::array{
                named_tensor{"transposed weight", {transposed_product_scratch(Outputs * In.size(), Columns)}}};
        else
            return std::array<named_tensor, 0>{};
    }

    /// The initializers of the weights and the bias. A pack, so that types and error messages show only what was
    /// written.
    static constexpr std::array<initializer, 2> initializers = [] {
        if constexpr (sizeof...(Options) == 0 || is_bf16)
            return std::array<initializer, 2>{automatic, zeros};
        else if constexpr (sizeof...(Options) == 1)
            return std::array<initializer, 2>{Options..., zeros};
        else
            return std::array<initializer, 2>{Options...};
    }();
};

}  // namespace etch::inline ETCH_VARIANT
