// One forward pass of `policy`, its weights in flash.
#include <array>

#include "board.hpp"
#include "networks.hpp"

constinit const policy net{etch::seed{42}};  // drawn by the compiler: the image holds the numbers

[[gnu::noinline]] auto forward(const std::array<float, policy::inputs>& x) noexcept { return net(x); }

int main() {
    std::array<float, policy::inputs> x;
    for (float next = -1; float& number : x) number = next += 0.125f;
    board::forget(x);
    board::print_ticks("forward", [&] { forward(x); });
    board::print_bits("output", forward(x));
}
