// Learns to read handwritten digits (MNIST), by Adam in batches of 32, with one of two networks: 784-128-10, or
// convolutions as in LeNet (Y. LeCun and others, "Gradient-Based Learning Applied to Document Recognition", 1998),
// which make half of its errors or fewer.
//
//   digits --data DIR [--network dense|conv] [--seed N] [--epochs N]
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

using dense_classifier =
    etch::network<etch::input<28, 28>, etch::flatten, etch::dense<128>, etch::relu, etch::dense<10>, etch::softmax>;
using conv_classifier = etch::network<etch::input<1, 28, 28>,                                  // one channel: grey
                                      etch::conv_2d<8, 5, 5>, etch::max_pool<2>, etch::relu,   // 8 x 12 x 12
                                      etch::conv_2d<16, 5, 5>, etch::max_pool<2>, etch::relu,  // 16 x 4 x 4
                                      etch::flatten, etch::dense<64>, etch::relu, etch::dense<10>, etch::softmax>;
using digits = etch::data_set<784, 10>;  // the same for both: an image is 784 numbers, line after line

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
template <class Network>
void show_worst(const Network& net, const digits& test, std::size_t how_many) {
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

/// Trains a network from this seed, and prints how well it reads the test digits.
template <class Network>
int learn(const etch::data_split<784, 10>& parts, std::uint64_t seed, std::size_t epochs) {
    Network net{etch::seed{seed}};
    using trainer_type = etch::trainer<Network, etch::cross_entropy, etch::adam, 32, etch::cosine_decay>;
    static trainer_type trainer{{.learning_rate = 2e-3}};
    etch::print(etch::summary<Network>);
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
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string folder = std::getenv("ETCH_DATA_DIR") ? std::string(std::getenv("ETCH_DATA_DIR")) + "/mnist" : "";
    std::string network = "dense";
    std::uint64_t seed = 1;
    std::size_t epochs = 12;
    CLI::App options{"Learns to read handwritten digits"};
    options.add_option("--data", folder, "folder of the MNIST files; the default is ETCH_DATA_DIR/mnist");
    options.add_option("--network", network, "dense: 784-128-10; conv: two convolutions before it")
        ->check(CLI::IsMember({"dense", "conv"}));
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
    const auto all = etch::read_idx_gzip<784, 10>(file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte"));
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

    return network == "conv" ? learn<conv_classifier>(parts, seed, epochs)
                             : learn<dense_classifier>(parts, seed, epochs);
}
