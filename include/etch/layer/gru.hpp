#pragma once
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/transposed_product.hpp>

namespace etch::inline ETCH_VARIANT {

/// The gated recurrent unit: a layer that carries a state h from step to step. In each step the gate z decides how much
/// of h is kept, and the gate r how much of it enters the new value n.
///
///     forward     r  = σ(W_ir x + b_ir + W_hr h + b_hr)
///                 z  = σ(W_iz x + b_iz + W_hz h + b_hz)
///                 c  = W_hn h + b_hn
///                 n  = tanh(W_in x + b_in + r ⊙ c)
///                 h' = (1 - z) ⊙ n + z ⊙ h               the output, and the state for the next step
///     backward    dh' = dy + what the next step adds
///                 gz = dh' ⊙ (h - n) ⊙ z ⊙ (1 - z)       gradients of the sums inside σ and tanh
///                 gn = dh' ⊙ (1 - z) ⊙ (1 - n²)
///                 gr = gn ⊙ c ⊙ r ⊙ (1 - r)
///                 gi = [gr; gz; gn],  gh = [gr; gz; gn ⊙ r]
///                 dW_ih = gi xᵀ,  db_ih = gi             (summed over the samples and the steps)
///                 dW_hh = gh hᵀ,  db_hh = gh
///                 dx = W_ihᵀ gi
///                 dh = W_hhᵀ gh + z ⊙ dh'                (to the step before)
///
/// Shapes: h, r, z and n are Units x batch, x is inputs x batch. The gates' matrices are stacked in the order r, z, n:
/// weight_ih is 3 Units x inputs, weight_hh is 3 Units x Units, each bias is 3 Units. Formulas (r is applied after the
/// product), order and names are PyTorch's; Keras with reset_after=True differs only in the order. Cost per sample and
/// step: 3 Units (inputs + Units) multiply-adds forward, in two products; twice as many backward. weight_ih is
/// initialized by glorot_uniform for each gate, weight_hh with variance 1 / Units, that of an orthogonal matrix; the
/// biases are zero. (PyTorch draws all four from ±1 / √Units.)
/// Source: K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
/// Translation", 2014.
template <std::size_t Units>
struct gru : layer_defaults {
    static_assert(Units > 0, "etch: gru needs at least one unit");

    static constexpr const char* name = "gru";
    static constexpr output_range range{-1, 1};
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: gru needs a vector for its input: put flatten before it");
    }

    static constexpr shape output(shape) { return {Units}; }

    template <shape In>
    static constexpr std::array<parameter, 4> parameters() {
        constexpr std::size_t inputs = In.size();
        return {parameter{.name = "weight_ih",
                          .extents = {3 * Units, inputs},
                          .initializer = glorot_uniform,
                          .fan_in = inputs,
                          .fan_out = Units},
                parameter{.name = "weight_hh",
                          .extents = {3 * Units, Units},
                          .initializer = glorot_uniform,
                          .fan_in = Units,
                          .fan_out = Units},
                parameter{.name = "bias_ih", .extents = {3 * Units}},
                parameter{.name = "bias_hh", .extents = {3 * Units}}};
    }

    template <shape In>
    static constexpr std::array<named_tensor, 1> state() {
        return {named_tensor{"h", {Units}}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return 3 * Units * (In.size() + Units);
    }

    /// `gates` has r, z and n. `sums` has W_hh h + b_hh in forward, and gh, then gi in backward.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        constexpr named_tensor gates{"gates", {3 * Units, Columns}}, sums{"sums", {3 * Units, Columns}};
        constexpr std::size_t weights_ih = 3 * Units * In.size(), weights_hh = 3 * Units * Units;
        if constexpr (Training)
            return std::array{gates, sums, named_tensor{"candidate", {Units, Columns}},
                              named_tensor{"transposed weight_ih", {transposed_product_scratch(weights_ih, Columns)}},
                              named_tensor{"transposed weight_hh", {transposed_product_scratch(weights_hh, Columns)}}};
        else
            return std::array{gates, sums};
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& x) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& h = std::get<0>(layer.state);
        const auto& next = std::get<0>(layer.next_state);
        const auto& gates = std::get<0>(layer.scratch);
        const auto& sums = std::get<1>(layer.scratch);
        gates = W_ih * x + b_ih;
        sums = W_hh * h + b_hh;
        const auto c = candidate_of(sums);
        if constexpr (Context::training) std::get<2>(layer.scratch) = c;

        const auto r_and_z = rows<0, 2 * Units>(gates);
        r_and_z = map(internal::value_of<sigmoid>{}, r_and_z + rows<0, 2 * Units>(sums));
        const auto r = rows<0, Units>(gates), z = rows<Units, Units>(gates), n = candidate_of(gates);
        n = map(internal::value_of<tanh>{}, hadamard(r, c) + n);
        next = hadamard(z, h - n) + n;  // outside training this overwrites h, element by element
        return next;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [dW_ih, dW_hh, db_ih, db_hh] = layer.gradients;
        const auto& h = std::get<0>(layer.state);
        const auto& dh = std::get<0>(layer.grad_state);
        const auto& gates = std::get<0>(layer.scratch);
        const auto& sums = std::get<1>(layer.scratch);
        const auto& c = std::get<2>(layer.scratch);
        const auto r = rows<0, Units>(gates), z = rows<Units, Units>(gates), n = candidate_of(gates);
        const auto gr = rows<0, Units>(sums), gz = rows<Units, Units>(sums), gn = candidate_of(sums);
        const auto dnext = dy + std::get<0>(layer.grad_next_state);

        gz = hadamard(hadamard(dnext, h - n), map(internal::derivative_of<sigmoid>{}, z));
        gn = gradient_of_candidate(dnext, z, n);
        gr = hadamard(hadamard(gn, c), map(internal::derivative_of<sigmoid>{}, r));
        gn = hadamard(gn, r);
        dW_hh += sums * transpose(h);
        db_hh += sum_columns(sums);
        dh = transposed_product(W_hh, sums, std::get<4>(layer.scratch).data()) + hadamard(z, dnext);

        gn = gradient_of_candidate(dnext, z, n);
        dW_ih += sums * transpose(x);
        db_ih += sum_columns(sums);
        return transposed_product(W_ih, sums, std::get<3>(layer.scratch).data());
    }

private:
    ETCH_INLINE static constexpr auto candidate_of(const auto& all_gates) { return rows<2 * Units, Units>(all_gates); }

    ETCH_INLINE static constexpr auto gradient_of_candidate(const auto& dnext, const auto& z, const auto& n) {
        return hadamard(hadamard(dnext, 1 - z), map(internal::derivative_of<tanh>{}, n));
    }
};

}  // namespace etch::inline ETCH_VARIANT
