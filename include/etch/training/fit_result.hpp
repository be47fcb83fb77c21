#pragma once
#include <cstddef>
#include <cstdint>

#include <etch/core/problem.hpp>
#include <etch/training/fit_checks.hpp>

namespace etch::inline ETCH_VARIANT {

/// The result of one epoch.
template <class T>
struct epoch_record {
    std::size_t epoch = 0;    ///< from 1
    T training_loss{};        ///< mean over the samples as they passed, so before their updates
    T validation_loss{};      ///< after the epoch; 0 (not NaN) without validation data
    T validation_accuracy{};  ///< share of right classes, if the network ends in softmax or sigmoid
    T learning_rate{};        ///< of the epoch's last update
};

/// The progress of training within an epoch, for display.
template <class T>
struct step_record {
    std::size_t epoch = 0, epochs = 0;  ///< from 1
    std::size_t samples = 0;            ///< done in this epoch
    std::size_t epoch_samples = 0;      ///< in a whole epoch
    T loss{};                           ///< mean so far in this epoch
};

/// Why a fit ended.
enum class stop_reason : std::uint8_t {
    error,       ///< see the code; also before the first epoch
    all_epochs,  ///< all epochs of fit_options are done
    patience,    ///< too many epochs without improvement
    callback,    ///< it returned false
};

/// The result of a fit. For a resumed fit, counted from its start.
template <class T>
struct [[nodiscard]] fit_result {
    status code = status::ok;
    std::size_t sample = 0;            ///< the sample with the error, if any
    std::size_t column = no_position;  ///< and its input or target, if any; at constant_column the
                                       ///< column, among the inputs of the layer that scales
    bool in_validation = false;        ///< whether it is the validation data
    double value = 0;                  ///< at invalid_target, invalid_index: it; at diverged the largest weight
    std::size_t classes = 0;           ///< at invalid_target of a class index, invalid_index: how many
    option_error option{};             ///< at invalid_option
    std::uint64_t step = 0;            ///< updates in all; at non_finite_loss the one that failed, from 1
    std::size_t epochs = 0;            ///< completed
    std::size_t planned_epochs = 0;    ///< as given in the options
    stop_reason stopped_by = stop_reason::error;
    std::size_t best_epoch = 0;            ///< the last that improved by more than min_delta; from 1
    T best_loss{};                         ///< of the validation data; without it, of the training data
    bool validated = false;                ///< whether there was validation data
    bool has_best = false;                 ///< whether the network has the best epoch's weights (with patience)
    T training_loss{}, validation_loss{};  ///< of the last epoch
    fit_warning warning{};                 ///< what is probably a mistake, although it could be trained

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    /// Before all epochs were done, because of patience or the callback.
    [[nodiscard]] constexpr bool stopped_early() const noexcept {
        return stopped_by == stop_reason::patience || stopped_by == stop_reason::callback;
    }

    /// If it is not ok, what is wrong; otherwise how many epochs there were, why they ended and which was best, and a
    /// warning if there is one.
    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        if (code == status::non_finite_loss) return sentence("update ", step, ": ", describe(code));
        if (code == status::diverged)
            return sentence("update ", step, ": the largest weight is ", value, ": ", describe(code));
        if (code == status::invalid_option) return option.message();
        if (code == status::not_initialized) return describe(code);
        if (code != status::ok) {
            const problem found{.code = code, .sample = sample, .column = column, .value = value, .classes = classes};
            return sentence(in_validation ? "validation data: " : "training data: ", found.message());
        }
        message_text text;
        if (stopped_by == stop_reason::error) return text.append(describe(code));
        text.append(epochs).append(epochs == 1 ? " epoch" : " epochs");
        if (stopped_early()) text.append(" of ").append(planned_epochs);
        if (stopped_by == stop_reason::callback) text.append(", ended by the callback");
        if (stopped_by == stop_reason::patience)
            text.append(", ended after ").append(epochs - best_epoch).append(" without improvement");
        text.append("; best epoch ").append(best_epoch).append(validated ? ", validation loss " : ", training loss ");
        text.append(static_cast<double>(best_loss));
        if (has_best && best_epoch != epochs) text.append(", whose weights the network has");
        if (!warning.ok()) text.append("; warning: ").append(std::string_view{warning.message()});
        return text;
    }
};

}  // namespace etch::inline ETCH_VARIANT
