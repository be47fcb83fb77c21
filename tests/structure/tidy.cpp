// What clang-tidy reads: every header, and with them the templates that a program of each kind instantiates.
#include <etch/etch.hpp>
// and what needs another library
#if __has_include(<csv.h>)
#include <etch/data/csv.hpp>
#endif
#if __has_include(<zlib.h>)
#include <etch/data/idx_gzip.hpp>
#endif
#if __has_include(<zip.h>)
#include <etch/io/npz.hpp>
#endif

using classifier = etch::network<etch::input<2>, etch::standardize, etch::dense<32>, etch::relu, etch::dropout<20>,
                                 etch::dense<16>, etch::tanh, etch::residual<etch::dense<16>, etch::gelu>,
                                 etch::layer_norm<>, etch::dense<3>, etch::softmax>;

int main() {
    const auto points = etch::make_blobs<2, 3>({.samples = 900, .noise = 0.2, .seed = etch::seed{1}});
    const auto parts = etch::stratified_split(points, {.training = 0.7, .validation = 0.15, .test = 0.15});
    static classifier net{etch::seed{1}};
    static etch::trainer<classifier, etch::cross_entropy, etch::adam, 32> trainer{{.learning_rate = 1e-2}};
    etch::history<4> history;
    const auto result = trainer.fit(net, parts.training,
                                    {.epochs = 4, .validation = parts.validation, .patience = 2, .history = history},
                                    etch::progress_bar{});
    etch::print(etch::evaluate(net, parts.test));
    etch::print(etch::summary<classifier>);
    etch::print(etch::learning_curves(history.records()));
    const bool written = etch::write_svg("regions.svg", etch::decision_boundary(net, parts.test)).ok() &&
                         etch::save_file(net, "tidy.safetensors").ok() &&
                         etch::save_checkpoint_file(trainer, net, "tidy.checkpoint").ok();
    return result && written && etch::load_file(net, "tidy.safetensors") ? 0 : 1;
}
