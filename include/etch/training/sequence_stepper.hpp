#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include <etch/data/data_view.hpp>
#include <etch/network/loss_fusion.hpp>
#include <etch/network/sequence_tape.hpp>
#include <etch/training/fit_checks.hpp>
#include <etch/training/sequence_mistakes.hpp>
#include <etch/training/sequence_options.hpp>
#include <etch/training/targets.hpp>
#include <etch/training/training_base.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of one update from sequences. Unless it is ok, network, state and optimizer are as they were.
template <class T>
struct [[nodiscard]] sequence_result {
    status code = status::ok;
    T loss{};                               ///< the mean over the steps that count, before the update
    std::size_t steps = 0, most_steps = 0;  ///< given, and the most that there is memory for
    problem data{};                         ///< of inputs or targets: sample i is sequence i % Batch of step i / Batch
    option_error option{};                  ///< at invalid_option, and at size_mismatch if lengths or mask have it

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }

    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        switch (code) {
            case status::too_many_steps:
                return sentence("the sequence has ", steps, " steps, but there is memory for ", most_steps,
                                ": train it in pieces, and pass the state from one to the next");
            case status::empty_set: return "no step counts: the sequence is empty, or masked as a whole";
            case status::invalid_option: return option.message();
            case status::size_mismatch: return option.ok() ? message_text{describe(code)} : option.message();
            default: return data.ok() ? message_text{describe(code)} : data.message();
        }
    }
};

/// Trains a network on `Batch` sequences of up to `Steps` steps at a time: a sequence_tape, a loss and an updater. All
/// memory is in the object.
///
/// An update: forward through all steps, the mean loss over them, backward from the last step to the first
/// (backpropagation through time), clipping, and the optimizer's rule. A loop walks over the steps.
///
///     sequence_stepper<amp, mean_squared_error, adam, 64> stepper{{.learning_rate = 1e-3}};
///     amp::state voice{};
///     for (each piece of 64 samples of a signal)
///         if (const auto result = stepper.step(net, x, y, voice); !result) ...
///
/// `voice` is the state before the first step, and afterwards the state after the last. Passing it from piece to piece
/// is truncated backpropagation through time: the network can remember longer than the gradient reaches.
template <class Network, class Loss, class Optimizer, std::size_t Steps, std::size_t Batch = 1,
          class Schedule = constant_rate>
class sequence_stepper : public internal::training_base<Network, Loss, Optimizer, Schedule>,
                         internal::sequence_mistakes<Network, Batch> {
    static_assert(Batch != static_cast<std::size_t>(-1),
                  "etch: a sequence_stepper takes a number of sequences: full_batch is for samples of their own");
    static_assert(Steps > 0 && Batch > 0, "etch: sequences need at least one step and one sequence");
    using base = internal::training_base<Network, Loss, Optimizer, Schedule>;
    using mistakes = internal::sequence_mistakes<Network, Batch>;
    using base::held_;  // the updater
    using fusion = internal::loss_fusion<Network, Loss>;
    using tape_type = sequence_tape<Network, Batch, Steps, fusion::layers_before_loss>;

public:
    using typename base::value_type;
    using T = value_type;
    /// The states of `Batch` sequences: Network::states<Batch>, which for one sequence is Network::state.
    using states = typename Network::template states<Batch>;
    static constexpr std::size_t inputs = Network::inputs, outputs = Network::outputs, targets = fusion::targets;

    using sequence_options = options_of_sequences<T>;

    using base::base;

    /// One update. `x` holds the inputs and `y` the targets of 1 to `Steps` steps, step after step, and within a step
    /// sequence after sequence.
    ///
    /// Errors, which leave everything as it was: empty_set, size_mismatch, too_many_steps, non_finite_input,
    /// non_finite_target, non_finite_state, invalid_target, invalid_option, not_initialized, not_fitted, and
    /// non_finite_loss if the loss or a gradient is not finite.
    constexpr sequence_result<T> step(Network& net, std::span<const T> x, std::span<const T> y, states& at,
                                      const sequence_options& options = {}) noexcept {
        const std::size_t steps = x.size() / (inputs * Batch);
        if (const auto refused = check_step(net, x, y, steps, at, options); !refused) return refused;
        T weight_sum{0};
        for (std::size_t i = 0; i < steps; ++i)
            for (std::size_t j = 0; j < Batch; ++j) weight_sum += weight(options, i, j);
        if (!(weight_sum >= (std::numeric_limits<T>::min)() && weight_sum <= (std::numeric_limits<T>::max)()))
            return {.code = status::invalid_option,
                    .steps = steps,
                    .most_steps = Steps,
                    .option = {"the sum of mask", static_cast<double>(weight_sum), "a number that can be divided by"}};

        tape_.begin(at, held_.next_seed());
        T total{0};
        for (std::size_t i = 0; i < steps; ++i) total += forward(net, i, x, y, options);
        if (!internal::is_finite(total)) return {.code = status::non_finite_loss};
        const T share = T{1} / weight_sum;
        tape_.clear_gradients();
        for (std::size_t i = steps; i-- > 0;) backward(net, i, y, options, share);
        if (!internal::all_finite<T>(std::span<const T>{tape_.gradients()})) return {.code = status::non_finite_loss};

        held_.update(net, tape_.gradients(), options.total_steps);
        if (options.lengths.empty())
            tape_.get_state(steps, at);
        else
            for (std::size_t j = 0; j < Batch; ++j) tape_.get_state(options.lengths[j], at, j);
        return {.loss = total * share, .steps = steps, .most_steps = Steps};
    }

    using mistakes::step;

    /// Resets gradients, optimizer state and step count.
    constexpr void reset() noexcept {
        tape_.clear_gradients();
        held_.reset();
    }

    /// The gradients of the last update, after clipping: one per parameter, in the order of net.parameters().
    [[nodiscard]] constexpr std::span<T> gradients() noexcept { return tape_.gradients(); }

private:
    static constexpr T weight(const sequence_options& options, std::size_t i, std::size_t j) noexcept {
        if (!options.lengths.empty() && i >= options.lengths[j]) return 0;
        return options.mask.empty() ? T{1} : options.mask[i * Batch + j];
    }

    constexpr sequence_result<T> check_step(const Network& net, std::span<const T> x, std::span<const T> y,
                                            std::size_t steps, const states& at,
                                            const sequence_options& options) const noexcept {
        const auto refuse = [steps](status code, problem data = {}, option_error option = {}) {
            return sequence_result<T>{
                .code = code, .steps = steps, .most_steps = Steps, .data = data, .option = option};
        };
        const std::size_t samples = steps * Batch;
        if (x.size() != samples * inputs || y.size() != samples * targets) return refuse(status::size_mismatch);
        if (steps == 0) return refuse(status::empty_set);
        if (steps > Steps) return refuse(status::too_many_steps);
        const auto refuse_count = [&refuse](const char* what, std::size_t count, const char* range) {
            return refuse(status::size_mismatch, {}, {what, static_cast<double>(count), range});
        };
        if (!options.lengths.empty() && options.lengths.size() != Batch)
            return refuse_count("the number of lengths", options.lengths.size(), "that of the sequences");
        if (!options.mask.empty() && options.mask.size() != samples)
            return refuse_count("the size of mask", options.mask.size(), "that of all sequences, in steps");
        if (const option_error option = (base::check)(); !option.ok())
            return refuse(status::invalid_option, {}, option);
        for (const std::size_t length : options.lengths)
            if (length > steps)
                return refuse(status::invalid_option, {},
                              {"lengths", static_cast<double>(length), "at most the number of steps"});
        for (const T w : options.mask)
            if (!(w >= 0) || !internal::is_finite(w))
                return refuse(status::invalid_option, {}, {"mask", static_cast<double>(w), "at least 0, and finite"});
        if (held_.steps() == 0 && internal::is_all_zero(net)) return refuse(status::not_initialized);
        if (!net.is_fitted()) return refuse(status::not_fitted);
        if constexpr (Network::has_state)
            if (!internal::all_finite<T>(at.numbers)) return refuse(status::non_finite_state);

        const data_view<inputs, targets, T> data{x, y};
        bool any_counts = false;
        for (std::size_t i = 0; i < samples; ++i) {
            if (!internal::all_finite<T>(data.input(i)))
                return refuse(status::non_finite_input,
                              {status::non_finite_input, i, internal::first_not_finite<T>(data.input(i))});
            if (problem p = internal::check_indices<Network>(data.slice(i, 1)); !p.ok()) {
                p.sample = i;
                return refuse(p.code, p);
            }
            if (!(weight(options, i / Batch, i % Batch) > 0)) continue;
            any_counts = true;
            if (!internal::all_finite<T>(data.target(i)))
                return refuse(status::non_finite_target,
                              {status::non_finite_target, i, internal::first_not_finite<T>(data.target(i))});
            if (problem p = internal::check_targets<Loss, outputs>(data.slice(i, 1)); !p.ok()) {
                p.sample = i;
                return refuse(p.code, p);
            }
        }
        return any_counts ? refuse(status::ok) : refuse(status::empty_set);
    }

    /// The targets of step i. Those that do not count are set to zero, which every loss accepts.
    static constexpr matrix<T, targets, Batch> targets_of(std::size_t i, std::span<const T> y,
                                                          const sequence_options& options) noexcept {
        matrix<T, targets, Batch> counted = matrix_view<const T, targets, Batch>{y.data() + i * Batch * targets};
        for (std::size_t j = 0; j < Batch; ++j)
            if (!(weight(options, i, j) > 0))
                for (T& number : counted.column(j)) number = 0;
        return counted;
    }

    /// The forward pass of step i: returns the weighted sum of its losses.
    constexpr T forward(const Network& net, std::size_t i, std::span<const T> x, std::span<const T> y,
                        const sequence_options& options) noexcept {
        const auto prediction =
            tape_.forward(net, i, matrix_view<const T, inputs, Batch>{x.data() + i * Batch * inputs});
        const matrix<T, targets, Batch> target = targets_of(i, y, options);
        const tensor<T, 1, Batch> losses = Loss::value(prediction, internal::targets_for_loss(net, target.view()));
        T total{0};
        for (std::size_t j = 0; j < Batch; ++j)
            if (const T w = weight(options, i, j); w > 0) total += w * losses[j];
        return total;
    }

    /// The backward pass of step i.
    constexpr void backward(const Network& net, std::size_t i, std::span<const T> y, const sequence_options& options,
                            T share) noexcept {
        const matrix<T, targets, Batch> target = targets_of(i, y, options);
        tensor<T, 1, Batch> weights;
        for (std::size_t j = 0; j < Batch; ++j) weights[j] = weight(options, i, j) * share;
        const auto prediction = tape_.output(net, i);
        const auto target_for_loss = internal::targets_for_loss(net, target.view());
        (void)tape_.backward(net, i, hadamard(Loss::gradient(prediction, target_for_loss), weights));
    }

    tape_type tape_;
};

}  // namespace etch::inline ETCH_VARIANT
