#pragma once
#include <concepts>
#include <limits>

#include <etch/core/message_text.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

/// The option that is out of its range, at status::invalid_option.
struct [[nodiscard]] option_error {
    const char* name = nullptr;   ///< as it is written in the program; null if all options are in their ranges
    double value = 0;             ///< what it is
    const char* range = nullptr;  ///< what it must be: "positive", "at least 0 and below 1"

    [[nodiscard]] constexpr bool ok() const noexcept { return name == nullptr; }

    /// "learning_rate is -1, but must be positive and finite".
    [[nodiscard]] constexpr message_text message() const noexcept {
        if (ok()) return describe(status::invalid_option);
        return internal::sentence(name, " is ", value, ", but must be ", range);
    }
};

namespace internal {

/// Accepts whatever stands for an option: for overloads that exist only for their error messages.
struct anything {
    constexpr anything() noexcept = default;
    template <class X>
    constexpr anything(const X&) noexcept {}
};

// The ranges of options, for `check` functions. NaN is in none of them.

constexpr option_error must_be_positive(const char* name, double value) noexcept {
    if (value > 0 && value <= (std::numeric_limits<double>::max)()) return {};
    return {name, value, "positive and finite"};
}
constexpr option_error must_not_be_negative(const char* name, double value) noexcept {
    if (value >= 0 && value <= (std::numeric_limits<double>::max)()) return {};
    return {name, value, "at least 0 and finite"};
}
constexpr option_error must_be_below_one(const char* name, double value) noexcept {
    if (value >= 0 && value < 1) return {};
    return {name, value, "at least 0 and below 1"};
}

/// The learning rate in the network's number type.
template <class T>
constexpr option_error check_learning_rate(double rate) noexcept {
    if (rate > 0 && rate <= static_cast<double>((std::numeric_limits<T>::max)()) && static_cast<T>(rate) > 0) return {};
    return {"learning_rate", rate,
            sizeof(T) == sizeof(float) ? "positive and finite, as a float too" : "positive and finite"};
}

/// The first of several results that is an error.
constexpr option_error first_error(std::same_as<option_error> auto... found) noexcept {
    option_error first;
    ((first = first.ok() ? found : first), ...);
    return first;
}

/// The `check` of the options of an optimizer, a schedule or the like, if they have one.
template <class Options>
constexpr option_error check_options(const Options& options) noexcept {
    if constexpr (requires {
                      { (options.check)() } -> std::same_as<option_error>;
                  })
        return (options.check)();
    else
        return {};
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
