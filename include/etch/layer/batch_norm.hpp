#pragma once
#include <etch/layer/frozen.hpp>
#include <etch/layer/inverse_deviation.hpp>
#include <etch/layer/layer.hpp>
#include <etch/tensor/recut.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// A row that is 1 in its first `count` columns and 0 in the others.
template <class T, std::size_t Columns>
struct first_columns : expression {
    using value_type = T;
    static constexpr std::size_t rows = 1, columns = Columns, partial_sums = 1;

    std::size_t count;

    explicit constexpr first_columns(std::size_t n) noexcept : count{n} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t, std::size_t column) const noexcept {
        tile<V, P, C> result;
        ETCH_UNROLL(c, C) {
            ETCH_UNROLL(p, P) result.value[c][p] = typename V::pack(column + c < count ? T{1} : T{0});
        }
        return result;
    }
};

}  // namespace internal

/// Normalizes each feature over the samples of a batch (for images and signals each channel, over all positions too),
/// then scales and shifts. Outside training it uses the running mean and variance, which training updates.
///
///     forward     x̂ = (x - μ) / √(σ² + ε)        training: μ, σ² of the n real numbers of the feature in this batch
///                 y  = γ ⊙ x̂ + β
///     backward    dγ = Σ dy ⊙ x̂,  dβ = Σ dy      over those n
///                 dx = γ ⊙ (dy - dβ / n - x̂ ⊙ dγ / n) / √(σ² + ε)
///     training    running μ  += m (μ - running μ),  running σ² += m (σ² n / (n - 1) - running σ²)
///
/// ε is 1 / InverseEpsilon and m is 1 / InverseMomentum; the defaults, 1e-5 and 0.1, are PyTorch's. γ and the running
/// variance start at 1, β and the running mean at 0. A training batch needs at least two values per feature; samples
/// that only fill up a batch do not count. Frozen, it uses the running mean and variance in training too, and leaves
/// them as they are. Numerics: sums over a sample's positions, then over samples, in ascending order.
/// Source: S. Ioffe, C. Szegedy, "Batch Normalization", 2015.
template <int InverseEpsilon = 100'000, int InverseMomentum = 10>
struct batch_norm : layer_defaults {
    static_assert(InverseEpsilon > 0, "etch: the epsilon of batch_norm must be positive");
    static_assert(InverseMomentum > 0,
                  "etch: the momentum of batch_norm is given by its inverse: batch_norm<100000, 10> has 1 / 10");

    static constexpr const char* name = "batch_norm";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;
    static constexpr bool recuts = true;
    static constexpr bool counts_samples = true;
    static constexpr bool scales_and_shifts = true;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 4> parameters() {
        constexpr shape each{features(In)};
        return {parameter{.name = "weight", .extents = each, .initializer = ones},
                parameter{.name = "bias", .extents = each},
                parameter{.name = "running_mean", .extents = each, .role = parameter_role::fitted},
                parameter{.name = "running_var", .extents = each, .initializer = ones, .role = parameter_role::fitted}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        using T = typename X::value_type;
        if constexpr (!Context::training) {
            return forward_of_running(layer, x);
        } else {
            const auto& gamma = get<0>(layer.parameters);
            const auto& beta = get<1>(layer.parameters);
            const auto by_feature = recut<features(Context::input)>(x);
            static_assert(
                by_feature.columns > 1,
                "etch: batch_norm is trained in batches of at least two samples: a single sample is its own mean");
            const auto& [mean, variance, inverse, straight, along] = layer.scratch;
            const std::size_t n = layer.count * positions(Context::input);
            mean.fill(0);
            variance.fill(0);
            for (std::size_t j = 0; j < layer.count; ++j) mean += sum_columns(sample<Context::input>(x, j));
            mean = mean / static_cast<T>(n);
            for (std::size_t j = 0; j < layer.count; ++j) {
                const auto one = sample<Context::input>(x, j);
                variance += sum_columns(hadamard(one - mean, one - mean));
            }
            variance = variance / static_cast<T>(n);
            inverse = map(internal::inverse_deviation<InverseEpsilon>{}, variance);
            return hadamard(hadamard(by_feature - mean, inverse), gamma) + beta;
        }
    }

    template <class Context, class X, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const X& x, const auto& /*y*/, const DY& dy) {
        using T = typename X::value_type;
        constexpr shape in = Context::input;
        const auto& [gamma, beta, running_mean, running_var] = layer.parameters;
        const auto& [dgamma, dbeta] = layer.gradients;
        const auto& [mean, variance, inverse, straight, along] = layer.scratch;
        straight.fill(0);
        along.fill(0);
        for (std::size_t j = 0; j < layer.count; ++j) {
            const auto one = sample<in>(dy, j);
            straight += sum_columns(one);
            along += sum_columns(hadamard(one, hadamard(sample<in>(x, j) - mean, inverse)));
        }
        dgamma += along;
        dbeta += straight;
        const T share = T{1} / static_cast<T>(layer.count * positions(in));
        straight = straight * share;
        along = along * share;
        const auto by_feature = recut<features(in)>(x);
        const internal::first_columns<T, by_feature.columns> real{layer.count * positions(in)};
        const auto common = straight + hadamard(hadamard(by_feature - mean, inverse), along);
        return hadamard(hadamard(recut<features(in)>(dy) - hadamard(common, real), inverse), gamma);
    }

    /// The statistics of the batch, and the sums of backward.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        constexpr shape each{features(In)};
        if constexpr (Training)
            return std::array{named_tensor{"mean", each}, named_tensor{"variance", each},
                              named_tensor{"inverse deviation", each}, named_tensor{"gradient sum", each},
                              named_tensor{"gradient along", each}};
        else
            return std::array<named_tensor, 0>{};
    }

    /// After the forward pass of a training step: moves the running statistics towards those of the batch.
    template <class Context>
    static constexpr void absorb(const Context& layer) {
        using T = typename Context::number;
        const auto& [gamma, beta, running_mean, running_var] = layer.parameters;
        const auto& [mean, variance, inverse, straight, along] = layer.scratch;
        const std::size_t n = layer.count * positions(Context::input);
        if (n < 2) return;
        constexpr T momentum = T{1} / static_cast<T>(InverseMomentum);
        const T unbiased = static_cast<T>(n) / static_cast<T>(n - 1);
        running_mean += (mean - running_mean) * momentum;
        running_var += (variance * unbiased - running_var) * momentum;
    }

    /// The initial statistics are those of normalized data, so nothing has to be fitted before training.
    static constexpr bool fitted(const auto&) { return true; }
    static constexpr problem fit(const auto&, std::size_t, const auto&) { return {}; }

    /// With the running mean and variance: the passes outside training, and of a layer that is frozen.
    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_of_running(const Context& layer, const X& x) {
        const auto& [gamma, beta, mean, variance] = layer.parameters;
        return hadamard(hadamard(recut<features(Context::input)>(x) - mean,
                                 map(internal::inverse_deviation<InverseEpsilon>{}, variance)),
                        gamma) +
               beta;
    }
    /// The same as one product and one sum: y = scale ⊙ x + shift.
    static constexpr void affine(const auto& parameters, const auto& scale, const auto& shift) {
        const auto& [gamma, beta, mean, variance] = parameters;
        scale = hadamard(gamma, map(internal::inverse_deviation<InverseEpsilon>{}, variance));
        shift = beta - hadamard(scale, mean);
    }
    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward_of_running(const Context& layer, const DY& dy) {
        const auto& [gamma, beta, mean, variance] = layer.parameters;
        return hadamard(
            hadamard(recut<features(Context::input)>(dy), map(internal::inverse_deviation<InverseEpsilon>{}, variance)),
            gamma);
    }

private:
    /// For an image or a signal, the channels.
    static constexpr std::size_t features(shape input) { return input.rank >= 2 ? input.extent[0] : input.size(); }
    static constexpr std::size_t positions(shape input) { return input.size() / features(input); }

    template <shape In, class X>
    ETCH_INLINE static constexpr auto sample(const X& x, std::size_t j) {
        return matrix_view<const typename X::value_type, features(In), positions(In)>{x.data() + j * In.size()};
    }
};

namespace internal {

/// batch_norm with the running statistics, in training too.
template <class BatchNorm>
struct batch_norm_of_running : layer_defaults {
    static constexpr const char* name = BatchNorm::name;
    static constexpr saved_values saved_for_backward = saved_values::nothing;
    static constexpr bool recuts = true;

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr auto parameters() {
        auto held = BatchNorm::template parameters<In>();
        for (parameter& p : held) p.role = parameter_role::frozen;
        return held;
    }
    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& x) {
        return BatchNorm::forward_of_running(layer, x);
    }
    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto&, const auto&, const auto& dy) {
        return BatchNorm::backward_of_running(layer, dy);
    }
};
template <int InverseEpsilon, int InverseMomentum>
struct frozen_form<batch_norm<InverseEpsilon, InverseMomentum>> {
    using type = batch_norm_of_running<batch_norm<InverseEpsilon, InverseMomentum>>;
};

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
