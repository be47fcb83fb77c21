#pragma once
#include <etch/layer/recurrent.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/tensor/rows.hpp>

namespace etch::inline ETCH_VARIANT {

/// Long short-term memory: a layer that carries two things from step to step, its output h and a cell c, which is only
/// added to and scaled. In each step the gate f decides how much of c is kept, i how much of the new value g enters it,
/// and o how much of it is shown.
///
///     forward     i  = σ(W_ii x + W_hi h + b_ii + b_hi)
///                 f  = σ(W_if x + W_hf h + b_if + b_hf)
///                 g  = tanh(W_ig x + W_hg h + b_ig + b_hg)
///                 o  = σ(W_io x + W_ho h + b_io + b_ho)
///                 c' = f ⊙ c + i ⊙ g                     the cell for the next step
///                 h' = o ⊙ tanh(c')                      the output, and h for the next step
///     backward    dh' = dy + what the next step adds
///                 dc' = dh' ⊙ o ⊙ (1 - tanh²(c')) + what the next step adds
///                 gi = dc' ⊙ g ⊙ i ⊙ (1 - i)             gradients of the sums inside σ and tanh
///                 gf = dc' ⊙ c ⊙ f ⊙ (1 - f)
///                 gg = dc' ⊙ i ⊙ (1 - g²)
///                 go = dh' ⊙ tanh(c') ⊙ o ⊙ (1 - o)
///                 dW_ih = [gi; gf; gg; go] xᵀ            (summed over the samples and the steps)
///                 dW_hh = [gi; gf; gg; go] hᵀ
///                 db_ih = db_hh = [gi; gf; gg; go]
///                 dx = W_ihᵀ [gi; gf; gg; go]
///                 dh = W_hhᵀ [gi; gf; gg; go],  dc = dc' ⊙ f   (to the step before)
///
/// Shapes: h, c and the gates are Units x batch, x is inputs x batch. The gates' matrices are stacked in the order i,
/// f, g, o: weight_ih is 4 Units x inputs, weight_hh is 4 Units x Units, each bias is 4 Units. Formulas, order and
/// names are PyTorch's; Keras has the same order and one bias, ONNX has i, o, f, c. Each sum starts from b_ih + b_hh,
/// then come the inputs, then h: with both biases added beforehand in one of them, the other zero, the bits are the
/// same.
///
/// Cost per sample and step: 4 Units (inputs + Units) multiply-adds forward; twice as many backward. The weights are
/// initialized as those of gru, gate by gate. The biases are zero but for that of the forget gate f, which begins at 1
/// (in bias_ih), as in Keras: a cell that begins by remembering learns long dependencies that it does not find from 0
/// (Jozefowicz et al.). PyTorch draws all four from ±1 / √Units.
///
/// `lstm<Units, bf16>` is the same layer with both matrices stored as bf16, for inference only: see dense.
/// Source: S. Hochreiter, J. Schmidhuber, "Long Short-Term Memory", 1997; F. Gers, J. Schmidhuber, F. Cummins,
/// "Learning to Forget", 2000; R. Jozefowicz, W. Zaremba, I. Sutskever, "An Empirical Exploration of Recurrent Network
/// Architectures", 2015.
template <std::size_t Units, auto... Options>
struct lstm : layer_defaults {
    static constexpr bool is_bf16 = internal::count_option<bf16, Options...> == 1;
    /// The same layer with its matrices stored as bf16, or as numbers.
    template <auto Format>
    using stored_as = internal::form_for<Format, lstm<Units, bf16>, lstm<Units>>;
    static constexpr bool has_known_options =
        std::is_same_v<lstm, stored_as<bf16>> || std::is_same_v<lstm, stored_as<automatic>>;
    static_assert(Units > 0, "etch: lstm needs at least one unit");
    static_assert(has_known_options, "etch: lstm<N, ...>: N is the number of units, after which may come bf16");

    static constexpr const char* name = "lstm";
    static constexpr output_range range{-1, 1};
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool writes_gradient_once = true;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: lstm needs a vector for its input: put flatten before it");
    }

    static constexpr shape output(shape) { return {Units}; }

    template <shape In>
    static constexpr std::array<parameter, 4> parameters() {
        const auto [weight_ih, weight_hh] = internal::recurrent_weights<4, Units, is_bf16>(In.size());
        return {weight_ih, weight_hh,
                parameter{.name = "bias_ih", .extents = {4 * Units}, .first_one = Units, .ones = Units},
                parameter{.name = "bias_hh", .extents = {4 * Units}}};
    }

    template <shape In>
    static constexpr std::array<named_tensor, 2> state() {
        return {named_tensor{"h", {Units}}, named_tensor{"c", {Units}}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return 4 * Units * (In.size() + Units);
    }

    /// `gates` has i, f, g and o, `shown` has tanh(c') and, in backward, `sums` has the gradients of the sums.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 5> scratch() {
        constexpr shape nothing{0};
        return {named_tensor{"gates", {4 * Units, Columns}},
                named_tensor{"shown", Training ? shape{Units, Columns} : nothing},
                named_tensor{"sums", Training ? shape{4 * Units, Columns} : nothing},
                internal::transposed_weight("transposed weight_ih", 4 * Units * In.size(), Columns, Training),
                internal::transposed_weight("transposed weight_hh", 4 * Units * Units, Columns, Training)};
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& x) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [gates, shown, sums, transposed_ih, transposed_hh] = layer.scratch;
        return advance(layer, W_ih * x + (b_ih + b_hh), gates, shown);
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return internal::blocks_pay(In);
    }
    template <shape In, std::size_t Steps>
    static constexpr auto block_scratch() {
        return internal::recurrent_block<Units, Steps>(4 * Units);
    }

    /// The products with the inputs of several steps at once.
    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [sums, outputs] = layer.scratch;
        internal::for_each_step(W_ih, x, b_ih + b_hh, sums, outputs, [&](const auto& gates) ETCH_INLINE_LAMBDA {
            return advance(layer, gates, gates, gates);
        });
        return outputs;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& x, const auto& /*y*/, const auto& dy) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [dW_ih, dW_hh, db_ih, db_hh] = layer.gradients;
        const auto& [h, c] = layer.state;
        const auto& [dh, dc] = layer.grad_state;
        const auto& [dnext_h, dnext_c] = layer.grad_next_state;
        const auto& [gates, shown, sums, transposed_ih, transposed_hh] = layer.scratch;
        const auto i = rows<0, Units>(gates), f = rows<Units, Units>(gates);
        const auto g = rows<2 * Units, Units>(gates), o = rows<3 * Units, Units>(gates);
        constexpr internal::derivative_of<sigmoid> slope_of_gate;
        constexpr internal::derivative_of<tanh> slope_of_tanh;

        rows<3 * Units, Units>(sums) = hadamard(hadamard(dy + dnext_h, shown), map(slope_of_gate, o));
        dc = hadamard(hadamard(dy + dnext_h, o), map(slope_of_tanh, shown)) + dnext_c;
        rows<0, Units>(sums) = hadamard(hadamard(dc, g), map(slope_of_gate, i));
        rows<Units, Units>(sums) = hadamard(hadamard(dc, c), map(slope_of_gate, f));
        rows<2 * Units, Units>(sums) = hadamard(hadamard(dc, i), map(slope_of_tanh, g));
        dc = hadamard(dc, f);

        dW_ih += sums * transpose(x);
        dW_hh += sums * transpose(h);
        db_ih += sum_columns(sums);
        db_hh += sum_columns(sums);
        dh = transposed_product(W_hh, sums, transposed_hh.data());
        return transposed_product(W_ih, sums, transposed_ih.data());
    }

private:
    /// A step from the products with its input, which may be in the memory of the gates.
    template <class Context>
    ETCH_INLINE static constexpr auto advance(const Context& layer, const auto& of_input, const auto& gates,
                                              const auto& shown) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [h, c] = layer.state;
        const auto& [next_h, next_c] = layer.next_state;
        gates = W_hh * h + of_input;

        const auto i_and_f = rows<0, 2 * Units>(gates);
        const auto i = rows<0, Units>(gates), f = rows<Units, Units>(gates);
        const auto g = rows<2 * Units, Units>(gates), o = rows<3 * Units, Units>(gates);
        i_and_f = map(internal::value_of<sigmoid>{}, i_and_f);
        g = map(internal::value_of<tanh>{}, g);
        o = map(internal::value_of<sigmoid>{}, o);
        next_c = hadamard(f, c) + hadamard(i, g);  // outside training this overwrites c, element by element
        if constexpr (Context::training) {
            shown = map(internal::value_of<tanh>{}, next_c);
            next_h = hadamard(o, shown);
        } else {
            next_h = hadamard(o, map(internal::value_of<tanh>{}, next_c));
        }
        return next_h;
    }
};

}  // namespace etch::inline ETCH_VARIANT
