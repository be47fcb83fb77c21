#pragma once
#include <cstdint>
#include <type_traits>

#include <etch/loss/loss.hpp>
#include <etch/network/loss_fusion.hpp>
#include <etch/training/updater.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// What stepper, sequence_stepper and trainer share: the checks of network and loss, the constructors from options, and
/// what they report of what they hold: an updater, or a trainer its stepper.
template <class Network, class Loss, class Optimizer, class Schedule,
          class Held = updater<Network, Optimizer, Schedule>>
class training_base {
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

    explicit constexpr training_base(Optimizer optimizer = {}, Schedule schedule = {}, gradient_clip clip = {},
                                     seed from = seed{0}) noexcept
        : held_{optimizer, schedule, clip, from} {}
    /// Options that do not exist: see updater.
    template <class Never = void>
    explicit constexpr training_base(const missing_options& options, Schedule = {}, gradient_clip = {},
                                     seed = seed{0}) noexcept
        : held_{options} {}
    template <class Never = void>
    constexpr training_base(Optimizer optimizer, const missing_schedule_options& options, gradient_clip = {},
                            seed = seed{0}) noexcept
        : held_{optimizer, options} {}
    template <class Number>
        requires(std::is_arithmetic_v<Number>)
    explicit constexpr training_base(Number number, Schedule = {}, gradient_clip = {}, seed = seed{0}) noexcept
        : held_{number} {}

    /// The first option that is out of range.
    [[nodiscard]] constexpr option_error(check)() const noexcept { return (held_.check)(); }
    [[nodiscard]] constexpr std::uint64_t steps() const noexcept { return held_.steps(); }
    /// The learning rate of the last update.
    [[nodiscard]] constexpr value_type learning_rate() const noexcept { return held_.learning_rate(); }
    /// Everything that the next update depends on: options, the optimizer's state and the position; what a checkpoint
    /// reads and writes.
    [[nodiscard]] constexpr auto record() noexcept { return held_.record(); }
    [[nodiscard]] constexpr auto record() const noexcept { return held_.record(); }

protected:
    Held held_;
};

}  // namespace etch::inline ETCH_VARIANT::internal
