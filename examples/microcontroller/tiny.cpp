// One forward pass of `tiny`, its weights in flash.
#include <array>

#include "board.hpp"
#include "networks.hpp"

constinit const tiny net{etch::seed{42}};  // computed at compile time: the image contains the weights

[[gnu::noinline]] auto forward(const std::array<float, tiny::inputs>& x) noexcept { return net(x); }

int program() {
    std::array<float, tiny::inputs> x{0.25f, -0.75f};
    board::forget(x);  // otherwise the compiler would compute the output
    board::print_ticks([&] { forward(x); });
    board::print_bits(forward(x));
    return 0;
}
