#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <etch/core/finite.hpp>
#include <etch/io/golden_vectors.hpp>
#include <etch/io/hexadecimal.hpp>
#include <etch/io/load.hpp>

namespace etch::inline ETCH_VARIANT {

/// How much a network's outputs differ from golden vectors: the outputs of the model that its weights were exported
/// from.
struct [[nodiscard]] golden_result {
    status code = status::ok;
    std::size_t count = 0;   ///< golden vectors; 0 if the file has none
    double largest = 0;      ///< difference of any output; NaN or infinite if one is not finite
    double scale = 0;        ///< the largest magnitude among all golden outputs
    std::size_t vector = 0;  ///< the one with the largest difference
    option_error option{};   ///< at invalid_option

    [[nodiscard]] constexpr bool ok() const noexcept { return code == status::ok; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return ok(); }
    /// The largest difference, relative to the scale.
    [[nodiscard]] constexpr double relative() const noexcept { return scale > 0 ? largest / scale : largest; }
    [[nodiscard]] constexpr message_text message() const noexcept {
        using internal::sentence;
        if (code == status::invalid_option) return option.message();
        if (code != status::golden_mismatch) return describe(code);
        const message_text where = sentence(describe(code), ": golden vector ", vector);
        if (!internal::is_finite(relative())) return sentence(where, ", or the output for it, is not finite");
        return sentence(where, " differs by ", relative(),
                        scale > 0 ? " of the largest output" : ", where all outputs are 0");
    }
};

namespace internal {

/// `inputs(i)` and `outputs(i)` return number i of all golden vectors.
template <class Network>
constexpr golden_result compare_steps(const Network& net, std::size_t count, double tolerance, const auto& inputs,
                                      const auto& outputs) noexcept {
    using T = typename Network::value_type;
    golden_result result{.count = count, .option = must_not_be_negative("tolerance", tolerance)};
    if (!result.option.ok()) {
        result.code = status::invalid_option;
        return result;
    }
    bool finite = true;
    typename Network::state state{};
    for (std::size_t v = 0; v < count; ++v) {
        std::array<T, Network::inputs> sample{};
        for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = static_cast<T>(inputs(v * sample.size() + i));
        const auto answer = net(sample, state);
        for (std::size_t i = 0; i < Network::outputs; ++i) {
            const auto golden = static_cast<double>(outputs(v * Network::outputs + i));
            const double away = static_cast<double>(answer[i]) - golden;
            const double difference = away < 0 ? -away : away, magnitude = golden < 0 ? -golden : golden;
            if (magnitude > result.scale) result.scale = magnitude;
            if (finite && !(difference <= result.largest)) {  // the first that is not finite remains the largest
                result.largest = difference;
                result.vector = v;
                finite = is_finite(difference);
            }
        }
    }
    if (!finite || result.largest > tolerance * result.scale) result.code = status::golden_mismatch;
    return result;
}

/// The same; for any_of, with the network that it contains.
template <class Network>
constexpr golden_result compare_golden(const Network& net, std::size_t count, double tolerance, const auto& inputs,
                                       const auto& outputs) noexcept {
    if constexpr (requires { net.initial_state(); })
        return net.visit([&](const auto& held) { return compare_steps(held, count, tolerance, inputs, outputs); });
    else
        return compare_steps(net, count, tolerance, inputs, outputs);
}

/// The golden vectors of a file, in place: count * inputs and count * outputs numbers in hexadecimal digits.
struct golden_text {
    status code = status::ok;
    std::size_t count = 0;  ///< 0 if the file has none
    std::string_view inputs{}, outputs{};

    /// Number i of `inputs` or `outputs`, whose digits were checked.
    [[nodiscard]] static constexpr float number(std::string_view digits, std::size_t i) noexcept {
        float x = 0;
        (void)take_hexadecimal(digits, i, x);
        return x;
    }
};

/// For a network with this many inputs and outputs. malformed if they are not as docs/weights.md defines.
[[nodiscard]] constexpr golden_text golden_of(const safetensors_view& file, std::size_t inputs,
                                              std::size_t outputs) noexcept {
    const auto count_text = file.metadata("etch.golden.count");
    const auto input_text = file.metadata("etch.golden.inputs"), output_text = file.metadata("etch.golden.outputs");
    if (!count_text && !input_text && !output_text) return {};
    constexpr golden_text malformed{.code = status::malformed};
    if (!count_text || !input_text || !output_text) return malformed;
    json_cursor cursor{*count_text};
    std::uint64_t count = 0;
    if (!cursor.take_integer(count) || !cursor.at_end() || count > safetensors_view::max_header) return malformed;
    for (const auto& [text, numbers] : {std::pair{*input_text, inputs}, std::pair{*output_text, outputs}}) {
        if (text.size() != count * numbers * hexadecimal_digits<float>) return malformed;
        float number = 0;
        for (std::size_t i = 0; i < text.size() / hexadecimal_digits<float>; ++i)
            if (!take_hexadecimal(text, i, number)) return malformed;
    }
    return {.count = static_cast<std::size_t>(count), .inputs = *input_text, .outputs = *output_text};
}

}  // namespace internal

/// Compares a network with golden vectors, one after the other: count * inputs and count * outputs numbers. For a
/// network with state they are the steps of one sequence, from the state zero. Usable in constant expressions; an
/// etched header uses golden_vectors for that, which compiles faster. If a platform defines verify as a macro (Unreal),
/// call (etch::verify)(net, ...). Errors: golden_mismatch if an output differs by more than `tolerance` of the largest
/// one, or is not finite; size_mismatch; invalid_option for a tolerance that is NaN, infinite or negative.
template <class Network>
constexpr golden_result(verify)(const Network& net, std::span<const float> inputs, std::span<const float> outputs,
                                double tolerance = golden_tolerance) noexcept {
    const std::size_t count = inputs.size() / Network::inputs;
    if (inputs.size() != count * Network::inputs || outputs.size() != count * Network::outputs)
        return {.code = status::size_mismatch};
    return internal::compare_golden(
        net, count, tolerance, [&](std::size_t i) { return inputs[i]; }, [&](std::size_t i) { return outputs[i]; });
}

/// Compares a network with the golden vectors in its file. If there are none the result is ok, with a count of 0.
/// malformed if they are not as docs/weights.md defines.
template <class Network>
golden_result(verify)(const Network& net, const safetensors_view& file, double tolerance = golden_tolerance) noexcept {
    const internal::golden_text golden = internal::golden_of(file, Network::inputs, Network::outputs);
    if (golden.count == 0) return {.code = golden.code};
    return internal::compare_golden(
        net, golden.count, tolerance, [&](std::size_t i) { return golden.number(golden.inputs, i); },
        [&](std::size_t i) { return golden.number(golden.outputs, i); });
}

/// The same from the bytes of a file; also the errors of safetensors_view::open.
template <class Network, internal::ByteRange Bytes>
golden_result(verify)(const Network& net, const Bytes& bytes, double tolerance = golden_tolerance) noexcept {
    safetensors_view file;
    if (const parse_result found = file.open(std::as_bytes(std::span{bytes})); !found.ok()) return {.code = found.code};
    return (verify)(net, file, tolerance);
}

}  // namespace etch::inline ETCH_VARIANT
