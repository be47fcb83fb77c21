// Writes the files that the tests of etch-header read, good ones and bad ones, into the folder that it is given.
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <etch/io/files.hpp>
#include <etch/io/schema.hpp>

#include "embed/networks.hpp"

namespace {

std::string folder;

void write(const std::string& name, const std::string& bytes) {
    std::ofstream{folder + "/" + name + ".safetensors", std::ios::binary} << bytes;
}

/// A network with numbers in all of its places, as a file with golden vectors.
template <class Network>
std::string saved(const Network& net, std::size_t golden_vectors, etch::seed from = {5},
                  const etch::table_schema& schema = {}) {
    using T = typename Network::value_type;
    std::vector<T> golden(golden_vectors * Network::inputs);
    etch::random_generator generator{from};
    for (T& x : golden) x = 2 * generator.uniform<T>() - 1;
    if constexpr (std::same_as<Network, networks::reading>)  // whose first input is an index
        for (std::size_t v = 0; v < golden_vectors; ++v) golden[v * Network::inputs] = static_cast<T>(v % 4);
    const auto texts = metadata_of(schema);
    std::vector<etch::metadata_entry> names;
    for (const auto& [key, value] : texts) names.push_back({key, value});
    const etch::save_options<T> options{.golden = golden, .source = "a test */ \\ \"quoted\" \x01", .metadata = names};
    std::string bytes(save(net, {}, options).size, ' ');
    if (!save(net, std::as_writable_bytes(std::span{bytes}), options).ok()) std::abort();
    return bytes;
}

template <class Network>
std::unique_ptr<Network> drawn(etch::seed from) {
    auto net = std::make_unique<Network>();
    etch::random_generator generator{from};
    for (auto& x : net->parameters()) x = generator.uniform<typename Network::value_type>() - 0.5f;
    typename Network::value_type least = 0.5f;  // each larger than the one before: a minimum below its maximum
    for (auto& x : net->fixed()) x = least += generator.uniform<typename Network::value_type>() / 16;
    const auto memory = net->memory();
    for (const etch::network_tensor& tensor : etch::tensors_of<Network>)
        if (is_packed(tensor.format))
            for (std::size_t row = 0; row < tensor.rows(); ++row)
                for (std::size_t column = 0; column < tensor.columns(); ++column)
                    tensor.set(memory, row, column, generator.uniform<typename Network::value_type>() - 0.5f);
    return net;
}

/// The file with a text replaced by one of the same length.
std::string with(std::string bytes, const std::string& what, const std::string& by) {
    const std::size_t at = bytes.find(what);
    if (at == std::string::npos || what.size() != by.size()) std::abort();
    return bytes.replace(at, what.size(), by);
}

/// With one tensor more, of two numbers.
std::string with_tensor(const std::string& bytes, const std::string& key) {
    std::size_t length = 0;
    for (int b = 7; b >= 0; --b) length = length << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(b)]);
    std::string header = bytes.substr(8, length), data = bytes.substr(8 + length);
    header.resize(header.find_last_of('}'));
    header += ",\"" + key + "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" + std::to_string(data.size()) +
              "," + std::to_string(data.size() + 8) + "]}}";
    std::string whole;
    for (std::size_t b = 0; b < 8; ++b) whole += static_cast<char>(header.size() >> (8 * b) & 0xff);
    return whole + header + data + std::string(8, '\0');
}

/// With other digits for golden output `index`.
std::string with_golden_output(std::string bytes, std::size_t index, float number) {
    const std::string key = "\"etch.golden.outputs\":\"";
    etch::internal::text<8> digits;
    etch::internal::append_hexadecimal(digits, number);
    return bytes.replace(bytes.find(key) + key.size() + 8 * index, 8, digits.view());
}

}  // namespace

int main(int, char** arguments) {
    folder = arguments[1];
    const std::string tiny = saved(*drawn<networks::tiny>({1}), 3);
    write("tiny", tiny);
    write("measured", saved(*drawn<networks::measured>({2}), 2));
    write("rounded", saved(*drawn<networks::rounded>({3}), 2));
    write("around", saved(*drawn<networks::around>({4}), 2));
    write("picture", saved(*drawn<networks::picture>({5}), 2));
    write("doubles", saved(*drawn<networks::double_tiny>({6}), 2));
    write("partly", saved(*drawn<networks::partly>({7}), 20));
    const std::string remembering = saved(*drawn<networks::remembering>({13}), 6);
    write("remembering", remembering);
    write("tampered_memory", with_golden_output(remembering, 2 * 3 + 1, 100));
    write("long_memory", saved(*drawn<networks::long_memory>({14}), 20));
    write("seeing", saved(*drawn<networks::seeing>({15}), 3));
    write("hearing", saved(*drawn<networks::hearing>({16}), 3));
    write("reading", saved(*drawn<networks::reading>({18}), 5));
    write("listening", saved(*drawn<networks::listening>({19}), 3));
    write("growing", saved(*drawn<networks::growing>({20}), 3));
    write("lengthening", saved(*drawn<networks::lengthening>({21}), 3));
    write("streaming", saved(*drawn<networks::streaming>({17}), 9));
    write("amplifying", saved(*drawn<networks::amplifying>({18}), 12));
    const std::string large = saved(*drawn<networks::large>({8}), 5);
    write("large", large);

    const etch::table_column kind{.name = "kind", .categories = {"Ash", "\\B\n", "\xc3\x96l"}};
    const std::string named = saved(*drawn<networks::named>({10}), 2, {5},
                                    {.inputs = {{.name = "height"}, {}, kind},
                                     .targets = {{.name = "wood"}},
                                     .classes = {std::string{"a\0b", 3}, "soft", "\"\?\?/hard*/"}});
    write("named", named);
    write("names_malformed", with(named, "\\\"soft\\\"", "soft    "));
    const etch::table_schema forces{.inputs = {{}, {}}, .targets = {{.name = "force"}, {.name = "torque"}}};
    write("units", saved(*drawn<networks::units>({11}), 2, {5}, forces));
    const auto yes_or_no = drawn<networks::two_classes>({12});
    write("two_classes", saved(*yes_or_no, 0, {5}, {.classes = {"no", "yes"}}));
    write("names_of_others", saved(*yes_or_no, 0, {5}, {.classes = {"no", "yes", "both"}}));
    using limits = std::numeric_limits<float>;
    write("odd",
          saved(networks::odd{networks::odd::storage{
                    .numbers = {-0.0f, limits::denorm_min(), -limits::min(), 1.0f / 3, limits::max(), -0x1.8p-140f, 0,
                                -0.0f, -limits::denorm_min(), 0x1.fffffep+100f, 0x1.000002p+0f, -1}}},
                2));

    write("other_tiny", saved(*drawn<networks::tiny>({9}), 3));
    write("tampered", with_golden_output(tiny, 1, 0.75f));
    write("tampered_large", with_golden_output(large, 12 * 3, 100));
    write("not_finite_golden", with_golden_output(tiny, 1, limits::infinity()));
    const std::string outputs = "etch.golden.outputs\":\"";
    write("no_digits", std::string{tiny}.replace(tiny.find(outputs) + outputs.size(), 2, "zz"));
    write("no_golden", saved(*drawn<networks::tiny>({1}), 0));
    write("plain", with(tiny, "etch.topology", "mine.topology"));
    write("later", with(tiny, "\"etch.version\":\"1\"", "\"etch.version\":\"2\""));
    write("missing", with(tiny, "2.bias", "9.bias"));
    write("unused", with_tensor(tiny, "log_std"));
    write("truncated", tiny.substr(0, tiny.size() - 1));
    write("code", with(tiny, "dense<8>, tanh", "dense<8>; tanh"));
    write("spelling",
          with(tiny, "input<2>, dense<8>, tanh, dense<1>, sigmoid", "input<2>,dense<8>,tanh,dense<1>,sigmoid    "));
    write("name", with(tiny, "tanh", "tuna"));
    write("argument", with(tiny, "dense<8>", "dense<x>"));
    write("expression", with(tiny, "dense<8>", "dense(8)"));
    write("shape", with(tiny, "dense<8>", "dense<7>"));
    std::string spoilt = saved(*drawn<networks::tiny>({1}), 0);  // its numbers end with those of the network
    spoilt.replace(spoilt.size() - 4 * (networks::tiny::parameter_count - 6), 4, std::string{"\x00\x00\xc0\x7f", 4});
    write("not_finite", spoilt);
    return 0;
}
