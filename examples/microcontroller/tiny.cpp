// One forward pass of `tiny`, its weights in flash.
#include <array>

#include "board.hpp"
#include "networks.hpp"

constinit const tiny net{etch::seed{42}};  // drawn by the compiler: the image holds the numbers

[[gnu::noinline]] auto forward(const std::array<float, tiny::inputs>& x) noexcept { return net(x); }

int main() {
    std::array<float, tiny::inputs> x{0.25f, -0.75f};
    board::forget(x);
    board::print_ticks("forward", [&] { forward(x); });
    board::print_bits("output", forward(x));
}
