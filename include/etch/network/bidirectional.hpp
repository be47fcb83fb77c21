#pragma once
#include <array>
#include <concepts>
#include <cstddef>

#include <etch/network/sequence_run.hpp>

namespace etch::inline ETCH_VARIANT {

/// Two runs of the layer L over a sequence that is one sample, each with parameters of its own: one from the first
/// position to the last, and one from the last to the first, so that each output knows the whole sequence. Both begin
/// with state zero.
///
///     forward     aₜ = run of unrolled<L> over x,  bₜ = the same over x in reverse order
///                 yₜ = [aₜ; bₜ]
///     backward    dx = dx of the first run + dx of the second
///
///     network<input<3, 50>, bidirectional<lstm<16>>, last_step, dense<4>>
///
/// Shapes: x is {channels, length}, y is {2 units, length}; L takes {channels} and gives {units}. Outputs are stacked
/// as PyTorch's bidirectional=True does it. The parameters are those of L and, for the second run, the same with
/// "_reverse" after their names; PyTorch writes weight_ih_l0_reverse (the key map torch_recurrent). Unlike unrolled it
/// cannot run on a stream: the second run begins at the end.
///
/// Memory of training: twice that of unrolled. Source: M. Schuster, K. K. Paliwal, "Bidirectional Recurrent Neural
/// Networks", 1997.
template <class L>
struct bidirectional : layer_defaults {
    static_assert(std::derived_from<L, layer_defaults>,
                  "etch: bidirectional runs one layer over a sequence: bidirectional<lstm<16>>");

    static constexpr const char* name = "bidirectional";
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
        return {2 * L::output(shape{channels}).size(), input.size() / channels};
    }

    template <shape In>
    static constexpr auto parameters() {
        constexpr auto one = L::template parameters<shape{In.extent[0]}>();
        std::array<parameter, 2 * one.size()> both{};
        for (std::size_t i = 0; i < one.size(); ++i) {
            both[i] = both[one.size() + i] = one[i];
            both[one.size() + i].name.append("_reverse");
        }
        return both;
    }
    template <shape In>
    static constexpr std::size_t multiply_adds() {
        return 2 * first<In>::length * first<In>::list::totals.multiply_adds;
    }
    template <shape In, std::size_t Columns, bool Training>
    static constexpr auto scratch() {
        return internal::scratch_of_runs<In, Columns, Training, first<In>, second<In>>();
    }

    template <class Context>
    ETCH_INLINE static constexpr auto forward(const Context& layer, const auto& x) {
        const auto& [memory, dx] = layer.scratch;
        constexpr shape in = Context::input;
        return internal::outputs_of_runs<typename Context::number, output(in).size(), Context::columns,
                                         Context::training, first<in>, second<in>>{layer.memory, x.data(),
                                                                                   memory.data(), layer.seed};
    }

    template <class Context, class DY>
    ETCH_INLINE static constexpr auto backward(const Context& layer, const auto& x, const auto& /*y*/, const DY& dy) {
        const auto& [memory, dx] = layer.scratch;
        constexpr shape in = Context::input;
        using T = typename Context::number;
        internal::backward_of_runs<Context::columns, first<in>, second<in>>(
            layer.memory, layer.gradient_memory, x.data(), dy.data(), dx.data(), memory.data(), layer.seed);
        return matrix_view<const T, in.size(), Context::columns>{dx.data()};
    }

private:
    template <shape In>
    using first = internal::sequence_run<L, In, false, output(In).extent[0], 0>;
    template <shape In>
    using second = internal::sequence_run<L, In, true, output(In).extent[0], output(In).extent[0] / 2>;
};

}  // namespace etch::inline ETCH_VARIANT
