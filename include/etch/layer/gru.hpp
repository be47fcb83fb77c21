#pragma once
#include <type_traits>

#include <etch/layer/recurrent.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/tensor/rows.hpp>
#include <etch/tensor/stack.hpp>

namespace etch::inline ETCH_VARIANT {

/// Where a gru applies its gate r: to the product of W_hn and h, or to h.
enum class gru_reset : unsigned char { after_product, before_product };

/// Short for `gru_reset::before_product`: gru<16, reset_before>.
inline constexpr gru_reset reset_before = gru_reset::before_product;

/// How a topology writes it.
[[nodiscard]] constexpr const char* option_name(gru_reset) noexcept { return "reset_before"; }

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
///
/// `gru<Units, reset_before>` is the other gru, Keras's with reset_after=False and ONNX's with linear_before_reset=0: r
/// is applied before the product, and there is one bias of 3 Units.
///
///     forward     r, z as above
///                 n  = tanh(W_in x + b_in + W_hn (r ⊙ h))
///     backward    gz, gn as above
///                 d  = W_hnᵀ gn
///                 gr = d ⊙ h ⊙ r ⊙ (1 - r)
///                 dW_ih = [gr; gz; gn] xᵀ,  db = [gr; gz; gn]
///                 dW_hh = [[gr; gz] hᵀ; gn (r ⊙ h)ᵀ]
///                 dh = [W_hr; W_hz]ᵀ [gr; gz] + r ⊙ d + z ⊙ dh'
///
/// `gru<Units, bf16>` and `gru<Units, reset_before, bf16>` are the same layers with both matrices stored as bf16, for
/// inference only: see dense.
/// Source: K. Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
/// Translation", 2014.
template <std::size_t Units, auto... Options>
struct gru : layer_defaults {
    static constexpr bool is_bf16 = internal::count_option<bf16, Options...> == 1;
    static constexpr bool resets_before = internal::count_option<reset_before, Options...> == 1;
    /// The same layer with its matrices stored as bf16, or as numbers.
    template <auto Format>
    using stored_as =
        std::conditional_t<resets_before,
                           internal::form_for<Format, gru<Units, reset_before, bf16>, gru<Units, reset_before>>,
                           internal::form_for<Format, gru<Units, bf16>, gru<Units>>>;
    /// The same layer with the option that a topology may name.
    using with_option = gru<Units, reset_before>;
    static constexpr bool has_known_options =
        std::is_same_v<gru, stored_as<bf16>> || std::is_same_v<gru, stored_as<automatic>>;
    static_assert(Units > 0, "etch: gru needs at least one unit");
    static_assert(has_known_options,
                  "etch: gru<N, ...>: N is the number of units, after which may come reset_before and then bf16");

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
    static constexpr std::array<parameter, resets_before ? 3 : 4> parameters() {
        const auto [weight_ih, weight_hh] = internal::recurrent_weights<3, Units, is_bf16>(In.size());
        if constexpr (resets_before)
            return {weight_ih, weight_hh, parameter{.name = "bias", .extents = {3 * Units}}};
        else
            return {weight_ih, weight_hh, parameter{.name = "bias_ih", .extents = {3 * Units}},
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

    /// `gates` has r, z and n. `sums` has W_hh h + b_hh in forward, and gh, then gi in backward; `candidate` has c.
    /// With the reset before the product, `sums` has [gr; gz; gn] in backward, `candidate` has r ⊙ h, `returned` has d.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 7> scratch() {
        constexpr shape nothing{0}, all{3 * Units, Columns}, one{Units, Columns};
        constexpr std::size_t hh = (resets_before ? 2 : 3) * Units * Units, hn = resets_before ? Units * Units : 0;
        return {named_tensor{"gates", all},
                named_tensor{"sums", Training || !resets_before ? all : nothing},
                named_tensor{"candidate", Training || resets_before ? one : nothing},
                internal::transposed_weight("transposed weight_ih", 3 * Units * In.size(), Columns, Training),
                internal::transposed_weight("transposed weight_hh", hh, Columns, Training),
                internal::transposed_weight("transposed weight_hn", hn, Columns, Training),
                named_tensor{"returned", Training && resets_before ? one : nothing}};
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& x) {
        if constexpr (resets_before)
            return forward_with_reset_before(layer, x);
        else
            return forward_with_reset_after(layer, x);
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return internal::blocks_pay(In);
    }
    template <shape In, std::size_t Steps>
    static constexpr std::array<named_tensor, 3> block_scratch() {
        const auto [of_inputs, outputs] = internal::recurrent_block<Units, Steps>(3 * Units);
        return {of_inputs, outputs, named_tensor{"sums", {resets_before ? Units : 3 * Units}}};
    }

    /// The products with the inputs of several steps at once.
    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        const auto& W_ih = get<0>(layer.parameters);
        const auto& b_ih = get<2>(layer.parameters);
        const auto& outputs = get<1>(layer.scratch);
        internal::for_each_step(W_ih, x, b_ih, get<0>(layer.scratch), outputs,
                                [&layer](const auto& gates) ETCH_INLINE_LAMBDA {
                                    const auto& sums = get<2>(layer.scratch);
                                    if constexpr (resets_before)
                                        return advance_with_reset_before(layer, gates, sums);
                                    else
                                        return advance_with_reset_after(layer, gates, sums, sums);
                                });
        return outputs;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        if constexpr (resets_before)
            return backward_with_reset_before(layer, x, dy);
        else
            return backward_with_reset_after(layer, x, dy);
    }

private:
    template <class Context>
    ETCH_INLINE static constexpr auto forward_with_reset_after(const Context& layer, const auto& x) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [gates, sums, candidate, transposed_ih, transposed_hh, transposed_hn, returned] = layer.scratch;
        gates = W_ih * x + b_ih;
        return advance_with_reset_after(layer, gates, sums, candidate);
    }

    /// A step from the products with its input.
    template <class Context>
    ETCH_INLINE static constexpr auto advance_with_reset_after(const Context& layer, const auto& gates,
                                                               const auto& sums, const auto& candidate) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [h] = layer.state;
        const auto& [next] = layer.next_state;
        sums = W_hh * h + b_hh;
        const auto c = candidate_of(sums);
        if constexpr (Context::training) candidate = c;

        const auto r_and_z = rows<0, 2 * Units>(gates);
        r_and_z = map(internal::value_of<sigmoid>{}, r_and_z + rows<0, 2 * Units>(sums));
        const auto r = rows<0, Units>(gates), z = rows<Units, Units>(gates), n = candidate_of(gates);
        n = map(internal::value_of<tanh>{}, hadamard(r, c) + n);
        next = hadamard(z, h - n) + n;  // outside training this overwrites h, element by element
        return next;
    }

    ETCH_INLINE static constexpr auto backward_with_reset_after(const auto& layer, const auto& x, const auto& dy) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [dW_ih, dW_hh, db_ih, db_hh] = layer.gradients;
        const auto& [h] = layer.state;
        const auto& [dh] = layer.grad_state;
        const auto& [grad_next] = layer.grad_next_state;
        const auto& [gates, sums, c, transposed_ih, transposed_hh, transposed_hn, returned] = layer.scratch;
        const auto r = rows<0, Units>(gates), z = rows<Units, Units>(gates), n = candidate_of(gates);
        const auto gr = rows<0, Units>(sums), gz = rows<Units, Units>(sums), gn = candidate_of(sums);
        const auto dnext = dy + grad_next;

        gz = gradient_of_z(dnext, h, z, n);
        gn = gradient_of_candidate(dnext, z, n);
        gr = hadamard(hadamard(gn, c), map(internal::derivative_of<sigmoid>{}, r));
        gn = hadamard(gn, r);
        dW_hh += sums * transpose(h);
        db_hh += sum_columns(sums);
        dh = transposed_product(W_hh, sums, transposed_hh.data()) + hadamard(z, dnext);

        gn = gradient_of_candidate(dnext, z, n);
        dW_ih += sums * transpose(x);
        db_ih += sum_columns(sums);
        return transposed_product(W_ih, sums, transposed_ih.data());
    }

    ETCH_INLINE static constexpr auto forward_with_reset_before(const auto& layer, const auto& x) {
        const auto& [W_ih, W_hh, b] = layer.parameters;
        const auto& [gates, sums, kept, transposed_ih, transposed_hh, transposed_hn, returned] = layer.scratch;
        gates = W_ih * x + b;
        return advance_with_reset_before(layer, gates, kept);
    }

    ETCH_INLINE static constexpr auto advance_with_reset_before(const auto& layer, const auto& gates,
                                                                const auto& kept) {
        const auto& [W_ih, W_hh, b] = layer.parameters;
        const auto& [h] = layer.state;
        const auto& [next] = layer.next_state;
        const auto r_and_z = rows<0, 2 * Units>(gates);
        const auto r = rows<0, Units>(gates), z = rows<Units, Units>(gates), n = candidate_of(gates);
        r_and_z = map(internal::value_of<sigmoid>{}, rows<0, 2 * Units>(W_hh) * h + r_and_z);
        kept = hadamard(r, h);
        n = map(internal::value_of<tanh>{}, candidate_of(W_hh) * kept + n);
        next = hadamard(z, h - n) + n;  // outside training this overwrites h, element by element
        return next;
    }

    ETCH_INLINE static constexpr auto backward_with_reset_before(const auto& layer, const auto& x, const auto& dy) {
        const auto& [W_ih, W_hh, b] = layer.parameters;
        const auto& [dW_ih, dW_hh, db] = layer.gradients;
        const auto& [h] = layer.state;
        const auto& [dh] = layer.grad_state;
        const auto& [grad_next] = layer.grad_next_state;
        const auto& [gates, sums, kept, transposed_ih, transposed_hh, transposed_hn, d] = layer.scratch;
        const auto r = rows<0, Units>(gates), z = rows<Units, Units>(gates), n = candidate_of(gates);
        const auto gr = rows<0, Units>(sums), gz = rows<Units, Units>(sums), gn = candidate_of(sums);
        const auto gr_and_gz = rows<0, 2 * Units>(sums);
        const auto dnext = dy + grad_next;

        gz = gradient_of_z(dnext, h, z, n);
        gn = gradient_of_candidate(dnext, z, n);
        d = transposed_product(candidate_of(W_hh), gn, transposed_hn.data());
        gr = hadamard(hadamard(d, h), map(internal::derivative_of<sigmoid>{}, r));
        dW_ih += sums * transpose(x);
        dW_hh += stack(gr_and_gz * transpose(h), gn * transpose(kept));
        db += sum_columns(sums);
        dh = transposed_product(rows<0, 2 * Units>(W_hh), gr_and_gz, transposed_hh.data()) +
             (hadamard(r, d) + hadamard(z, dnext));
        return transposed_product(W_ih, sums, transposed_ih.data());
    }

    ETCH_INLINE static constexpr auto candidate_of(const auto& all_gates) { return rows<2 * Units, Units>(all_gates); }

    ETCH_INLINE static constexpr auto gradient_of_z(const auto& dnext, const auto& h, const auto& z, const auto& n) {
        return hadamard(hadamard(dnext, h - n), map(internal::derivative_of<sigmoid>{}, z));
    }
    ETCH_INLINE static constexpr auto gradient_of_candidate(const auto& dnext, const auto& z, const auto& n) {
        return hadamard(hadamard(dnext, 1 - z), map(internal::derivative_of<tanh>{}, n));
    }
};

}  // namespace etch::inline ETCH_VARIANT
