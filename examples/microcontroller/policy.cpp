// One forward pass of `policy`, its weights in flash.
#include "board.hpp"
#include "networks.hpp"

constinit const policy net{etch::seed{42}};  // drawn by the compiler: the image holds the numbers

[[gnu::noinline]] void forward(const etch::vector<float, policy::inputs>& x, etch::vector<float, policy::outputs>& y) noexcept {
    y = net(x);
}

int main() {
    etch::vector<float, policy::inputs> x{0.25f, -0.75f, 0.5f, 1.0f, -0.125f, 0.0f, 2.0f, -1.5f, 0.75f, 0.0625f, -0.25f, 1.25f, -0.5f, 0.375f, -2.0f, 0.625f, 1.5f};
    etch::vector<float, policy::outputs> y;
    board::forget(x);
    board::print_ticks("forward", [&] { forward(x, y); });
    board::print_bits("output", y);
}
