#include <cstdio>

#include "aim_at.hpp"
#include "walk.hpp"

int main() {
    std::printf("%.9g %.9g\n", static_cast<double>(walk({0.25f, -0.5f})[0]),
                static_cast<double>(aim_at(aim_at_golden.inputs[0])[0]));
}
