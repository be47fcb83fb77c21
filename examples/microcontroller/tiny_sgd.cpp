// `tiny` learns on the microcontroller, a sample at a time.
#include "board.hpp"
#include "networks.hpp"
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/sgd.hpp>
#include <etch/training/stepper.hpp>

constinit tiny net{etch::seed{42}};
constinit etch::stepper<tiny, etch::binary_cross_entropy, etch::sgd> stepper{{.learning_rate = 0.05}};

[[gnu::noinline]] void learn(const etch::vector<float, 2>& x, const etch::vector<float, 1>& y) noexcept {
    stepper.step(net, x, y);
}

int main() {
    // Exclusive or.
    etch::vector<float, 2> x[] = {{0.f, 0.f}, {0.f, 1.f}, {1.f, 0.f}, {1.f, 1.f}};
    etch::vector<float, 1> y[] = {{0.f}, {1.f}, {1.f}, {0.f}};
    board::forget(x), board::forget(y);
    board::print_ticks("step", [&] { learn(x[0], y[0]); });
    for (int epoch = 0; epoch < 100; ++epoch)
        for (int i = 0; i < 4; ++i) learn(x[i], y[i]);
    board::print_bits("parameter", net.parameters());
}
