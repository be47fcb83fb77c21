#pragma once
#include <cstddef>

#include <etch/layer/inverse_deviation.hpp>
#include <etch/layer/layer.hpp>
#include <etch/tensor/recut.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Each column of E, Times times side by side.
template <class E, std::size_t Times>
struct repeated_columns : expression {
    using value_type = typename E::value_type;
    static constexpr std::size_t rows = E::rows, columns = E::columns * Times, partial_sums = 1;

    E of;

    explicit constexpr repeated_columns(const E& e) noexcept : of{e} {}

    template <class V, std::size_t P, std::size_t C>
    ETCH_INLINE constexpr tile<V, P, C> at(std::size_t row, std::size_t column) const noexcept {
        tile<V, P, C> result;
        ETCH_UNROLL(c, C) {
            const auto one = of.template at<V, P, 1>(row, (column + c) / Times);
            ETCH_UNROLL(p, P) result.value[c][p] = one.value[0][p];
        }
        return result;
    }
};

}  // namespace internal

/// Normalizes each sample over groups of its channels and all their positions, then scales and shifts each channel.
///
///     forward     x̂ = (x - μ) / √(σ² + ε)        μ, σ²: mean and variance of the n numbers of the sample's group
///                 y  = γ ⊙ x̂ + β
///     backward    dγ = dy ⊙ x̂,  dβ = dy          (summed over positions and samples)
///                 dx̂ = γ ⊙ dy
///                 dx = (dx̂ - mean(dx̂) - x̂ ⊙ mean(dx̂ ⊙ x̂)) / √(σ² + ε)        means over the group
///
/// Shapes: the channels are the first extent of the input, {channels}, {channels, length} or {channels, width, height};
/// Groups divides their number, and a group is as many channels in a row. γ and β have one number per channel. As in
/// PyTorch they are called weight and bias and start at 1 and 0, and ε, 1 / InverseEpsilon, is 1e-5; Keras has
/// group_norm<Groups, 1000>. With as many groups as channels this is instance norm, with one group it is layer norm
/// with one weight per channel. Nothing depends on other samples, so it also serves small batches and sequences.
/// Numerics: sums over a channel's positions in ascending order, then over the channels of the group in virtual lanes.
/// Source: Y. Wu, K. He, "Group Normalization", 2018.
template <std::size_t Groups, int InverseEpsilon = 100'000>
struct group_norm : layer_defaults {
    static_assert(Groups > 0, "etch: group_norm needs at least one group");
    static_assert(InverseEpsilon > 0, "etch: the epsilon of group_norm must be positive");

    static constexpr const char* name = "group_norm";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(fits(In),
                      "etch: group_norm<Groups> needs an input whose channels, its first extent, can be "
                      "divided into that many groups");
    }

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 2> parameters() {
        return {parameter{.name = "weight", .extents = {In.extent[0]}, .initializer = ones},
                parameter{.name = "bias", .extents = {In.extent[0]}}};
    }

    /// For each channel of each sample: the mean and 1 / √(σ² + ε) of its group, and in backward the group's means of
    /// dx̂ and dx̂ ⊙ x̂.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 1> scratch() {
        return {named_tensor{"statistics", {In.extent[0], (Training ? 4 : 2) * Columns}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        constexpr shape in = Context::input;
        const auto& [gamma, beta] = layer.parameters;
        const auto mean = statistics<0>(layer), inverse = statistics<1>(layer);
        for (std::size_t j = 0; j < X::columns; ++j) {
            const auto one = sample<in>(x, j);
            const auto mu = mean.column(j), of_one = inverse.column(j);
            mu = sum_columns(one);
            average<in>(mu);
            of_one = sum_columns(hadamard(one - mu, one - mu));
            average<in>(of_one);
            of_one = map(internal::inverse_deviation<InverseEpsilon>{}, of_one);
        }
        return hadamard(normal<in>(x, mean, inverse), gamma) + beta;
    }

    template <class Context, class X, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const X& x, const auto& /*y*/, const DY& dy) {
        constexpr shape in = Context::input;
        const auto& [gamma, beta] = layer.parameters;
        const auto& [dgamma, dbeta] = layer.gradients;
        const auto mean = statistics<0>(layer), inverse = statistics<1>(layer);
        const auto straight = statistics<2>(layer), along = statistics<3>(layer);
        for (std::size_t j = 0; j < X::columns; ++j) {
            const auto one = sample<in>(dy, j);
            straight.column(j) = sum_columns(one);
            along.column(j) =
                sum_columns(hadamard(one, hadamard(sample<in>(x, j) - mean.column(j), inverse.column(j))));
        }
        dgamma += sum_columns(along);
        dbeta += sum_columns(straight);
        for (std::size_t j = 0; j < X::columns; ++j)
            for (const auto& sum : {straight.column(j), along.column(j)}) {
                sum = hadamard(sum, gamma);
                average<in>(sum);
            }
        return hadamard(hadamard(recut<in.extent[0]>(dy), gamma) - each_position<in>(straight) -
                            hadamard(normal<in>(x, mean, inverse), each_position<in>(along)),
                        each_position<in>(inverse));
    }

private:
    static constexpr bool fits(shape input) { return input.extent[0] % Groups == 0; }
    static constexpr std::size_t positions(shape input) { return input.size() / input.extent[0]; }

    /// A column per sample.
    template <std::size_t I, class Context>
    ETCH_INLINE static constexpr auto statistics(const Context& layer) {
        constexpr std::size_t channels = Context::input.extent[0];
        const auto& [all] = layer.scratch;
        return matrix_view<typename Context::number, channels, Context::columns>{all.data() +
                                                                                 I * channels * Context::columns};
    }

    template <shape In, class X>
    ETCH_INLINE static constexpr auto sample(const X& x, std::size_t j) {
        return matrix_view<const typename X::value_type, In.extent[0], positions(In)>{x.data() + j * In.size()};
    }
    template <shape In, class E>
    ETCH_INLINE static constexpr auto each_position(const E& e) {
        return internal::repeated_columns<E, positions(In)>{e};
    }
    template <shape In>
    ETCH_INLINE static constexpr auto normal(const auto& x, const auto& mean, const auto& inverse) {
        return hadamard(recut<In.extent[0]>(x) - each_position<In>(mean), each_position<In>(inverse));
    }

    /// From the channels' sums over their positions: the mean of each channel's group.
    template <shape In, class T, std::size_t Channels>
    static constexpr void average(const vector_view<T, Channels>& sums) {
        constexpr std::size_t each = Channels < Groups ? 1 : Channels / Groups;
        const auto of_groups = sum_rows(matrix_view<const T, each, Channels / each>{sums.data()});
        for (std::size_t i = 0; i < Channels; ++i) sums[i] = of_groups[i / each] / static_cast<T>(each * positions(In));
    }
};

}  // namespace etch::inline ETCH_VARIANT
