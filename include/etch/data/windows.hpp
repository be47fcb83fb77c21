#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

#include <etch/core/option.hpp>
#include <etch/data/sample_source.hpp>

namespace etch::inline ETCH_VARIANT {

struct window_options {
    std::size_t stride = 1;  ///< the distance between the beginnings of two windows, in frames; at least 1
    std::size_t ahead = 0;   ///< how many frames the target of a sample comes after the last one of its window
};

namespace internal {

/// Accepts options that windows do not have, and a number: see windows.
struct missing_window_options {
    anything length{}, size{}, step{}, hop{}, shift{}, stride{}, horizon{}, ahead{}, delay{}, offset{}, channels{};
};

}  // namespace internal

/// The windows of a signal as samples: each is `Length` consecutive frames. Nothing is copied, although windows
/// overlap.
///
///     windows<50, 6> activity{signal, labels, {.stride = 10}};        // 50 frames of 6 numbers, the label of the last
///     windows<16> forecast{signal, signal, {.ahead = 1}};             // from 16 numbers the next one
///     trainer.fit(net, activity, {.epochs = 20});
///
/// The signal has `Channels` numbers per frame, frame after frame; `targets` has `Outputs` per frame. Sample i consists
/// of the frames from i * stride on, and its target is that of frame i * stride + Length - 1 + ahead. This is a view:
/// signal and targets must outlive the windows.
template <std::size_t Length, std::size_t Channels = 1, std::size_t Outputs = 1, class T = float>
class windows {
    static_assert(Length > 0 && Channels > 0 && Outputs > 0,
                  "etch: windows<Length, Channels, Outputs> need at least one frame, one channel and one target");

    template <class X>
    static constexpr bool are_numbers = std::is_convertible_v<const X&, std::span<const T>>;

public:
    using value_type = T;
    static constexpr std::size_t input_size = Length * Channels;
    static constexpr std::size_t output_size = Outputs;

    constexpr windows() noexcept = default;
    constexpr windows(std::span<const T> signal, std::span<const T> targets, window_options options = {}) noexcept
        : signal_{signal}, targets_{targets}, options_{options} {}
    /// Numbers of another type, or options that do not exist: overloads that exist only for their error messages.
    template <class X, class Y, class Options = window_options>
        requires(!are_numbers<X> || !are_numbers<Y> || std::is_arithmetic_v<Options>)
    constexpr windows(const X&, const Y&, const Options& = {}) noexcept {
        constexpr bool numbers_fit = are_numbers<X> && are_numbers<Y>;
        static_assert(numbers_fit,
                      "etch: signal and targets of windows must be contiguous numbers of the network's type, as a "
                      "std::vector<float> is for a network: convert ints or doubles first");
        if constexpr (numbers_fit) refuse_options<X>();
    }
    template <class Never = void>
    constexpr windows(std::span<const T>, std::span<const T>, const internal::missing_window_options&) noexcept {
        refuse_options<Never>();
    }

    /// The number of samples; 0 if signal and targets do not have the same number of complete frames (see check).
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        const std::size_t frames = signal_.size() / Channels;
        if (!matches() || options_.stride == 0 || frames < Length || frames - Length < options_.ahead) return 0;
        return (frames - Length - options_.ahead) / options_.stride + 1;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return size() == 0; }

    /// i must be below size().
    [[nodiscard]] constexpr std::span<const T, input_size> input(std::size_t i) const noexcept {
        return std::span<const T, input_size>{signal_.data() + i * options_.stride * Channels, input_size};
    }
    [[nodiscard]] constexpr std::span<const T, Outputs> target(std::size_t i) const noexcept {
        return std::span<const T, Outputs>{targets_.data() + frame_of_target(i) * Outputs, Outputs};
    }
    /// The frame with the target of sample i.
    [[nodiscard]] constexpr std::size_t frame_of_target(std::size_t i) const noexcept {
        return i * options_.stride + Length - 1 + options_.ahead;
    }

    /// Whether a network can be trained on this: invalid_option for a stride of 0, size_mismatch (with the number of
    /// complete frames), empty_set if the signal is shorter than a window and its target, or the first sample with a
    /// NaN or an infinity.
    constexpr problem(check)() const noexcept {
        if (options_.stride == 0) return {.code = status::invalid_option, .option = {"stride", 0, "at least 1"}};
        if (!matches())
            return {status::size_mismatch, (std::min)(signal_.size() / Channels, targets_.size() / Outputs)};
        const std::size_t count = size();
        if (count == 0) return {status::empty_set};
        for (std::size_t i = 0; i < count; ++i) {
            // The part shared with the window before has already been checked.
            const std::size_t seen = i > 0 && options_.stride < Length ? (Length - options_.stride) * Channels : 0;
            const std::size_t bad = internal::first_not_finite(std::span<const T>{input(i)}.subspan(seen));
            if (seen + bad < input_size) return {status::non_finite_input, i, seen + bad};
            const std::size_t bad_target = internal::first_not_finite(std::span<const T>{target(i)});
            if (bad_target < Outputs) return {status::non_finite_target, i, bad_target};
        }
        return {};
    }

private:
    template <class X>
    static constexpr void refuse_options() noexcept {
        constexpr bool never = sizeof(X*) == 0;
        static_assert(never,
                      "etch: windows have the options stride and ahead, in braces: {.stride = 10}; their length is an "
                      "argument of their type");
    }
    [[nodiscard]] constexpr bool matches() const noexcept {
        return signal_.size() % Channels == 0 && targets_.size() % Outputs == 0 &&
               signal_.size() / Channels == targets_.size() / Outputs;
    }

    std::span<const T> signal_{}, targets_{};
    window_options options_{};
};

}  // namespace etch::inline ETCH_VARIANT
