// All of etch in one file, as a program on a computer includes it. Standard libraries lack one function or another;
// what stands in for it writes the same text. A microcontroller only compiles this.
#include <etch/etch.hpp>

#include "golden.hpp"

#if !defined(GOLDEN_BOARD)
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace golden {

namespace {

digest of_text(std::string_view text) {
    digest d;
    for (const char c : text) d.add(static_cast<float>(static_cast<unsigned char>(c)));
    return d;
}

digest of_file(const std::string& path) {
    digest d;
    if (std::FILE* const file = std::fopen(path.c_str(), "rb")) {
        for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) d.add(static_cast<float>(byte));
        (void)std::fclose(file);
    }
    return d;
}

}  // namespace

void everything() {
    using namespace etch;
    using classifier = network<input<2>, standardize, dense<8>, etch::tanh, dense<3>, softmax>;
    const auto points = make_blobs<2, 3>({.samples = 90, .noise = 0.2, .seed = seed{1}});
    const class_list names{"ash", "birch", "yew"};
    classifier net{seed{2}};
    static trainer<classifier, cross_entropy, adam, 16> trainer{{.learning_rate = 1e-2}};
    history<12> history;
    const auto result = trainer.fit(net, points, {.epochs = 12, .validation = points, .history = history});
    report("fit, host", of_text(result.message().c_str()));
    digest terminal;  // the output goes to a file
    terminal.add(internal::is_terminal(stdout) ? 1.0f : 0.0f);
    report("terminal, host", terminal);

    std::string numbers;
    random_generator random{seed{3}};
    for (int i = 0; i < 500; ++i) {
        const double x = (static_cast<double>(random() >> 11) - 0x1p52) * (i % 2 == 0 ? 1e-9 : 0x1p-60);
        numbers += internal::write_decimal(x) + ' ' + internal::write_decimal(static_cast<float>(x)) + ' ' +
                   internal::write_decimal(x, std::chars_format::general, 6) + ' ' +
                   internal::write_decimal(x, std::chars_format::fixed, 1) + '\n';
    }
    report("decimal numbers, host", of_text(numbers));

    const std::string path = internal::unique_name();
    digest written = write_csv(path, history.records()) ? of_file(path) : digest{};
    report("history, host", written);
    const auto curves = learning_curves(history.records());
    report("learning curves, host", of_text(to_text(curves)));
    written = write_svg(path, curves) ? of_file(path) : digest{};
    report("learning curves as SVG, host", written);
    report("decision boundary, host", of_text(to_svg(decision_boundary(net, points, names))));
    const auto judged = evaluate(net, points);
    report("report, host", of_text(to_text(judged, names)));
    report("confusion matrix, host", of_text(to_svg(confusion_matrix(judged, names))));
    report("summary, host", of_text(to_text(summary<classifier>)));

    const table_schema schema{.inputs = {{.name = "height", .position = 1, .fill = {0.1}}, {.name = "width"}},
                              .targets = {{.name = "kind", .position = 2}},
                              .classes = names,
                              .columns = 3};
    written = save_file(net, path, schema) ? of_file(path) : digest{};
    report("saved with a schema, host", written);
    classifier loaded;
    digest read;
    const auto found = read_schema(path);
    read.add(found && found.value == schema ? 1.0f : 0.0f);
    if (load_file(loaded, path)) read.add_all(loaded.parameters());
    report("loaded from a file, host", read);
    (void)std::remove(path.c_str());
}

}  // namespace golden
#endif
