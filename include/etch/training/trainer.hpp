#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <etch/core/finite.hpp>
#include <etch/data/sample_source.hpp>
#include <etch/training/evaluate_loss.hpp>
#include <etch/training/fit_checks.hpp>
#include <etch/training/fit_mistakes.hpp>
#include <etch/training/fit_options.hpp>
#include <etch/training/fit_progress.hpp>
#include <etch/training/fit_result.hpp>
#include <etch/training/fit_statistics.hpp>
#include <etch/training/stepper.hpp>

namespace etch::inline ETCH_VARIANT {

/// Trains a network on a data set: a stepper, memory for a batch, and a copy of the best weights. All memory is in the
/// object, so that its owner decides where it lives; `fit` allocates nothing.
///
///     etch::trainer<classifier, etch::cross_entropy, etch::adam, 32> trainer{{.learning_rate = 1e-3}};
///     auto result = trainer.fit(net, train, {.epochs = 40, .validation = validation, .patience = 5});
template <class Network, class Loss, class Optimizer, std::size_t Batch = 32, class Schedule = constant_rate>
class trainer : public internal::training_base<Network, Loss, Optimizer, Schedule,
                                               stepper<Network, Loss, Optimizer, Batch, Schedule>>,
                internal::fit_mistakes<Network, Loss> {
    using stepper_type = stepper<Network, Loss, Optimizer, Batch, Schedule>;
    using base = internal::training_base<Network, Loss, Optimizer, Schedule, stepper_type>;
    using base::held_;  // the stepper
    using mistakes = internal::fit_mistakes<Network, Loss>;
    template <class Source>
    static constexpr bool is_source = mistakes::template is_source<Source>;
    template <class Samples>
    static constexpr bool is_samples = mistakes::template is_samples<Samples>;

public:
    using typename base::value_type;
    using T = value_type;
    static constexpr std::size_t columns = stepper_type::columns, inputs = Network::inputs, outputs = Network::outputs,
                                 targets = stepper_type::targets;
    using data = data_view<inputs, targets, T>;

    using base::base;

    using fit_options = options_of_fit<data>;

    /// Runs the epochs. Layers with statistics (standardize, normalize, unstandardize) that have not been fitted are
    /// fitted first, on the training data. A last batch that is not full is averaged over the samples that it has.
    ///
    /// `callback` is called with an epoch_record after each epoch and stops the training by returning false. If it can
    /// also be called with a step_record, it is called after each update too. If it has a member `finish`, as a
    /// progress_bar has, that is called with the fit_result at the end.
    ///
    /// A second fit continues from where the first ended: the optimizer keeps its state and its step count, on which
    /// the schedule depends. `reset` resets both.
    ///
    /// With `resume` it is not a second fit but the rest of the first, which the callback stopped, or which another
    /// process began and saved as a checkpoint (see io/checkpoint.hpp). Given the same network, data and options, the
    /// result has the bits of a fit that was never interrupted. If there is nothing to resume, it is a fit from the
    /// beginning; if all epochs are done, it returns at once. The trainer's state is complete whenever the callback is
    /// called, so a checkpoint may be taken there: after an epoch, or after any update.
    ///
    /// Errors that leave the network as it was: empty_set, size_mismatch, non_finite_input, non_finite_target,
    /// invalid_target (with the sample and the column), constant_column, constant_target (with the column),
    /// not_initialized, invalid_option (with its name, value and range). After non_finite_loss (with the step) and
    /// diverged (with the largest weight: above a million, and above a million times the largest target) the network
    /// has the best weights so far, and the trainer is reset. `warning` of the result names a likely mistake, such as
    /// targets that the last layer cannot reach.
    template <class Callback = std::nullptr_t>
    constexpr fit_result<T> fit(Network& net, data training, const fit_options& options = {},
                                Callback&& callback = {}) noexcept {
        return run(net, training, options.validation, options.validates(), options, callback);
    }

    /// The same on samples that are read one by one, such as `windows`.
    template <class Source, class Callback = std::nullptr_t>
        requires(is_source<Source>)
    constexpr fit_result<T> fit(Network& net, const Source& training, const fit_options& options = {},
                                Callback&& callback = {}) noexcept {
        return run(net, training, options.validation, options.validates(), options, callback);
    }
    /// The same with validation data that may be read one by one too, in place of options.validation.
    template <class Training, class Validation, class Callback = std::nullptr_t>
        requires(is_samples<Training> && is_samples<Validation>)
    constexpr fit_result<T> fit(Network& net, const Training& training, const Validation& validation,
                                const fit_options& options = {}, Callback&& callback = {}) noexcept {
        return run(net, internal::as_samples<data>(training), internal::as_samples<data>(validation), true, options,
                   callback);
    }
    template <class Training, class Callback = std::nullptr_t>
        requires(is_samples<Training>)
    constexpr fit_result<T> fit(Network& net, const Training& training, data validation, const fit_options& options,
                                Callback&& callback = {}) noexcept {
        return run(net, internal::as_samples<data>(training), validation, true, options, callback);
    }

    using mistakes::fit;

    /// Resets the stepper and the progress of the fit.
    constexpr void reset() noexcept {
        held_.reset();
        progress_ = {};
    }

    [[nodiscard]] constexpr std::span<T> gradients() noexcept { return held_.gradients(); }
    /// The progress of the last fit.
    [[nodiscard]] constexpr const fit_progress<T>& progress() const noexcept { return progress_; }
    /// The network with the lowest loss (of the validation data, if there are any) in the last fit; the last network if
    /// `progress().best_in_network`.
    [[nodiscard]] constexpr const Network& best() const noexcept { return best_; }
    /// What a checkpoint reads and writes beside record(): the progress of the fit, and the best weights.
    [[nodiscard]] constexpr fit_record<Network> fit_state() noexcept { return {progress_, best_}; }

private:
    template <class Training, class Validation, class Callback>
    constexpr fit_result<T> run(Network& net, const Training& training, const Validation& validation, bool validates,
                                const fit_options& options, Callback&& callback) noexcept {
        using function = std::remove_cvref_t<Callback>;
        static_assert(
            std::is_null_pointer_v<function> || std::is_invocable_v<function&, const epoch_record<T>&> ||
                std::is_invocable_v<function&, const step_record<T>&>,
            "etch: the callback of a fit takes an epoch_record or a step_record of the network's number type");
        if (const auto refused = check_fit(training, validation, validates, options); !refused) return refused;
        if (!options.resume || !progress_.in_progress()) {
            if (internal::is_all_zero(net)) return {.code = status::not_initialized};
            if (const problem p = internal::fit_statistics_of(net, training, false); !p.ok())
                return {.code = p.code, .column = p.column};
            best_ = net;
            progress_ = {.first_step = held_.steps()};
        } else if (progress_.best_in_network) {
            swap_with_best(net);
        }

        const std::size_t per_update = Batch == full_batch ? training.size() : columns;
        const std::uint64_t updates = (training.size() + per_update - 1) / per_update;
        const std::uint64_t total_steps = planned_steps(updates, options.epochs);
        bool goes_on = true;
        while (goes_on && progress_.epochs < options.epochs &&
               !(options.patience > 0 && progress_.epochs_without_improvement() >= options.patience)) {
            const std::size_t epoch = progress_.epochs + 1;
            if (!run_epoch(net, training, options, epoch, per_update, total_steps, callback))
                return stop_on_error(net, options, validates, status::non_finite_loss, held_.steps() + 1);
            if (!internal::all_finite<T>(std::span<const T>{net.parameters()}))
                return stop_on_error(net, options, validates, status::non_finite_loss, held_.steps());
            if (const T largest = internal::largest_if_diverged<Loss>(net, training); largest > 0)
                return stop_on_error(net, options, validates, status::diverged, held_.steps(), largest);
            epoch_record<T> record{
                .epoch = epoch, .training_loss = progress_.training_loss, .learning_rate = held_.learning_rate()};
            T judged = record.training_loss;
            if (validates) {
                const auto found = internal::loss_after<Loss, internal::loss_fusion<Network, Loss>::layers_before_loss>(
                    net, validation);  // in the units of the training loss
                if (!internal::is_finite(found.loss))
                    return stop_on_error(net, options, validates, status::non_finite_loss, held_.steps());
                judged = progress_.validation_loss = record.validation_loss = found.loss;
                record.validation_accuracy = found.accuracy;
            }
            if (epoch - 1 < options.history.size()) options.history[epoch - 1] = record;
            if (epoch == 1 || judged < progress_.best_loss - options.min_delta) {
                progress_.best_loss = judged;
                progress_.best_epoch = epoch;
                best_ = net;
            }
            progress_.epochs = epoch;
            progress_.samples = 0;
            progress_.loss_sum = 0;
            if constexpr (requires {
                              { callback(record) } -> std::convertible_to<bool>;
                          })
                goes_on = static_cast<bool>(callback(record));
            else if constexpr (requires { callback(record); })
                callback(record);
        }
        if (options.patience > 0) swap_with_best(net);
        fit_result<T> result = result_so_far(options, validates);
        result.stopped_by = !goes_on                             ? stop_reason::callback
                            : progress_.epochs >= options.epochs ? stop_reason::all_epochs
                                                                 : stop_reason::patience;
        result.has_best = progress_.best_in_network;
        if (!ETCH_CONSTANT_EVALUATED) result.warning = internal::find_warning<Network, Loss>(training);
        if constexpr (requires { callback.finish(std::as_const(result)); }) callback.finish(std::as_const(result));
        return result;
    }

    /// Everything that is checked before anything is changed.
    template <class Training, class Validation>
    constexpr fit_result<T> check_fit(const Training& training, const Validation& validation, bool validates,
                                      const fit_options& options) const noexcept {
        const option_error option = internal::first_error(
            (base::check)(), options.epochs > 0 ? option_error{} : option_error{"epochs", 0, "at least 1"},
            internal::must_not_be_negative("min_delta", static_cast<double>(options.min_delta)));
        if (const problem p = internal::check_samples(training); !p.ok()) return refusal(p, false);
        if (validates)
            if (const problem p = internal::check_samples(validation); !p.ok()) return refusal(p, true);
        if (!option.ok()) return {.code = status::invalid_option, .option = option};
        if (const problem p = internal::check_indices<Network>(training); !p.ok()) return refusal(p, false);
        if (const problem p = internal::check_targets<Loss, outputs>(training); !p.ok()) return refusal(p, false);
        if (validates) {
            if (const problem p = internal::check_indices<Network>(validation); !p.ok()) return refusal(p, true);
            if (const problem p = internal::check_targets<Loss, outputs>(validation); !p.ok()) return refusal(p, true);
        }
        if (options.resume && progress_.samples > training.size())  // these are not the samples it began with
            return {.code = status::size_mismatch, .sample = training.size()};
        return {};
    }
    static constexpr fit_result<T> refusal(const problem& p, bool in_validation) noexcept {
        return {.code = p.code,
                .sample = p.sample,
                .column = p.column,
                .in_validation = in_validation,
                .value = p.value,
                .classes = p.classes,
                .option = p.option};
    }

    /// The planned number of updates, for the schedule; the largest number if it overflows.
    constexpr std::uint64_t planned_steps(std::uint64_t updates, std::uint64_t epochs) const noexcept {
        const std::uint64_t most = ~std::uint64_t{0} - progress_.first_step;
        return epochs > most / updates ? ~std::uint64_t{0} : progress_.first_step + updates * epochs;
    }

    constexpr fit_result<T> result_so_far(const fit_options& options, bool validates) const noexcept {
        return {.step = held_.steps(),
                .epochs = progress_.epochs,
                .planned_epochs = options.epochs,
                .best_epoch = progress_.best_epoch,
                .best_loss = progress_.best_loss,
                .validated = validates,
                .training_loss = progress_.training_loss,
                .validation_loss = progress_.validation_loss};
    }

    constexpr fit_result<T> stop_on_error(Network& net, const fit_options& options, bool validates, status code,
                                          std::uint64_t step, T largest = 0) noexcept {
        fit_result<T> result = result_so_far(options, validates);
        result.code = code;
        result.step = step;
        result.value = static_cast<double>(largest);
        net = best_;
        reset();
        return result;
    }

    /// Swaps the network's weights with the best ones. Swapped back, the fit can continue.
    constexpr void swap_with_best(Network& net) noexcept {
        std::swap_ranges(net.parameters().begin(), net.parameters().end(), best_.parameters().begin());
        std::swap_ranges(net.fixed().begin(), net.fixed().end(), best_.fixed().begin());
        progress_.best_in_network = !progress_.best_in_network;
    }

    /// One pass over the training set, or over the rest of it; false if a loss was not finite.
    template <class Training, class Callback>
    constexpr bool run_epoch(Network& net, const Training& training, const fit_options& options, std::size_t epoch,
                             std::size_t per_update, std::uint64_t total_steps,
                             [[maybe_unused]] Callback& callback) noexcept {
        const std::size_t count = training.size();
        const permutation order{count, derive(options.shuffle, epoch)};
        T total = progress_.loss_sum;
        for (std::size_t first = progress_.samples; first < count; first += per_update) {
            const std::size_t samples = count - first < per_update ? count - first : per_update;
            const T share = T{1} / static_cast<T>(samples);
            for (std::size_t at = first; at < first + samples; at += columns) {
                const std::size_t filled = first + samples - at < columns ? first + samples - at : columns;
                internal::gather(
                    training, at, filled, [&](std::size_t i) { return options.shuffled ? order[i] : i; }, batch_inputs_,
                    batch_targets_);
                if constexpr (Batch == full_batch)
                    total += held_.accumulate(net, batch_inputs_.view(), batch_targets_.view(), filled, share);
                else
                    total += held_.set_gradients(net, batch_inputs_.view(), batch_targets_.view(), filled, share);
            }
            if (!internal::is_finite(total)) return false;
            held_.update(net, total_steps);
            const std::size_t done = first + samples;
            progress_.samples = done;
            progress_.loss_sum = total;
            progress_.training_loss = total / static_cast<T>(done);
            if constexpr (requires { callback(step_record<T>{}); })
                callback(step_record<T>{epoch, options.epochs, done, count, progress_.training_loss});
        }
        return true;
    }

    matrix<T, inputs, columns> batch_inputs_;
    matrix<T, targets, columns> batch_targets_;
    Network best_;
    fit_progress<T> progress_;
};

}  // namespace etch::inline ETCH_VARIANT
