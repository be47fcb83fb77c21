#pragma once
#include <cstddef>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/data/sample_source.hpp>
#include <etch/training/fit_checks.hpp>
#include <etch/training/fit_options.hpp>
#include <etch/training/fit_result.hpp>
#include <etch/training/targets.hpp>

namespace etch::inline ETCH_VARIANT::internal {

/// Accepts the options of a fit with validation data of any type: see fit_mistakes.
struct fit_options_with_any_validation {
    anything epochs{}, validation{}, patience{}, min_delta{}, shuffle{}, shuffled{}, history{}, resume{};
};

/// Calls of `trainer::fit` with wrong arguments: overloads that exist only for their error messages.
template <class Network, class Loss>
class fit_mistakes {
    using T = typename Network::value_type;
    using data = data_of<Network, Loss>;
    using options_type = options_of_fit<data>;

    template <class X>
    static constexpr bool is_options = std::is_convertible_v<const X&, options_type>;
    template <class F>
    static constexpr bool is_callback =
        std::is_invocable_v<const F&, const epoch_record<T>&> || std::is_invocable_v<const F&, const step_record<T>&>;

protected:
    /// Whether samples that are read one by one fit the network.
    template <class Source>
    static constexpr bool is_source = !std::is_convertible_v<const Source&, data> && has_samples_of<Source, data>;
    /// The same for samples in memory or not.
    template <class Data>
    static constexpr bool is_samples = std::is_convertible_v<const Data&, data> || has_samples_of<Data, data>;

public:
    /// Data of another size or number type.
    template <class Data, class... Rest>
        requires(!is_samples<Data> && !(std::is_same_v<Rest, options_type> || ...))
    constexpr fit_result<T> fit(Network&, const Data&, const Rest&...) noexcept {
        static_assert(
            std::is_void_v<Data>,
            "etch: the data of a fit must hold samples of the network's inputs, outputs and number type: "
            "a data_view, a data_set, a SampleSource such as windows (see etch/data/sample_source.hpp), or inputs and "
            "targets in braces, {x, y}");
        return {};
    }
    template <class Data, class Callback = std::nullptr_t>
        requires(!is_samples<Data>)
    constexpr fit_result<T> fit(Network& net, const Data& x, const options_type&, Callback&& = {}) noexcept {
        return fit(net, x);
    }
    template <class Data, class Second>
        requires(!is_samples<Data> && !is_options<Second>)
    constexpr fit_result<T> fit(Network& net, const Data& x, const Second&, const options_type&) noexcept {
        return fit(net, x);
    }

    /// A network that is const, of another type or a temporary.
    template <class Other, class Callback = std::nullptr_t>
        requires(!std::is_same_v<Other, Network&>)
    constexpr fit_result<T> fit(Other&&, data, const options_type& = {}, Callback&& = {}) noexcept {
        return refuse_network<Other>();
    }
    template <class Other, class Source, class Callback = std::nullptr_t>
        requires(!std::is_same_v<Other, Network&> && is_source<Source>)
    constexpr fit_result<T> fit(Other&&, const Source&, const options_type& = {}, Callback&& = {}) noexcept {
        return refuse_network<Other>();
    }
    template <class Other, class Training, class Validation, class Callback = std::nullptr_t>
        requires(!std::is_same_v<Other, Network&> && is_samples<Training> && is_samples<Validation>)
    constexpr fit_result<T> fit(Other&&, const Training&, const Validation&, const options_type& = {},
                                Callback&& = {}) noexcept {
        return refuse_network<Other>();
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
    template <class Source, class Callback = std::nullptr_t>
        requires(is_source<Source>)
    constexpr fit_result<T> fit(any_network net, const Source&, const missing_fit_options& options,
                                Callback&& = {}) noexcept {
        return fit(net, data{}, options);
    }
    template <class Training, class Validation, class Callback = std::nullptr_t>
        requires(is_samples<Training> && is_samples<Validation>)
    constexpr fit_result<T> fit(any_network net, const Training&, const Validation&, const missing_fit_options& options,
                                Callback&& = {}) noexcept {
        return fit(net, data{}, options);
    }
    template <class Number, class... Rest>
        requires(std::is_arithmetic_v<Number>)
    constexpr fit_result<T> fit(any_network, data, Number, const Rest&...) noexcept {
        static_assert(std::is_void_v<Number>, "etch: the options of a fit are named, in braces: {.epochs = 10}");
        return {};
    }
    template <class Training, class Validation, class Number, class... Rest>
        requires(is_samples<Training> && is_samples<Validation> && std::is_arithmetic_v<Number>)
    constexpr fit_result<T> fit(any_network net, const Training&, const Validation&, Number number,
                                const Rest&...) noexcept {
        return fit(net, data{}, number);
    }

    /// Validation data among the options that are not in memory.
    template <class Never = void, class Callback = std::nullptr_t>
    constexpr fit_result<T> fit(any_network, data, const fit_options_with_any_validation&, Callback&& = {}) noexcept {
        static_assert(!std::is_void_v<Never>,
                      "etch: an option of this fit has another type: validation is a data_view or a data_set, and a "
                      "SampleSource such as windows is an argument of its own, fit(net, training, validation, {...})");
        return {};
    }
    template <class Source, class Callback = std::nullptr_t>
        requires(is_source<Source>)
    constexpr fit_result<T> fit(any_network net, const Source&, const fit_options_with_any_validation& options,
                                Callback&& = {}) noexcept {
        return fit(net, data{}, options);
    }

    /// Something else after the samples.
    template <class Training, class Third, class... Rest>
        requires(is_samples<Training> && !is_samples<Third> && !is_options<Third> &&
                 !(std::is_arithmetic_v<Third> && std::is_convertible_v<const Training&, data>) &&
                 !(std::is_same_v<Rest, options_type> || ...))
    constexpr fit_result<T> fit(any_network net, const Training&, const Third& third, const Rest&...) noexcept {
        static_assert(!is_callback<Third>,
                      "etch: the callback of a fit follows its options: fit(net, data, {.epochs = 10}, callback)");
        if constexpr (std::is_arithmetic_v<Third>)
            return fit(net, data{}, third);
        else
            static_assert(is_callback<Third>,
                          "etch: what follows the training data of a fit is validation data, which must hold samples "
                          "of the same sizes and number type, or options in braces: {.epochs = 10}");
        return {};
    }
    template <class Training, class Third, class Callback = std::nullptr_t>
        requires(is_samples<Training> && !is_samples<Third> && !is_options<Third>)
    constexpr fit_result<T> fit(any_network net, const Training& training, const Third& third, const options_type&,
                                Callback&& = {}) noexcept {
        return fit(net, training, third);
    }

private:
    template <class Other>
    static constexpr fit_result<T> refuse_network() noexcept {
        using given = std::remove_reference_t<Other>;
        static_assert(!std::is_same_v<given, const Network>, "etch: a network that is const cannot be trained");
        static_assert(!std::is_same_v<given, Network>, "etch: a network that is trained must be a variable");
        static_assert(std::is_same_v<std::remove_const_t<given>, Network>,
                      "etch: this trainer is for another network: the first argument of its type is the network's");
        return {};
    }
};

}  // namespace etch::inline ETCH_VARIANT::internal
