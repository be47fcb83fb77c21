// The README's code blocks after the first, in one program: data, training, evaluation, a summary, and inference.
#include <array>
#include <cstdio>
#include <etch/etch.hpp>
#include <type_traits>

using classifier = etch::network<etch::input<2>, etch::standardize,  //
                                 etch::dense<32>, etch::relu,        //
                                 etch::dense<3>, etch::softmax>;

static_assert(std::is_trivially_copyable_v<classifier>);
static_assert(sizeof(classifier) == (2 * 32 + 32 + 32 * 3 + 3 + 2 + 2) * sizeof(float));

int main() {
    // Three clouds of points, split into parts for training, validation and test.
    const auto points = etch::make_blobs<2, 3>({.samples = 900, .noise = 0.2, .seed = etch::seed{1}});
    const auto parts = etch::stratified_split(points, {.training = 0.7, .validation = 0.15, .test = 0.15});
    if (!parts) return std::puts(parts.message().c_str()), 1;

    // A trainer contains all its memory. Make it static or allocate it: it may be too large for the stack.
    classifier net{etch::seed{1}};
    static etch::trainer<classifier, etch::cross_entropy, etch::adam, 32> trainer{{.learning_rate = 1e-2}};
    const auto result = trainer.fit(net, parts.training, {.epochs = 40, .validation = parts.validation, .patience = 5},
                                    etch::progress_bar{});
    if (!result) return std::puts(result.message().c_str()), 1;

    // Evaluated on data that it has not seen: loss, accuracy, confusion matrix, precision, recall, F1.
    etch::print(etch::evaluate(net, parts.test));

    // Its layers and what they cost, all known at compile time.
    etch::print(etch::summary<classifier>);
    static_assert(etch::summary<classifier>.multiply_adds == 2 * 32 + 32 * 3);

    // Called with one sample, or with a batch, one sample per column; the results are bit-identical.
    const auto probabilities = net({0.3f, -0.7f});
    const etch::matrix<float, 2, 100> batch = etch::tensor_view<const float, 2, 100>{points.input(0).data()};
    const auto many = net(batch);
    std::printf("%.3f %.3f\n", probabilities[0], many(0, 99));
}
