#pragma once
// Which outputs are stored, and the layout of a pass's memory.
#include <array>
#include <cstddef>

#include <etch/network/layer_list.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Whether the output of layer `i` is stored when the first `count` layers run, or passed on as an expression: stored
/// if the next layer reads it more than once, in training if a backward pass needs it, and if a layer with parameters
/// would get it in another shape than one column per sample.
template <std::size_t Depth>
constexpr bool is_stored(const std::array<layer_info, Depth>& layers, std::size_t i, std::size_t count, bool training) {
    if (i + 1 >= count || layers[i].stored_output || !layers[i + 1].elementwise) return true;
    if (training && (layers[i].needs_output || layers[i + 1].needs_input)) return true;
    if (layers[i + 1].parameters == 0) return false;
    for (std::size_t from = i;; --from) {  // the layers of one expression
        if (layers[from].recuts) return true;
        if (from == 0 || !layers[from].elementwise || is_stored(layers, from - 1, count, training)) return false;
    }
}

/// The first layer from `i` on whose output is stored.
template <std::size_t Depth>
constexpr std::size_t next_stored(const std::array<layer_info, Depth>& layers, std::size_t i, std::size_t count,
                                  bool training) {
    while (!is_stored(layers, i, count, training)) ++i;
    return i;
}

/// The layout of the memory of a training step: offsets in numbers.
template <std::size_t Depth>
struct training_plan {
    std::array<std::size_t, Depth> output{}, scratch{};
    std::size_t gradient[2] = {};  // two buffers that the gradient uses alternately
    std::size_t kept = 0;          // what the forward pass leaves for the backward pass; the gradients follow it
    std::size_t size = 0;
};

template <std::size_t Depth>
constexpr training_plan<Depth> plan_training(const std::array<layer_info, Depth>& layers,
                                             const std::array<std::size_t, Depth>& scratch, std::size_t count,
                                             std::size_t columns) {
    training_plan<Depth> plan;
    constexpr std::size_t line = 16;  // numbers; every larger buffer starts on a cache line
    const auto take = [&](std::size_t numbers) {
        const std::size_t from = plan.size;
        plan.size += numbers >= line && has_simd ? (numbers + line - 1) / line * line : numbers;
        return from;
    };
    std::size_t widest = 0, gradients = 0;
    const auto pass_through = [&](shape gradient) {
        ++gradients;
        if (gradient.size() > widest) widest = gradient.size();
    };
    for (std::size_t i = 0; i < count; ++i) {
        if (is_stored(layers, i, count, true)) plan.output[i] = take(layers[i].output.size() * columns);
        plan.scratch[i] = take(scratch[i]);
        if (!layers[i].lazy_backward()) pass_through(layers[i].output);
        if (layers[i].recuts && i > 0) pass_through(layers[i].input);
    }
    if (has_simd) plan.size = (plan.size + line - 1) / line * line;
    plan.kept = plan.size;
    plan.gradient[0] = take(gradients > 0 ? widest * columns : 0);
    plan.gradient[1] = take(gradients > 1 ? widest * columns : 0);
    return plan;
}

/// The layout of the memory of a forward pass outside training: two alternating buffers, then the layers' scratch
/// memory. Layers that are computed in one expression have separate scratch memory.
template <std::size_t Depth>
struct inference_plan {
    std::array<std::size_t, Depth> scratch{};
    std::size_t buffer[2] = {};
    std::size_t size = 0;
};

template <std::size_t Depth>
constexpr inference_plan<Depth> plan_inference(const std::array<layer_info, Depth>& layers,
                                               const std::array<std::size_t, Depth>& scratch, std::size_t count,
                                               std::size_t columns) {
    std::size_t widest[2] = {}, buffer = 0, most = 0, together = 0;
    inference_plan<Depth> plan;
    for (std::size_t i = 0; i < count; ++i) {
        plan.scratch[i] = together;
        together += scratch[i];
        if (together > most) most = together;
        if (!is_stored(layers, i, count, false)) continue;
        together = 0;
        if (i + 1 < count) {
            if (layers[i].output.size() > widest[buffer]) widest[buffer] = layers[i].output.size();
            buffer = 1 - buffer;
        }
    }
    const std::size_t buffers = (widest[0] + widest[1]) * columns;
    for (std::size_t i = 0; i < count; ++i) plan.scratch[i] += buffers;
    plan.buffer[1] = widest[0] * columns;
    plan.size = buffers + most;
    return plan;
}

}  // namespace etch::inline ETCH_VARIANT::internal
