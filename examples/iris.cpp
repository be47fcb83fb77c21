// Selects, trains and evaluates a small network that predicts the species of an iris from four measurements.
//
//   iris [--data DIR] [--seed N] [--save DIR]
//
// DIR contains iris.csv; the default is ETCH_DATA_DIR/iris. --save writes iris.safetensors, with the names of the
// species, and confusion.svg. The data are iris.data of the UCI Machine Learning Repository (R. A. Fisher, 1936): 150
// lines of four measurements in cm and the species, no header. The last line printed is `test f1: 0.9333`, the mean
// over the species.
#include <etch/data/csv.hpp>
#include <etch/etch.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// Three candidates. Each contains the mean and deviation of the measurements, so the scaling used in training always
// comes with the network.
using linear = etch::network<etch::input<4>, etch::standardize, etch::dense<3>, etch::softmax>;
using narrow =
    etch::network<etch::input<4>, etch::standardize, etch::dense<6>, etch::tanh, etch::dense<3>, etch::softmax>;
using wide =
    etch::network<etch::input<4>, etch::standardize, etch::dense<24>, etch::relu, etch::dense<3>, etch::softmax>;

int main(int count, char** arguments) {
    const char* const folder = std::getenv("ETCH_DATA_DIR");
    std::string file = folder == nullptr ? "iris.csv" : std::string{folder} + "/iris/iris.csv";
    std::string save;
    std::uint64_t seed = 1;
    for (int i = 1; i < count; i += 2) {
        const std::string option = arguments[i];
        if (i + 1 == count || (option != "--data" && option != "--seed" && option != "--save")) {
            std::fprintf(stderr, "usage: iris [--data DIR] [--seed N] [--save DIR]\n");
            return 2;
        }
        if (option == "--data") file = std::string{arguments[i + 1]} + "/iris.csv";
        if (option == "--save") save = std::string{arguments[i + 1]} + "/";
        if (option == "--seed") seed = std::strtoull(arguments[i + 1], nullptr, 10);
    }

    const auto iris = etch::read_csv<4, 3>(file, {.label = 4});
    if (!iris) {
        std::fprintf(stderr, "%s (pass the folder of iris.csv by --data DIR)\n", iris.message().c_str());
        return 1;
    }
    const etch::class_list& species = iris.value.schema.classes;

    // Training, validation and test, with the same share of every species in each.
    const auto parts = etch::stratified_split(
        iris.value.samples, {.training = 0.6, .validation = 0.2, .test = 0.2, .seed = etch::seed{seed}});
    if (!parts) {
        std::fprintf(stderr, "%s: %s\n", file.c_str(), parts.message().c_str());
        return 1;
    }
    std::printf("%zu flowers: %zu for training, %zu for validation, %zu for the test\n\n", iris.value.samples.size(),
                parts.training.size(), parts.validation.size(), parts.test.size());

    const auto found = etch::search<etch::candidates<linear, narrow, wide>, etch::cross_entropy, etch::adamw, 16>(
        parts.training, parts.validation,
        etch::grid_search{.learning_rate = {3e-3, 1e-2, 3e-2},
                          .weight_decay = {0, 1e-2, 1e-1},
                          .epochs = {200},
                          .seed = {etch::seed{seed}},
                          .patience = 30});
    if (!found) {
        std::fprintf(stderr, "no network could be trained: %s\n", found.message().c_str());
        return 1;
    }
    etch::print(found);

    return found.visit([&]<class Network>(const Network& net) {
        std::printf("\nthe best one, network %zu:\n\n", found.best().network);
        etch::print(etch::summary<Network>);
        std::printf("\non flowers that it has not seen:\n\n");
        const auto report = etch::evaluate(net, parts.test);
        etch::print(report, species);
        const std::string_view name = etch::predict(net, {5.1f, 3.5f, 1.4f, 0.2f}, species);
        std::printf("\na flower of 5.1, 3.5, 1.4 and 0.2 cm: %.*s\n", static_cast<int>(name.size()), name.data());
        if (!save.empty()) {
            for (const auto& written :
                 {etch::save_file(net, save + "iris.safetensors", iris.value.schema),
                  etch::write_svg(save + "confusion.svg", etch::confusion_matrix(report, species))})
                if (!written) return std::fprintf(stderr, "%s\n", written.message().c_str()), 1;
        }
        std::printf("\ntest f1: %.4f\n", report.macro_f1());
        return 0;
    });
}
