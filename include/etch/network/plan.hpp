#pragma once
#include <array>
#include <cstddef>

#include <etch/layer/layer.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// What a chain needs to know of one of its layers, as values: folding over values costs the compiler far less than
/// folding over types.
struct layer_facts {
    const char* name = "";
    shape input{}, output{};
    std::size_t parameters = 0;               // how many tensors
    std::size_t trained = 0, statistics = 0;  // how many numbers
    std::size_t trained_before = 0, statistics_before = 0;
    std::size_t rounded = 0, words = 0, words_before = 0;  // weights held as bfloat16, and the words that hold them
    std::size_t multiply_adds = 0;
    bool elementwise = false, stored_output = false, reads_input = true, reads_output = true;
    initializer preferred = automatic;

    /// Whether its backward pass may be handed a gradient that is not computed yet. With parameters it reads the
    /// gradient twice, so then it may not.
    [[nodiscard]] constexpr bool lazy_backward() const { return elementwise && trained == 0; }
};

template <class L>
constexpr layer_facts facts_of(shape input, std::size_t trained_before, std::size_t statistics_before,
                               std::size_t words_before) {
    const auto held = parameters_of<L>(input);
    std::size_t rounded = 0;
    for (const parameter& p : held)
        if (p.rounded) rounded += p.extents.size();
    return {.name = L::name,
            .input = input,
            .output = L::output(input),
            .parameters = held.size(),
            .trained = numbers_before(held, held.size(), true),
            .statistics = numbers_before(held, held.size(), false),
            .trained_before = trained_before,
            .statistics_before = statistics_before,
            .rounded = rounded,
            .words = internal::words_before(held, held.size()),
            .words_before = words_before,
            .multiply_adds = multiply_adds_of<L>(input),
            .elementwise = is_elementwise<L>(),
            .stored_output = stores_output<L>(),
            .reads_input = backward_reads<L>(reads::input),
            .reads_output = backward_reads<L>(reads::output),
            .preferred = preferred_by<L>()};
}

/// Whether the output of layer `i` is stored when the first `last` layers run, or handed on as an expression: stored
/// where the next layer reads it more than once, and in training where a backward pass reads it.
template <std::size_t Depth>
constexpr bool is_kept(const std::array<layer_facts, Depth>& layers, std::size_t i, std::size_t last, bool training) {
    if (i + 1 >= last || layers[i].stored_output || !layers[i + 1].elementwise) return true;
    return training && (layers[i].reads_output || layers[i + 1].reads_input);
}

/// Where everything lies in the memory of a training step, in numbers from its begin.
template <std::size_t Depth>
struct training_plan {
    std::array<std::size_t, Depth> output{}, workspace{};
    std::size_t gradient[2] = {};  // two buffers that the gradient passes through in turn
    std::size_t size = 0;
};

template <std::size_t Depth>
constexpr training_plan<Depth> plan_training(const std::array<layer_facts, Depth>& layers,
                                             const std::array<std::size_t, Depth>& workspaces, std::size_t last,
                                             std::size_t columns) {
    training_plan<Depth> plan;
    constexpr std::size_t line = 16;  // numbers; every buffer of some size starts on a line of the cache
    const auto take = [&](std::size_t numbers) {
        const std::size_t from = plan.size;
        plan.size += numbers >= line && has_simd ? (numbers + line - 1) / line * line : numbers;
        return from;
    };
    std::size_t widest = 0, gradients = 0;
    for (std::size_t i = 0; i < last; ++i) {
        if (is_kept(layers, i, last, true)) plan.output[i] = take(layers[i].output.size() * columns);
        plan.workspace[i] = take(workspaces[i]);
        if (!layers[i].lazy_backward()) {
            ++gradients;
            if (layers[i].output.size() > widest) widest = layers[i].output.size();
        }
    }
    plan.gradient[0] = take(gradients > 0 ? widest * columns : 0);
    plan.gradient[1] = take(gradients > 1 ? widest * columns : 0);
    return plan;
}

/// Where everything lies in the memory of a forward pass outside of training: two buffers in turn, then what the layers
/// ask for. Layers that are computed in one expression have their memory side by side.
template <std::size_t Depth>
struct inference_plan {
    std::array<std::size_t, Depth> workspace{};
    std::size_t buffer[2] = {};
    std::size_t size = 0;
};

template <std::size_t Depth>
constexpr inference_plan<Depth> plan_inference(const std::array<layer_facts, Depth>& layers,
                                               const std::array<std::size_t, Depth>& workspaces, std::size_t last,
                                               std::size_t columns) {
    std::size_t widest[2] = {}, turn = 0, most = 0, together = 0;
    inference_plan<Depth> plan;
    for (std::size_t i = 0; i < last; ++i) {
        plan.workspace[i] = together;
        together += workspaces[i];
        if (together > most) most = together;
        if (!is_kept(layers, i, last, false)) continue;
        together = 0;
        if (i + 1 < last) {
            if (layers[i].output.size() > widest[turn]) widest[turn] = layers[i].output.size();
            turn = 1 - turn;
        }
    }
    const std::size_t buffers = (widest[0] + widest[1]) * columns;
    for (std::size_t i = 0; i < last; ++i) plan.workspace[i] += buffers;
    plan.buffer[1] = widest[0] * columns;
    plan.size = buffers + most;
    return plan;
}

}  // namespace etch::inline ETCH_VARIANT::internal
