#pragma once
#include <type_traits>

#include <etch/layer/recurrent.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/tanh.hpp>

namespace etch::inline ETCH_VARIANT {

/// What a simple_rnn applies to its sums.
enum class rnn_activation : unsigned char { tanh, relu };

/// Short for `rnn_activation::relu`: simple_rnn<16, with_relu>.
inline constexpr rnn_activation with_relu = rnn_activation::relu;

/// How a topology writes it.
[[nodiscard]] constexpr const char* option_name(rnn_activation) noexcept { return "with_relu"; }

/// The recurrent layer without gates: it carries its output h from step to step.
///
///     forward     h' = tanh(W_ih x + W_hh h + b_ih + b_hh)    the output, and the state for the next step
///     backward    dh' = dy + what the next step adds
///                 g  = dh' ⊙ (1 - h'²)                        gradient of the sum inside tanh
///                 dW_ih = g xᵀ,  dW_hh = g hᵀ,  db_ih = db_hh = g   (summed over the samples and the steps)
///                 dx = W_ihᵀ g
///                 dh = W_hhᵀ g                                (to the step before)
///
/// Shapes: h is Units x batch, x is inputs x batch; weight_ih is Units x inputs, weight_hh is Units x Units, each bias
/// is Units. Formulas and names are those of PyTorch's RNN; Keras's SimpleRNN has one bias. The sum starts from b_ih +
/// b_hh, then come the inputs, then h: with both biases added beforehand in one of them, the other zero, the bits are
/// the same. Cost per sample and step: Units (inputs + Units) multiply-adds forward; twice as many backward. The
/// weights are initialized as those of gru, the biases are zero. Over many steps its gradients vanish or explode: lstm
/// and gru remember longer.
///
/// `simple_rnn<Units, with_relu>` has relu in place of tanh, PyTorch's nonlinearity="relu"; `simple_rnn<Units, bf16>`
/// and `simple_rnn<Units, with_relu, bf16>` have both matrices stored as bf16, for inference only: see dense.
/// Source: J. L. Elman, "Finding Structure in Time", 1990.
template <std::size_t Units, auto... Options>
struct simple_rnn : layer_defaults {
    static constexpr bool is_bf16 = internal::count_option<bf16, Options...> == 1;
    static constexpr bool has_relu = internal::count_option<with_relu, Options...> == 1;
    /// The same layer with its matrices stored as bf16, or as numbers.
    template <auto Format>
    using stored_as =
        std::conditional_t<has_relu,
                           internal::form_for<Format, simple_rnn<Units, with_relu, bf16>, simple_rnn<Units, with_relu>>,
                           internal::form_for<Format, simple_rnn<Units, bf16>, simple_rnn<Units>>>;
    /// The same layer with the option that a topology may name.
    using with_option = simple_rnn<Units, with_relu>;
    static constexpr bool has_known_options =
        std::is_same_v<simple_rnn, stored_as<bf16>> || std::is_same_v<simple_rnn, stored_as<automatic>>;
    static_assert(Units > 0, "etch: simple_rnn needs at least one unit");
    static_assert(has_known_options,
                  "etch: simple_rnn<N, ...>: N is the number of units, after which may come with_relu and then bf16");

    static constexpr const char* name = "simple_rnn";
    static constexpr output_range range = has_relu ? relu::range : output_range{-1, 1};
    static constexpr saved_values saved_for_backward = saved_values::both;
    static constexpr bool writes_gradient_once = true;
    using activation = std::conditional_t<has_relu, relu, tanh>;

    template <shape In>
    static constexpr void(check)() {
        static_assert(In.rank == 1, "etch: simple_rnn needs a vector for its input: put flatten before it");
    }

    static constexpr shape output(shape) { return {Units}; }

    template <shape In>
    static constexpr std::array<parameter, 4> parameters() {
        const auto [weight_ih, weight_hh] = internal::recurrent_weights<1, Units, is_bf16>(In.size());
        return {weight_ih, weight_hh, parameter{.name = "bias_ih", .extents = {Units}},
                parameter{.name = "bias_hh", .extents = {Units}}};
    }

    template <shape In>
    static constexpr std::array<named_tensor, 1> state() {
        return {named_tensor{"h", {Units}}};
    }

    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return Units * (In.size() + Units);
    }

    /// `sums` has h' in forward, and g in backward.
    template <shape In, std::size_t Columns, bool Training>
    static constexpr std::array<named_tensor, 3> scratch() {
        return {named_tensor{"sums", {Units, Columns}},
                internal::transposed_weight("transposed weight_ih", Units * In.size(), Columns, Training),
                internal::transposed_weight("transposed weight_hh", Units * Units, Columns, Training)};
    }

    ETCH_INLINE static constexpr auto forward(const auto& layer, const auto& x) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [h] = layer.state;
        const auto& [next_h] = layer.next_state;
        const auto& [sums, transposed_ih, transposed_hh] = layer.scratch;
        sums = map(internal::value_of<activation>{}, W_hh * h + (W_ih * x + (b_ih + b_hh)));
        next_h = sums;  // only now: outside training this overwrites h
        return next_h;
    }

    template <shape In>
    static constexpr bool takes_blocks() {
        return internal::blocks_pay(In);
    }
    template <shape In, std::size_t Steps>
    static constexpr auto block_scratch() {
        return internal::recurrent_block<Units, Steps>(Units);
    }

    /// The products with the inputs of several steps at once.
    template <class Context, class X>
    ETCH_INLINE static constexpr auto forward_block(const Context& layer, const X& x) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& outputs = get<1>(layer.scratch);
        internal::for_each_step(W_ih, x, b_ih + b_hh, get<0>(layer.scratch), outputs,
                                [&layer](const auto& sums) ETCH_INLINE_LAMBDA {
                                    const auto& h = get<0>(layer.state);
                                    const auto& next_h = get<0>(layer.next_state);
                                    sums = map(internal::value_of<activation>{}, get<1>(layer.parameters) * h + sums);
                                    next_h = sums;
                                    return next_h;
                                });
        return outputs;
    }

    ETCH_INLINE static constexpr auto backward(const auto& layer, const auto& x, const auto& y, const auto& dy) {
        const auto& [W_ih, W_hh, b_ih, b_hh] = layer.parameters;
        const auto& [dW_ih, dW_hh, db_ih, db_hh] = layer.gradients;
        const auto& [h] = layer.state;
        const auto& [dh] = layer.grad_state;
        const auto& [dnext_h] = layer.grad_next_state;
        const auto& [sums, transposed_ih, transposed_hh] = layer.scratch;
        sums = hadamard(dy + dnext_h, map(internal::derivative_of<activation>{}, y));
        dW_ih += sums * transpose(x);
        dW_hh += sums * transpose(h);
        db_ih += sum_columns(sums);
        db_hh += sum_columns(sums);
        dh = transposed_product(W_hh, sums, transposed_hh.data());
        return transposed_product(W_ih, sums, transposed_ih.data());
    }
};

}  // namespace etch::inline ETCH_VARIANT
