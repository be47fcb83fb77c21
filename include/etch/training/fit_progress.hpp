#pragma once
#include <cstddef>
#include <cstdint>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// The progress of a fit: what it needs to continue, in addition to the network, the best weights and the stepper.
template <class T>
struct fit_progress {
    std::size_t epochs = 0;      ///< completed
    std::size_t samples = 0;     ///< of the current epoch that were used
    T loss_sum{};                ///< over those samples
    std::size_t best_epoch = 0;  ///< the last that improved by more than min_delta; from 1
    T best_loss{};
    T training_loss{}, validation_loss{};  ///< of the last epoch
    std::uint64_t first_step = 0;          ///< updates before the fit, where its schedule starts
    bool best_in_network = false;          ///< the network has the best weights, and the trainer keeps the last

    [[nodiscard]] constexpr bool in_progress() const noexcept { return epochs > 0 || samples > 0; }
    /// Epochs without improvement.
    [[nodiscard]] constexpr std::size_t epochs_without_improvement() const noexcept { return epochs - best_epoch; }
};

/// The progress of a fit, to be set from a checkpoint.
template <class Network>
struct fit_record {
    fit_progress<typename Network::value_type>& progress;
    Network& best;
};

}  // namespace etch::inline ETCH_VARIANT
