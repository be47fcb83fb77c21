#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include <etch/io/hexadecimal.hpp>
#include <etch/io/load.hpp>

namespace etch {

/// How far a network's answers are from golden vectors: the answers of the model that its weights were exported from.
struct [[nodiscard]] golden_result {
    status code = status::ok;
    std::size_t count = 0;   ///< golden vectors; 0 where the file has none
    double largest = 0;      ///< difference of any output
    double scale = 0;        ///< the largest magnitude among all golden outputs
    std::size_t vector = 0;  ///< where the largest difference is

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    /// The largest difference as a part of the scale.
    [[nodiscard]] constexpr double relative() const noexcept { return scale > 0 ? largest / scale : largest; }
};

/// What a network may differ from its source by, in units of the largest golden output: sums of floats in another order
/// differ by a few units in the last place of their terms, 6e-8 each.
inline constexpr double golden_tolerance = 1e-5;

namespace internal {

/// `inputs(i)` and `outputs(i)` give number i of all golden vectors.
template <class Network>
constexpr golden_result compare_golden(const Network& net, std::size_t count, double tolerance, const auto& inputs,
                                       const auto& outputs) noexcept {
    using T = typename Network::value_type;
    golden_result result{.count = count};
    bool finite = true;
    for (std::size_t v = 0; v < count; ++v) {
        std::array<T, Network::inputs> sample{};
        for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = static_cast<T>(inputs(v * sample.size() + i));
        const auto answer = net(sample);
        for (std::size_t i = 0; i < Network::outputs; ++i) {
            const auto golden = static_cast<double>(outputs(v * Network::outputs + i));
            const double away = static_cast<double>(answer[i]) - golden;
            const double difference = away < 0 ? -away : away, magnitude = golden < 0 ? -golden : golden;
            finite &= difference - difference == 0;
            if (magnitude > result.scale) result.scale = magnitude;
            if (difference > result.largest) {
                result.largest = difference;
                result.vector = v;
            }
        }
    }
    if (!finite || result.largest > tolerance * result.scale) result.code = status::golden_mismatch;
    return result;
}

}  // namespace internal

/// Compares a network with golden vectors, one after the other: count * inputs and count * outputs numbers. Usable in
/// constant expressions: an etched header states by it that the build has the network that was exported.
/// golden_mismatch where an output differs by more than `tolerance` of the largest one, or is not finite; size_mismatch.
template <class Network>
constexpr golden_result verify(const Network& net, std::span<const float> inputs, std::span<const float> outputs,
                               double tolerance = golden_tolerance) noexcept {
    const std::size_t count = inputs.size() / Network::inputs;
    if (inputs.size() != count * Network::inputs || outputs.size() != count * Network::outputs)
        return {.code = status::size_mismatch};
    return internal::compare_golden(
        net, count, tolerance, [&](std::size_t i) { return inputs[i]; }, [&](std::size_t i) { return outputs[i]; });
}

/// Compares a network with the golden vectors that its file holds. Where it holds none the result is ok, and its count 0.
/// malformed where they are not as docs/weights.md says.
template <class Network>
golden_result verify(const Network& net, const safetensors_view& file, double tolerance = golden_tolerance) noexcept {
    const auto count_text = file.metadata("etch.golden.count");
    const auto inputs = file.metadata("etch.golden.inputs"), outputs = file.metadata("etch.golden.outputs");
    if (!count_text && !inputs && !outputs) return {};
    constexpr golden_result malformed{.code = status::malformed};
    if (!count_text || !inputs || !outputs) return malformed;
    internal::json_cursor cursor{*count_text};
    std::uint64_t count = 0;
    if (!cursor.take_integer(count) || !cursor.at_end() || count > safetensors_view::max_header) return malformed;
    constexpr std::size_t digits = internal::hexadecimal_digits<float>;
    if (inputs->size() != count * Network::inputs * digits || outputs->size() != count * Network::outputs * digits)
        return malformed;
    float number = 0;
    for (std::size_t i = 0; i < count * Network::inputs; ++i)
        if (!internal::take_hexadecimal(*inputs, i, number)) return malformed;
    for (std::size_t i = 0; i < count * Network::outputs; ++i)
        if (!internal::take_hexadecimal(*outputs, i, number)) return malformed;
    const auto number_of = [](std::string_view text) {
        return [text](std::size_t i) {
            float x = 0;
            (void)internal::take_hexadecimal(text, i, x);
            return x;
        };
    };
    return internal::compare_golden(net, static_cast<std::size_t>(count), tolerance, number_of(*inputs),
                                    number_of(*outputs));
}

/// The same from the bytes of a file; also the errors of safetensors_view::open.
template <class Network, internal::ByteRange Bytes>
golden_result verify(const Network& net, const Bytes& bytes, double tolerance = golden_tolerance) noexcept {
    safetensors_view file;
    if (const problem found = file.open(std::as_bytes(std::span{bytes})); !found.ok()) return {.code = found.code};
    return verify(net, file, tolerance);
}

}  // namespace etch
