#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/data/sample_source.hpp>
#include <etch/training/fit_checks.hpp>
#include <etch/training/fit_options.hpp>
#include <etch/training/fit_result.hpp>
#include <etch/training/targets.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Calls of `trainer::fit` with wrong arguments: overloads that exist only for their error messages.
template <class Network, class Loss>
class fit_mistakes {
    using T = typename Network::value_type;
    using data = data_of<Network, Loss>;
    using options_type = options_of_fit<data>;

protected:
    /// Whether samples that are read one by one fit the network.
    template <class Source>
    static constexpr bool is_source = !std::is_convertible_v<const Source&, data> && has_samples_of<Source, data>;

public:
    /// Data of another size or number type: overloads that exist only for their error messages, like those below.
    template <class Data, class... Rest>
        requires(!std::is_convertible_v<const Data&, data> && !is_source<Data>)
    constexpr fit_result<T> fit(Network&, const Data&, const Rest&...) noexcept {
        static_assert(
            std::is_void_v<Data>,
            "etch: the data of a fit must hold samples of the network's inputs, outputs and number type: "
            "a data_view, a data_set, a SampleSource such as windows, or inputs and targets in braces, {x, y}");
        return {};
    }
    template <class Inputs, class Targets>
        requires(!std::is_convertible_v<const Inputs&, data> && !is_source<Inputs>)
    constexpr fit_result<T> fit(Network& net, const Inputs& x, const Targets&, const options_type&) noexcept {
        return fit(net, x);
    }

    /// A network that is const, of another type or a temporary.
    template <class Other, class Callback = std::nullptr_t>
        requires(!std::is_same_v<Other, Network&>)
    constexpr fit_result<T> fit(Other&&, data, const options_type& = {}, Callback&& = {}) noexcept {
        using given = std::remove_reference_t<Other>;
        static_assert(!std::is_same_v<given, const Network>, "etch: a network that is const cannot be trained");
        static_assert(!std::is_same_v<given, Network>, "etch: a network that is trained must be a variable");
        static_assert(std::is_same_v<std::remove_const_t<given>, Network>,
                      "etch: this trainer is for another network: the first argument of its type is the network's");
        return {};
    }

    /// Options that a fit does not have, or a number instead of options.
    template <class Never = void, class Callback = std::nullptr_t>
    constexpr fit_result<T> fit(any_network, data, const missing_fit_options&, Callback&& = {}) noexcept {
        static_assert(
            !std::is_void_v<Never>,
            "etch: a fit has no option of this name: it has epochs, validation, patience, min_delta, shuffle, "
            "shuffled, history and resume; the size of a batch is an argument of the trainer's type, and the "
            "learning rate an option of its optimizer");
        return {};
    }
    template <class Number, class... Rest>
        requires(std::is_arithmetic_v<Number>)
    constexpr fit_result<T> fit(any_network, data, Number, const Rest&...) noexcept {
        static_assert(std::is_void_v<Number>, "etch: the options of a fit are named, in braces: {.epochs = 10}");
        return {};
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
