#pragma once
// A layer that runs over the positions of a sequence, all of which are one sample: see unrolled and bidirectional.
#include <cstddef>
#include <type_traits>

#include <etch/network/inner_layers.hpp>
#include <etch/tensor/block_view.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// A run of the layer L from the first position of samples {channels, length} to the last, or, if `Reversed`, from the
/// last to the first. Its state is zero at the beginning and is dropped at the end; its outputs are rows of an output
/// {OutputRows, length}, from `FirstRow` on. A loop walks over the positions, so the code does not grow with the
/// length. In training each position keeps what L keeps of one step, and the state before it; the gradients of a
/// position lie over what the position after it kept, which is free by then.
template <class L, shape In, bool Reversed, std::size_t OutputRows, std::size_t FirstRow>
struct sequence_run {
    static constexpr std::size_t channels = In.extent[0], length = In.size() / channels;
    using list = layer_list<shape{channels}, L>;
    static constexpr std::size_t units = list::output_shape.size();

    /// How much memory a pass over this many samples takes, in numbers.
    template <std::size_t Columns, bool Training>
    static constexpr std::size_t memory_size() {
        if constexpr (Training)
            return training_memory<Columns>::size;
        else
            return inference_memory<Columns>::size;
    }

    /// The run outside training, from the inputs x to the outputs y.
    template <std::size_t Columns, class T>
    static constexpr void infer(parameter_memory<const T> parameters, const T* x, T* y, T* memory) noexcept {
        using at = inference_memory<Columns>;
        T* const state = memory + at::state;
        for (std::size_t i = 0; i < state_size<Columns>; ++i) state[i] = 0;
        for (std::size_t step = 0; step < length; ++step) {
            const T* from = x + position(step) * channels;
            if constexpr (input_has_gaps<Columns>) {
                matrix_view<T, channels, Columns>{memory + at::input} = matrix_at<channels, Columns, In.size()>(from);
                from = memory + at::input;
            }
            T* const to = y + position(step) * OutputRows + FirstRow;
            const matrix_view<const T, channels, Columns> in{from};
            const matrix_view<T, units, Columns> out{output_has_gaps<Columns> ? memory + at::output : to};
            if constexpr (takes_extras)
                chain<T, shape{channels}, L>::infer(
                    parameters, in, out, memory + at::inner,
                    step_extras<T>{.states = {.before = state, .after = state}, .count = Columns});
            else
                chain<T, shape{channels}, L>::infer(parameters, in, out, memory + at::inner);
            if constexpr (output_has_gaps<Columns>) matrix_at<units, Columns, OutputRows * length>(to) = out;
        }
    }

    /// The same in training.
    template <std::size_t Columns, class T>
    static constexpr void forward(parameter_memory<const T> parameters, const T* x, T* y, T* memory,
                                  seed from) noexcept {
        using at = training_memory<Columns>;
        for (std::size_t i = 0; i < state_size<Columns>; ++i) memory[at::states + i] = 0;
        for (std::size_t step = 0; step < length; ++step) {
            if constexpr (input_has_gaps<Columns>)
                matrix_view<T, channels, Columns>{memory + at::inputs + step* channels* Columns} =
                    matrix_at<channels, Columns, In.size()>(x + position(step) * channels);
            matrix_at<units, Columns, OutputRows * length>(y + position(step) * OutputRows + FirstRow) =
                tape_of<Columns, T>(parameters, nullptr, x, memory, from, step).forward();
        }
    }

    /// The backward pass: adds to the gradients of the parameters, and writes the gradient of the input or, if
    /// `Add`, adds to it.
    template <std::size_t Columns, bool Add, class T>
    static constexpr void backward(parameter_memory<const T> parameters, T* gradients, const T* x, const T* dy, T* dx,
                                   T* memory, seed from) noexcept {
        using at = training_memory<Columns>;
        T* const after_last = memory + at::grad_states + length % 2 * state_size<Columns>;
        for (std::size_t i = 0; i < state_size<Columns>; ++i) after_last[i] = 0;
        for (std::size_t step = length; step-- > 0;) {
            const auto grad_output =
                matrix_at<units, Columns, OutputRows * length>(dy + position(step) * OutputRows + FirstRow);
            const auto grad_input = matrix_at<channels, Columns, In.size()>(dx + position(step) * channels);
            const auto gradient = input_gradient<list, Columns>(
                tape_of<Columns, T>(parameters, gradients, x, memory, from, step).backward(grad_output),
                memory + at::input_gradient);
            if constexpr (Add)
                grad_input += gradient;
            else
                grad_input = gradient;
        }
    }

private:
    static constexpr bool takes_extras = list::totals.takes_extras;
    template <std::size_t Columns>
    static constexpr std::size_t state_size = list::totals.state * Columns;
    // Whether a position of several samples is not contiguous, so that it is copied before L sees it.
    template <std::size_t Columns>
    static constexpr bool input_has_gaps = Columns > 1 && length > 1;
    template <std::size_t Columns>
    static constexpr bool output_has_gaps = Columns > 1 && OutputRows* length > units;

    static constexpr std::size_t position(std::size_t step) noexcept { return Reversed ? length - 1 - step : step; }

    template <std::size_t Columns>
    struct inference_memory {
        static constexpr std::size_t state = 0;
        static constexpr std::size_t input = state + state_size<Columns>;
        static constexpr std::size_t output = input + (input_has_gaps<Columns> ? channels * Columns : 0);
        static constexpr std::size_t inner = output + (output_has_gaps<Columns> ? units * Columns : 0);
        static constexpr std::size_t size =
            inner + chain<float, shape{channels}, L>::template inference_size<Columns, 1>();
    };
    template <std::size_t Columns>
    struct training_memory {
        static constexpr auto& plan = chain_tape<chain<float, shape{channels}, L>, float, Columns, 1>::plan;
        static constexpr std::size_t tapes = 0;
        static constexpr std::size_t states = tapes + (length - 1) * plan.kept + plan.size;
        static constexpr std::size_t grad_states = states + (length + 1) * state_size<Columns>;
        static constexpr std::size_t inputs = grad_states + 2 * state_size<Columns>;
        static constexpr std::size_t input_gradient = inputs + (input_has_gaps<Columns> ? In.size() * Columns : 0);
        static constexpr std::size_t size = input_gradient + input_gradient_size<list, Columns>;
    };

    template <std::size_t Columns, class T>
    ETCH_INLINE static constexpr auto tape_of(parameter_memory<const T> parameters, T* gradients, const T* x, T* memory,
                                              seed from, std::size_t step) noexcept {
        using at = training_memory<Columns>;
        using extras = std::conditional_t<takes_extras, step_extras<T>, void>;
        using tape = chain_tape<chain<T, shape{channels}, L>, T, Columns, 1, extras>;
        const matrix_view<const T, channels, Columns> in{
            input_has_gaps<Columns> ? memory + at::inputs + step * channels * Columns : x + position(step) * channels};
        T* const own = memory + at::tapes + step * at::plan.kept;
        if constexpr (takes_extras) {
            constexpr std::size_t size = state_size<Columns>;
            const state_memory<T> states{.before = memory + at::states + step * size,
                                         .after = memory + at::states + (step + 1) * size,
                                         .grad_after = memory + at::grad_states + (step + 1) % 2 * size,
                                         .grad_before = memory + at::grad_states + step % 2 * size};
            return tape{parameters, gradients, in, own, derive(from, step), {{.states = states, .count = Columns}}};
        } else {
            return tape{parameters, gradients, in, own, derive(from, step)};
        }
    }
};

/// The outputs of one or several runs, which each write their rows.
template <class T, std::size_t Rows, std::size_t Columns, bool Training, class... Runs>
struct outputs_of_runs : expression {
    using value_type = T;
    static constexpr std::size_t rows = Rows, columns = Columns, partial_sums = 1;

    parameter_memory<const T> parameters;
    const T* x;
    T* memory;
    seed from;

    constexpr outputs_of_runs(parameter_memory<const T> parameters_, const T* x_, T* memory_, seed from_) noexcept
        : parameters{parameters_}, x{x_}, memory{memory_}, from{from_} {}

    constexpr void assign_to(const matrix_view<T, rows, columns>& to) const noexcept {
        parameter_memory<const T> own = parameters;
        T* place = memory;
        std::size_t run = 0;
        const auto go = [&]<class Run>(std::type_identity<Run>) {
            if constexpr (Training)
                Run::template forward<Columns, T>(own, x, to.data(), place, derive(from, run++));
            else
                Run::template infer<Columns, T>(own, x, to.data(), place);
            constexpr auto& totals = Run::list::totals;
            own = own.from(totals.trained, totals.fitted + totals.frozen, totals.words);
            place += Run::template memory_size<Columns, Training>();
        };
        (go(std::type_identity<Runs>{}), ...);
    }
};

/// Their backward pass: the gradient of the input, which is written to `dx`.
template <std::size_t Columns, class First, class... Rest, class T>
constexpr void backward_of_runs(parameter_memory<const T> parameters, T* gradients, const T* x, const T* dy, T* dx,
                                T* memory, seed from) noexcept {
    std::size_t run = 0;
    const auto go = [&]<class Run, bool Add>(std::type_identity<Run>, std::bool_constant<Add>) {
        Run::template backward<Columns, Add, T>(parameters, gradients, x, dy, dx, memory, derive(from, run++));
        constexpr auto& totals = Run::list::totals;
        parameters = parameters.from(totals.trained, totals.fitted + totals.frozen, totals.words);
        gradients += totals.trained;
        memory += Run::template memory_size<Columns, true>();
    };
    go(std::type_identity<First>{}, std::false_type{});
    (go(std::type_identity<Rest>{}, std::true_type{}), ...);
}

/// The memory of runs in a pass, and, in training, the gradient of their input.
template <shape In, std::size_t Columns, bool Training, class... Runs>
constexpr std::array<named_tensor, 2> scratch_of_runs() noexcept {
    return {named_tensor{"runs", {(Runs::template memory_size<Columns, Training>() + ...)}},
            named_tensor{"input gradient", {Training ? In.size() * Columns : 0}}};
}

/// What both layers need of their input and of the layer that they run.
template <class L, shape In>
constexpr void check_runs() {
    static_assert(In.rank == 2,
                  "etch: unrolled and bidirectional need a sequence for their input: input<channels, length>");
    static_assert(L::output(shape{In.extent[0]}).rank == 1,
                  "etch: the layer in unrolled or bidirectional takes the channels of one position and gives a vector");
    static_assert(
        !L::counts_samples && fits_nothing<layer_list<shape{In.extent[0]}, L>>(),
        "etch: standardize, normalize, clip and batch_norm must be before or after unrolled and bidirectional, "
        "not inside them");
}

}  // namespace etch::inline ETCH_VARIANT::internal
