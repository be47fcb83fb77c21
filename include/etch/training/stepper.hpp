#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/loss/loss.hpp>
#include <etch/network/chain_tape.hpp>
#include <etch/network/loss_fusion.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/clip.hpp>
#include <etch/optimizer/schedule.hpp>
#include <etch/optimizer/update.hpp>

namespace etch::inline ETCH_VARIANT {

/// In place of a batch size: one update per epoch, from all samples of the training set: the textbook's batch gradient
/// descent. They pass through the network 32 at a time, and their gradients are added.
inline constexpr std::size_t full_batch = static_cast<std::size_t>(-1);

/// What a stepper remembers from one update to the next, beside the optimiser's state.
template <class T>
struct training_position {
    std::uint64_t steps = 0;
    T learning_rate{0};  ///< of the last update
    etch::seed seed{0};  ///< of every random choice, together with the number of the step
};

/// What one update of the parameters takes, and all the memory for it, of a size that is known to the compiler: the
/// gradients, the activations that the backward pass reads, and the optimiser's state. For learning on a device, where
/// samples come one by one, this is all that is needed; `trainer` adds the walk over a data set.
///
/// An update: forward, loss, backward (dL/dθ averaged over the batch), clipping, and the optimiser's rule at the rate
/// that the schedule gives. Batch 1 is stochastic gradient descent, `full_batch` is batch gradient descent, the rest
/// mini-batch.
template <class Network, class Loss, class Optimizer, std::size_t Batch = 1, class Schedule = constant_rate>
class stepper {
    static_assert(Network::packed_count == 0,
                  "etch: weights stored as bf16 are not trained: train a network of dense<...>, and convert it");
    static_assert(
        !internal::ends_in_normalizer<Network>,
        "etch: a network that ends in standardize or normalize cannot be trained, since their statistics would "
        "be those of untrained answers: to answer in the units of the targets, end it with unstandardize");
    static_assert(Batch > 0, "etch: a batch needs at least one sample");
    static_assert(etch::Loss<Loss>, "etch: the second argument of a trainer is a loss (see etch/loss/loss.hpp)");
    static_assert(etch::Optimizer<Optimizer>,
                  "etch: the third argument of a trainer is an optimizer (see etch/optimizer/optimizer.hpp)");
    static_assert(etch::Schedule<Schedule>,
                  "etch: the fifth argument of a trainer is a schedule (see etch/optimizer/schedule.hpp)");

public:
    using network_type = Network;
    using loss_type = Loss;
    using value_type = typename Network::value_type;
    static constexpr std::size_t inputs = Network::inputs, outputs = Network::outputs;
    /// How many numbers the target of a sample has.
    static constexpr std::size_t targets = internal::loss_fusion<Network, Loss>::targets;
    /// How many samples pass through the network together.
    static constexpr std::size_t columns = Batch == full_batch ? 32 : Batch;

    Optimizer optimizer;
    Schedule schedule;
    gradient_clip clip;

    explicit constexpr stepper(Optimizer optimizer_options = {}, Schedule schedule_options = {},
                               gradient_clip clip_options = {}, seed from = seed{0}) noexcept
        : optimizer{optimizer_options}, schedule{schedule_options}, clip{clip_options}, position_{.seed = from} {}

    /// Options that the optimizer does not have, and a number in their place: overloads that exist only for their error
    /// messages. Templates, so that the constructor above goes first where it fits.
    template <class Never = void>
    explicit constexpr stepper(const internal::missing_options&, Schedule = {}, gradient_clip = {},
                               seed = seed{0}) noexcept {
        static_assert(
            !std::is_void_v<Never>,
            "etch: the optimizer has no option of this name: the rate is learning_rate, momentum is an option "
            "of the optimizers momentum and nesterov, and clipping is the trainer's third argument");
    }
    template <class Never = void>
    constexpr stepper(Optimizer, const internal::missing_schedule_options&, gradient_clip = {},
                      seed = seed{0}) noexcept {
        static_assert(!std::is_void_v<Never>,
                      "etch: the schedule has no option of this name (see etch/optimizer/schedule.hpp)");
    }
    template <class Number>
        requires(std::is_arithmetic_v<Number>)
    explicit constexpr stepper(Number, Schedule = {}, gradient_clip = {}, seed = seed{0}) noexcept {
        static_assert(std::is_void_v<Number>, "etch: options are named, in braces: trainer{{.learning_rate = 0.01}}");
    }

    /// Adds the gradients of up to `columns` samples, the first `count` columns of x and y; gives the sum of their
    /// losses. `share` is the part of the mean that a sample has: 1 / the number of samples of the update.
    constexpr value_type accumulate(const Network& net, matrix_view<const value_type, inputs, columns> x,
                                    matrix_view<const value_type, targets, columns> y, std::size_t count,
                                    value_type share) noexcept {
        if (chunk_ == 0) clear_gradients();
        return pass<false>(net, x, y, count, share);
    }

    /// The same where these are all samples of the update: sets the gradients.
    constexpr value_type set_gradients(const Network& net, matrix_view<const value_type, inputs, columns> x,
                                       matrix_view<const value_type, targets, columns> y, std::size_t count,
                                       value_type share) noexcept {
        chunk_ = 0;
        return pass<true>(net, x, y, count, share);
    }

    /// Updates the parameters from the gradients. `total_steps` is how many updates the schedule may count on.
    constexpr void update(Network& net, std::uint64_t total_steps) noexcept {
        using T = value_type;
        const std::span<T> gradients{gradients_, Network::parameter_count};
        clip.apply(gradients);
        auto& [steps, rate, from] = position_;
        rate = schedule.rate(static_cast<T>(optimizer.learning_rate), steps, total_steps);
        ++steps;
        apply_update(optimizer, optimizer.at(steps, rate), std::span<T>{net.parameters()},
                     std::span<const T>{gradients},
                     std::span<T>{state_, Network::parameter_count * Optimizer::state_slots});
        chunk_ = 0;
    }

    /// One update from one batch; gives the mean loss before it. `total_steps` is how many updates there will be, for a
    /// schedule that falls until then and was not told a number of steps itself; without it such a schedule is at its
    /// end.
    constexpr value_type step(Network& net, const matrix<value_type, inputs, columns>& x,
                              const matrix<value_type, targets, columns>& y, std::uint64_t total_steps = 0) noexcept {
        const value_type share = value_type{1} / static_cast<value_type>(columns);
        const value_type total = set_gradients(net, x.view(), y.view(), columns, share);
        update(net, total_steps);
        return total * share;
    }

    /// Forgets gradients, state and the count of steps.
    constexpr void reset() noexcept {
        clear_gradients();
        for (value_type& s : state_) s = 0;
        position_.steps = chunk_ = 0;
    }

    /// The first option of the optimiser, the schedule or the clipping that is out of its range; what a fit begins with.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::check_learning_rate<value_type>(optimizer.learning_rate),
                                     internal::check_options(optimizer), internal::check_options(schedule),
                                     internal::check_options(clip));
    }

    [[nodiscard]] constexpr std::uint64_t steps() const noexcept { return position_.steps; }
    /// The learning rate of the last update.
    [[nodiscard]] constexpr value_type learning_rate() const noexcept { return position_.learning_rate; }
    /// The gradients, one a parameter, in the same order. After an update they stay until the next batch replaces them.
    [[nodiscard]] constexpr std::span<value_type> gradients() noexcept {
        return std::span<value_type>{gradients_, Network::parameter_count};
    }
    /// The optimiser's state, slot after slot.
    [[nodiscard]] constexpr std::span<value_type> state() noexcept {
        return std::span<value_type>{state_, Network::parameter_count * Optimizer::state_slots};
    }
    [[nodiscard]] constexpr std::span<const value_type> state() const noexcept {
        return std::span<const value_type>{state_, Network::parameter_count * Optimizer::state_slots};
    }
    /// With the state and the options above all that the next update depends on: what a checkpoint reads and writes.
    [[nodiscard]] constexpr training_position<value_type>& position() noexcept { return position_; }
    [[nodiscard]] constexpr const training_position<value_type>& position() const noexcept { return position_; }

private:
    static constexpr std::size_t last = internal::loss_fusion<Network, Loss>::layers_before_loss;
    using tape_type = chain_tape<typename Network::layers, value_type, last, columns>;

    /// Forward, loss and backward. `Overwrite`: what the gradients hold does not count.
    template <bool Overwrite>
    constexpr value_type pass(const Network& net, matrix_view<const value_type, inputs, columns> x,
                              matrix_view<const value_type, targets, columns> y, std::size_t count,
                              value_type share) noexcept {
        using T = value_type;
        const tape_type tape{net.memory(), gradients_, x, workspace_,
                             derive(derive(position_.seed, position_.steps), chunk_++)};
        const auto prediction = tape.forward();
        const auto target = internal::targets_for_loss(net, y);
        const auto losses = Loss::value(prediction, target);
        tensor<T, 1, columns> shares;
        T total{0};
        for (std::size_t j = 0; j < count; ++j) {
            shares[j] = share;
            total += losses[j];
        }
        (void)tape.template backward<Overwrite>(
            hadamard(Loss::gradient(prediction, target), shares));  // the input's gradient is never evaluated
        return total;
    }

    constexpr void clear_gradients() noexcept {
        for (value_type& g : gradients_) g = 0;
    }

    static constexpr std::size_t at_least_one(std::size_t n) { return n == 0 ? 1 : n; }
    static constexpr std::size_t alignment = internal::storage_alignment<value_type, 64>;

    alignas(alignment) value_type gradients_[at_least_one(Network::parameter_count)] = {};
    alignas(alignment) value_type state_[at_least_one(Network::parameter_count * Optimizer::state_slots)] = {};
    alignas(alignment) value_type workspace_[at_least_one(tape_type::plan.size)] = {};
    std::uint64_t chunk_ = 0;
    training_position<value_type> position_;
};

}  // namespace etch::inline ETCH_VARIANT
