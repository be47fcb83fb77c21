#pragma once
#include <cstddef>
#include <string>

#include <etch/network/summary.hpp>
#include <etch/report/build_notice.hpp>
#include <etch/report/text_table.hpp>

namespace etch::inline ETCH_VARIANT {

/// How much stack a network or trainer may take as a local variable before `print(summary)` warns: half of a program's
/// stack on Windows (1 MiB; Linux and macOS: 8 MiB for the first thread, often less for others).
inline constexpr std::size_t stack_limit = std::size_t{1} << 19;

namespace internal {

/// 1234567 as 1'234'567.
inline std::string grouped(std::size_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, '\'');
    return digits;
}

inline std::string dash_or(std::size_t number) { return number == 0 ? "-" : grouped(number); }

inline std::string extents_of(const shape& s) {
    std::string text;
    for (std::size_t i = 0; i < s.rank; ++i) text += (i == 0 ? "" : "x") + std::to_string(s.extent[i]);
    return text;
}

/// "dense", or "dense bf16" if its weights are.
inline std::string name_of(const layer_summary& layer) {
    return std::string(layer.name) + (layer.format == weight_format::bf16 ? " bf16" : "");
}

}  // namespace internal

/// A topology in one line: "4, standardize, dense 8, tanh, dense 3, softmax". Layers that change the shape show the new
/// one.
template <std::size_t Depth>
std::string topology_of(const network_summary<Depth>& network) {
    std::string text = internal::extents_of(network.input);
    for (const layer_summary& layer : network.layers) {
        text += ", " + internal::name_of(layer);
        if (layer.output != layer.input || layer.multiply_adds > 0) text += " " + internal::extents_of(layer.output);
    }
    return text;
}

/// One line per layer, the totals, the bytes that the network, its trainer and a forward pass take, and `build_notice`
/// if the build is slower than it needs to be.
template <std::size_t Depth>
std::string to_text(const network_summary<Depth>& network) {
    using internal::dash_or, internal::grouped, internal::extents_of;
    internal::text_table layers{2};
    layers.row({"layer", "output", "parameters", "bytes", "multiply-adds"});
    layers.rule();
    layers.row({"input", extents_of(network.input), "-", "-", "-"});
    std::size_t bytes = 0;
    for (const layer_summary& layer : network.layers) {
        const std::string fitted = layer.statistics == 0 ? "" : grouped(layer.statistics) + " fitted";
        const std::string trained = layer.parameters == 0 && !fitted.empty() ? "" : dash_or(layer.parameters);
        layers.row({internal::name_of(layer), extents_of(layer.output),
                    trained + (trained.empty() || fitted.empty() ? "" : " + ") + fitted, dash_or(layer.bytes),
                    dash_or(layer.multiply_adds)});
        bytes += layer.bytes;
    }
    layers.rule();
    layers.row({"total", "", dash_or(network.parameters + network.statistics), dash_or(bytes),
                dash_or(network.multiply_adds)});

    internal::text_table memory;
    memory.row({"network", grouped(network.network_bytes) + " bytes"});
    if (network.state_bytes > 0) memory.row({"state of one sample", grouped(network.state_bytes) + " bytes"});
    if (network.trainer_bytes > 0) memory.row({"trainer", grouped(network.trainer_bytes) + " bytes"});
    memory.row({"stack for one sample, beside frames", grouped(network.workspace_bytes) + " bytes"});
    memory.row({"stack for " + std::to_string(network.batch_columns) + " samples, beside frames",
                grouped(network.batch_workspace_bytes) + " bytes"});
    const bool trainer_is_larger = network.trainer_bytes > network.network_bytes;
    const std::size_t largest = trainer_is_larger ? network.trainer_bytes : network.network_bytes;
    std::string notice;
    if (largest > stack_limit)
        notice =
            (trainer_is_larger ? "A local trainer takes " : "A local network takes ") + grouped(largest) +
            " bytes of a stack, of which Windows has 1'048'576 and Linux 8'388'608: make it static, or allocate it "
            "with etch::on_heap.\n";
    return layers.text() + "\n" + memory.text() + notice + build_notice;
}

}  // namespace etch::inline ETCH_VARIANT
