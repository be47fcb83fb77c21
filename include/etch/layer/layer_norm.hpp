#pragma once
#include <etch/layer/inverse_deviation.hpp>
#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT {

/// Normalizes each sample over its features, then scales and shifts.
///
///     forward     x̂ = (x - μ) / √(σ² + ε)        μ, σ²: mean and variance of the sample's n features
///                 y  = γ ⊙ x̂ + β
///     backward    dγ = dy ⊙ x̂,  dβ = dy          (summed over the samples)
///                 dx̂ = γ ⊙ dy
///                 dx = (dx̂ - mean(dx̂) - x̂ ⊙ mean(dx̂ ⊙ x̂)) / √(σ² + ε)
///
/// ε is 1 / InverseEpsilon, by default 1e-5 as in PyTorch. γ starts at 1, β at 0.
/// Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer Normalization", 2016.
template <int InverseEpsilon = 100'000>
struct layer_norm : layer_defaults {
    static_assert(InverseEpsilon > 0, "etch: the epsilon of layer_norm must be positive");

    static constexpr const char* name = "layer_norm";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return {parameter{.name = "weight", .extents = {In.size()}, .initializer = ones},
                parameter{.name = "bias", .extents = {In.size()}}};
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [gamma, beta] = layer.parameters;
        auto mu = mean(x);
        auto inverse = inverse_deviation(x, mu);
        return hadamard(hadamard(x - std::move(mu), std::move(inverse)), gamma) + beta;  // by value: it outlives them
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& x, const auto&, const auto& dy) {
        const auto& [gamma, beta] = layer.parameters;
        const auto& [dgamma, dbeta] = layer.gradients;
        auto mu = mean(x);
        auto inverse = inverse_deviation(x, mu);
        const auto normal = hadamard(x - mu, inverse);
        const auto dnormal = hadamard(dy, gamma);
        dgamma += sum_columns(hadamard(dy, normal));
        dbeta += sum_columns(dy);
        auto mean_of_gradient = mean(dnormal);
        auto mean_along_normal = mean(hadamard(dnormal, normal));
        // From here on the rows are stored by value, since the expression outlives this function.
        auto again = hadamard(x - std::move(mu), tensor(inverse));
        return hadamard(dnormal - std::move(mean_of_gradient) - hadamard(again, std::move(mean_along_normal)),
                        std::move(inverse));
    }

private:
    /// The mean of each column: one number per sample.
    ETCH_INLINE static constexpr auto mean(const auto& x) {
        using E = std::remove_cvref_t<decltype(x)>;
        using T = typename E::value_type;
        return tensor<T, 1, E::columns>(sum_rows(x) / static_cast<T>(E::rows));
    }

    ETCH_INLINE static constexpr auto inverse_deviation(const auto& x, const auto& mu) {
        using E = std::remove_cvref_t<decltype(x)>;
        using T = typename E::value_type;
        const auto variance = mean(hadamard(x - mu, x - mu));
        return tensor<T, 1, E::columns>(map(internal::inverse_deviation<InverseEpsilon>{}, variance));
    }
};

}  // namespace etch::inline ETCH_VARIANT
