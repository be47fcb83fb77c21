#pragma once
#include <cstdint>
#include <type_traits>

#include <etch/loss/loss.hpp>
#include <etch/network/loss_fusion.hpp>
#include <etch/training/updater.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// What stepper and sequence_stepper share: the checks of network and loss, an updater with its constructors, and what
/// it reports.
template <class Network, class Loss, class Optimizer, class Schedule>
class stepper_base {
    static_assert(etch::Loss<Loss>, "etch: the second argument of a trainer is a loss (see etch/loss/loss.hpp)");
    static_assert(
        !ends_in_normalizer<Network>,
        "etch: a network that ends in standardize or normalize cannot be trained, since their statistics would "
        "be those of untrained outputs: for outputs in the units of the targets, end it with unstandardize");

public:
    using network_type = Network;
    using loss_type = Loss;
    using optimizer_type = Optimizer;
    using schedule_type = Schedule;
    using value_type = typename Network::value_type;

    explicit constexpr stepper_base(Optimizer optimizer = {}, Schedule schedule = {}, gradient_clip clip = {},
                                    seed from = seed{0}) noexcept
        : updater_{optimizer, schedule, clip, from} {}
    /// Options that do not exist: see updater.
    template <class Never = void>
    explicit constexpr stepper_base(const missing_options& options, Schedule = {}, gradient_clip = {},
                                    seed = seed{0}) noexcept
        : updater_{options} {}
    template <class Never = void>
    constexpr stepper_base(Optimizer optimizer, const missing_schedule_options& options, gradient_clip = {},
                           seed = seed{0}) noexcept
        : updater_{optimizer, options} {}
    template <class Number>
        requires(std::is_arithmetic_v<Number>)
    explicit constexpr stepper_base(Number number, Schedule = {}, gradient_clip = {}, seed = seed{0}) noexcept
        : updater_{number} {}

    /// The first option that is out of range.
    [[nodiscard]] constexpr option_error(check)() const noexcept { return (updater_.check)(); }
    [[nodiscard]] constexpr std::uint64_t steps() const noexcept { return updater_.steps(); }
    /// The learning rate of the last update.
    [[nodiscard]] constexpr value_type learning_rate() const noexcept { return updater_.learning_rate(); }
    /// Everything that the next update depends on: options, the optimizer's state and the position; what a checkpoint
    /// reads and writes.
    [[nodiscard]] constexpr auto record() noexcept { return updater_.record(); }
    [[nodiscard]] constexpr auto record() const noexcept { return updater_.record(); }

protected:
    updater<Network, Optimizer, Schedule> updater_;
};

}  // namespace etch::inline ETCH_VARIANT::internal
