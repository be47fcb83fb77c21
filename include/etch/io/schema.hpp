#pragma once
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <etch/core/decimal.hpp>
#include <etch/core/finite.hpp>
#include <etch/core/utf8.hpp>
#include <etch/data/one_hot.hpp>
#include <etch/data/reading.hpp>
#include <etch/data/table_schema.hpp>
#include <etch/io/files.hpp>
#include <etch/io/json.hpp>

// The names of columns and classes, with all that is needed to read a later row, in the metadata of a saved network:
// JSON in a string, since safetensors metadata has only strings. Host side. docs/weights.md has the keys.
namespace etch::inline ETCH_VARIANT {

namespace internal {

inline constexpr std::string_view inputs_key = "etch.input.columns", targets_key = "etch.target.columns",
                                  classes_key = "etch.class.names", width_key = "etch.table.columns";

inline std::string json_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string json = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20) {
            json += "\\u00";
            json += digits[code >> 4];
            json += digits[code & 15];
        } else {
            if (c == '"' || c == '\\') json += '\\';
            json += c;
        }
    }
    return json + '"';
}
inline std::string json_of(double number) { return write_decimal(number); }
inline std::string json_of(const table_column& column);
template <class T>
std::string json_of(const std::vector<T>& list) {
    std::string json = "[";
    for (const T& element : list) json += (json.size() == 1 ? "" : ",") + json_of(element);
    return json + "]";
}
inline std::string json_of(const table_column& column) {
    std::string json = "{\"name\":" + json_of(column.name) + ",\"column\":" + std::to_string(column.position);
    if (!column.categories.empty()) json += ",\"categories\":" + json_of(column.categories.names());
    if (!column.fill.empty()) json += ",\"fill\":" + json_of(column.fill);
    return json + "}";
}

/// The text of a JSON string, given what is between its quotes, which take_string found to be well-formed; nothing if
/// an escape stands for half a character.
inline std::optional<std::string> unescaped(std::string_view json) {
    std::string text;
    const auto take_unit = [&json](std::uint32_t& to) {
        if (json.size() < 6 || json[0] != '\\' || json[1] != 'u') return false;
        const char* const begin = json.data() + 2;
        if (std::from_chars(begin, begin + 4, to, 16).ptr != begin + 4) return false;
        json.remove_prefix(6);
        return true;
    };
    while (!json.empty()) {
        if (json[0] != '\\') {
            text += json[0];
            json.remove_prefix(1);
            continue;
        }
        if (json.size() < 2) return std::nullopt;
        if (json[1] != 'u') {
            constexpr std::string_view letters = "bfnrt", stand_for = "\b\f\n\r\t";
            const std::size_t letter = letters.find(json[1]);
            text += letter == letters.npos ? json[1] : stand_for[letter];
            json.remove_prefix(2);
            continue;
        }
        std::uint32_t code = 0, low = 0;
        if (!take_unit(code)) return std::nullopt;
        if (code >= 0xd800 && code < 0xe000) {
            if (code >= 0xdc00 || !take_unit(low) || low < 0xdc00 || low >= 0xe000) return std::nullopt;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        const auto append = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
        if (code < 0x80) {
            append(code);
            continue;
        }
        const unsigned tails = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        append((0xff00u >> (tails + 1) & 0xffu) | code >> (6 * tails));
        for (unsigned tail = tails; tail-- > 0;) append(0x80 | (code >> (6 * tail) & 0x3f));
    }
    return text;
}

/// Reads the JSON of a schema. Each function returns false if something else is there.
class schema_reader {
public:
    explicit schema_reader(std::string_view json) : json_{json}, cursor_{json} {}

    [[nodiscard]] bool take(std::string& to) {
        std::string_view raw;
        if (!cursor_.take_string(raw)) return false;
        auto text = unescaped(raw);
        if (!text) return false;
        to = *std::move(text);
        return true;
    }
    [[nodiscard]] bool take(double& to) {
        cursor_.skip_blanks();
        const char* const end = json_.data() + json_.size();
        const auto [stop, error] = read_decimal(json_.data() + cursor_.at(), end, to);
        if (error != std::errc{} || !is_finite(to)) return false;
        cursor_ = json_cursor{json_, static_cast<std::size_t>(stop - json_.data())};
        return true;
    }
    [[nodiscard]] bool take(std::size_t& to) {
        std::uint64_t number = 0;
        if (!cursor_.take_integer(number)) return false;
        to = static_cast<std::size_t>(number);
        return to == number;
    }
    /// Names, each of them unique.
    [[nodiscard]] bool take(class_list& to) {
        std::vector<std::string> names;
        if (!take(names)) return false;
        to = class_list{std::move(names)};
        return to.sorted().size() == to.size();
    }
    [[nodiscard]] bool take(table_column& to) {
        bool has_name = false, has_column = false;
        if (!cursor_.take('{')) return false;
        do {
            std::string_view field;
            if (!cursor_.take_string(field) || !cursor_.take(':')) return false;
            if (field == "name" && !std::exchange(has_name, true)) {
                if (!take(to.name)) return false;
            } else if (field == "column" && !std::exchange(has_column, true)) {
                if (!take(to.position)) return false;
            } else if (field == "categories" && to.categories.empty()) {
                if (!take(to.categories)) return false;
            } else if (field == "fill" && to.fill.empty()) {
                if (!take(to.fill)) return false;
            } else {
                return false;
            }
        } while (cursor_.take(','));
        return cursor_.take('}') && has_name && has_column && (to.fill.empty() || to.fill.size() == to.width());
    }
    template <class T>
    [[nodiscard]] bool take(std::vector<T>& to) {
        if (!cursor_.take('[')) return false;
        if (cursor_.take(']')) return true;
        do {
            if (!take(to.emplace_back())) return false;
        } while (cursor_.take(','));
        return cursor_.take(']');
    }
    [[nodiscard]] bool at_end() noexcept { return cursor_.at_end(); }

private:
    std::string_view json_;
    json_cursor cursor_;
};

/// What is wrong with a schema for a network with this many inputs and outputs; empty if nothing is.
inline std::string schema_complaint(const table_schema& schema, std::size_t inputs, std::size_t outputs) {
    const auto text = [](std::size_t count) { return std::to_string(count); };
    const std::size_t classes = classes_told_by(outputs);
    if (!schema.inputs.empty() && schema.input_size() != inputs)
        return "the schema has " + text(schema.input_size()) + " inputs, the network " + text(inputs);
    if (!schema.classes.empty() && schema.classes.size() != classes)
        return "the schema has " + text(schema.classes.size()) + " classes, the network tells " + text(classes) +
               " apart";
    const std::size_t targets = schema.classes.empty() ? outputs : 1;
    if (!schema.targets.empty() && schema.targets.size() != targets)
        return "the schema has " + text(schema.targets.size()) + " targets, the network " + text(targets);
    return {};
}

}  // namespace internal

/// The schema of a table as metadata entries for `save` in memory: {key, value}, to which save_options has views.
inline std::vector<std::pair<std::string, std::string>> metadata_of(const table_schema& schema) {
    using internal::json_of;
    std::vector<std::pair<std::string, std::string>> entries;
    if (!schema.inputs.empty()) entries.emplace_back(internal::inputs_key, json_of(schema.inputs));
    if (!schema.targets.empty()) entries.emplace_back(internal::targets_key, json_of(schema.targets));
    if (!schema.classes.empty()) entries.emplace_back(internal::classes_key, json_of(schema.classes.names()));
    if (schema.columns > 0) entries.emplace_back(internal::width_key, std::to_string(schema.columns));
    return entries;
}

/// Saves a network with the names of its columns and classes, their categories, and the fill values of missing cells:
///
///     etch::save_file(net, "iris.safetensors", iris.value.schema);
///     const auto schema = etch::read_schema("iris.safetensors");
///     std::puts(schema.value.classes[etch::predict(net, flower)].c_str());
///
/// Errors: those of save_file, size_mismatch if the schema does not match the network, invalid_option if a name is not
/// UTF-8 (because the table was saved in another encoding).
template <class Network>
file_result save_file(const Network& net, const std::string& path, const table_schema& schema,
                      const save_options<typename Network::value_type>& options = {}) {
    const std::string complaint = internal::schema_complaint(schema, Network::inputs, Network::outputs);
    if (!complaint.empty()) return {status::size_mismatch, path + ": " + complaint};
    const auto texts = metadata_of(schema);
    std::vector<metadata_entry> entries{options.metadata.begin(), options.metadata.end()};
    for (const auto& [key, value] : texts) {
        if (!internal::is_utf8(value))
            return {status::invalid_option, path + ": a name of " + key + " is not UTF-8: save the table as UTF-8"};
        entries.push_back({key, value});
    }
    save_options<typename Network::value_type> all = options;
    all.metadata = entries;
    return save_file(net, path, all);
}

/// The schema in a file of weights. missing_value if there is none, malformed.
inline read_result<table_schema> schema_of(const safetensors_view& file, const std::string& name = "weights") {
    table_schema schema;
    bool found = false;
    const auto read = [&](std::string_view key, auto& to) {
        const auto raw = file.metadata(key);
        if (!raw) return true;
        found = true;
        const auto json = internal::unescaped(*raw);
        if (!json) return false;
        internal::schema_reader reader{*json};
        return reader.take(to) && reader.at_end();
    };
    for (const auto& [key, good] : {std::pair{internal::inputs_key, read(internal::inputs_key, schema.inputs)},
                                    std::pair{internal::targets_key, read(internal::targets_key, schema.targets)},
                                    std::pair{internal::classes_key, read(internal::classes_key, schema.classes)},
                                    std::pair{internal::width_key, read(internal::width_key, schema.columns)}})
        if (!good) return {{}, status::malformed, name + ": " + std::string{key} + " is not as etch writes it"};
    if (!found) return {{}, status::missing_value, name + ": the file has no names of columns or classes"};
    return {std::move(schema), status::ok, {}};
}

/// The same from a file on disk.
inline read_result<table_schema> read_schema(const std::string& path) {
    read_result<table_schema> schema;
    const file_result read = internal::with_file(path, [&](const safetensors_view& file) {
        schema = schema_of(file, path);
        return file_result{schema.code, schema.text};
    });
    if (!read) return {{}, read.code, read.text};
    return schema;
}

}  // namespace etch::inline ETCH_VARIANT
