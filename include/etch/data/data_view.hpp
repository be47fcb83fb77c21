#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/core/finite.hpp>
#include <etch/core/problem.hpp>
#include <etch/core/status.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Whether every number is finite: x - x is 0, or NaN if x is NaN or infinite. No early exit, so that the loop can use
/// SIMD registers.
template <class T>
constexpr bool all_finite(std::span<const T> numbers) noexcept {
    bool finite = true;
    for (const T x : numbers) finite &= is_finite(x);
    return finite;
}

/// The index of the first number that is not finite; the count if all are.
template <class T>
constexpr std::size_t first_not_finite(std::span<const T> numbers) noexcept {
    std::size_t i = 0;
    while (i < numbers.size() && is_finite(numbers[i])) ++i;
    return i;
}

}  // namespace internal

/// A non-owning view of samples: sample i is row i of the inputs, `Inputs` numbers, with row i of the targets,
/// `Outputs` numbers. Two pointers and two sizes, passed by value. No allocation, no exceptions, usable in constant
/// expressions.
template <std::size_t Inputs, std::size_t Outputs, class T = float>
class data_view {
    static_assert(Inputs > 0 && Outputs > 0, "etch: a sample needs at least one input and one target");

public:
    using value_type = T;
    static constexpr std::size_t input_size = Inputs;
    static constexpr std::size_t output_size = Outputs;

    constexpr data_view() noexcept = default;
    constexpr data_view(std::span<const T> inputs, std::span<const T> targets) noexcept
        : inputs_{inputs}, targets_{targets} {}
    /// Numbers of another type: an overload that exists only for its error message.
    template <class X, class Y>
        requires(!std::is_convertible_v<const X&, std::span<const T>> ||
                 !std::is_convertible_v<const Y&, std::span<const T>>)
    constexpr data_view(const X&, const Y&) noexcept {
        static_assert(
            std::is_void_v<X>,
            "etch: inputs and targets must be contiguous numbers of the network's type, as a std::vector<float> "
            "is for a network: convert ints or doubles first");
    }

    /// The number of samples; 0 if inputs and targets do not have the same number of complete samples (see check).
    [[nodiscard]] constexpr std::size_t size() const noexcept { return matches() ? inputs_.size() / Inputs : 0; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size() == 0; }

    /// i must be below size().
    [[nodiscard]] constexpr std::span<const T, Inputs> input(std::size_t i) const noexcept {
        return std::span<const T, Inputs>{inputs_.data() + i * Inputs, Inputs};
    }
    [[nodiscard]] constexpr std::span<const T, Outputs> target(std::size_t i) const noexcept {
        return std::span<const T, Outputs>{targets_.data() + i * Outputs, Outputs};
    }

    /// The inputs of all samples, contiguous.
    [[nodiscard]] constexpr std::span<const T> inputs() const noexcept { return inputs_; }
    [[nodiscard]] constexpr std::span<const T> targets() const noexcept { return targets_; }
    [[nodiscard]] constexpr data_view view() const noexcept { return *this; }

    /// `count` samples starting at `first`; fewer if the set ends before.
    [[nodiscard]] constexpr data_view slice(std::size_t first, std::size_t count) const noexcept {
        const std::size_t begin = (std::min)(first, size());
        const std::size_t length = (std::min)(count, size() - begin);
        return {inputs_.subspan(begin * Inputs, length * Inputs), targets_.subspan(begin * Outputs, length * Outputs)};
    }

    /// Whether a network can be trained on this: empty_set, size_mismatch, or the first sample with a NaN or an
    /// infinity. Reads every number once.
    constexpr problem(check)() const noexcept {
        if (!matches()) return {status::size_mismatch, (std::min)(inputs_.size() / Inputs, targets_.size() / Outputs)};
        if (inputs_.empty()) return {status::empty_set};
        for (std::size_t i = 0; i < size(); ++i) {
            if (!internal::all_finite<T>(input(i)))
                return {status::non_finite_input, i, internal::first_not_finite<T>(input(i))};
            if (!internal::all_finite<T>(target(i)))
                return {status::non_finite_target, i, internal::first_not_finite<T>(target(i))};
        }
        return {};
    }

private:
    [[nodiscard]] constexpr bool matches() const noexcept {
        return inputs_.size() % Inputs == 0 && targets_.size() % Outputs == 0 &&
               inputs_.size() / Inputs == targets_.size() / Outputs;
    }

    std::span<const T> inputs_;
    std::span<const T> targets_;
};

/// Anything that has samples: a data_view, a data_set, or a type of the user's with a member view().
template <class Set>
concept Samples = requires(const Set& set) {
    { set.view() } -> std::same_as<data_view<Set::input_size, Set::output_size, typename Set::value_type>>;
};

}  // namespace etch::inline ETCH_VARIANT
