#pragma once
#include <cstdint>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// What a run-time operation reports. Any status but `ok` means that nothing was changed, except non_finite_loss and
/// diverged, after which the network has the best weights so far.
enum class [[nodiscard]] status : std::uint8_t {
    ok,
    empty_set,
    size_mismatch,
    non_finite_input,
    non_finite_target,
    non_finite_loss,
    diverged,
    invalid_target,
    invalid_index,
    not_initialized,
    constant_column,
    constant_target,
    missing_class,
    unknown_class,
    missing_value,
    invalid_option,
    not_fitted,
    cannot_open,
    truncated,
    malformed,
    too_large,
    duplicate_key,
    missing_tensor,
    unused_tensor,
    wrong_shape,
    wrong_type,
    wrong_topology,
    wrong_version,
    wrong_optimizer,
    wrong_schedule,
    non_finite_weight,
    golden_mismatch,
    no_room,
    cannot_write,
    ambiguous_topology,
    wrong_state,
    too_many_steps,
    non_finite_state,
};

/// The message for a status, to show to a person.
[[nodiscard]] constexpr const char* describe(status s) noexcept {
    switch (s) {
        case status::ok: return "ok";
        case status::empty_set: return "the data set has no samples";
        case status::size_mismatch: return "inputs and targets must hold the same number of complete samples";
        case status::non_finite_input: return "an input is NaN or infinite";
        case status::non_finite_target: return "a target is NaN or infinite";
        case status::non_finite_loss:
            return "the loss became NaN or infinite: try a smaller learning rate, or clip gradients";
        case status::diverged:
            return "the weights grew far beyond the size of the data: try a smaller learning rate, or clip gradients";
        case status::invalid_target: return "a target is not a probability or class index, as this loss needs it";
        case status::invalid_index: return "an input is not an index, as the first layer needs it";
        case status::not_initialized:
            return "all weights are zero, from which no hidden layer learns: begin with network{etch::seed{1}}, or "
                   "load weights";
        case status::constant_target: return "a target is constant, so it cannot be scaled";
        case status::constant_column: return "a column is constant, so it cannot be scaled";
        case status::missing_class: return "a class has no sample in the training part";
        case status::unknown_class: return "a label is not among the classes";
        case status::missing_value: return "a value is missing";
        case status::invalid_option: return "an option is out of its range";
        case status::not_fitted: return "the statistics have not been fitted on training data yet";
        case status::cannot_open: return "the file cannot be opened";
        case status::truncated: return "the data ends too early";
        case status::malformed: return "the data does not have the expected form";
        case status::too_large: return "the data exceeds the size limit for its format";
        case status::duplicate_key: return "a key occurs twice";
        case status::missing_tensor: return "a tensor of the network is not in the file";
        case status::unused_tensor: return "the file has a tensor that the network does not use";
        case status::wrong_shape: return "a tensor has a different shape in the file than in the network";
        case status::wrong_type: return "a tensor's element type cannot be read as weights";
        case status::wrong_topology: return "the file is for a network with different layers";
        case status::wrong_version: return "the file was written in a later version of the format";
        case status::wrong_optimizer: return "the file is not a checkpoint, or belongs to a different optimizer";
        case status::wrong_schedule: return "the checkpoint belongs to a different learning-rate schedule";
        case status::non_finite_weight: return "a weight is NaN, infinite or too large";
        case status::golden_mismatch:
            return "the network's outputs do not match the golden vectors of the original model";
        case status::no_room: return "the buffer is too small";
        case status::cannot_write: return "the file cannot be written";
        case status::ambiguous_topology: return "the file matches more than one of the candidate networks";
        case status::wrong_state: return "the state is that of another network";
        case status::too_many_steps: return "the sequence has more steps than there is memory for";
        case status::non_finite_state: return "a number of the state is NaN or infinite";
    }
    return "unknown status";
}

}  // namespace etch::inline ETCH_VARIANT
