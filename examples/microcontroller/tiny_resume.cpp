// `tiny`, which a PC began to train in batches, continues to learn on the microcontroller, one sample at a time:
// weights, Adam's state and options come from the PC's checkpoint, an unmodified copy of which is in flash.
#include <etch/io/checkpoint.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/optimizer/adam.hpp>

#include "board.hpp"
#include "checkpoint.hpp"  // written by make_checkpoint.cpp
#include "networks.hpp"

constinit tiny net;
constinit etch::stepper<tiny, etch::binary_cross_entropy, etch::adam> stepper;

// All the RAM that learning needs, known before anything is flashed.
constexpr std::size_t ram = sizeof(net) + sizeof(stepper);
static_assert(ram <= 1000);

[[gnu::noinline]] etch::status load() noexcept { return etch::load_checkpoint(stepper, net, checkpoint).code; }

[[gnu::noinline]] float learn(const etch::vector<float, 2>& x, const etch::vector<float, 1>& y) noexcept {
    return stepper.step(net, x, y);
}

int program() {
    etch::vector<float, 2> x[] = {{0.f, 0.f}, {0.f, 1.f}, {1.f, 0.f}, {1.f, 1.f}};
    etch::vector<float, 1> y[] = {{0.f}, {1.f}, {1.f}, {0.f}};
    board::forget(x), board::forget(y);
    board::print("ram", ram);
    etch::status loaded{};
    board::print_ticks([&] { loaded = load(); });
    if (loaded != etch::status::ok) return 2;
    board::print_bits(net.parameters());
    float loss = 0;
    for (int epoch = 0; epoch < 100; ++epoch) {
        loss = 0;
        for (int i = 0; i < 4; ++i) loss += learn(x[i], y[i]);
    }
    board::print_bits(net.parameters());
    board::print("bits", static_cast<std::uint32_t>(stepper.steps()));  // 50 of the PC and 400 of its own
    return loss < 0.1f ? 0 : 1;                                         // whether it has learned exclusive or
}
