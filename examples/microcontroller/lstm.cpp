// Steps of `sound`, a network with a state: weights in flash, the state in RAM.
#include <array>

#include "board.hpp"
#include "networks.hpp"

constinit const sound net{etch::seed{42}};  // computed at compile time: the image contains the weights
constinit sound::state state{};             // zero: the beginning of the signal

constexpr std::size_t ram = sizeof(state);
static_assert(ram <= 200);

[[gnu::noinline]] auto step(const std::array<float, sound::inputs>& x) noexcept { return net(x, state); }

int program() {
    board::print("ram", ram);
    std::array<float, sound::inputs> x{0.5f};
    board::forget(x);  // otherwise the compiler would compute the output
    for (int i = 0; i < 100; ++i) {
        for (float& number : x) number = number < 0 ? number + 0.875f : number - 0.3125f;
        step(x);
    }
    board::print_ticks([&] { step(x); });
    board::print_bits(step(x));
    board::print_bits(state.numbers);
    return 0;
}
