// etch-header: a network as a C++ header, from a safetensors file. See docs/weights.md, "The etched header".
//
// Nothing of the file gets into the C++ text as it is: layers by names of the catalogue, numbers as numbers, names as
// strings with escapes, and other text only in comments, with all but plain characters replaced.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <etch/core/decimal.hpp>
#include <etch/io/files.hpp>
#include <etch/io/schema.hpp>
#include <etch/network/catalogue.hpp>
#include <etch/network/constant_cost.hpp>
#include <etch/network/tensor_table.hpp>
#include <etch/network/topology.hpp>

namespace {

constexpr const char* usage = R"(usage: etch-header [options] IN.safetensors OUT.hpp

Writes a network as a C++ header: its type, its weights as constants, and the golden vectors of the file as
static_asserts, so the build fails if the network does not reproduce the original model's outputs. A network with state
has NAME_state, and its golden vectors are the steps of one sequence. Names of inputs,
targets and classes in the file become NAME_input_names, NAME_target_names and NAME_class_names.

  --name NAME         the network's name in C++; without it the name of OUT.hpp
  --topology LIST     the layers, for a file that does not name them: "input<48>, dense<64>, tanh, dense<12>"
  --ignored PATTERN   tensors of the file that are not the network's, * for any characters; can be given up to 16 times
  --without-golden    accept a file without golden vectors
  --tolerance X       how far an output may be from its golden vector, in units of the largest one; 1e-5 by default,
                      more if weights are rounded to bf16
  --checker OUT.cpp   also write a program that checks the golden vectors that would take a compiler too long, and exits
                      with 0 if the network agrees; it includes OUT.hpp by its name
  --help              this text

Exit status: 0 on success, 1 if the file is rejected, 2 for a bad command line. Files that would not change are not
touched. The format of IN is in etch's docs/weights.md.
)";

[[noreturn]] void refuse(const std::string& sentence, int status = 1) {
    std::fprintf(stderr, "etch-header: %s\n", sentence.c_str());
    std::exit(status);
}

struct options {
    std::string in, out, name, topology, checker;
    etch::key_map keys;  // those of nn.Sequential, with what is ignored
    double tolerance = etch::golden_tolerance;
    bool without_golden = false;
};

// Topologies ----------------------------------------------------------------------------------------------------------

/// One entry of a type list.
struct layer {
    std::string name;
    std::vector<std::string> arguments;  ///< integers; of a dense or recurrent layer then perhaps options, as bf16
    std::vector<layer> inner;  ///< of a layer that holds layers; of a wavenet its arrays, whose options are spelled
};

/// How a layer's output and tensors follow from its arguments and its input.
enum class layer_kind {
    chain,      ///< holds layers: residual
    branches,   ///< holds lists of layers with the same input: parallel
    branch,     ///< one of these lists
    frozen,     ///< holds one layer, whose parameters are constants
    runs,       ///< holds one layer, which runs over a sequence: unrolled, bidirectional
    gate,       ///< holds two activations: gated
    parts,      ///< film, of three equal parts
    slice,      ///< some numbers of a vector
    last_step,  ///< of a sequence
    embedding,  ///< indices; a matrix with a row for each of their values
    attention,  ///< keeps the shape; matrices and biases of its projections
    dense,      ///< outputs, perhaps bf16; a matrix and a bias
    flatten,    ///< the same numbers in one row
    recurrent,  ///< units, perhaps an option and bf16; matrices of the input and of the state, biases, in rows of gates
    window,     ///< a convolution, or pooling: extents, then options such as stride<2, 2>
    all_positions,  ///< one number for each channel: the mean of its positions
    per_channel,    ///< keeps the shape, and has one number per channel in each tensor
    slopes,         ///< likewise, or one number for all: its argument
    arrays,         ///< wavenet
    per_feature,    ///< keeps the shape, and has one number per feature in each tensor
    input,          ///< no layer: the extents of a sample
    other           ///< which this program does not write yet
};

/// Of a layer with a window: which numbers it begins with, and what it carries.
struct window_form {
    bool has_filters = false;     ///< first of its numbers
    std::size_t extents = 2;      ///< of the window
    std::size_t rank = 0;         ///< of its input; 0: an image or a signal
    bool is_pool = false;         ///< moves by its own size
    bool carries_inputs = false;  ///< a stream, step by step
    bool spreads = false;         ///< a transposed convolution
    bool repeats = false;         ///< each number as often as the window is large
};

template <class L>
constexpr window_form form_of() {
    if (std::is_same_v<L, etch::conv_2d<2>>) return {.has_filters = true, .rank = 3};
    if (std::is_same_v<L, etch::conv_1d<2>>) return {.has_filters = true, .extents = 1, .rank = 2};
    if (std::is_same_v<L, etch::causal_conv_1d<2>>)
        return {.has_filters = true, .extents = 1, .rank = 1, .carries_inputs = true};
    if (std::is_same_v<L, etch::conv_transpose_2d<2>>) return {.has_filters = true, .rank = 3, .spreads = true};
    if (std::is_same_v<L, etch::conv_transpose_1d<2>>)
        return {.has_filters = true, .extents = 1, .rank = 2, .spreads = true};
    if (std::is_same_v<L, etch::upsample<2>>) return {.repeats = true};
    if (std::is_same_v<L, etch::max_pool<2>> || std::is_same_v<L, etch::average_pool<2>>) return {.is_pool = true};
    return {.extents = 0};
}

constexpr bool holds_layers(layer_kind kind) { return kind >= layer_kind::chain && kind <= layer_kind::gate; }
constexpr bool may_store_bf16(layer_kind kind) { return kind == layer_kind::dense || kind == layer_kind::recurrent; }

/// What a topology may name: how many arguments it must give, those that it may leave out, and the tensors of a layer.
struct known_layer {
    std::string_view name;
    layer_kind kind = layer_kind::other;
    std::size_t least = 0;
    std::vector<std::string> defaults{};
    std::span<const etch::network_tensor> tensors{};
    std::size_t states = 0;  ///< numbers that the example carries from step to step
    std::string option{};    ///< that may follow the units of a recurrent layer, such as reset_before
    std::span<const etch::network_tensor> tensors_with_option{};
    window_form form{};

    [[nodiscard]] bool has_statistics() const {
        return std::any_of(tensors.begin(), tensors.end(),
                           [](const etch::network_tensor& t) { return t.role == etch::parameter_role::fitted; });
    }
};

template <class L, class Example>
constexpr layer_kind kind_of() {
    using layers = typename Example::layers;
    if (std::is_same_v<L, etch::residual<etch::identity>>) return layer_kind::chain;
    if (std::is_same_v<L, etch::dense<1>>) return layer_kind::dense;
    if (std::is_same_v<L, etch::parallel<etch::branch<etch::dense<2>>>>) return layer_kind::branches;
    if (std::is_same_v<L, etch::frozen<etch::dense<2>>>) return layer_kind::frozen;
    if (std::is_same_v<L, etch::unrolled<etch::gru<2>>> || std::is_same_v<L, etch::bidirectional<etch::gru<2>>>)
        return layer_kind::runs;
    if (std::is_same_v<L, etch::gated<etch::tanh, etch::sigmoid>>) return layer_kind::gate;
    if (std::is_same_v<L, etch::film>) return layer_kind::parts;
    if (std::is_same_v<L, etch::slice<0, 2>>) return layer_kind::slice;
    if (std::is_same_v<L, etch::last_step>) return layer_kind::last_step;
    if (std::is_same_v<L, etch::embedding<3, 2>>) return layer_kind::embedding;
    if (std::is_same_v<L, etch::attention<1>>) return layer_kind::attention;
    if (form_of<L>().extents > 0) return layer_kind::window;
    if (std::is_same_v<L, etch::global_average_pool>) return layer_kind::all_positions;
    if (std::is_same_v<L, etch::prelu<>>) return layer_kind::slopes;
    if (std::is_same_v<L, etch::wavenet<etch::wavenet_array<2, 1, etch::dilations<1>>>>) return layer_kind::arrays;
    constexpr auto& tensors = etch::tensors_of<Example>;
    if (layers::totals.state > 0 && tensors.size() == 4 && layers::output_shape == etch::shape{1})
        return layer_kind::recurrent;
    if (tensors.empty() && layers::output_shape == etch::shape{Example::inputs} &&
        layers::output_shape != layers::input_shape)
        return layer_kind::flatten;
    constexpr etch::shape input = layers::input_shape;
    if (layers::output_shape != input || layers::totals.state > 0) return layer_kind::other;
    bool per_feature = true, per_channel = input.rank > 1;
    for (const etch::network_tensor& tensor : tensors) {
        per_feature &= tensor.extents == etch::shape{Example::inputs};
        per_channel &= tensor.extents == etch::shape{input.extent[0]};
    }
    return per_feature ? layer_kind::per_feature : per_channel ? layer_kind::per_channel : layer_kind::other;
}

/// The numbers among the arguments of a layer that is spelled "elu<1, 1>", from `first` on.
std::vector<std::string> arguments_from(std::size_t first, std::string_view spelled) {
    std::vector<std::string> found;
    const std::size_t begin = spelled.find('<');
    if (begin == spelled.npos) return found;
    std::string argument;
    for (const char c : spelled.substr(begin + 1)) {
        if (c != ',' && c != '>') {
            if (c != ' ') argument += c;
        } else if (first > 0) {
            --first;
            argument.clear();
        } else {
            found.push_back(std::exchange(argument, {}));
        }
    }
    return found;
}

/// Made from the catalogue of all layers.
const std::vector<known_layer> known_layers = [] {
    std::vector<known_layer> known{{.name = "input", .kind = layer_kind::input, .least = 1},  // 1 to 4 extents
                                   {.name = "branch", .kind = layer_kind::branch}};
    etch::all_layers::for_each([&]<class Row>() {
        using entry = typename Row::layer;
        using example = etch::network<typename Row::example_input, entry>;
        std::string_view spelled = etch::topology<example>;
        const std::size_t topology_begin = spelled.find(">, ") + 3;  // after the input
        spelled.remove_prefix(topology_begin);
        known.push_back({.name = entry::name,
                         .kind = kind_of<entry, example>(),
                         .least = Row::required,
                         .defaults = arguments_from(Row::required, spelled),
                         .tensors = etch::tensors_of<example>,
                         .states = example::layers::totals.state,
                         .form = form_of<entry>()});
        if constexpr (requires { typename entry::with_option; }) {
            using other = etch::network<typename Row::example_input, typename entry::with_option>;
            known.back().option = arguments_from(Row::required, etch::topology<other>.substr(topology_begin)).front();
            known.back().tensors_with_option = etch::tensors_of<other>;
        }
    });
    return known;
}();

const known_layer* find_layer(std::string_view name) {
    for (const known_layer& known : known_layers)
        if (known.name == name) return &known;
    return nullptr;
}
const known_layer& known(const struct layer& entry) { return *find_layer(entry.name); }

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads a type list as docs/weights.md writes it, blanks or none after commas.
class topology_reader {
public:
    explicit topology_reader(std::string_view text) : text_{text} {}

    std::vector<layer> read() {
        std::vector<layer> layers = read_list(0);
        if (at_ != text_.size()) fail("the end of the list, or a comma");
        return layers;
    }

private:
    static constexpr std::size_t max_layers = 1000, max_depth = 8;

    std::vector<layer> read_list(std::size_t depth) {
        std::vector<layer> layers;
        do {
            layers.push_back(read_layer(depth));
            if (++count_ > max_layers) refuse("the topology has more than " + std::to_string(max_layers) + " layers");
        } while (take(','));
        return layers;
    }

    layer read_layer(std::size_t depth) {
        layer found{.name = word(), .arguments = {}, .inner = {}};
        const known_layer* const known = find_layer(found.name);
        if (known == nullptr) refuse("the topology has a layer \"" + found.name + "\", which etch does not have");
        if (known->kind == layer_kind::other)
            refuse("the topology has a layer \"" + found.name + "\", which etch-header cannot write yet");
        if (holds_layers(known->kind)) {
            if (depth == max_depth) refuse("the topology has layers in layers, too deep");
            if (!take('<')) fail("< and the layers of the " + found.name);
            found.inner = read_list(depth + 1);
            if (!take('>')) fail("a comma or >");
            check_inner(found, known->kind);
            return found;
        }
        if (known->kind == layer_kind::arrays) {
            if (!take('<')) fail("< and the arrays of the wavenet");
            do found.inner.push_back(read_array(depth));
            while (take(','));
            if (!take('>')) fail("a comma or >");
            return found;
        }
        if (take('<') && !take('>')) {
            do found.arguments.push_back(known->kind == layer_kind::window ? number_or_option() : word());
            while (take(','));
            if (!take('>')) fail("a comma or >");
        }
        for (std::size_t i = 0; i < found.arguments.size(); ++i) {
            std::string& argument = found.arguments[i];
            int value = 0;
            const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), value);
            const bool is_integer = error == std::errc{} && end == argument.data() + argument.size();
            if (known->kind == layer_kind::window && is_letter(argument[0])) continue;
            const bool is_option = may_store_bf16(known->kind) && i > 0;
            const bool is_format = argument == "bf16" && i + 1 == found.arguments.size();
            const bool is_named = i == 1 && !known->option.empty() && argument == known->option;
            if (is_option ? !is_format && !is_named : !is_integer)
                refuse("the topology gives " + found.name + " the argument \"" + argument +
                       "\", which it does not take");
            if (!is_option) argument = std::to_string(value);  // to C++ 010 would be eight
        }
        if (known->kind == layer_kind::window) return with_extents(std::move(found), known->form);
        const std::size_t most = known->kind == layer_kind::input ? etch::shape::max_rank
                                 : may_store_bf16(known->kind)    ? 2 + (known->option.empty() ? 0 : 1)
                                                                  : known->least + known->defaults.size();
        if (found.arguments.size() < known->least || found.arguments.size() > most)
            refuse("the topology gives " + found.name + " " + std::to_string(found.arguments.size()) + " arguments");
        for (std::size_t i = found.arguments.size() - known->least; i < known->defaults.size(); ++i)
            found.arguments.push_back(known->defaults[i]);
        return found;
    }

    static void check_inner(const layer& holder, layer_kind kind) {
        const bool one = kind == layer_kind::frozen || kind == layer_kind::runs;
        const std::size_t wanted = one ? 1 : kind == layer_kind::gate ? 2 : holder.inner.size();
        if (holder.inner.size() != wanted)
            refuse("the topology has a " + holder.name + " of " + std::to_string(holder.inner.size()) +
                   " layers, and it holds " + std::to_string(wanted));
        for (const layer& inner : holder.inner)
            if ((known(inner).kind == layer_kind::branch) != (kind == layer_kind::branches))
                refuse("the topology has a parallel that is not made of branches, or a branch elsewhere");
    }

    /// wavenet_array<16, 8, dilations<1, 2>, ...>: two numbers, then options as etch writes them.
    layer read_array(std::size_t depth) {
        layer found{.name = word(), .arguments = {}, .inner = {}};
        if (found.name != "wavenet_array" || !take('<')) fail("wavenet_array<");
        do {
            const std::size_t begin = at_;
            const std::string first = word();
            at_ = begin;
            if (is_digit(first[0]) || find_layer(first) == nullptr) {
                found.arguments.push_back(number_or_option());
            } else if (first == "gated") {
                (void)word();
                if (!take('<')) fail("< and the two activations of a gate");
                std::string both = read_activation(depth);
                if (!take(',')) fail("a comma and the second activation of a gate");
                both += ", " + read_activation(depth);
                if (!take('>')) fail(">");
                found.arguments.push_back("gated<" + both + ">");
            } else {
                found.arguments.push_back(read_activation(depth));
            }
        } while (take(','));
        if (!take('>')) fail("a comma or >");
        return found;
    }
    std::string read_activation(std::size_t depth) {
        const layer found = read_layer(depth);
        const known_layer& what = *find_layer(found.name);
        if (what.kind != layer_kind::per_feature || !what.tensors.empty())
            refuse("the topology has a wavenet_array with the activation " + found.name + ", which is none");
        std::string text = found.name;
        for (std::size_t i = 0; i < found.arguments.size(); ++i) text += (i == 0 ? "<" : ", ") + found.arguments[i];
        return found.arguments.empty() ? text : text + ">";
    }

    /// The numbers of a layer with a window are all there; a height that is missing is the width.
    static layer with_extents(layer found, window_form form) {
        const auto is_option = [](const std::string& argument) { return is_letter(argument[0]); };
        const auto options = std::find_if(found.arguments.begin(), found.arguments.end(), is_option);
        const auto numbers = static_cast<std::size_t>(options - found.arguments.begin());
        const std::size_t filters = form.has_filters ? 1 : 0, most = filters + form.extents;
        if (!std::all_of(options, found.arguments.end(), is_option) || numbers == 0 || numbers > most)
            refuse("the topology gives " + found.name + " " + std::to_string(numbers) +
                   " numbers before its options, or numbers behind them");
        std::vector<std::string> complete{found.arguments.begin(), options};
        if (complete.size() == filters) complete.emplace_back("3");  // a convolution's extent
        if (complete.size() < most) complete.push_back(complete.back());
        complete.insert(complete.end(), options, found.arguments.end());
        found.arguments = std::move(complete);
        return found;
    }

    /// "3", or "stride<2, 2>" as etch writes it, or "stored<bf16>".
    std::string number_or_option() {
        std::string found = word();
        if (!is_letter(found[0]) || !take('<')) return found;
        const char* before = "<";
        do {
            const std::string number = word();
            if (found == "stored" && number == "bf16") {
                found += "<bf16";
                continue;
            }
            if (!std::all_of(number.begin(), number.end(), is_digit) || number.size() > 8) fail("a number");
            found += before + std::to_string(std::stoul(number));
            before = ", ";
        } while (take(','));
        if (!take('>')) fail("a comma or >");
        return found + ">";
    }

    /// A name or an integer.
    std::string word() {
        skip_blanks();
        const std::size_t begin = at_;
        if (at_ < text_.size() && text_[at_] == '-') ++at_;
        while (at_ < text_.size() && at_ - begin < 40 && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
        if (at_ == begin) fail("a name or a number");
        return std::string{text_.substr(begin, at_ - begin)};
    }
    bool take(char wanted) {
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        skip_blanks();
        return true;
    }
    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    [[noreturn]] void fail(const std::string& expected) const {
        refuse("the topology, character " + std::to_string(at_ + 1) + ": expected " + expected);
    }

    std::string_view text_;
    std::size_t at_ = 0, count_ = 0;
};

/// An option as C++ spells it, `before` each name in it.
std::string qualified(const std::string& option, std::string_view before) {
    std::string text;
    for (std::size_t i = 0; i < option.size(); ++i) {
        if (is_letter(option[i]) && (i == 0 || (!is_letter(option[i - 1]) && !is_digit(option[i - 1])))) text += before;
        text += option[i];
    }
    return text;
}

/// The layers as C++ spells them, `before` each name.
std::vector<std::string> spell(const std::vector<layer>& layers, std::string_view before) {
    std::vector<std::string> entries;
    for (const layer& entry : layers) {
        const std::vector<std::string> arguments = entry.inner.empty() ? entry.arguments : spell(entry.inner, before);
        std::string text = std::string{before} + entry.name;
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            text += i == 0 ? "<" : ", ";
            if (!entry.inner.empty() || !is_letter(arguments[i][0]))
                text += arguments[i];
            else
                text += qualified(arguments[i], before);
        }
        entries.push_back(arguments.empty() ? text : text + ">");
    }
    return entries;
}

std::string joined(const std::vector<std::string>& entries) {
    std::string list;
    for (const std::string& entry : entries) list += (list.empty() ? "" : ", ") + entry;
    return list;
}

// A network at run time -----------------------------------------------------------------------------------------------

/// What follows from the topology of a network: its tensors, and where their elements lie.
struct network {
    std::vector<etch::network_tensor> tensors;
    std::size_t inputs = 0, outputs = 0;
    std::size_t trained = 0, statistics = 0, words = 0, packed = 0;  ///< how many numbers, words, weights in words
    std::size_t states = 0;                                          ///< numbers that it carries from step to step
    std::uint64_t multiply_adds = 0;
    /// What an answer costs in a constant expression, wherever the header is compiled: with the fused multiply-add.
    std::uint64_t steps = etch::internal::answer_steps::call;

    explicit network(const std::vector<layer>& layers) {
        if (layers.size() < 2 || known(layers[0]).kind != layer_kind::input)
            refuse("the topology must begin with input<...> and have a layer after it");
        etch::shape at;
        for (const std::string& extent : layers[0].arguments) {
            at.extent[at.rank++] = positive(extent);
            if (at.size() > largest) refuse("the topology has an input that is too large");
        }
        inputs = at.size();
        for (std::size_t i = 1; i < layers.size(); ++i) at = add(layers[i], at, i - 1, "", false);
        outputs = at.size();
    }

private:
    static constexpr std::size_t largest = std::size_t{1} << 24;  // of any extent: so that no product overflows

    static std::size_t positive(const std::string& digits) {
        std::size_t number = 0;
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), number);  // stays 0 where there is a sign
        if (number == 0 || number > largest) refuse("the topology has the size " + digits + ", which is out of range");
        return number;
    }

    /// Appends a layer, and gives the shape of its output. `prefix` is "2." for layer 2 of a residual.
    etch::shape add(const layer& entry, etch::shape input, std::size_t index, const std::string& prefix, bool inside) {
        const known_layer& what = known(entry);
        if (what.kind == layer_kind::input) refuse("the topology has an input after the first place");
        if (what.kind == layer_kind::chain) {
            etch::shape output = input;
            for (std::size_t i = 0; i < entry.inner.size(); ++i)
                output = add(entry.inner[i], output, index, prefix + std::to_string(i) + ".", true);
            if (output != input) refuse("the topology has a residual whose layers do not preserve their input's shape");
            return input;
        }
        if (what.kind == layer_kind::branch) refuse("the topology has a branch that does not stand in a parallel");
        if (holds_layers(what.kind)) return add_held(entry, what, input, index, prefix, inside);
        if (what.kind == layer_kind::dense) {
            if (input.rank != 1) refuse("the topology has a dense layer on an image: flatten stands before it");
            const std::size_t rows = positive(entry.arguments[0]), columns = input.size();
            multiply_adds += rows * columns;
            steps += etch::internal::answer_steps::fused_multiply_add * rows * columns;
            const bool is_bf16 = entry.arguments.size() == 2;
            add({.layer = index,
                 .extents = {rows, columns},
                 .role = is_bf16 ? etch::parameter_role::frozen : etch::parameter_role::trained,
                 .format = is_bf16 ? etch::weight_format::bf16 : etch::weight_format::number},
                prefix, "weight");
            add({.layer = index, .extents = {rows}}, prefix, "bias");
            return {rows};
        }
        if (what.kind == layer_kind::recurrent) {
            if (input.rank != 1) refuse("the topology has a " + entry.name + " on an image: flatten stands before it");
            const std::size_t units = positive(entry.arguments[0]), rows = what.tensors[0].rows() * units;
            const bool has_option = entry.arguments.size() > 1 && entry.arguments[1] == what.option;
            const bool is_bf16 = entry.arguments.back() == "bf16";
            for (const etch::network_tensor& tensor :
                 has_option ? what.tensors_with_option : what.tensors) {  // of one unit
                const std::size_t columns = tensor.name.text == std::string_view{"weight_ih"} ? input.size() : units;
                const bool is_matrix = tensor.extents.rank == 2;
                const bool is_packed = is_matrix && is_bf16;
                add({.layer = index,
                     .extents = is_matrix ? etch::shape{rows, columns} : etch::shape{rows},
                     .role = is_packed ? etch::parameter_role::frozen : etch::parameter_role::trained,
                     .format = is_packed ? etch::weight_format::bf16 : etch::weight_format::number},
                    prefix, tensor.name.text);
                if (is_matrix) multiply_adds += rows * columns;
                if (is_matrix) steps += etch::internal::answer_steps::fused_multiply_add * rows * columns;
            }
            steps += etch::internal::answer_steps::number * (rows + units);
            states += what.states * units;
            return {units};
        }
        if (what.kind == layer_kind::window) return add_window(entry, what, input, index, prefix);
        if (what.kind == layer_kind::arrays) return add_wavenet(entry, input, index, prefix);
        steps += etch::internal::answer_steps::number * input.size();
        if (what.kind >= layer_kind::parts && what.kind <= layer_kind::attention)
            return add_of_parts(entry, what, input, index, prefix);
        if (what.kind == layer_kind::all_positions) {
            if (input.rank != 2 && input.rank != 3) refuse("the topology has a " + entry.name + " on a vector");
            return {input.extent[0]};
        }
        if (what.kind == layer_kind::per_channel || what.kind == layer_kind::slopes) {
            const std::size_t numbers =
                what.kind == layer_kind::slopes ? positive(entry.arguments[0]) : input.extent[0];
            if (numbers != 1 && numbers != input.extent[0])
                refuse("the topology has a " + entry.name + " of " + std::to_string(numbers) + " numbers for " +
                       std::to_string(input.extent[0]) + " channels");
            for (const etch::network_tensor& tensor : what.tensors)
                add({.layer = index, .extents = {numbers}, .role = tensor.role}, prefix, tensor.name.text);
            return input;
        }
        if (inside && what.has_statistics()) refuse("the topology has a " + entry.name + " inside a residual");
        for (const etch::network_tensor& tensor : what.tensors)
            add({.layer = index, .extents = {input.size()}, .role = tensor.role}, prefix, tensor.name.text);
        return what.kind == layer_kind::flatten ? etch::shape{input.size()} : input;
    }

    /// A layer that holds layers, other than a residual.
    etch::shape add_held(const layer& entry, const known_layer& what, etch::shape input, std::size_t index,
                         const std::string& prefix, bool inside) {
        if (what.kind == layer_kind::frozen) {
            const bool before = std::exchange(is_frozen, true);
            const etch::shape output = add(entry.inner[0], input, index, prefix, inside);
            is_frozen = before;
            return output;
        }
        if (what.kind == layer_kind::gate) {
            if (input.extent[0] % 2 != 0) refuse("the topology has a gated on an odd number of channels");
            for (const layer& activation : entry.inner) (void)add(activation, input, index, prefix, true);
            input.extent[0] /= 2;
            return input;
        }
        if (what.kind == layer_kind::branches) {
            std::size_t rows = 0;
            for (std::size_t i = 0; i < entry.inner.size(); ++i) {
                etch::shape output = input;
                for (std::size_t j = 0; j < entry.inner[i].inner.size(); ++j)
                    output = add(entry.inner[i].inner[j], output, index,
                                 prefix + std::to_string(i) + "." + std::to_string(j) + ".", true);
                if (output.rank != 1) refuse("the topology has a parallel with a branch that does not end in a vector");
                rows += output.size();
            }
            return {positive(std::to_string(rows))};
        }
        if (input.rank != 2) refuse("the topology has a " + entry.name + " on what is no sequence");
        const auto [states_before, products, cost] = std::tuple{states, multiply_adds, steps};
        const std::size_t length = input.extent[1], first = tensors.size();
        etch::shape output = add(entry.inner[0], {input.extent[0]}, index, prefix, true);
        if (output.rank != 1) refuse("the topology has a " + entry.name + " whose layer does not give a vector");
        if (entry.name == "bidirectional") {
            const std::size_t second = tensors.size();
            output = {2 * add(entry.inner[0], {input.extent[0]}, index, prefix, true).size()};
            for (std::size_t i = second; i < tensors.size(); ++i) tensors[i].name.append("_reverse");
            if (tensors.size() - second != second - first) refuse("the topology cannot be read");
        }
        states = states_before;
        multiply_adds = products + (multiply_adds - products) * length;
        steps = cost + (steps - cost) * length;
        if (output.size() > largest / length) refuse("the topology has a " + entry.name + " that is too large");
        return {output.size(), length};
    }

    /// Layers that give a part of their input, or look things up, or at all positions.
    etch::shape add_of_parts(const layer& entry, const known_layer& what, etch::shape input, std::size_t index,
                             const std::string& prefix) {
        if (what.kind == layer_kind::parts) {
            if (input.extent[0] % 3 != 0) refuse("the topology has a film on channels that are not three equal parts");
            input.extent[0] /= 3;
            return input;
        }
        if (what.kind == layer_kind::slice) {
            const std::size_t count = positive(entry.arguments[1]);
            const std::size_t begin = entry.arguments[0] == "0" ? 0 : positive(entry.arguments[0]);
            if (input.rank != 1 || begin + count > input.size())
                refuse("the topology has a slice beyond the end of its input, or of what is no vector");
            return {count};
        }
        if (what.kind == layer_kind::last_step) {
            if (input.rank != 2) refuse("the topology has a last_step on what is no sequence");
            return {input.extent[0]};
        }
        if (what.kind == layer_kind::embedding) {
            if (input.rank != 1) refuse("the topology has an embedding on what is no vector of indices");
            const std::size_t values = positive(entry.arguments[0]), size = positive(entry.arguments[1]);
            if (values > largest / size || input.size() > largest / size)
                refuse("the topology has an embedding that is too large");
            steps += etch::internal::answer_steps::number * input.size() * size;
            add({.layer = index, .extents = {values, size}}, prefix, "weight");
            return input.size() == 1 ? etch::shape{size} : etch::shape{size, input.size()};
        }
        const std::size_t features = input.extent[0], heads = positive(entry.arguments[0]);
        if (input.rank != 2 || features % heads != 0)
            refuse("the topology has an attention on what is no sequence, or with heads that do not divide it");
        const std::uint64_t products = std::uint64_t{2} * input.size() * (2 * features + input.extent[1]);
        multiply_adds += products;
        steps += etch::internal::answer_steps::fused_multiply_add * products +
                 etch::internal::answer_steps::number * (4 * input.size() + heads * input.extent[1] * input.extent[1]);
        for (const etch::network_tensor& tensor : what.tensors) {  // of two features
            const std::size_t rows = tensor.rows() / 2 * features;
            add({.layer = index, .extents = tensor.extents.rank == 2 ? etch::shape{rows, features} : etch::shape{rows}},
                prefix, tensor.name.text);
        }
        return input;
    }

    etch::shape add_wavenet(const layer& entry, etch::shape input, std::size_t index, const std::string& prefix) {
        if (input.rank != 1) refuse("the topology has a wavenet on an image or a signal");
        const std::size_t condition = input.size();
        std::size_t given = condition, outputs_before = 0;
        for (std::size_t a = 0; a < entry.inner.size(); ++a) {
            const layer& array = entry.inner[a];
            const std::string name = prefix + std::to_string(a) + ".";
            const auto has = [&array](std::string_view option) {
                return std::any_of(array.arguments.begin(), array.arguments.end(),
                                   [&](const std::string& text) { return text.starts_with(option); });
            };
            std::size_t count = 0;
            for (const std::string& text : array.arguments)
                if (text.starts_with("dilations<")) count = arguments_from(0, text).size();
            if (array.arguments.size() < 3 || count == 0) refuse("the topology has a wavenet_array without dilations");
            const std::size_t channels = positive(array.arguments[0]), heads = positive(array.arguments[1]);
            const auto dilations = numbers_of_option(array, "dilations", std::vector<std::size_t>(count, 1));
            auto lengths = numbers_of_option(array, "kernel_lengths", std::vector<std::size_t>(count, 0));
            for (std::size_t i = 0; i < count; ++i)  // one for all, or one for each
                if (lengths[i] == 0) lengths[i] = i == 0 ? 3 : lengths[0];
            const std::size_t head_length = numbers_of_option(array, "head_kernel", {1})[0];
            if (a > 0 && outputs_before != channels)
                refuse("the topology has a wavenet whose head does not fit the next array");
            const std::size_t sums = has("gated<") ? 2 * channels : channels;
            const auto add_tensor = [&](const std::string& of, etch::shape extents) {
                if (extents.size() > largest) refuse("the topology has a wavenet that is too large");
                add({.layer = index, .extents = extents}, name, of);
                if (extents.rank == 1) return;
                multiply_adds += extents.size();
                steps += etch::internal::answer_steps::fused_multiply_add * extents.size();
            };
            add_tensor("rechannel.weight", {channels, given});
            for (std::size_t i = 0; i < count; ++i) {
                const std::string of = std::to_string(i) + ".";
                if (lengths[i] > largest || dilations[i] > largest || lengths[i] < 2)
                    refuse("the topology has a wavenet_array whose numbers are out of range");
                add_tensor(of + "conv.weight", {sums, channels, lengths[i]});
                add_tensor(of + "conv.bias", {sums});
                add_tensor(of + "mixin.weight", {sums, condition});
                add_tensor(of + "layer1x1.weight", {channels, channels});
                add_tensor(of + "layer1x1.bias", {channels});
                steps += etch::internal::answer_steps::number * (sums + channels);
                states += channels * (lengths[i] - 1) * dilations[i] + 1;
            }
            add_tensor("head.weight",
                       head_length > 1 ? etch::shape{heads, channels, head_length} : etch::shape{heads, channels});
            if (has("head_bias")) add_tensor("head.bias", {heads});
            if (head_length > 1) states += channels * (head_length - 1) + 1;
            given = channels;
            outputs_before = heads;
        }
        add({.layer = index, .extents = {1}, .role = etch::parameter_role::frozen}, prefix, "head_scale");
        multiply_adds += outputs_before;
        multiply_adds -= given * given;  // nobody needs the last layer's output
        return {outputs_before};
    }

    /// The numbers of an option: "stride<2, 1>" gives 2 and 1. Others than the layer has are left to the compiler.
    static std::vector<std::size_t> numbers_of_option(const layer& entry, std::string_view name,
                                                      std::vector<std::size_t> values) {
        for (const std::string& argument : entry.arguments) {
            if (!argument.starts_with(name) || argument.size() == name.size() || argument[name.size()] != '<') continue;
            std::size_t place = 0;
            for (const std::string& number : arguments_from(0, argument))
                if (place < values.size()) values[place++] = std::stoul(number);
        }
        return values;
    }

    etch::shape add_window(const layer& entry, const known_layer& what, etch::shape input, std::size_t index,
                           const std::string& prefix) {
        const window_form form = what.form;
        if (form.rank == 0 ? input.rank != 2 && input.rank != 3 : input.rank != form.rank)
            refuse("the topology has a " + entry.name + " on an input of " + std::to_string(input.rank) + " extents");
        const std::size_t first = form.has_filters ? 1 : 0, channels = input.extent[0];
        std::size_t size[2] = {positive(entry.arguments[first]), 1};
        if (form.extents == 2 && input.rank == 3) size[1] = positive(entry.arguments[first + 1]);
        const auto stride = numbers_of_option(
            entry, "stride", form.is_pool ? std::vector{size[0], size[1]} : std::vector<std::size_t>{1, 1});
        const auto dilation = numbers_of_option(entry, "dilation", {1, 1});
        const auto padding = numbers_of_option(entry, "padding", {0, 0, 0, 0});
        const std::size_t groups = numbers_of_option(entry, "groups", {1})[0];
        const std::size_t filters = form.has_filters ? positive(entry.arguments[0]) : channels;
        if (stride[0] == 0 || stride[1] == 0 || groups == 0 || channels % groups != 0 || filters % groups != 0)
            refuse("the topology has a " + entry.name + " whose stride is 0, or whose groups do not divide");
        etch::shape output = input;
        output.extent[0] = filters;
        if (form.spreads) {
            const std::size_t outside[2] = {padding[0] + padding[1], input.rank == 3 ? padding[2] + padding[3] : 0};
            for (std::size_t i = 0; i + 1 < input.rank; ++i) {
                const std::size_t covered = (size[i] - 1) * dilation[i] + 1;
                const std::size_t whole = (input.extent[i + 1] - 1) * stride[i] + covered;
                if (whole <= outside[i] || whole > largest)
                    refuse("the topology has a " + entry.name + " without an output, or that is too large");
                output.extent[i + 1] = whole - outside[i];
            }
        } else if (form.repeats) {
            for (std::size_t i = 0; i + 1 < input.rank; ++i) output.extent[i + 1] = input.extent[i + 1] * size[i];
        } else if (!form.carries_inputs) {
            const bool is_image = input.rank == 3;  // a signal is an image of height 1
            const etch::sliding_window window{.width = size[0],
                                              .height = size[1],
                                              .stride_x = stride[0],
                                              .stride_y = is_image ? stride[1] : 1,
                                              .dilation_x = dilation[0],
                                              .dilation_y = is_image ? dilation[1] : 1};
            const etch::internal::image_border border{.left = padding[0],
                                                      .right = padding[1],
                                                      .top = is_image ? padding[2] : 0,
                                                      .bottom = is_image ? padding[3] : 0};
            const etch::shape image =
                border.around({channels, input.extent[1], is_image ? input.extent[2] : std::size_t{1}});
            if (!window.fits(image))
                refuse("the topology has a " + entry.name + " whose window is larger than its input");
            output.extent[1] = window.across(image);
            if (is_image) output.extent[2] = window.down(image);
        }
        if (output.size() > largest) refuse("the topology has a " + entry.name + " that is too large");
        const std::uint64_t seen = std::uint64_t{channels} / groups * size[0] * size[1];
        const std::uint64_t reached = std::uint64_t{filters} / groups * size[0] * size[1];
        const std::uint64_t products = form.spreads       ? reached * input.size()
                                       : form.has_filters ? seen * output.size()
                                                          : size[0] * size[1] * output.size();
        steps += window_product * products + etch::internal::answer_steps::number * (output.size() + input.size());
        if (!form.has_filters) return output;
        multiply_adds += products;
        etch::shape kernels{filters, channels / groups, size[0]};
        if (form.spreads) kernels = {channels, filters / groups, size[0]};
        if (form.extents == 2) kernels.extent[kernels.rank++] = size[1];
        if (kernels.size() / kernels.extent[0] > largest)
            refuse("the topology has a " + entry.name + " that is too large");
        const bool is_bf16 =
            std::find(entry.arguments.begin(), entry.arguments.end(), "stored<bf16>") != entry.arguments.end();
        add({.layer = index,
             .extents = kernels,
             .role = is_bf16 ? etch::parameter_role::frozen : etch::parameter_role::trained,
             .format = is_bf16 ? etch::weight_format::bf16 : etch::weight_format::number,
             .in_file = what.tensors[0].in_file},
            prefix, "weight");
        add({.layer = index, .extents = {filters}}, prefix, "bias");
        if (form.carries_inputs) states += channels * (size[0] - 1) * dilation[0] + 1;
        return output;
    }
    /// Of a convolution or pooling, in a constant expression: with the place of each number that is seen.
    static constexpr std::uint64_t window_product = 120;

    bool is_frozen = false;  ///< what is added stands in a frozen layer

    void add(etch::network_tensor tensor, const std::string& prefix, std::string_view name) {
        if (is_frozen && tensor.role == etch::parameter_role::trained) tensor.role = etch::parameter_role::frozen;
        tensor.name.append((prefix + std::string{name}).c_str());
        const bool is_packed = etch::is_packed(tensor.format);
        std::size_t& count = is_packed ? words : tensor.role == etch::parameter_role::trained ? trained : statistics;
        tensor.first = count;
        count += is_packed ? etch::words_of(tensor.format, tensor.rows(), tensor.columns()) : tensor.extents.size();
        if (is_packed) packed += tensor.extents.size();
        tensors.push_back(tensor);
    }
};

/// The numbers in the order of etch::basic_network::storage.
struct weights {
    std::vector<float> numbers;
    std::vector<std::int32_t> words;
};

/// From the file, checked as etch::load checks: all tensors, and no other.
weights read_weights(const network& net, const etch::safetensors_view& file, const options& chosen) {
    etch::internal::tensor_group<float> group{{}, net.tensors, {}};
    const std::span<const etch::internal::tensor_group<float>> groups{&group, 1};
    if (const etch::load_result found = etch::internal::check_tensors(groups, file, chosen.keys); !found.ok())
        refuse(chosen.in + ": " + describe(found, file));
    // Now it is known that there are not more numbers than the file has.
    weights read{std::vector<float>(std::max<std::size_t>(net.trained + net.statistics, 1)),
                 std::vector<std::int32_t>(net.words)};
    group.memory = {read.numbers.data(), read.numbers.data() + net.trained, read.words.data()};
    etch::internal::take_tensors(groups, file, chosen.keys);
    return read;
}

// Names
// ----------------------------------------------------------------------------------------------------------------

bool is_among(std::string_view words, std::string_view name) {
    return words.find(" " + std::string{name} + " ") != words.npos;
}

/// What can be a name, and is no macro on any system.
bool is_identifier(std::string_view name) {
    constexpr std::string_view taken =
        " EOF HUGE_VAL INFINITY NAN NULL alignas alignof and and_eq asm assert auto bitand bitor bool break case "
        "catch char char16_t char32_t char8_t class co_await co_return co_yield compl concept const const_cast "
        "consteval constexpr constinit continue decltype default delete do double dynamic_cast else enum errno etch "
        "etched explicit export extern false float for friend goto i386 if import inline int linux long main module "
        "mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register "
        "reinterpret_cast requires return short signed sizeof static static_assert static_cast std stderr stdin "
        "stdout struct switch template this thread_local throw true try typedef typeid typename union unix unsigned "
        "using virtual void volatile wchar_t while xor xor_eq ";
    if (name.empty() || name[0] == '_' || !is_letter(name[0]) || name.find("__") != name.npos) return false;
    for (const char c : name)
        if (!is_letter(c) && !is_digit(c)) return false;
    return !is_among(taken, name);
}

/// Whether C or POSIX declares something of this name for all, whoever includes the headers for it.
bool is_library_name(std::string_view name) {
    constexpr std::string_view declared =
        " abort abs accept access acos acosh alarm asin asinh atan atan2 atanh atexit basename bind brk bsearch "
        "calloc cbrt ceil chdir chmod chown chroot clearenv clock clone close connect copysign cos cosh creat ctime "
        "daemon daylight difftime div drand48 drem dup environ erf erfc exit exp exp10 exp2 expm1 fabs fchdir "
        "fchmod fclose fcntl fdim feof ferror fflush ffs fgetc fgets fileno finite floor fma fmax fmin fmod fopen "
        "fork fpclassify fprintf fputc fputs fread free frexp fscanf fseek fstat fsync ftell ftime ftok ftw fwrite "
        "gamma getc getchar getcwd getenv getline getopt getpid gets getuid getw gmtime hcreate hypot ilogb index "
        "initstate insque ioctl isalnum isalpha isascii isatty isblank iscntrl isdigit isfinite isgraph isgreater "
        "isinf isless islower isnan isnormal isprint ispunct isspace isunordered isupper isxdigit j0 j1 jn kill "
        "labs ldexp ldiv lfind lgamma link listen llabs lldiv llrint llround localtime lockf log log10 log1p log2 "
        "logb longjmp lrint lround lsearch lseek lstat malloc memchr memcmp memcpy memmem memmove memset mkdir "
        "mkfifo mknod mktime mlock mmap modf msync munmap nan nanosleep nearbyint nextafter nexttoward nice open "
        "opendir optarg opterr optind optopt pause pclose perror pipe poll popen pow pread printf profil putc "
        "putchar putenv puts putw pwrite qsort raise rand random read readdir readlink readv realloc realpath recv "
        "remainder remove remque remquo rename revoke rewind rindex rint rmdir round sbrk scalb scalbn scandir "
        "scanf select send setbuf setenv setjmp setuid shutdown sigaction siglongjmp signal signbit signgam "
        "significand sigpause sigset sigwait sin sincos sinh sleep snprintf socket splice sprintf sqrt srand "
        "srandom sscanf stat statfs statx stderr stdin stdout strcat strchr strcmp strcpy strdup strlen strstr "
        "strtod strtol swab symlink sync syscall sysconf system tan tanh tdelete tee tempnam tfind tgamma time "
        "timegm times timezone tmpfile tmpnam toascii tolower toupper trunc truncate tsearch ttyname twalk tzname "
        "tzset ualarm umask uname ungetc unlink usleep utime utimes vfork wait wait3 wait4 waitid waitpid write "
        "writev y0 y1 yn ";
    const bool of_other_type = name.ends_with('f') || name.ends_with('l');  // expf, expl
    return is_among(declared, name) || (of_other_type && is_among(declared, name.substr(0, name.size() - 1)));
}

// The header ----------------------------------------------------------------------------------------------------------

/// Text for a comment: what could end it, hide in it or change how it is read becomes a question mark.
std::string plain(std::string_view text) {
    std::string shown{text.substr(0, 200)};
    for (char& c : shown)
        if (c < 0x20 || c > 0x7e || c == '\\') c = '?';
    return shown;
}

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
    return digits;
}

/// A float as C++ writes it exactly: 0x1.99999ap-4f.
std::string literal(float x) {
    char digits[40];
    const auto written = std::to_chars(digits, digits + sizeof digits, std::fabs(x), std::chars_format::hex);
    return (std::signbit(x) ? "-0x" : "0x") + std::string(digits, written.ptr) + "f";
}
std::string decimal(double x) { return etch::internal::write_decimal(x); }
std::string literal(std::int32_t x) { return std::to_string(x); }

/// Entries with commas between them, in lines of at most 120 characters that begin with `margin`.
std::string wrapped(const auto& entries, std::string_view margin, auto text_of) {
    std::string text, line{margin};
    for (std::size_t i = 0; i < std::size(entries); ++i) {
        const std::string entry = text_of(entries[i]) + (i + 1 < std::size(entries) ? "," : "");
        if (line.size() > margin.size() && line.size() + 1 + entry.size() > 120) {
            text += line + "\n";
            line = margin;
        }
        line += (line.size() > margin.size() ? " " : "") + entry;
    }
    return text + line;
}
std::string numbers_of(const auto& numbers, std::string_view margin) {
    return wrapped(numbers, margin, [](auto x) { return literal(x); });
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string to;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what)) {
        to.append(text.substr(0, at)).append(by);
        text.remove_prefix(at + what.size());
    }
    return to.append(text);
}

/// The C++ expression that checks golden vector `v`, or the first `v` of a network with state.
std::string agreement(const options& chosen, const network& net, const std::string& v) {
    std::string call = "etched::" + chosen.name + (net.states == 0 ? "_golden.agree" : "_golden.agreeing_steps") +
                       "(etched::" + chosen.name + ", " + v;
    if (chosen.tolerance != etch::golden_tolerance) call += ", " + decimal(chosen.tolerance);
    return call + ")";
}

/// The golden vectors of a file, and how many of them a compiler can check.
struct golden {
    std::size_t count = 0, by_compiler = 0;
    std::vector<float> inputs, outputs;

    golden(const etch::safetensors_view& file, const network& net, const options& chosen) {
        const etch::internal::golden_text text = etch::internal::golden_of(file, net.inputs, net.outputs);
        if (text.code != etch::status::ok)
            refuse(chosen.in + ": the golden vectors are malformed (see docs/weights.md, Metadata)");
        count = text.count;
        if (count == 0 && !chosen.without_golden)
            refuse(chosen.in +
                   " has no golden vectors, so nothing would prove that the network reproduces the original model; if "
                   "that is intended, pass --without-golden (etch_embed: WITHOUT_GOLDEN)");
        for (std::size_t i = 0; i < count * net.inputs; ++i) inputs.push_back(text.number(text.inputs, i));
        for (std::size_t i = 0; i < count * net.outputs; ++i) outputs.push_back(text.number(text.outputs, i));
        for (const std::vector<float>* const numbers : {&inputs, &outputs})
            for (const float x : *numbers)
                if (!std::isfinite(x)) refuse(chosen.in + ": a golden vector is not finite");
        if (net.steps <= most_steps)
            by_compiler = std::min<std::size_t>(count, (net.states == 0 ? all_steps : most_steps) / net.steps);
    }

private:
    /// Of one vector, an evaluation of its own, or of a whole sequence: clang stops at 1,048,576, g++ later.
    static constexpr std::uint64_t most_steps = 1'000'000;
    /// Of all: about 1.5 s and, with g++, 130 MB.
    static constexpr std::uint64_t all_steps = 1'500'000;
};

/// The names of inputs, targets and classes, if the file has them: lists of names, with the ends of their constants'
/// names.
struct name_lists {
    struct list {
        std::string_view end;
        std::vector<std::string> names;
    };
    std::vector<list> lists;

    name_lists(const etch::safetensors_view& file, const network& net, const options& chosen) {
        const auto schema = etch::schema_of(file, chosen.in);
        if (schema.code == etch::status::missing_value) return;
        if (!schema) refuse(schema.message());
        const std::string complaint = etch::internal::schema_complaint(schema.value, net.inputs, net.outputs);
        if (!complaint.empty()) refuse(chosen.in + ": " + complaint);
        add("_input_names", schema.value.input_names().names());
        add("_target_names", etch::table_schema{.targets = schema.value.targets}.output_names().names());
        add("_class_names", schema.value.classes.names());
    }

private:
    /// Columns of a table without a header have no names.
    void add(std::string_view end, const std::vector<std::string>& names) {
        const auto is_empty = [](const std::string& name) { return name.empty(); };
        if (!std::all_of(names.begin(), names.end(), is_empty)) lists.push_back({end, names});
    }
};

/// Text as a std::string_view of C++ with the same bytes: what is not a plain character, or could be read as something
/// else, is three octal digits.
std::string quoted(std::string_view text) {
    std::string literal = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '?') {
            literal += c;
        } else {
            literal += '\\';
            for (const int shift : {6, 3, 0}) literal += static_cast<char>('0' + (byte >> shift & 7));
        }
    }
    literal += '"';
    if (text.find('\0') == text.npos) return literal;
    return "std::string_view{" + literal + ", " + std::to_string(text.size()) + "}";
}

std::string header_text(const options& chosen, const std::vector<layer>& layers, const network& net,
                        const weights& read, const golden& vectors, const name_lists& named,
                        const etch::safetensors_view& file) {
    const std::string& name = chosen.name;
    const std::string type = name + "_network", state = name + "_state";
    const auto text = [](const std::string& entry) { return entry; };
    const std::string count = std::to_string(vectors.count);

    std::string to = "#pragma once\n// Made by etch-header from " +
                     plain(chosen.in.substr(chosen.in.find_last_of("/\\") + 1)) + ", format version " +
                     (file.metadata("etch.version") ? "1" : "none: a plain list of tensors") + ". Do not edit.\n";
    if (const auto source = file.metadata("etch.source")) to += "// Its source: " + plain(*source) + "\n";
    to += "//\n// " + grouped(net.trained + net.packed) + " weights and " + grouped(net.statistics) +
          " statistics in " + grouped(4 * (net.trained + net.statistics + net.words)) + " bytes; " +
          grouped(net.multiply_adds) + " multiply-adds an answer.\n";
    if (net.states > 0) to += "// From step to step it carries " + grouped(net.states) + " numbers: " + state + ".\n";
    if (vectors.count == 0)
        to +=
            "// NOTHING WAS CHECKED: the file has no golden vectors, so nothing proves that this network\n"
            "// computes what its source computed.\n";
    else if (vectors.by_compiler == vectors.count)
        to += "// Golden vectors: " + count + ", each checked whenever this is compiled.\n";
    else
        to += "// Golden vectors: " + count + ", too much for a compiler's limits, which checks " +
              (vectors.by_compiler == 0 ? "none" : "the first " + std::to_string(vectors.by_compiler)) +
              " of them.\n// All are checked by the program that etch-header --checker writes; etch_embed builds "
              "and runs it.\n";
    if (vectors.count > 0 && chosen.tolerance != etch::golden_tolerance)
        to += "// They agree if no output differs by more than " + decimal(chosen.tolerance) + " of the largest one.\n";
    to += "// clang-format off\n";
    if (!named.lists.empty()) to += "#include <array>\n#include <string_view>\n\n";
    if (net.states > 0) to += "#include <cstddef>\n\n";
    to += "#include <etch/inference.hpp>\n";
    if (vectors.count > 0) to += "#include <etch/io/golden_vectors.hpp>\n";

    to += "\n#if defined(" + name + ") || defined(" + type + ") || defined(" + name + "_golden)";
    if (net.states > 0) to += " || defined(" + state + ")";
    for (const auto& [list_end, names] : named.lists) to += " || defined(" + name + std::string{list_end} + ")";
    to += "\n#error \"etch: " + name +
          " is a macro here: give the network another name (etch-header: --name, etch_embed: NAME)\"\n#endif\n";
    to += "\nnamespace etched::inline ETCH_VARIANT {  // by instruction set and settings, as all of etch\n";
    to += "\nusing " + type + " = etch::network<\n" + wrapped(spell(layers, "etch::"), "    ", text) + ">;\n";
    if (net.states > 0)
        to += "using " + state + " = " + type + "::state;  // of one voice or episode; begins at zero\n";
    to += "static_assert(" + type + "::parameter_count == " + std::to_string(net.trained) + " && " + type +
          "::statistic_count + " + type + "::frozen_count == " + std::to_string(net.statistics) + " && " + type +
          "::packed_count == " + std::to_string(net.packed) + ",\n              \"etch: " + name +
          " was written for another version of etch: write it again by etch-header\");\n";

    to += "\ninline constexpr " + type + " " + name + "{" + type + "::storage{\n";
    if (net.words > 0) to += "  .words = {\n" + numbers_of(read.words, "    ") + "},\n";
    to += "  .numbers = {\n" + numbers_of(read.numbers, "    ") + "}}};\n";

    std::string usings = "using etched::" + type + ";\n";
    if (net.states > 0) usings += "using etched::" + state + ";\n";
    for (const auto& [list_end, names] : named.lists) {
        const std::string constant = name + std::string{list_end};
        to += "\ninline constexpr std::array<std::string_view, " + std::to_string(names.size()) + "> " + constant +
              "{\n" + wrapped(names, "    ", quoted) + "};\n";
        usings += "using etched::" + constant + ";\n";
    }
    const std::string end =
        "\n}  // namespace etched\n\n" + usings + (vectors.count == 0 ? "" : "using etched::" + name + "_golden;\n") +
        (is_library_name(name) ? "// Only etched::" + name + ", since C or POSIX has something else of this name.\n"
                               : "using etched::" + name + ";\n");
    if (vectors.count == 0) return to + end;
    const auto rows = [&](const std::vector<float>& numbers, std::size_t width) {
        std::string lines;
        for (std::size_t v = 0; v < vectors.count; ++v)
            lines += (v == 0 ? "" : ",\n") +
                     ("    {" + numbers_of(std::span{numbers}.subspan(v * width, width), "     ").substr(5) + "}");
        return lines;
    };
    to += "\ninline constexpr etch::golden_vectors<" + count + ", " + std::to_string(net.inputs) + ", " +
          std::to_string(net.outputs) + "> " + name + "_golden{\n  .inputs = {\n" + rows(vectors.inputs, net.inputs) +
          "},\n  .outputs = {\n" + rows(vectors.outputs, net.outputs) + "}};\n";
    if (net.states > 0 && vectors.by_compiler > 0)
        to += "inline constexpr std::size_t " + name +
              "_agreement = " + agreement(chosen, net, std::to_string(vectors.by_compiler)) + ";\n";
    for (std::size_t v = 0; v < vectors.by_compiler; ++v) {
        const std::string number = std::to_string(v);
        to += "static_assert(" + (net.states > 0 ? name + "_agreement != " + number : agreement(chosen, net, number)) +
              ", \"etch: " + name + " does not match the original model (golden vector " + number + ")\");\n";
    }
    return to + end;
}

/// What etch-header --checker writes, with what stands between @ replaced.
constexpr std::string_view checker = R"(#include <cstddef>
#include <cstdio>

#include "@header@"

int main() {
    int status = 0;
    for (std::size_t v = 0; v < etched::@name@_golden.count; ++v)
        if (!@agreement@) {
            std::fprintf(stderr, "etch: @name@ does not match the original model (golden vector %zu)\n", v);
            status = 1;
        }
    return status;
}
)";

/// The same for a network with state.
constexpr std::string_view sequence_checker = R"(#include <cstddef>
#include <cstdio>

#include "@header@"

int main() {
    constexpr std::size_t count = etched::@name@_golden.count;
    const std::size_t agreeing = @agreement@;
    if (agreeing == count) return 0;
    std::fprintf(stderr, "etch: @name@ does not match the original model (golden vector %zu)\n", agreeing);
    return 1;
}
)";

std::string checker_text(const options& chosen, const network& net, const golden& vectors) {
    const std::string head = "// Made by etch-header. Do not edit.\n";
    if (vectors.by_compiler == vectors.count)
        return head + (vectors.count == 0 ? "// There are no golden vectors." : "// The header checks itself.") +
               "\nint main() {}\n";
    const std::string header = plain(chosen.out.substr(chosen.out.find_last_of("/\\") + 1));
    const std::string program{net.states == 0 ? checker : sequence_checker};
    const std::string call = agreement(chosen, net, net.states == 0 ? "v" : "count");
    return head + replaced(replaced(replaced(program, "@agreement@", call), "@name@", chosen.name), "@header@", header);
}

// The command ---------------------------------------------------------------------------------------------------------

/// Whether two names, of files that need not be there, stand for one file.
bool is_same_file(const std::string& a, const std::string& b) {
    std::error_code ignored;
    return a == b || std::filesystem::equivalent(a, b, ignored);
}

options read_command(std::span<char* const> arguments) {
    options chosen;
    std::vector<std::string> files;
    std::string tolerance;
    std::size_t ignored = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        std::string pattern;
        const auto value_of = [&](std::string_view option, std::string& to) {
            if (argument != option) return false;
            if (++i == arguments.size()) refuse(std::string{option} + " needs a value; see --help", 2);
            to = arguments[i];
            return true;
        };
        if (argument == "--help") {
            std::fputs(usage, stdout);
            std::exit(0);
        }
        if (value_of("--ignored", pattern)) {
            if (ignored == chosen.keys.ignored.size()) refuse("--ignored is given more than 16 times", 2);
            chosen.keys.ignored[ignored++] = arguments[i];
        } else if (argument == "--without-golden")
            chosen.without_golden = true;
        else if (!value_of("--name", chosen.name) && !value_of("--topology", chosen.topology) &&
                 !value_of("--checker", chosen.checker) && !value_of("--tolerance", tolerance)) {
            if (argument.starts_with("-")) refuse("unknown option " + std::string{argument} + "; see --help", 2);
            files.emplace_back(argument);
        }
    }
    if (files.size() != 2) refuse("two files are needed, IN.safetensors and OUT.hpp; see --help", 2);
    chosen.in = files[0];
    chosen.out = files[1];
    if (is_same_file(chosen.in, chosen.out) || is_same_file(chosen.in, chosen.checker) ||
        is_same_file(chosen.out, chosen.checker))
        refuse("the files that are read and written must not be the same", 2);
    if (chosen.name.empty()) {
        chosen.name = chosen.out.substr(chosen.out.find_last_of("/\\") + 1);
        chosen.name.resize(std::min(chosen.name.find('.'), chosen.name.size()));
    }
    if (!is_identifier(chosen.name))
        refuse("\"" + chosen.name + "\" cannot be a name in C++: pass another with --name", 2);
    const char* const end = tolerance.data() + tolerance.size();
    const auto parsed = etch::internal::read_decimal(tolerance.data(), end, chosen.tolerance);
    if (!tolerance.empty() &&
        (parsed.ec != std::errc{} || parsed.ptr != end || !(chosen.tolerance > 0 && chosen.tolerance < 1)))
        refuse("--tolerance must be positive and below 1", 2);
    return chosen;
}

/// Does not touch a file that has this text already, so that nothing is rebuilt for it.
void write(const std::string& path, const std::string& text) {
    if (const auto old = etch::read_file(path, text.size());
        old && std::equal(old.value.begin(), old.value.end(), text.begin(), text.end(),
                          [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); }))
        return;
    if (const etch::file_result written = etch::replace_file(path, std::as_bytes(std::span{text})); !written)
        refuse(written.message());
}

}  // namespace

int main(int count, char** arguments) {
    const options chosen = read_command(std::span{arguments, static_cast<std::size_t>(count)}.subspan(1));
    const auto bytes = etch::internal::read_safetensors(chosen.in);
    if (!bytes) refuse(bytes.message());
    etch::safetensors_view file;
    if (const etch::parse_result found = file.open(std::as_bytes(std::span{bytes.value})); !found.ok())
        refuse(chosen.in + ": " + describe({.code = found.code, .byte = found.byte}, file));

    const auto written = file.metadata("etch.topology");
    if (!written && chosen.topology.empty())
        refuse(chosen.in + " does not name its topology: pass it with --topology (etch_embed: TOPOLOGY)");
    const std::vector<layer> layers = topology_reader{chosen.topology.empty() ? *written : chosen.topology}.read();
    const std::string topology = joined(spell(layers, ""));
    if (written && chosen.topology.empty() && !etch::same_topology(*written, topology))
        refuse(chosen.in + " has the topology " + plain(*written) + ", which etch writes as " + topology);
    if (const etch::status code = etch::internal::check_metadata(file, topology, false); code != etch::status::ok)
        refuse(chosen.in + ": " + etch::describe(code) +
               (code == etch::status::wrong_topology ? ": " + plain(*written) : ""));

    const network net{layers};
    const weights read = read_weights(net, file, chosen);
    const golden vectors{file, net, chosen};
    const name_lists named{file, net, chosen};
    write(chosen.out, header_text(chosen, layers, net, read, vectors, named, file));
    if (!chosen.checker.empty()) write(chosen.checker, checker_text(chosen, net, vectors));
    return 0;
}
