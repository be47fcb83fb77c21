// One forward pass of `tiny`, its weights in flash.
#include "board.hpp"
#include "networks.hpp"

constinit const tiny net{etch::seed{42}};  // drawn by the compiler: the image holds the numbers

[[gnu::noinline]] void forward(const etch::vector<float, tiny::inputs>& x, etch::vector<float, tiny::outputs>& y) noexcept {
    y = net(x);
}

int main() {
    etch::vector<float, tiny::inputs> x{0.25f, -0.75f};
    etch::vector<float, tiny::outputs> y;
    board::forget(x);
    board::print_ticks("forward", [&] { forward(x, y); });
    board::print_bits("output", y);
}
