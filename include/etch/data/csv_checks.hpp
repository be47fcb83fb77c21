#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include <etch/core/status.hpp>
#include <etch/data/csv_hints.hpp>
#include <etch/data/csv_options.hpp>
#include <etch/data/table_schema.hpp>

// Options and schemas are checked against the sample before a table is opened.
namespace etch::inline ETCH_VARIANT::internal {

/// What a sample consists of.
struct csv_sample {
    std::size_t inputs, outputs;  // 0 outputs: only inputs are read
    bool in_double;               // otherwise numbers are read as floats

    [[nodiscard]] std::size_t classes() const noexcept { return outputs == 1 ? 2 : outputs; }
};

/// A status and an explanation; empty if nothing is wrong.
struct problem_text {
    status code = status::ok;
    std::string text{};
};

inline bool fills(const csv_options& options) noexcept {
    return options.missing == missing::mean || options.missing == missing::median;
}

/// Checks the delimiter and the decimal sign.
inline problem_text check_signs(const csv_options& o) {
    if (std::string_view{"\"\r\n"}.find(o.delimiter) != std::string_view::npos)
        return {status::invalid_option, "a quote or a line break cannot be the delimiter"};
    if (o.decimal != '.' && o.decimal != ',') return {status::invalid_option, ".decimal must be '.' or ','"};
    if (o.decimal == o.delimiter)
        return {status::invalid_option,
                std::string{"'"} + o.decimal + "' cannot be the delimiter and the decimal sign"};
    return {};
}

/// Checks the options with which a schema is learnt.
inline problem_text check_options(const csv_options& o, const csv_sample& sample) {
    const auto refuse = [](const std::string& text) { return problem_text{status::invalid_option, text}; };
    if (!o.inputs.empty() && o.one_hot.empty() && o.inputs.size() != sample.inputs)
        return refuse(counted(o.inputs.size(), "input column") + (o.inputs.size() == 1 ? " is" : " are") +
                      " named, a sample has " + std::to_string(sample.inputs));
    if (!o.targets.empty() && o.targets.size() != sample.outputs)
        return refuse(counted(o.targets.size(), "target column") + (o.targets.size() == 1 ? " is" : " are") +
                      " named, a sample has " + std::to_string(sample.outputs));
    if (!o.targets.empty() && o.label) return refuse("either target columns or a label column, not both");
    if (!o.classes.empty() && !o.label) return refuse("classes are named, but no label column (.label = ...)");
    if (!o.classes.empty() && o.classes.size() != sample.classes())
        return refuse(std::to_string(o.classes.size()) + " classes are named, " + counted(sample.outputs, "output") +
                      (sample.outputs == 1 ? " tells " : " tell ") + std::to_string(sample.classes()) + " apart");
    return {};
}

/// Checks a schema that a table must follow.
inline problem_text check_schema(const table_schema& schema, const csv_options& options, const csv_sample& sample) {
    if (schema.input_size() != sample.inputs)
        return {status::size_mismatch, "the schema has " + counted(schema.input_size(), "input") + ", a sample has " +
                                           std::to_string(sample.inputs)};
    const bool has_classes = !schema.classes.empty();
    if (sample.outputs > 0 && (schema.targets.size() != (has_classes ? 1 : sample.outputs) ||
                               (has_classes && schema.classes.size() != sample.classes())))
        return {status::size_mismatch, "the targets or classes of the schema are not those of a sample with " +
                                           counted(sample.outputs, "output")};
    for (const table_column& column : schema.inputs)
        if (!column.fill.empty() && column.fill.size() != column.width())
            return {status::size_mismatch, "the schema's fill values do not fit its columns"};
    if (fills(options))
        return {status::invalid_option,
                "what stands for missing cells comes from the schema: set .missing where it is learnt"};
    return {};
}

}  // namespace etch::inline ETCH_VARIANT::internal
