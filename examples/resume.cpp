// Training that is killed in the middle resumes as if nothing had happened, bit for bit.
//
// A fit saves a checkpoint after each epoch. The program starts a second copy of itself, which dies at the end of epoch
// 13, resumes from the file that the copy has left, and compares the result with a fit that ran without a break.
#include <cstdio>
#include <cstdlib>
#include <etch/etch.hpp>
#include <string>

using spiral = etch::network<etch::input<2>, etch::standardize,              //
                             etch::dense<32>, etch::tanh, etch::dropout<5>,  //
                             etch::dense<32>, etch::tanh,                    //
                             etch::dense<2>, etch::softmax>;
using spiral_trainer = etch::trainer<spiral, etch::cross_entropy, etch::adam, 32, etch::cosine_decay>;

const std::string file = "resume.safetensors";
const auto points = etch::make_spirals({.samples = 1200, .noise = 0.02, .seed = etch::seed{1}});
const etch::data_view<2, 2> training = points.view().slice(0, 1000), validation = points.view().slice(1000, 200);

// `resume` has no effect if there is nothing to resume.
const spiral_trainer::fit_options options{.epochs = 100, .validation = validation, .patience = 20, .resume = true};

void train_and_die() {
    static spiral_trainer trainer{{.learning_rate = 2e-2}};
    spiral net{etch::seed{1}};
    const auto result = trainer.fit(net, training, options, [&](const etch::epoch_record<float>& record) {
        if (record.epoch == 13) std::_Exit(1);
        if (const auto saved = etch::save_checkpoint_file(trainer, net, file); !saved)
            std::puts(saved.message().c_str());
    });
    std::puts(result.message().c_str());  // never reached
}

int main(int count, char** arguments) {
    if (count > 1) return train_and_die(), 0;

    static spiral_trainer whole{{.learning_rate = 2e-2}};
    spiral expected{etch::seed{1}};
    const auto uninterrupted = whole.fit(expected, training, options);

    const std::string again = '"' + std::string{arguments[0]} + "\" killed";
    if (std::system(again.c_str()) == 0) return std::puts("it was not killed"), 1;

    // The file has everything: weights, statistics, the optimizer with its options and state, schedule, dropout.
    static spiral_trainer trainer;
    spiral net;
    if (const auto loaded = etch::load_checkpoint_file(trainer, net, file); !loaded)
        return std::puts(loaded.message().c_str()), 1;
    std::printf("resumes after epoch %zu\n", trainer.progress().epochs);
    const auto resumed = trainer.fit(net, training, options);
    std::remove(file.c_str());

    const auto line = [](const char* name, const etch::fit_result<float>& fit) {
        std::printf("%-13s  %3zu epochs, best validation loss %.9f in epoch %zu\n", name, fit.epochs,
                    static_cast<double>(fit.best_loss), fit.best_epoch);
    };
    line("uninterrupted", uninterrupted);
    line("resumed", resumed);
    std::printf("resumed equals uninterrupted: %s\n", net == expected ? "yes" : "no");
}
