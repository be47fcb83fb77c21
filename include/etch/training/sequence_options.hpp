#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include <etch/core/config.hpp>

namespace etch::inline ETCH_VARIANT {

/// Which steps of an update count, `sequence_stepper::sequence_options`: all steps of all sequences, unless one of
/// these is given.
template <class T>
struct options_of_sequences {
    /// The number of steps of each sequence, one number per sequence, not all 0. Steps beyond are padding: their inputs
    /// must be finite, their targets are ignored. The resulting state of each sequence is that after its own last
    /// step; a sequence of length 0 keeps its state.
    std::span<const std::size_t> lengths{};
    /// The weight of each step's loss in the mean, 0 or more, in the order of the targets: step after step, and
    /// within a step sequence after sequence. Their sum is finite. The state passes through steps of weight 0 like
    /// through any other.
    std::span<const T> mask{};
    /// See updater::update.
    std::uint64_t total_steps = 0;
};

}  // namespace etch::inline ETCH_VARIANT
