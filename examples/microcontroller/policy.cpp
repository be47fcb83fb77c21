// One forward pass of `policy`, its weights in flash.
#include <array>

#include "board.hpp"
#include "networks.hpp"

constinit const policy net{etch::seed{42}};  // computed at compile time: the image contains the weights

[[gnu::noinline]] auto forward(const std::array<float, policy::inputs>& x) noexcept { return net(x); }

int program() {
    std::array<float, policy::inputs> x;
    for (float next = -1; float& number : x) number = next += 0.125f;
    board::forget(x);  // otherwise the compiler would compute the output
    board::print_ticks([&] { forward(x); });
    board::print_bits(forward(x));
    return 0;
}
