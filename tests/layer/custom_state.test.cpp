// A layer with state that the user wrote, in one struct outside the library: the one of examples/state_layer.cpp.
#include <algorithm>
#include <array>

#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/network/network.hpp>

#include "../../examples/low_pass.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// Steps of a chain, unrolled: forward up, backward down. What is differentiated is Σ output ⊙ grad_output over all
/// steps.
template <std::size_t Steps, std::size_t Columns, shape Input, class... Layers>
struct unrolled {
    using chain = etch::chain<double, Input, Layers...>;
    using tape = chain_tape<chain, double, Columns, sizeof...(Layers), step_extras<double>>;
    static constexpr std::size_t inputs = Input.size(), outputs = chain::output_shape.size();
    static constexpr std::size_t state_size = chain::totals.state * Columns;

    std::array<matrix<double, inputs, Columns>, Steps> input{}, grad_input{};
    std::array<matrix<double, outputs, Columns>, Steps> output{}, grad_output{};
    std::array<double, chain::totals.trained> parameters{}, gradients{};
    std::array<std::array<double, state_size>, Steps + 1> states{}, grad_states{};

    unrolled() {
        for (std::size_t t = 0; t < Steps; ++t) {
            support::scatter_numbers(input[t], seed{10 + t}, 2);
            support::scatter_numbers(grad_output[t], seed{20 + t});
        }
        chain::initialize({parameters.data(), nullptr}, seed{3});
        support::scatter_numbers(states[0], seed{4});
    }

    ETCH_NO_INLINE void run() {
        gradients.fill(0);
        for (std::size_t t = 0; t < Steps; ++t) output[t] = step(t).forward();
        grad_states[Steps].fill(0);  // nothing comes after the last step
        for (std::size_t t = Steps; t-- > 0;) grad_input[t] = step(t).backward(grad_output[t].view());
    }
    double objective() {
        run();
        double sum = 0;
        for (std::size_t t = 0; t < Steps; ++t)
            for (std::size_t i = 0; i < output[t].size(); ++i) sum += output[t][i] * grad_output[t][i];
        return sum;
    }

private:
    tape step(std::size_t t) {
        const state_memory<double> at{.before = states[t].data(),
                                      .after = states[t + 1].data(),
                                      .grad_after = grad_states[t + 1].data(),
                                      .grad_before = grad_states[t].data()};
        const matrix_view<const double, inputs, Columns> x = input[t].view();
        return {{parameters.data(), nullptr}, gradients.data(), x, memory[t].data(), seed{0}, {{at, Columns}}};
    }
    std::array<std::array<double, tape::plan.size>, Steps> memory{};
};

}  // namespace

TEST_CASE("a user's layer with state computes what a loop computes") {
    unrolled<5, 3, shape{2}, low_pass> steps;
    auto level = steps.states[0];
    steps.run();
    double worst = 0;
    for (std::size_t t = 0; t < 5; ++t)
        for (std::size_t i = 0; i < level.size(); ++i) {
            level[i] += steps.parameters[i % 2] * (steps.input[t][i] - level[i]);
            worst = std::max(worst, support::distance(steps.output[t][i], level[i]));
        }
    CHECK(worst < 1e-14);
}

TEST_CASE("gradients flow through seven steps of a user's layer with state, between other layers") {
    unrolled<7, 3, shape{4}, dense<5>, low_pass, etch::tanh, dense<2>> steps;
    steps.run();
    const auto gradients = steps.gradients;
    const auto grad_input = steps.grad_input;
    const auto grad_start = steps.grad_states[0];
    const auto objective = [&] { return steps.objective(); };
    CHECK(support::worst_gradient(gradients.data(), steps.parameters.data(), gradients.size(), objective) <
          support::gradient_tolerance);
    CHECK(support::worst_gradient(grad_start.data(), steps.states[0].data(), grad_start.size(), objective) <
          support::gradient_tolerance);
    for (const std::size_t t : {0u, 3u, 6u})
        CHECK(support::worst_gradient(grad_input[t].data(), steps.input[t].data(), grad_input[t].size(), objective) <
              support::gradient_tolerance);
}
