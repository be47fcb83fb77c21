#pragma once
#include <array>
#include <concepts>
#include <cstddef>

#include <etch/network/sequence_run.hpp>

namespace etch::inline ETCH_VARIANT {

/// The layer L, run over a sequence that is one sample: from the first position to the last, with its state zero at the
/// beginning. For windows of fixed length: gestures, words, the history of a robot.
///
///     forward     yₜ, hₜ₊₁ = L(xₜ, hₜ),  h₀ = 0             t = 0 ... length - 1
///     backward    backpropagation through all positions, from the last to the first
///
///     network<input<3, 50>, unrolled<lstm<16>>, last_step, dense<4>>      // 50 measurements of 3 sensors, 4 classes
///
/// Shapes: x is {channels, length}, y is {units, length}; L takes {channels} and gives {units}. Names of tensors and
/// the number of parameters are L's. A layer without state is applied to each position: unrolled<dense<8>>.
///
/// A network with state sees one position after the other, and the state belongs to the caller: network<input<3>,
/// lstm<16>>, called `length` times from a new state, gives the same bits as unrolled<lstm<16>>. Here the state begins
/// and ends with the sample, so this network has none, and trains and evaluates like any other (trainer, stepper). With
/// weights from here, the network with state then runs on a stream: their tensors have the same names.
///
/// Memory of training: `length` times what L keeps of one step, the gradient buffers of one, and length + 3 states.
template <class L>
struct unrolled : layer_defaults {
    static_assert(std::derived_from<L, layer_defaults>,
                  "etch: unrolled runs one layer over a sequence: unrolled<lstm<16>>");

    static constexpr const char* name = "unrolled";
    static constexpr saved_values saved_for_backward = saved_values::input;
    static constexpr bool stored_output = true;
    static constexpr output_range range = L::range;
    static constexpr std::size_t indices_below = L::indices_below;

    template <shape In>
    static constexpr void(check)() {
        internal::check_runs<L, In>();
    }

    static constexpr shape output(shape input) {
        const std::size_t channels = input.extent[0];
        return {L::output(shape{channels}).size(), input.size() / channels};
    }

    template <shape In>
    static constexpr auto parameters() {
        return L::template parameters<shape{In.extent[0]}>();
    }
    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return run<In>::length * run<In>::list::totals.multiply_adds;
    }
    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        return internal::scratch_of_runs<In, Columns, Training, run<In>>();
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& x) {
        const auto& [memory, dx] = layer.scratch;
        constexpr shape in = Context::input;
        return internal::outputs_of_runs<typename Context::number, output(in).size(), Context::columns,
                                         Context::training, run<in>>{layer.memory, x.data(), memory.data(), layer.seed};
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& x, const auto& /*y*/, const DY& dy) {
        const auto& [memory, dx] = layer.scratch;
        constexpr shape in = Context::input;
        using T = typename Context::number;
        internal::backward_of_runs<Context::columns, run<in>>(layer.memory, layer.gradient_memory, x.data(), dy.data(),
                                                              dx.data(), memory.data(), layer.seed);
        return matrix_view<const T, in.size(), Context::columns>{dx.data()};
    }

private:
    template <shape In>
    using run = internal::sequence_run<L, In, false, output(In).extent[0], 0>;
};

}  // namespace etch::inline ETCH_VARIANT
