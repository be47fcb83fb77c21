#pragma once
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/network/inner_layers.hpp>
#include <etch/network/network_gradients.hpp>

namespace etch::inline ETCH_VARIANT {

/// A tape for networks with state: what `Columns` sequences that are trained together keep from their forward pass for
/// the backward pass. Each of up to `Steps` steps keeps what a `tape` keeps of one, and the state before it. A loop
/// walks over the steps, so the code does not grow with their number. `Depth`: how many of the layers run.
///
///     sequence_tape<policy, 8, 64> tape;
///     tape.begin(state);                                                         // policy::states<8>
///     for (std::size_t i = 0; i < steps; ++i) y = tape.forward(net, i, x[i]);
///     for (std::size_t i = steps; i-- > 0;) dx = tape.backward(net, i, dy[i]);   // adds to tape.gradients()
///     tape.get_state(steps, state);                                              // where the next piece begins
///
/// This is backpropagation through time: the backward pass of a step adds the gradient of the state that the next step
/// left, which is zero for the last step. A long sequence is trained in pieces; the state passes from one piece to the
/// next, the gradient does not: truncated backpropagation through time.
///
/// Memory: `Steps` times what the layers keep of one pass, the gradient buffers of one pass, and Steps + 3 states.
template <class Network, std::size_t Columns, std::size_t Steps, std::size_t Depth = Network::depth>
class sequence_tape : public network_gradients<Network> {
    using gradients_base = network_gradients<Network>;
    using gradients_base::alignment, gradients_base::at_least_one, gradients_base::gradients_;
    static_assert(Columns > 0 && Steps > 0, "etch: a sequence tape needs at least one sequence of at least one step");

    using layers = typename Network::layers;
    // A constant, since clang prints a condition in full before the message.
    static constexpr bool counts_samples = layers::totals.counts_samples;
    static_assert(
        !counts_samples,
        "etch: batch_norm takes its statistics from a batch of independent samples, which the steps of a sequence are "
        "not: use layer_norm");

public:
    using network_type = Network;
    using value_type = typename Network::value_type;
    using T = value_type;
    using states = typename Network::template states<Columns>;
    static constexpr std::size_t columns = Columns, steps = Steps, inputs = Network::inputs,
                                 outputs = layers::rows_after(Depth);

    /// Sets the state before the first step, and the seed of random choices, such as those of dropout.
    constexpr void begin([[maybe_unused]] const states& at, seed from = seed{0}) noexcept {
        if constexpr (Network::has_state) copy_state(at.numbers, states_);
        from_ = from;
    }

    /// Runs step i, counted from 0, and returns a view of its output, which is valid until backward of step i - 1.
    /// x is a matrix of inputs x columns, or a view of one, and must outlive the backward pass.
    template <class X>
    constexpr matrix_view<T, outputs, Columns> forward(const Network& net, std::size_t i, const X& x) noexcept {
        static_assert(
            Stored<X> && X::rows == inputs && X::columns == Columns && std::is_same_v<typename X::value_type, T>,
            "etch: a tape takes a matrix of inputs x columns in memory, of the network's number type");
        inputs_[i] = x.data();
        last_ = i;
        return step(net, i).forward();
    }

    /// A temporary: an overload that exists only for its error message.
    template <class U, std::size_t... Extents>
    constexpr matrix_view<T, outputs, Columns> forward(const Network&, std::size_t,
                                                       const tensor<U, Extents...>&&) noexcept {
        static_assert(std::is_void_v<U>, "etch: the input of a tape must be a variable: backward reads it again");
        return matrix_view<T, outputs, Columns>{nullptr};
    }

    /// The backward pass of step i, to be called from the last step down to the first: adds to the gradients of the
    /// parameters (`Overwrite`: sets them). Returns the gradient of the step's input as an expression, which costs
    /// nothing unless it is used, and is valid until the next call. `dy` is an expression of outputs x columns.
    template <bool Overwrite = false, Expression DY>
    constexpr auto backward(const Network& net, std::size_t i, const DY& dy) noexcept {
        static_assert(DY::rows == outputs && DY::columns == Columns,
                      "etch: the gradient of the output of a tape is a matrix of outputs x columns");
        if (i == last_)
            for (T& g : grad_states_[(i + 1) % 2]) g = 0;
        return internal::input_gradient<layers, Columns>(step(net, i).template backward<Overwrite>(dy),
                                                         input_gradient_.data());
    }

    /// The output of step i, as forward returned it.
    [[nodiscard]] constexpr auto output(const Network& net, std::size_t i) noexcept {
        return step(net, i).template output<Depth - 1>();
    }

    /// Copies the state before step i, of all sequences or of one; i may be the number of steps.
    constexpr void get_state([[maybe_unused]] std::size_t i, [[maybe_unused]] states& to) const noexcept {
        if constexpr (Network::has_state) copy_state(states_ + i * state_size, to.numbers);
    }
    constexpr void get_state([[maybe_unused]] std::size_t i, [[maybe_unused]] states& to,
                             [[maybe_unused]] std::size_t sequence) const noexcept {
        if constexpr (Network::has_state) {
            // Tensor after tensor, and of each a column per sequence.
            layers::for_each_layer([&]<std::size_t I>() {
                std::size_t at = layers::infos[I].state_before * Columns;
                for (const named_tensor& tensor : layers::template layer<I>::template state<layers::infos[I].input>()) {
                    const std::size_t size = tensor.extents.size();
                    for (std::size_t k = at + sequence * size; k < at + (sequence + 1) * size; ++k)
                        to.numbers[k] = states_[i * state_size + k];
                    at += size * Columns;
                }
            });
        }
    }
    /// After backward of step 0: the gradient of the state before it, in the order of `states`.
    [[nodiscard]] constexpr std::span<const T> grad_first_state() const noexcept {
        return std::span<const T>{grad_states_[0], states::size};
    }

private:
    static constexpr bool takes_extras = layers::totals.takes_extras;
    using pass = chain_tape<layers, T, Columns, Depth, std::conditional_t<takes_extras, step_extras<T>, void>>;
    static constexpr std::size_t state_size = states::size;
    static constexpr std::size_t most_numbers = static_cast<std::size_t>(-1) / 4 / sizeof(T);
    // A constant, since clang prints a condition in full before the message.
    static constexpr bool can_exist = Steps < most_numbers / (pass::plan.kept + state_size + 1);
    static_assert(can_exist,
                  "etch: the steps of a sequence tape would be larger than the address space: train in pieces");

    static constexpr void copy_state(const T* from, T* to) noexcept {
        for (std::size_t k = 0; k < state_size; ++k) to[k] = from[k];
    }

    /// The passes of step i. Backward walks from the last step to the first, so the memory of step i + 1 is free by
    /// then and serves as the gradient buffers of step i.
    ETCH_INLINE constexpr pass step(const Network& net, std::size_t i) noexcept {
        const matrix_view<const T, inputs, Columns> x{inputs_[i]};
        T* const kept = workspace_ + i * pass::plan.kept;
        if constexpr (takes_extras)
            return {net.memory(),
                    gradients_,
                    x,
                    kept,
                    derive(from_, i),
                    {{.states = {.before = states_ + i * state_size,
                                 .after = states_ + (i + 1) * state_size,
                                 .grad_after = grad_states_[(i + 1) % 2],
                                 .grad_before = grad_states_[i % 2]},
                      .count = Columns}}};
        else
            return {net.memory(), gradients_, x, kept, derive(from_, i)};
    }

    alignas(alignment) T workspace_[at_least_one((Steps - 1) * pass::plan.kept + pass::plan.size)] = {};
    alignas(alignment) T states_[at_least_one((Steps + 1) * state_size)] = {};
    alignas(alignment) T grad_states_[2][at_least_one(state_size)] = {};
    [[no_unique_address]] internal::input_gradient_memory<layers, Columns, T> input_gradient_{};
    const T* inputs_[Steps] = {};
    std::size_t last_ = 0;
    seed from_{0};
};

}  // namespace etch::inline ETCH_VARIANT
