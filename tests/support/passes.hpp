#pragma once
// Runs layers alone, forward and backward, as a training step of a network does.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#include <etch/network/chain_tape.hpp>

namespace support {

/// What a test says of two numbers: |got - want| against the larger of |want| and `floor`. NaN is infinitely far away.
inline double distance(double got, double want, double floor = 1) {
    const double away = std::abs(got - want) / std::max(std::abs(want), floor);
    return away >= 0 ? away : 1e300;
}

/// The largest distance between two sequences of the same length.
template <class A, class B>
double farthest(const A& got, const B& want, double floor = 1) {
    double worst = std::size(got) == std::size(want) ? 0 : 1e300;
    for (std::size_t i = 0; i < std::min(std::size(got), std::size(want)); ++i)
        worst = std::max(worst, distance(static_cast<double>(got[i]), static_cast<double>(want[i]), floor));
    return worst;
}

/// Fixed numbers without pattern between -range and range, none of them within range / 100 of 0.
template <class Numbers>
constexpr void scatter_numbers(Numbers&& numbers, etch::seed from, double range = 1) {
    using T = std::remove_cvref_t<decltype(*numbers.begin())>;
    etch::random_generator random{from};
    for (T& x : numbers) {
        const double size = 0.01 + 0.99 * random.uniform<double>();
        x = static_cast<T>((random() & 1) != 0 ? range * size : -range * size);
    }
}

/// Layers, an input, a gradient of the output, and everything that follows from them. The scalar that is differentiated
/// is Σ output ⊙ grad_output over all samples, of which the first `count` are real.
template <class T, etch::shape Input, std::size_t Columns, class... Layers>
struct passes {
    using chain = etch::chain<T, Input, Layers...>;
    static constexpr bool takes_extras = chain::totals.takes_extras;
    using extras = std::conditional_t<takes_extras, etch::step_extras<T>, void>;
    using tape = etch::chain_tape<chain, T, Columns, sizeof...(Layers), extras>;
    static constexpr std::size_t inputs = Input.size(), outputs = chain::output_shape.size();
    static constexpr std::size_t trained = chain::totals.trained,
                                 statistics_count = chain::totals.fitted + chain::totals.frozen;
    template <std::size_t N>
    using numbers = std::array<T, (N > 0 ? N : 1)>;  // that many are in use

    etch::matrix<T, inputs, Columns> input{};
    etch::matrix<T, outputs, Columns> grad_output{};
    numbers<trained> parameters{};
    numbers<statistics_count> statistics{};
    etch::seed seed{0};
    std::size_t count = Columns;

    etch::matrix<T, outputs, Columns> output{};
    etch::matrix<T, inputs, Columns> grad_input{};
    numbers<trained> gradients{};

    constexpr passes() {
        scatter_numbers(input, etch::seed{1}, 2);
        scatter_numbers(grad_output, etch::seed{2});
        chain::initialize({parameters.data(), statistics.data()}, etch::seed{3});
    }

    /// Both passes in training; the statistics stay as they are.
    ETCH_NO_INLINE constexpr void run() {
        gradients.fill(0);
        workspace.fill(std::numeric_limits<T>::quiet_NaN());  // whoever reads what was not written is found out
        for (std::size_t j = count; j < Columns; ++j)         // as a loss has it: what is not real has no gradient
            for (std::size_t i = 0; i < outputs; ++i) grad_output(i, j) = 0;
        const tape one = make_tape();
        output = one.forward();
        chain::store(grad_input.data(), one.backward(grad_output.view()));  // in whatever cut it comes
    }

    /// What a stepper does after the passes.
    void absorb() {
        etch::internal::absorb_statistics<chain, Columns>(
            etch::parameter_memory<T>{parameters.data(), statistics.data()}, workspace.data(),
            etch::step_extras<T>{.count = count});
    }

    /// Outside of training.
    ETCH_NO_INLINE void infer() {
        const etch::matrix_view<const T, inputs, Columns> x = input.view();
        chain::infer({parameters.data(), statistics.data()}, x, output.view(), inference_workspace.data());
    }

private:
    constexpr tape make_tape() {
        const etch::matrix_view<const T, inputs, Columns> x = input.view();
        if constexpr (takes_extras)
            return {{parameters.data(), statistics.data()}, gradients.data(), x, workspace.data(), seed,
                    {etch::step_extras<T>{.count = count}}};
        else
            return {{parameters.data(), statistics.data()}, gradients.data(), x, workspace.data(), seed};
    }

    numbers<tape::plan.size> workspace{};
    numbers<chain::template inference_size<Columns, sizeof...(Layers)>()> inference_workspace{};
};

/// How many samples of a batch have another bit than alone: in the output and in the gradient of the input in training,
/// in the output outside of it.
template <etch::shape In, std::size_t Columns, class... Layers>
std::size_t differences_alone() {
    static passes<float, In, Columns, Layers...> together;
    static passes<float, In, 1, Layers...> alone;
    together.run();
    std::size_t found = 0;
    for (std::size_t j = 0; j < Columns; ++j) {
        alone.input = together.input.column(j);
        alone.grad_output = together.grad_output.column(j);
        alone.run();
        found += !(etch::matrix<float, together.outputs, 1>(together.output.column(j)) == alone.output);
        found += !(etch::matrix<float, In.size(), 1>(together.grad_input.column(j)) == alone.grad_input);
    }
    together.infer();
    for (std::size_t j = 0; j < Columns; ++j) {
        alone.input = together.input.column(j);
        alone.infer();
        found += !(etch::matrix<float, together.outputs, 1>(together.output.column(j)) == alone.output);
    }
    return found;
}

}  // namespace support
