// A program without optimization calls one network itself and through a file that etch_optimize compiles: the same
// bits, and a time that differs by a factor of some 100, of which 10 are asked for.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "walk.hpp"

namespace {

template <class Call>
double nanoseconds(int calls, Call call) {
    double best = 1e18;
    for (int round = 0; round < 5; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < calls; ++i) call();
        const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
        best = std::min(best, taken.count() / calls);
    }
    return best;
}

}  // namespace

int main() {
    static const walk_network net{etch::seed{1}};
    observation x{0.5f, -0.25f, 0.125f};
    const auto here = net(x);
    const action there = walk(x);
    for (std::size_t i = 0; i != 4; ++i)
        if (here[i] != there[i]) return std::puts("the answers differ"), 1;
    const double slow = nanoseconds(100, [&] { x[0] = net(x)[0]; });
    const double fast = nanoseconds(5000, [&] { x[0] = walk(x)[0]; });
    std::printf("%.0f ns here, %.0f ns in the optimized file\n", slow, fast);
    return fast * 10 < slow ? 0 : 1;
}
