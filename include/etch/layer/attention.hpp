#pragma once
#include <cstddef>
#include <limits>

#include <etch/layer/layer.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/tensor/recut.hpp>
#include <etch/tensor/transposed_product.hpp>

namespace etch::inline ETCH_VARIANT {

/// Self-attention over a short sequence: each position collects values from all positions, by weights that follow from
/// how well its query agrees with their keys; several heads do that with different features. Causal, it collects only
/// from the positions up to its own.
///
///     forward     [Q; K; V] = W_in x + b_in             each E x L, of which head h sees d = E / Heads rows
///                 S_h = K_hᵀ Q_h / √d                    L x L: the keys in rows, the queries in columns
///                 P_h = softmax(S_h)                     over the keys; causal: only over those up to the query's
///                 O_h = V_h P_h
///                 y   = W_out [O_1; O_2; ...] + b_out
///     backward    dW_out = dy Oᵀ,  db_out = dy,  dO = W_outᵀ dy           (sums over positions and samples)
///                 dV_h = dO_h P_hᵀ,  dP_h = V_hᵀ dO_h
///                 dS_h = P_h ⊙ (dP_h - Σ P_h ⊙ dP_h) / √d                 Σ over the keys
///                 dQ_h = K_h dS_h,  dK_h = Q_h dS_hᵀ
///                 dW_in = [dQ; dK; dV] xᵀ,  db_in = [dQ; dK; dV],  dx = W_inᵀ [dQ; dK; dV]
///
/// Shapes: x and y are {E, L}, L positions of E features each, and Heads divides E. Tensors, names and order are those
/// of torch.nn.MultiheadAttention(E, Heads, batch_first=True): in_proj_weight is 3 E x E, in_proj_bias 3 E,
/// out_proj.weight E x E, out_proj.bias E. Positions are not known to it: add something to x that tells them. Usually
/// there is a way around it, residual<attention<4>>. (layer_norm is over all positions of a sample; that of a
/// transformer is over the features of each.)
///
/// Numerics: a NaN or an infinity at one position becomes NaN at the others, causal also at earlier ones, since 0 times
/// NaN is NaN: as in PyTorch.
/// Cost per sample: 4 E² L + 2 E L² multiply-adds forward, about twice as many backward; in training it keeps Heads L²
/// weights. The matrices are initialized by glorot_uniform, the first as one of 3 E rows; the biases are zero.
/// Source: A. Vaswani et al., "Attention Is All You Need", 2017.
template <std::size_t Heads, bool Causal = false>
struct attention : layer_defaults {
    static_assert(Heads > 0, "etch: attention needs at least one head");

    static constexpr const char* name = "attention";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;
    static constexpr bool recuts = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 2, "etch: attention needs a sequence for its input: input<features, positions>");
        static_assert(In.extent[0] % Heads == 0,
                      "etch: attention<Heads> needs a number of features, the first extent of its input, that can be "
                      "divided among its heads");
    }

    static constexpr shape output(shape input) { return input; }

    template <shape In>
    static constexpr std::array<parameter, 4> parameters() {
        constexpr std::size_t E = In.extent[0];
        return {
            parameter{.name = "in_proj_weight",
                      .extents = {3 * E, E},
                      .initializer = glorot_uniform,
                      .fan_in = E,
                      .fan_out = 3 * E},
            parameter{.name = "in_proj_bias", .extents = {3 * E}},
            parameter{
                .name = "out_proj.weight", .extents = {E, E}, .initializer = glorot_uniform, .fan_in = E, .fan_out = E},
            parameter{.name = "out_proj.bias", .extents = {E}}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return 4 * In.extent[0] * In.size() + 2 * In.size() * positions(In);
    }

    /// In training the weights of all heads and samples are kept, otherwise those of one.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        constexpr std::size_t E = In.extent[0], L = positions(In), all = L * Columns;
        constexpr named_tensor projected{"queries, keys, values", {3 * E, all}}, heads{"heads", {E, all}};
        constexpr named_tensor transposed{"transposed", {transposed_product_scratch(In.size(), L)}};
        if constexpr (Training)
            return std::array{projected,
                              heads,
                              transposed,
                              named_tensor{"weights", {L, L * Heads * Columns}},
                              named_tensor{"projected gradient", {3 * E, all}},
                              named_tensor{"heads gradient", {E, all}},
                              named_tensor{"weights gradient", {L, L}},
                              named_tensor{"transposed in", {transposed_product_scratch(3 * E * E, all)}},
                              named_tensor{"transposed out", {transposed_product_scratch(E * E, all)}}};
        else
            return std::array{projected, heads, transposed, named_tensor{"weights", {L, L}}};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const X& x) {
        if constexpr (Context::training) {
            const auto& [projected, heads, transposed, weights, dprojected, dheads, dweights, in, out] = layer.scratch;
            return attend(layer, x, projected, heads, transposed, weights);
        } else {
            const auto& [projected, heads, transposed, weights] = layer.scratch;
            return attend(layer, x, projected, heads, transposed, weights);
        }
    }

    template <class Context, class X, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const X& x, const auto& /*y*/, const DY& dy) {
        constexpr shape input = Context::input;
        const auto& [W_in, b_in, W_out, b_out] = layer.parameters;
        const auto& [dW_in, db_in, dW_out, db_out] = layer.gradients;
        const auto& [projected, heads, transposed, weights, dprojected, dheads, dweights, in, out] = layer.scratch;
        const auto share = scale<input, typename Context::number>();
        const auto by_position = cut<input>(dy);
        dW_out += by_position * transpose(heads);
        db_out += sum_columns(by_position);
        dheads = transposed_product(W_out, by_position, out.data());
        for (std::size_t j = 0; j < X::columns; ++j)
            for (std::size_t h = 0; h < Heads; ++h) {
                const auto [Q, K, V] = queries_keys_values<input>(projected, j, h);
                const auto [dQ, dK, dV] = queries_keys_values<input>(dprojected, j, h);
                const auto dO = head_of<input>(dheads, j, h);
                const auto P = weights_of<input>(weights, j * Heads + h);
                dV = dO * transpose(P);
                dweights = transposed_product(V, dO, transposed.data());
                dweights = share * softmax::backward(layer, P, P, dweights);
                dQ = K * dweights;
                dK = Q * transpose(dweights);
            }
        dW_in += dprojected * transpose(cut<input>(x));
        db_in += sum_columns(dprojected);
        return transposed_product(W_in, dprojected, in.data());
    }

private:
    static constexpr std::size_t positions(shape input) { return input.size() / input.extent[0]; }
    /// The features of a head.
    static constexpr std::size_t width(shape input) { return input.extent[0] < Heads ? 1 : input.extent[0] / Heads; }
    /// 1 / √d.
    template <shape In, class T>
    static constexpr T scale() {
        return T{1} / sqrt(lanes<T, 1>(static_cast<T>(width(In)))).value;
    }

    /// One column per position.
    template <shape In, class X>
    ETCH_INLINE static constexpr auto cut(const X& x) {
        return recut<In.extent[0], positions(In) * X::columns>(x);
    }

    /// The rows of a head in a matrix of Rows rows, a column per position of a sample, from `first` on.
    template <shape In, std::size_t Rows, class T>
    ETCH_INLINE static constexpr auto block(T* first) {
        if constexpr (width(In) < Rows && positions(In) > 1)
            return block_view<T, width(In), positions(In), Rows>{first};
        else
            return matrix_view<T, width(In), positions(In)>{first};
    }
    template <shape In>
    ETCH_INLINE static constexpr auto head_of(const auto& heads, std::size_t sample, std::size_t head) {
        return block<In, In.extent[0]>(heads.data() + sample * In.size() + head * width(In));
    }
    template <class View>
    struct three {
        View Q, K, V;
    };
    template <shape In>
    ETCH_INLINE static constexpr auto queries_keys_values(const auto& projected, std::size_t sample, std::size_t head) {
        constexpr std::size_t E = In.extent[0];
        const auto first = projected.data() + sample * 3 * In.size() + head * width(In);
        using view = decltype(block<In, 3 * E>(first));
        return three<view>{block<In, 3 * E>(first), block<In, 3 * E>(first + E), block<In, 3 * E>(first + 2 * E)};
    }
    template <shape In>
    ETCH_INLINE static constexpr auto weights_of(const auto& weights, std::size_t index) {
        constexpr std::size_t L = positions(In);
        return matrix_view<std::remove_pointer_t<decltype(weights.data())>, L, L>{weights.data() + index * L * L};
    }

    template <class Context, class X>
    ETCH_INLINE static constexpr auto attend(const Context& layer, const X& x, const auto& projected, const auto& heads,
                                             const auto& transposed, const auto& weights) {
        constexpr shape input = Context::input;
        const auto& [W_in, b_in, W_out, b_out] = layer.parameters;
        const auto share = scale<input, typename Context::number>();
        projected = W_in * cut<input>(x) + b_in;
        for (std::size_t j = 0; j < X::columns; ++j)
            for (std::size_t h = 0; h < Heads; ++h) {
                const auto [Q, K, V] = queries_keys_values<input>(projected, j, h);
                const auto P = weights_of<input>(weights, Context::training ? j * Heads + h : 0);
                P = share * transposed_product(K, Q, transposed.data());
                if constexpr (Causal) hide_later_keys(P);
                P = softmax::forward(layer, P);
                const auto O = head_of<input>(heads, j, h);
                O = V * P;
            }
        return W_out * heads + b_out;
    }

    template <class T, std::size_t L>
    static constexpr void hide_later_keys(const matrix_view<T, L, L>& scores) {
        for (std::size_t query = 0; query < L; ++query)
            for (std::size_t key = query + 1; key < L; ++key) scores(key, query) = -std::numeric_limits<T>::infinity();
    }
};

}  // namespace etch::inline ETCH_VARIANT
