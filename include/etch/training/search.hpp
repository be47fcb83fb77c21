#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <etch/core/finite.hpp>
#include <etch/training/candidates.hpp>
#include <etch/training/for_each_prediction.hpp>
#include <etch/training/settings.hpp>
#include <etch/training/trainer.hpp>

namespace etch::inline ETCH_VARIANT {

/// One network trained with one set of settings, and its scores on the validation set.
template <class T>
struct [[nodiscard]] search_trial {
    std::size_t network = 0;       ///< its index among the candidates
    training_settings settings{};  ///< with the optimizer's own learning rate and weight decay if none were given
    status code = status::ok;      ///< non_finite_loss if it diverged
    T validation_loss{}, validation_accuracy{};
    std::size_t epochs = 0;      ///< completed
    std::size_t best_epoch = 0;  ///< with the lowest validation loss
    option_error option{};       ///< at invalid_option

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    [[nodiscard]] constexpr message_text message() const noexcept {
        return code == status::invalid_option ? option.message() : message_text{describe(code)};
    }
};

/// The result of a search. The networks are on the heap: for the host, not for devices.
template <class Candidates>
class [[nodiscard]] search_result;

template <class... Networks>
class [[nodiscard]] search_result<candidates<Networks...>> {
public:
    using networks = candidates<Networks...>;
    using trial = search_trial<typename networks::value_type>;

    status code = status::ok;  ///< invalid_option without any settings; what is wrong with the data; the best trial's
    std::size_t sample = 0;    ///< the sample with the error, if any
    /// All trials: the lowest validation loss first, the earlier one first if equal, and those that failed at the end.
    std::vector<trial> trials{};

    [[nodiscard]] bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] std::string message() const {
        if (ok() || (trials.empty() && code != status::invalid_option)) return problem{code, sample}.message().c_str();
        if (trials.empty()) return "the search has no settings: one of the lists is empty";
        return std::string{"no trial finished; the first: "} + trials.front().message().c_str();
    }

    /// The best trial. There must be one: check operator bool first.
    [[nodiscard]] const trial& best() const noexcept { return trials.front(); }

    /// Calls f with the best network, trained with its trial's settings.
    template <class F>
    decltype(auto) visit(F&& f) const {
        return std::visit(std::forward<F>(f), *network_);
    }

    /// The best network if it is candidate I, otherwise nullptr.
    template <std::size_t I>
    [[nodiscard]] const typename networks::template network<I>* network() const noexcept {
        return network_ ? std::get_if<I>(network_.get()) : nullptr;
    }

    /// Keeps the network if it is better than all before.
    template <std::size_t I>
    void add(const trial& next, const typename networks::template network<I>& net) {
        const auto after = std::upper_bound(trials.begin(), trials.end(), next, is_better);
        if (after == trials.begin() && next.code == status::ok)
            network_ = std::make_unique<std::variant<Networks...>>(std::in_place_index<I>, net);
        trials.insert(after, next);
    }

private:
    static bool is_better(const trial& a, const trial& b) noexcept {
        if (a.code != status::ok || b.code != status::ok) return a.code == status::ok && b.code != status::ok;
        return a.validation_loss < b.validation_loss;
    }

    std::unique_ptr<std::variant<Networks...>> network_{};
};

namespace internal {

/// Trains candidate I with each of the settings.
template <std::size_t I, class Loss, class Optimizer, std::size_t Batch, class Schedule, class Result, class Callback>
void try_candidate(Result& result, data_of<typename Result::networks::template network<I>, Loss> training,
                   data_of<typename Result::networks::template network<I>, Loss> validation,
                   const std::vector<training_settings>& all, const Optimizer& options, const Schedule& schedule,
                   Callback& callback) {
    using network = typename Result::networks::template network<I>;
    using trainer_type = trainer<network, Loss, Optimizer, Batch, Schedule>;
    for (training_settings settings : all) {
        Optimizer optimizer = options;
        if (settings.learning_rate) optimizer.learning_rate = *settings.learning_rate;
        settings.learning_rate = optimizer.learning_rate;
        if constexpr (requires { optimizer.weight_decay; }) {
            if (settings.weight_decay) optimizer.weight_decay = *settings.weight_decay;
            settings.weight_decay = optimizer.weight_decay;
        }
        const auto net = std::make_unique<network>(derive(settings.seed, 0));  // both may be larger than a stack
        const auto teacher = std::make_unique<trainer_type>(
            optimizer, schedule, gradient_clip{.norm = settings.clip_norm}, derive(settings.seed, 1));
        const auto fitted = teacher->fit(*net, training,
                                         {.epochs = settings.epochs,
                                          .validation = validation,
                                          .patience = settings.patience,
                                          .shuffle = derive(settings.seed, 2)});
        typename Result::trial trial{.network = I, .settings = settings, .code = fitted.code, .option = fitted.option};
        trial.epochs = fitted.epochs;
        trial.best_epoch = fitted.best_epoch;
        if (fitted.ok()) {
            const auto judged = evaluate_loss<Loss>(*net, validation);  // with the weights that are kept
            trial.validation_loss = judged.loss;
            trial.validation_accuracy = judged.accuracy;
            if (!is_finite(judged.loss)) trial.code = status::non_finite_loss;
        }
        result.template add<I>(trial, *net);
        if constexpr (requires { callback(std::as_const(trial)); }) callback(std::as_const(trial));
    }
}

}  // namespace internal

/// Trains every candidate with every set of settings and keeps the network with the lowest validation loss. The test
/// set is not used, so that it can evaluate the winner. The arguments after the candidates are those of a trainer.
///
///     auto found = etch::search<etch::candidates<narrow, wide>, etch::cross_entropy, etch::adamw, 16>(
///         train, validation, etch::grid_search{.learning_rate = {1e-3, 1e-2}, .epochs = {100}, .patience = 10});
///     etch::print(found);
///     found.visit([&](const auto& net) { etch::print(etch::evaluate(net, test)); });
///
/// `space`: a grid_search, a random_search, or anything with settings(). `callback` is called with each search_trial.
/// `optimizer` provides the options that are not among the settings. With `patience` a trial keeps the weights of its
/// best epoch, otherwise those of its last. Each network is trained only from `settings.seed`, so that a trial can be
/// repeated by hand: network{derive(seed, 0)}, trainer{optimizer, schedule, clip, derive(seed, 1)}, shuffle =
/// derive(seed, 2).
template <class Candidates, class Loss, class Optimizer, std::size_t Batch = 32, class Schedule = constant_rate,
          class Space, class Callback = std::nullptr_t>
search_result<Candidates> search(internal::data_of<Candidates, Loss> training,
                                 internal::data_of<Candidates, Loss> validation, const Space& space,
                                 Callback&& callback = {}, const Optimizer& optimizer = {},
                                 const Schedule& schedule = {}) {
    search_result<Candidates> result;
    for (const auto& part : {training, validation}) {
        if (const problem p = (part.check)(); !p.ok()) {
            result.code = p.code;
            result.sample = p.sample;
            return result;
        }
    }
    const std::vector<training_settings> all = space.settings();
    if (all.empty()) {
        result.code = status::invalid_option;
        return result;
    }
    Candidates::for_each([&]<std::size_t I>() {
        internal::try_candidate<I, Loss, Optimizer, Batch, Schedule>(result, training, validation, all, optimizer,
                                                                     schedule, callback);
    });
    result.code = result.best().code;
    return result;
}

}  // namespace etch::inline ETCH_VARIANT
