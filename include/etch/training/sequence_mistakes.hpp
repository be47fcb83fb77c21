#pragma once
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/training/sequence_options.hpp>

namespace etch::inline ETCH_VARIANT {

template <class T>
struct sequence_result;

namespace internal {

/// Accepts options that an update from sequences does not have, and its own with values of any type.
struct any_sequence_options {
    anything length{}, sequence_lengths{}, lengths{}, masks{}, weight{}, weights{}, mask{};
    anything batch{}, batch_size{}, epochs{}, lr{}, learning_rate{}, patience{}, steps{}, total{}, total_steps{};
};

/// Calls of `sequence_stepper::step` with wrong arguments: overloads that exist only for their error messages.
template <class Network, std::size_t Batch>
class sequence_mistakes {
    using T = typename Network::value_type;
    using states = typename Network::template states<Batch>;
    using result = sequence_result<T>;
    using options_type = options_of_sequences<T>;

    template <class X>
    static constexpr bool are_numbers = std::is_convertible_v<const X&, std::span<const T>>;
    template <class Net, class X, class Y, class State>
    static constexpr bool fits =
        std::is_same_v<Net, Network&> && are_numbers<X> && are_numbers<Y> && std::is_same_v<State, states&>;

public:
    /// A wrong network, numbers or state.
    template <class Net, class X, class Y, class State, class... Rest>
        requires(!fits<Net, X, Y, State>)
    constexpr result step(Net&&, const X&, const Y&, State&&, const Rest&...) noexcept {
        return refuse<Net, X, Y, State>();
    }
    template <class Net, class X, class Y, class State>
        requires(!fits<Net, X, Y, State>)
    constexpr result step(Net&&, const X&, const Y&, State&&, const any_sequence_options&) noexcept {
        return refuse<Net, X, Y, State>();
    }
    /// No state, or none in a variable.
    template <class Net, class X, class Y>
    constexpr result step(Net&&, const X&, const Y&) noexcept {
        return refuse<Net, X, Y, void>();
    }
    template <class Net, class X, class Y, class Never = void>
    constexpr result step(Net&&, const X&, const Y&, const options_type&) noexcept {
        return refuse<Net, X, Y, Never>();
    }

    /// Options that do not exist, or of another type.
    template <class Never = void>
    constexpr result step(Network&, std::span<const T>, std::span<const T>, states&,
                          const any_sequence_options&) noexcept {
        return refuse_options<Never>();
    }
    template <class Options, class... Rest>
        requires(!std::is_convertible_v<const Options&, options_type>)
    constexpr result step(Network&, std::span<const T>, std::span<const T>, states&, const Options&,
                          const Rest&...) noexcept {
        return refuse_options<Options>();
    }

private:
    template <class Net, class X, class Y, class State>
    static constexpr result refuse() noexcept {
        using given = std::remove_reference_t<Net>;
        static_assert(!std::is_same_v<given, const Network>, "etch: a network that is const cannot be trained");
        static_assert(!std::is_same_v<Net, Network>, "etch: a network that is trained must be a variable");
        constexpr bool is_network = std::is_same_v<std::remove_const_t<given>, Network>;
        static_assert(is_network,
                      "etch: this stepper is for another network: the first argument of its type is the network's");
        constexpr bool numbers_fit = !is_network || (are_numbers<X> && are_numbers<Y>);
        static_assert(numbers_fit,
                      "etch: a step takes inputs and targets as contiguous numbers of the network's type, as a "
                      "std::vector<float> is for a network: convert ints or doubles first");
        constexpr bool state_fits = !is_network || !numbers_fit || std::is_same_v<State, states&>;
        static_assert(state_fits,
                      "etch: a step takes the state before its first step as a variable of the stepper's type "
                      "`states`, in which it leaves the state after the last: step(net, x, y, state)");
        return {};
    }
    template <class Options>
    static constexpr result refuse_options() noexcept {
        constexpr bool never = sizeof(Options*) == 0;
        static_assert(never,
                      "etch: a step has the options lengths (of type std::size_t), mask (of the network's number type) "
                      "and total_steps, in braces: {.lengths = lengths}");
        return {};
    }
};

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
