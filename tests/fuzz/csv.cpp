// Any bytes as a table. The input is a byte that chooses the options, with its highest bit another one, then the text.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include <etch/data/csv.hpp>

#include "fuzz/promise.hpp"

namespace {

using fuzz::promise;

/// Bits 0 to 2 of the choice: which columns are what; bit 3: a header; bits 4 and 5: the delimiter. Of the second byte
/// bits 0 and 1: what becomes of missing cells; bit 2: categories; bit 3: the decimal comma; bit 4: blanks.
template <std::size_t Inputs, std::size_t Outputs>
etch::csv_options options_of(std::size_t choice, std::size_t second) {
    etch::csv_options options;
    options.header = (choice & 8) != 0;
    options.delimiter = ",;\t|"[choice >> 4 & 3];
    options.missing = static_cast<etch::missing>(second & 3);
    if ((second & 4) != 0) options.one_hot = {1};
    if ((second & 8) != 0) options.decimal = ',';
    if ((second & 16) != 0) options.delimiter = ' ';
    const std::size_t columns = choice & 7;
    const std::string names[] = {"a", "b", "c"};
    if (columns == 1 || columns == 2) {
        for (std::size_t i = 0; i < Inputs; ++i) options.inputs.emplace_back(Outputs + Inputs - 1 - i);
    }
    if (columns == 2 || columns == 3) {
        for (std::size_t i = 0; i < Outputs; ++i) options.targets.emplace_back(names[i]);
    }
    if (columns == 4 || columns == 5) options.label = etch::csv_column{0};
    if (columns == 6 || columns == 7) options.label = etch::csv_column{"kind"};
    if (columns == 5 || columns == 7) {
        for (std::size_t c = 0; c < etch::class_count<Outputs>; ++c) options.classes.add(names[c]);
    }
    return options;
}

/// The samples as a table of numbers, each as short as it can be without losing a bit.
template <std::size_t Inputs, std::size_t Outputs, class T>
std::string text_of(const etch::data_set<Inputs, Outputs, T>& samples) {
    std::string text;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto add = [&text](T number) {
            char digits[32];
            text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr) += ',';
        };
        for (const T x : samples.input(i)) add(x);
        for (const T y : samples.target(i)) add(y);
        text.back() = '\n';
    }
    return text;
}

template <std::size_t Inputs, std::size_t Outputs, class T>
void read(std::size_t choice, std::size_t second, std::string_view text) {
    etch::csv_options options = options_of<Inputs, Outputs>(choice, second);
    const auto table = etch::parse_csv<Inputs, Outputs, T>(text, options, "table");
    const auto& [samples, schema, header, dropped, filled] = table.value;
    const etch::class_list& classes = schema.classes;
    if (!table) {
        return fuzz::promise_refusal(table, samples.empty() && schema == etch::table_schema{} && header.empty(),
                                     "table");
    }
    promise(schema.input_size() == Inputs && schema.input_names().size() == Inputs, "the schema has a sample's inputs");
    promise(!samples.empty(), "an accepted table has a row");
    promise(header.empty() != options.header, "there are names where a header is asked for");
    promise(classes.size() == (options.label ? etch::class_count<Outputs> : 0),
            "there are as many classes as expected");
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto finite = [](T x) { return std::isfinite(x); };
        const auto x = samples.input(i);
        const auto y = samples.target(i);
        promise(std::all_of(x.begin(), x.end(), finite), "inputs are finite");
        promise(std::all_of(y.begin(), y.end(), finite), "targets are finite");
        if (!options.label) continue;
        promise(!classes.decode(y).empty() || classes.find(""), "a label is the name of a class");
        promise(Outputs == 1 || std::count(y.begin(), y.end(), T{1}) == 1, "a label has one column");
    }
    const auto again = etch::parse_csv<Inputs, Outputs, T>(text_of(samples));
    promise(again && again.value.samples.size() == samples.size(), "what was read can be written and read");
    const auto same = [](const auto& a, const auto& b) {
        return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
    };
    promise(same(again.value.samples.inputs(), samples.inputs()), "inputs read twice have the same bits");
    promise(same(again.value.samples.targets(), samples.targets()), "and so have targets");
    if (options.missing == etch::missing::mean || options.missing == etch::missing::median) {
        options.missing = etch::missing::refuse;  // what was learnt fills in
    }
    const auto like = etch::parse_csv<Inputs, Outputs, T>(text, options, schema);
    promise(like && like.value.schema.classes == classes && like.value.filled == filled,
            "a schema reads its own table");
    promise(same(like.value.samples.inputs(), samples.inputs()) && like.value.dropped == dropped &&
                same(like.value.samples.targets(), samples.targets()),
            "and gives its samples");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::choices input{data, size};
    const std::size_t choice = input.byte();
    const std::size_t second = (choice & 128) != 0 ? input.byte() : 0;
    const std::string_view text{reinterpret_cast<const char*>(input.data()), input.size()};
    if ((choice & 64) != 0) {
        read<2, 3, float>(choice, second, text);
    } else {
        read<1, 1, double>(choice, second, text);
    }
    return 0;
}
