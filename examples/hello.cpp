#include <cstdio>
#include <etch/etch.hpp>

// Two inputs, a hidden layer of eight, one output: the topology is a type.
using gate = etch::network<etch::input<2>, etch::dense<8>, etch::tanh, etch::dense<1>, etch::sigmoid>;

int main() {
    constexpr float inputs[] = {0, 0, 0, 1, 1, 0, 1, 1};
    constexpr float targets[] = {0, 1, 1, 0};  // exclusive or

    gate net{etch::seed{42}};  // sizeof(net) is 132: 33 floats and nothing else

    // The trainer owns gradients, activations and the optimizer's state. Nothing is allocated.
    etch::trainer<gate, etch::binary_cross_entropy, etch::adam, 4> trainer{{.learning_rate = 0.05}};
    const auto result = trainer.fit(net, {inputs, targets}, {.epochs = 200});
    if (!result) return std::puts(result.message().c_str()), 1;

    for (float a : {0.f, 1.f})
        for (float b : {0.f, 1.f}) std::printf("%g xor %g = %.3f\n", a, b, net({a, b})[0]);
}
