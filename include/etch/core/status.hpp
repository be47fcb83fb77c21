#pragma once
#include <cstdint>

namespace etch {

/// What a run-time operation reports. Whatever is not `ok` has left everything as it was; but for non_finite_loss, after
/// which the network has the best weights so far.
enum class [[nodiscard]] status : std::uint8_t {
    ok,
    empty_set,
    size_mismatch,
    non_finite_input,
    non_finite_target,
    non_finite_loss,
    constant_column,
    missing_class,
    unknown_class,
    invalid_option,
    not_fitted,
    cannot_open,
    truncated,
    malformed,
};

/// The sentence for a status, to show to a person.
[[nodiscard]] constexpr const char* message(status s) noexcept {
    switch (s) {
        case status::ok: return "ok";
        case status::empty_set: return "the data set holds no sample";
        case status::size_mismatch: return "inputs and targets do not hold the same whole number of samples";
        case status::non_finite_input: return "an input is NaN or infinite";
        case status::non_finite_target: return "a target is NaN or infinite";
        case status::non_finite_loss:
            return "the loss became NaN or infinite: try a smaller learning rate, or clip gradients";
        case status::constant_column: return "a column is constant, so it cannot be scaled";
        case status::missing_class: return "a class has no sample in the training part";
        case status::unknown_class: return "a label is not among the classes";
        case status::invalid_option: return "an option is out of its range";
        case status::not_fitted: return "the statistics have not been fitted on training data yet";
        case status::cannot_open: return "the file cannot be opened";
        case status::truncated: return "the data ends too early";
        case status::malformed: return "the data is not of the expected form";
    }
    return "unknown status";
}

}  // namespace etch
