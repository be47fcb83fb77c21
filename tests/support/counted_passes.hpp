#pragma once
// Runs layers that count samples or whose statistics training updates, as a training step of a network does.
#include <array>
#include <cstddef>
#include <limits>

#include <etch/network/inner_layers.hpp>

#include "support/gradient_check.hpp"

namespace support {

/// The same as `passes` where the first `count` columns are real samples.
template <class T, etch::shape Input, std::size_t Columns, class... Layers>
struct counted_passes {
    using chain = etch::chain<T, Input, Layers...>;
    using extras = etch::step_extras<T>;
    using tape = etch::chain_tape<chain, T, Columns, sizeof...(Layers), extras>;
    static constexpr std::size_t trained = chain::totals.trained, fixed = chain::totals.fitted + chain::totals.frozen;

    etch::matrix<T, Input.size(), Columns> input{}, grad_input{};
    etch::matrix<T, chain::output_shape.size(), Columns> output{}, grad_output{};
    std::array<T, trained> parameters{}, gradients{};
    std::array<T, fixed> statistics{};
    std::array<T, tape::plan.size> memory{};
    std::size_t count = Columns;
    etch::seed seed{0};

    counted_passes() {
        scatter_numbers(input, etch::seed{1}, 2);
        scatter_numbers(grad_output, etch::seed{2});
        chain::initialize({parameters.data(), statistics.data()}, etch::seed{3});
    }

    /// Both passes; the statistics stay as they are.
    ETCH_NO_INLINE void run() {
        gradients.fill(0);
        memory.fill(std::numeric_limits<T>::quiet_NaN());  // whoever reads what was not written is found out
        for (std::size_t j = count; j < Columns; ++j)      // as a loss has it: what is not real has no gradient
            for (std::size_t i = 0; i < chain::output_shape.size(); ++i) grad_output(i, j) = 0;
        const tape one{{parameters.data(), statistics.data()},
                       gradients.data(),
                       input.view(),
                       memory.data(),
                       seed,
                       {extras{.count = count}}};
        output = one.forward();
        chain::store(grad_input.data(), one.backward(grad_output.view()));
    }
    /// What a stepper does after the passes.
    void absorb() {
        etch::internal::absorb_statistics<chain, Columns>(
            etch::parameter_memory<T>{parameters.data(), statistics.data()}, memory.data(), extras{.count = count});
    }
    /// Outside of training.
    ETCH_NO_INLINE void infer() {
        std::array<T, chain::template inference_size<Columns, sizeof...(Layers)>() + 1> of_inference{};
        const etch::matrix_view<const T, Input.size(), Columns> x = input.view();
        chain::infer({parameters.data(), statistics.data()}, x, output.view(), of_inference.data());
    }
};

}  // namespace support
