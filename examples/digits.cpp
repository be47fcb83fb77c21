// Learns to read handwritten digits (MNIST): 784-128-10, Adam, batches of 32.
//
//   digits --data DIR [--seed N] [--epochs N]
//
// DIR contains t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, unpacked or as .gz; the default is
// ETCH_DATA_DIR/mnist. They are the test set of MNIST (Y. LeCun, C. Cortes, C. Burges), 10,000 digits; torchvision's
// datasets.MNIST downloads them to MNIST/raw.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <etch/data/idx_gzip.hpp>
#include <etch/etch.hpp>
#include <filesystem>
#include <string>
#include <vector>

using classifier =
    etch::network<etch::input<28, 28>, etch::flatten, etch::dense<128>, etch::relu, etch::dense<10>, etch::softmax>;
using digits = etch::data_set<classifier::inputs, classifier::outputs>;

namespace {

// Shows a digit in the terminal: two rows of pixels per line.
void show(std::span<const float, 784> image) {
    constexpr const char* shades[] = {" ", ".", ":", "+", "#", "@"};
    for (std::size_t row = 2; row < 26; row += 2) {
        std::printf("    ");
        for (std::size_t column = 0; column < 28; ++column) {
            const float grey = (image[row * 28 + column] + image[(row + 1) * 28 + column]) / 2;
            std::printf("%s", shades[std::min(std::size_t{5}, static_cast<std::size_t>(grey * 6))]);
        }
        std::printf("\n");
    }
}

// The test digits with the worst errors: those for which the network gave the true class the lowest probability.
void show_worst(const classifier& net, const digits& test, std::size_t how_many) {
    struct mistake {
        std::size_t sample, truth, guess;
        float probability_of_truth;
    };
    std::vector<mistake> wrong;
    for (std::size_t i = 0; i < test.size(); ++i) {
        const auto probabilities = net(test.input(i));
        const auto target = test.target(i);
        const auto truth = static_cast<std::size_t>(std::max_element(target.begin(), target.end()) - target.begin());
        const auto guess = static_cast<std::size_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                                                    probabilities.begin());
        if (guess != truth) wrong.push_back({i, truth, guess, probabilities[truth]});
    }
    std::sort(wrong.begin(), wrong.end(),
              [](const mistake& a, const mistake& b) { return a.probability_of_truth < b.probability_of_truth; });
    std::printf("%zu of %zu wrong; the worst:\n", wrong.size(), test.size());
    for (std::size_t i = 0; i < std::min(how_many, wrong.size()); ++i) {
        std::printf("  a %zu, taken for a %zu (the network gave the %zu %.5f %%)\n", wrong[i].truth, wrong[i].guess,
                    wrong[i].truth, 100.0 * static_cast<double>(wrong[i].probability_of_truth));
        show(test.input(wrong[i].sample));
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::string folder = std::getenv("ETCH_DATA_DIR") ? std::string(std::getenv("ETCH_DATA_DIR")) + "/mnist" : "";
    std::uint64_t seed = 1;
    std::size_t epochs = 12;
    CLI::App options{"Learns to read handwritten digits"};
    options.add_option("--data", folder, "folder of the MNIST files; the default is ETCH_DATA_DIR/mnist");
    options.add_option("--seed", seed, "seed of the split, the weights and the order of the samples");
    options.add_option("--epochs", epochs, "number of passes over the training digits")->check(CLI::Range(1, 100000));
    CLI11_PARSE(options, argc, argv);
    if (folder.empty()) {
        std::fprintf(stderr,
                     "digits: no data; pass the folder of MNIST's t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, "
                     "unpacked or .gz, by --data DIR, or set ETCH_DATA_DIR to the folder that contains mnist/\n");
        return 2;
    }

    const auto file = [&](const char* name) {
        const std::string plain = folder + "/" + name;
        return std::filesystem::exists(plain) ? plain : plain + ".gz";
    };
    const auto all = etch::read_idx_gzip<classifier::inputs, classifier::outputs>(file("t10k-images-idx3-ubyte"),
                                                                                  file("t10k-labels-idx1-ubyte"));
    if (!all) {
        std::fprintf(stderr, "digits: %s\n", all.message().c_str());
        return 1;
    }
    const auto parts =
        etch::split(all.value, {.training = 0.8, .validation = 0.1, .test = 0.1, .seed = etch::seed{seed}});
    if (!parts) {
        std::fprintf(stderr, "digits: %s\n", parts.message().c_str());
        return 1;
    }

    classifier net{etch::seed{seed}};
    static etch::trainer<classifier, etch::cross_entropy, etch::adam, 32> trainer{{.learning_rate = 1e-3}};
    const auto begin = std::chrono::steady_clock::now();
    const auto result = trainer.fit(net, parts.training,
                                    {.epochs = epochs, .validation = parts.validation, .shuffle = etch::seed{seed}},
                                    etch::progress_bar{});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (!result) {
        std::fprintf(stderr, "digits: %s\n", result.message().c_str());
        return 1;
    }
    const auto report = etch::evaluate(net, parts.test);
    std::printf("\n%s\n", etch::to_text(report).c_str());
    show_worst(net, parts.test, 5);
    std::printf("\ntrained %zu digits %zu times in %.2f s\n", parts.training.size(), result.epochs, took.count());
    std::printf("test accuracy: %.4f\n", static_cast<double>(report.accuracy()));
}
