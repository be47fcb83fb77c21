#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/network/network.hpp>
#include <etch/optimizer/clip.hpp>
#include <etch/optimizer/schedule.hpp>
#include <etch/optimizer/update.hpp>

namespace etch::inline ETCH_VARIANT {

/// The part of an updater's state that is not the optimizer's.
template <class T>
struct training_position {
    std::uint64_t steps = 0;
    T learning_rate{0};  ///< of the last update
    etch::seed seed{0};  ///< of every random choice, together with the number of the step
};

/// Everything that the next update depends on, besides the network and its gradients: what a checkpoint reads and
/// writes. Read-only if T is const.
template <class Optimizer, class Schedule, class T>
struct updater_record {
    template <class X>
    using as_const_as_T = std::conditional_t<std::is_const_v<T>, const X, X>;

    as_const_as_T<Optimizer>& optimizer;
    as_const_as_T<Schedule>& schedule;
    as_const_as_T<gradient_clip>& clip;
    as_const_as_T<training_position<std::remove_const_t<T>>>& position;
    std::span<T> state;  ///< of the optimizer, slot after slot
};

/// Turns gradients into an update of a network's parameters: the optimizer with its state, the schedule of its learning
/// rate, and gradient clipping. All memory is in the object.
///
///     updater<policy, adam> updater{{.learning_rate = 1e-3}};
///     updater.update(net, tape.gradients());
template <class Network, class Optimizer, class Schedule = constant_rate>
class updater {
    static_assert(Network::packed_count == 0,
                  "etch: weights stored as bf16 are not trained: train a network of dense<...>, and convert it");
    static_assert(Network::frozen_count == 0 || Network::parameter_count > 0,
                  "etch: every layer of this network is frozen, so there is nothing to train");
    static_assert(etch::Optimizer<Optimizer>,
                  "etch: the third argument of a trainer is an optimizer (see etch/optimizer/optimizer.hpp)");
    static_assert(etch::Schedule<Schedule>,
                  "etch: the fifth argument of a trainer is a schedule (see etch/optimizer/schedule.hpp)");

public:
    using network_type = Network;
    using T = typename Network::value_type;

    explicit constexpr updater(Optimizer optimizer_options = {}, Schedule schedule_options = {},
                               gradient_clip clip_options = {}, seed from = seed{0}) noexcept
        : optimizer_{optimizer_options}, schedule_{schedule_options}, clip_{clip_options}, position_{.seed = from} {}

    /// Options that the optimizer does not have, or a number in their place: overloads that exist only for their error
    /// messages. They are templates, so that the constructor above is preferred if it fits.
    template <class Never = void>
    explicit constexpr updater(const internal::missing_options&, Schedule = {}, gradient_clip = {},
                               seed = seed{0}) noexcept {
        static_assert(
            !std::is_void_v<Never>,
            "etch: the optimizer has no option of this name: the rate is learning_rate, momentum is an option "
            "of the optimizers momentum and nesterov, and clipping is the trainer's third argument");
    }
    template <class Never = void>
    constexpr updater(Optimizer, const internal::missing_schedule_options&, gradient_clip = {},
                      seed = seed{0}) noexcept {
        static_assert(!std::is_void_v<Never>,
                      "etch: the schedule has no option of this name (see etch/optimizer/schedule.hpp)");
    }
    template <class Number>
        requires(std::is_arithmetic_v<Number>)
    explicit constexpr updater(Number, Schedule = {}, gradient_clip = {}, seed = seed{0}) noexcept {
        static_assert(std::is_void_v<Number>, "etch: options are named, in braces: trainer{{.learning_rate = 0.01}}");
    }

    /// Clips the gradients in place, then moves the parameters against them, by the optimizer's rule. `total_steps` is
    /// the planned number of updates, for a schedule that needs one and has no number of its own; without it such a
    /// schedule is at its end.
    constexpr void update(Network& net, std::span<T, Network::parameter_count> gradients,
                          std::uint64_t total_steps = 0) noexcept {
        clip_.apply(std::span<T>{gradients});
        auto& [steps, rate, from] = position_;
        rate = schedule_.rate(static_cast<T>(optimizer_.learning_rate), steps, total_steps);
        ++steps;
        apply_update(optimizer_, optimizer_.at(steps, rate), std::span<T>{net.parameters()},
                     std::span<const T>{gradients}, std::span<T>{state_, state_size});
    }

    /// Resets the optimizer's state and the step count.
    constexpr void reset() noexcept {
        for (T& s : state_) s = 0;
        position_.steps = 0;
    }

    /// The first option of the optimizer, the schedule or the clipping that is out of range; a fit checks this first.
    [[nodiscard]] constexpr option_error(check)() const noexcept {
        return internal::first_error(internal::check_learning_rate<T>(optimizer_.learning_rate),
                                     internal::check_options(optimizer_), internal::check_options(schedule_),
                                     internal::check_options(clip_));
    }

    [[nodiscard]] constexpr std::uint64_t steps() const noexcept { return position_.steps; }
    /// The learning rate of the last update.
    [[nodiscard]] constexpr T learning_rate() const noexcept { return position_.learning_rate; }
    /// The seed of the next step's random choices.
    [[nodiscard]] constexpr seed next_seed() const noexcept { return derive(position_.seed, position_.steps); }

    [[nodiscard]] constexpr updater_record<Optimizer, Schedule, T> record() noexcept {
        return {optimizer_, schedule_, clip_, position_, std::span<T>{state_, state_size}};
    }
    [[nodiscard]] constexpr updater_record<Optimizer, Schedule, const T> record() const noexcept {
        return {optimizer_, schedule_, clip_, position_, std::span<const T>{state_, state_size}};
    }

private:
    static constexpr std::size_t state_size = Network::parameter_count * Optimizer::state_slots;

    Optimizer optimizer_;
    Schedule schedule_;
    gradient_clip clip_;
    training_position<T> position_;
    alignas(internal::storage_alignment<T, 64>) T state_[state_size == 0 ? 1 : state_size] = {};
};

}  // namespace etch::inline ETCH_VARIANT
