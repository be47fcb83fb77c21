#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/data/data_view.hpp>

namespace etch::inline ETCH_VARIANT {

namespace internal {

/// Whether a span, an array or a vector has exactly this many numbers, by its type.
template <class Numbers, std::size_t Count>
inline constexpr bool has_size = false;
template <class Numbers, std::size_t Count>
    requires(Count == Numbers::rows * Numbers::columns)
inline constexpr bool has_size<Numbers, Count> = true;
template <class T, std::size_t Count>
inline constexpr bool has_size<std::span<T, Count>, Count> = true;
template <class T, std::size_t Count>
inline constexpr bool has_size<std::array<T, Count>, Count> = true;

}  // namespace internal

/// What a network can be trained and evaluated on: samples that are read one by one. `input(i)` and `target(i)` return
/// the numbers of sample i, i below `size()`, as a std::span or a std::array of exactly that size.
///
///     struct replay_buffer {
///         using value_type = float;
///         static constexpr std::size_t input_size = 17, output_size = 6;    // numbers per input and target
///         std::size_t size() const noexcept;
///         std::span<const float, 17> input(std::size_t i) const noexcept;
///         std::array<float, 6> target(std::size_t i) const noexcept;        // a std::array if it is computed
///     };
///
/// A data_view is one, and so are `windows` of a signal. A sample may be read several times, in any order, and must be
/// the same each time while a fit or an evaluation runs. The functions must not throw: nothing could catch it.
template <class S>
concept SampleSource = requires(const S& samples, std::size_t i) {
    { samples.size() } -> std::same_as<std::size_t>;
    requires std::convertible_to<decltype(samples.input(i).data()), const typename S::value_type*>;
    requires std::convertible_to<decltype(samples.target(i).data()), const typename S::value_type*>;
    requires S::input_size > 0 && S::output_size > 0;
    requires internal::has_size<std::remove_cvref_t<decltype(samples.input(i))>, S::input_size>;
    requires internal::has_size<std::remove_cvref_t<decltype(samples.target(i))>, S::output_size>;
};

namespace internal {

template <class S, class View>
inline constexpr bool has_samples_of = false;
template <SampleSource S, std::size_t Inputs, std::size_t Outputs, class T>
inline constexpr bool has_samples_of<S, data_view<Inputs, Outputs, T>> =
    S::input_size == Inputs && S::output_size == Outputs && std::same_as<typename S::value_type, T>;

/// The samples as a view of memory if they are in memory, otherwise as they are.
template <class View, class Data>
constexpr decltype(auto) as_samples(const Data& data) noexcept {
    if constexpr (std::is_convertible_v<const Data&, View>) {
        return View(data);
    } else {
        static_assert(
            has_samples_of<Data, View>,
            "etch: the data must hold samples of the network's inputs, outputs and number type: a data_view, a "
            "data_set, a SampleSource such as windows (see etch/data/sample_source.hpp), or inputs and targets in "
            "braces, {x, y}");
        return (data);
    }
}

/// Whether samples are contiguous in memory, so that many can be read at once.
template <class Data>
inline constexpr bool is_contiguous = false;
template <std::size_t Inputs, std::size_t Outputs, class T>
inline constexpr bool is_contiguous<data_view<Inputs, Outputs, T>> = true;

/// Copies sample i to where an input and a target begin.
template <class Data>
constexpr void copy_sample(const Data& from, std::size_t i, typename Data::value_type* input,
                           typename Data::value_type* target) noexcept {
    const auto numbers = from.input(i);
    const auto wanted = from.target(i);
    std::copy_n(numbers.data(), Data::input_size, input);
    std::copy_n(wanted.data(), Data::output_size, target);
}

/// Copies the samples index(first), index(first + 1), ... into the columns of a batch. Columns beyond `count` repeat
/// the first one and do not count.
template <class Data, class Index, class Batch, class BatchTargets>
constexpr void gather(const Data& from, std::size_t first, std::size_t count, Index index, Batch& inputs,
                      BatchTargets& targets) noexcept {
    for (std::size_t j = 0; j < Batch::columns; ++j)
        copy_sample(from, index(first + (j < count ? j : 0)), inputs.data() + j * Data::input_size,
                    targets.data() + j * Data::output_size);
}

/// The first sample that is not finite, or empty_set; if the source has a `check`, its result.
template <class Data>
constexpr problem check_samples(const Data& data) noexcept {
    using T = typename Data::value_type;
    if constexpr (requires { (data.check)(); }) {
        return (data.check)();
    } else {
        const std::size_t size = data.size();
        if (size == 0) return {status::empty_set};
        for (std::size_t i = 0; i < size; ++i) {
            const auto input = data.input(i);
            const auto target = data.target(i);
            if (const std::span<const T> numbers{input}; !all_finite(numbers))
                return {status::non_finite_input, i, first_not_finite(numbers)};
            if (const std::span<const T> numbers{target}; !all_finite(numbers))
                return {status::non_finite_target, i, first_not_finite(numbers)};
        }
        return {};
    }
}

}  // namespace internal
}  // namespace etch::inline ETCH_VARIANT
