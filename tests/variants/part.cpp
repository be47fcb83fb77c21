// One function, compiled once per build: FUNCTION() asks a network, and trains it where TRAINS is defined.
#include <array>
#include <cstdio>

#if defined(TRAINS)
#include <etch/etch.hpp>
#else
#include <etch/inference.hpp>
#endif

using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<6>>;

float FUNCTION() {
    static policy net{etch::seed{3}};
    const std::array<float, 17> x{0.1f, 0.2f, 0.3f, -0.4f};
#if defined(TRAINS)
    static etch::trainer<policy, etch::mean_squared_error, etch::adam, 1> trainer{{.learning_rate = 0.0078125}};
    static const float target[6]{1, 2, 3, 4, 5, 6};
    if (!trainer.fit(net, {x, target}, {.epochs = 3})) std::puts("not trained");
#endif
    const auto y = net(x);
    float sum = 0;
    for (std::size_t i = 0; i != 6; ++i) sum += y[i];
    return sum;
}
