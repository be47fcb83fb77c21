#pragma once
// Runs layers with state over several steps, forward and backward through time, as the training of a sequence does.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <tuple>

#include <etch/network/chain_tape.hpp>

#include "support/gradient_check.hpp"

namespace support {

/// Layers, an input and a gradient of the output for each step, the state before the first step, and everything that
/// follows from them. The scalar that is differentiated is Σ output ⊙ grad_output over all steps and samples, plus
/// Σ state ⊙ grad_last_state of the state after the last step.
template <class T, std::size_t Steps, etch::shape Input, std::size_t Columns, class... Layers>
struct unrolled {
    using chain = etch::chain<T, Input, Layers...>;
    using extras = etch::step_extras<T>;
    using tape = etch::chain_tape<chain, T, Columns, sizeof...(Layers), extras>;
    static constexpr std::size_t inputs = Input.size(), outputs = chain::output_shape.size();
    static constexpr std::size_t trained = chain::totals.trained, state_size = chain::totals.state * Columns;
    using state = std::array<T, state_size>;

    std::array<etch::matrix<T, inputs, Columns>, Steps> input{};
    std::array<etch::matrix<T, outputs, Columns>, Steps> grad_output{};
    std::array<state, Steps + 1> states{};
    state grad_last_state{};
    std::array<T, trained> parameters{};
    std::array<T, chain::totals.fitted + chain::totals.frozen> statistics{};

    std::array<etch::matrix<T, outputs, Columns>, Steps> output{};
    std::array<etch::matrix<T, inputs, Columns>, Steps> grad_input{};
    std::array<state, Steps + 1> grad_states{};
    std::array<T, trained> gradients{};

    constexpr unrolled() {
        for (std::size_t i = 0; i < Steps; ++i) {
            scatter_numbers(input[i], etch::seed{10 + i}, 2);
            scatter_numbers(grad_output[i], etch::seed{50 + i});
        }
        scatter_numbers(states[0], etch::seed{1});
        scatter_numbers(grad_last_state, etch::seed{2});
        scatter_numbers(parameters, etch::seed{3});
    }

    /// Up through all steps, each with memory of its own, and down again. `Overwrite`: the first backward pass sets the
    /// gradients.
    template <bool Overwrite = false>
    ETCH_NO_INLINE constexpr void run() {
        gradients.fill(Overwrite ? std::numeric_limits<T>::quiet_NaN() : T{0});
        forward();
        grad_states[Steps] = grad_last_state;
        for (std::size_t i = Steps; i-- > 0;) {
            grad_states[i].fill(std::numeric_limits<T>::quiet_NaN());
            if (Overwrite && i + 1 == Steps)
                grad_input[i] = tape_of(i).template backward<true>(grad_output[i].view());
            else
                grad_input[i] = tape_of(i).backward(grad_output[i].view());
        }
    }

    /// Only up.
    ETCH_NO_INLINE constexpr void forward() {
        for (auto& memory : workspaces) memory.fill(std::numeric_limits<T>::quiet_NaN());
        for (std::size_t i = 0; i < Steps; ++i) output[i] = tape_of(i).forward();
    }

    /// The steps outside training, from the same first state, which becomes the last.
    ETCH_NO_INLINE void infer() {
        state at = states[0];
        for (std::size_t i = 0; i < Steps; ++i) {
            const extras extra{.states = {.before = at.data(), .after = at.data()}, .count = Columns};
            inference_workspace.fill(std::numeric_limits<T>::quiet_NaN());
            const etch::matrix_view<const T, inputs, Columns> x = input[i].view();
            chain::infer({parameters.data(), statistics.data()}, x, output[i].view(), inference_workspace.data(),
                         extra);
        }
        states[Steps] = at;
    }

private:
    constexpr tape tape_of(std::size_t i) {
        const etch::matrix_view<const T, inputs, Columns> x = input[i].view();
        return {{parameters.data(), statistics.data()},
                gradients.data(),
                x,
                workspaces[i].data(),
                etch::seed{0},
                {extras{.states = {states[i].data(), states[i + 1].data(), grad_states[i + 1].data(),
                                   grad_states[i].data()},
                        .count = Columns}}};
    }

    std::array<std::array<T, tape::plan.size>, Steps> workspaces{};
    std::array<T, chain::template inference_size<Columns, sizeof...(Layers)>()> inference_workspace{};
};

/// The largest relative error among the gradients of all inputs, of the first state and of the parameters.
template <std::size_t Steps, etch::shape Input, std::size_t Columns, class... Layers>
double worst_gradient(unrolled<double, Steps, Input, Columns, Layers...>& layers) {
    layers.run();
    const auto grad_input = layers.grad_input;
    const auto grad_state = layers.grad_states[0];
    const auto gradients = layers.gradients;
    const auto objective = [&] {
        layers.run();
        double sum = 0;
        for (std::size_t i = 0; i < Steps; ++i)
            for (std::size_t k = 0; k < layers.output[i].size(); ++k)
                sum += layers.output[i][k] * layers.grad_output[i][k];
        for (std::size_t k = 0; k < layers.state_size; ++k) sum += layers.states[Steps][k] * layers.grad_last_state[k];
        return sum;
    };
    double worst = worst_gradient(grad_state.data(), layers.states[0].data(), layers.state_size, objective);
    for (std::size_t i = 0; i < Steps; ++i)
        worst = std::max(
            worst, worst_gradient(grad_input[i].data(), layers.input[i].data(), layers.input[i].size(), objective));
    return std::max(worst, worst_gradient(gradients.data(), layers.parameters.data(), layers.trained, objective));
}

/// Whether inference gives the bits of training: outputs, and the state after the last step.
template <class Unrolled>
bool infers_what_it_trains() {
    Unrolled layers;
    layers.forward();
    const auto output = layers.output;
    const auto last = layers.states.back();
    layers.infer();
    return layers.output == output && layers.states.back() == last;
}

/// Whether a first backward pass that sets the gradients gives the bits of one that adds them to zeros, after the same
/// forward pass once more.
template <class Unrolled>
bool sets_what_it_adds() {
    Unrolled layers;
    layers.run();
    const auto added = layers.gradients;
    layers.template run<true>();
    return layers.gradients == added;
}

/// Whether all that a run computes, forward and backward, has the same bits in a constant expression.
template <class Unrolled>
bool has_constant_bits() {
    constexpr auto run = [] {
        Unrolled steps;
        steps.run();
        return std::tuple{steps.output, steps.gradients, steps.grad_input, steps.grad_states};
    };
    static constexpr auto folded = run();
    return run() == folded;
}

}  // namespace support
