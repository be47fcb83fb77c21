#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <etch/network/loss_fusion.hpp>
#include <etch/network/tape.hpp>
#include <etch/training/training_base.hpp>

namespace etch::inline ETCH_VARIANT {

/// In place of a batch size: one update per epoch from all samples of the training set, which is batch gradient
/// descent. The samples pass through the network 32 at a time, and their gradients are added.
inline constexpr std::size_t full_batch = static_cast<std::size_t>(-1);

/// Makes one update of the parameters at a time: a tape, a loss and an updater. All memory is in the object. This is
/// all that is needed to learn on a device, where samples arrive one by one; `trainer` adds the loop over a data set.
///
/// An update: forward, loss, backward (dL/dθ averaged over the batch), clipping, and the optimizer's rule at the rate
/// that the schedule gives. Batch 1 is stochastic gradient descent, `full_batch` is batch gradient descent, everything
/// between is mini-batch.
template <class Network, class Loss, class Optimizer, std::size_t Batch = 1, class Schedule = constant_rate>
class stepper : public internal::training_base<Network, Loss, Optimizer, Schedule> {
    static_assert(!Network::has_state,
                  "etch: a network with state is trained over sequences, by a sequence_stepper: a stepper takes each "
                  "sample on its own");
    static_assert(Batch > 0, "etch: a batch needs at least one sample");
    using base = internal::training_base<Network, Loss, Optimizer, Schedule>;
    using base::held_;  // the updater

    static constexpr bool learns_statistics = Network::statistic_count > 0 && Network::layers::totals.counts_samples;

public:
    using typename base::value_type;
    static constexpr std::size_t inputs = Network::inputs, outputs = Network::outputs;
    /// How many numbers the target of a sample has.
    static constexpr std::size_t targets = internal::loss_fusion<Network, Loss>::targets;
    /// How many samples pass through the network together.
    static constexpr std::size_t columns = Batch == full_batch ? 32 : Batch;

    using base::base;

    /// Adds the gradients of the first `count` columns of x and y and returns the sum of their losses. `sample_weight`
    /// is the weight of a sample in the mean: 1 / the number of samples of the update. Layers whose statistics training
    /// updates, such as batch_norm, take them from these samples, unless the network is const.
    template <class Net>
        requires std::same_as<std::remove_const_t<Net>, Network>
    constexpr value_type accumulate(Net& net, matrix_view<const value_type, inputs, columns> x,
                                    matrix_view<const value_type, targets, columns> y, std::size_t count,
                                    value_type sample_weight) noexcept {
        if (chunk_ == 0) tape_.clear_gradients();
        return pass<false>(net, x, y, count, sample_weight);
    }

    /// The same if these are all samples of the update: overwrites the gradients instead of adding to them.
    template <class Net>
        requires std::same_as<std::remove_const_t<Net>, Network>
    constexpr value_type set_gradients(Net& net, matrix_view<const value_type, inputs, columns> x,
                                       matrix_view<const value_type, targets, columns> y, std::size_t count,
                                       value_type sample_weight) noexcept {
        chunk_ = 0;
        return pass<true>(net, x, y, count, sample_weight);
    }

    /// Updates the parameters from the gradients. `total_steps` is the number of updates that the schedule may assume.
    constexpr void update(Network& net, std::uint64_t total_steps) noexcept {
        held_.update(net, tape_.gradients(), total_steps);
        chunk_ = 0;
    }

    /// One update from one batch; returns the mean loss before it. `total_steps`: see updater::update.
    constexpr value_type step(Network& net, const matrix<value_type, inputs, columns>& x,
                              const matrix<value_type, targets, columns>& y, std::uint64_t total_steps = 0) noexcept {
        const value_type sample_weight = value_type{1} / static_cast<value_type>(columns);
        const value_type total = set_gradients(net, x.view(), y.view(), columns, sample_weight);
        update(net, total_steps);
        return total * sample_weight;
    }

    /// Resets gradients, optimizer state and step count.
    constexpr void reset() noexcept {
        tape_.clear_gradients();
        held_.reset();
        chunk_ = 0;
    }

    /// The gradients: one per parameter, in the order of net.parameters(). After an update they stay until the next
    /// batch overwrites them.
    [[nodiscard]] constexpr std::span<value_type> gradients() noexcept { return tape_.gradients(); }

private:
    /// Forward, loss and backward. `Overwrite`: the previous gradients are overwritten.
    template <bool Overwrite, class Net>
    constexpr value_type pass(Net& net, matrix_view<const value_type, inputs, columns> x,
                              matrix_view<const value_type, targets, columns> y, std::size_t count,
                              value_type sample_weight) noexcept {
        using T = value_type;
        const seed from = derive(held_.next_seed(), chunk_++);
        const auto step = tape_.step(net, x, from, count);
        const auto prediction = step.forward();
        const auto target = internal::targets_for_loss(net, y);
        const auto losses = Loss::value(prediction, target);
        tensor<T, 1, columns> weights;
        T total{0};
        for (std::size_t j = 0; j < count; ++j) {
            weights[j] = sample_weight;
            total += losses[j];
        }
        (void)step.template backward<Overwrite>(
            hadamard(Loss::gradient(prediction, target), weights));  // the input's gradient is never evaluated
        if constexpr (learns_statistics && !std::is_const_v<Net>) tape_.absorb(net, count);
        return total;
    }

    tape_memory<Network, columns, internal::loss_fusion<Network, Loss>::layers_before_loss> tape_;
    std::uint64_t chunk_ = 0;
};

}  // namespace etch::inline ETCH_VARIANT
