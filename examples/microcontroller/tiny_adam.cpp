// `tiny` learns exclusive or on the microcontroller, one sample at a time, by Adam.
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/stepper.hpp>

#include "board.hpp"
#include "networks.hpp"

constinit tiny net{etch::seed{42}};
constinit etch::stepper<tiny, etch::binary_cross_entropy, etch::adam> stepper{{.learning_rate = 0.05}};

// All the RAM that learning needs, known before anything is flashed.
constexpr std::size_t ram = sizeof(net) + sizeof(stepper);
static_assert(ram <= 1000);

[[gnu::noinline]] float learn(const etch::vector<float, 2>& x, const etch::vector<float, 1>& y) noexcept {
    return stepper.step(net, x, y);
}

int program() {
    etch::vector<float, 2> x[] = {{0.f, 0.f}, {0.f, 1.f}, {1.f, 0.f}, {1.f, 1.f}};
    etch::vector<float, 1> y[] = {{0.f}, {1.f}, {1.f}, {0.f}};
    board::forget(x), board::forget(y);
    board::print("ram", ram);
    board::print_ticks([&] { learn(x[0], y[0]); });
    float loss = 0;
    for (int epoch = 0; epoch < 500; ++epoch) {
        loss = 0;
        for (int i = 0; i < 4; ++i) loss += learn(x[i], y[i]);
    }
    board::print_bits(net.parameters());
    return loss < 0.1f ? 0 : 1;  // whether it has learned exclusive or
}
