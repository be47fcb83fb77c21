// What the training of sequences of STEPS steps adds to a program.
#include <memory>

#include <etch/layer/dense.hpp>
#include <etch/layer/gru.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/sequence_stepper.hpp>

using amp = etch::network<etch::input<1>, etch::gru<8>, etch::dense<1>>;

int main(int count, char**) {
    const auto stepper = std::make_unique<etch::sequence_stepper<amp, etch::mean_squared_error, etch::adam, STEPS>>();
    amp net{etch::seed{1}};
    amp::state voice{};
    float signal[STEPS];
    for (float& x : signal) x = static_cast<float>(count);
    return stepper->step(net, signal, signal, voice).ok() ? 0 : 1;
}
