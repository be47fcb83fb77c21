// One program for every x86-64 processor: it contains the network once per instruction set (listed in CMakeLists.txt)
// and chooses at run time. docs/build.md explains what may cross from one build to another.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <etch/core/dispatch.hpp>

#include "policy.hpp"

namespace {

// Nanoseconds per call, the best of ten rounds; each call waits for the one before it, as in a control loop.
double time_per_call(const policy_functions& policy, float (&action)[6]) {
    constexpr int calls = 2000;
    double best = 1e9;
    for (int round = 0; round != 10; ++round) {
        float observation[17]{0.1f, 0.2f, 0.3f, -0.4f};
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i != calls; ++i) {
            policy.act(observation, action);
            observation[16] = action[0];
        }
        const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
        best = std::min(best, taken.count() / calls);
    }
    return best;
}

}  // namespace

int main() {
    using enum etch::instruction_set;
    constexpr const char* names[]{"baseline", "x86-64-v2", "x86-64-v3", "x86-64-v4"};

    // The limit is just for this comparison; a program only calls best_build<policy_functions>().
    const policy_functions* last = nullptr;
    const char* chosen = "";
    for (const auto limit : {baseline, x86_64_v2, x86_64_v3, x86_64_v4}) {
        const policy_functions& policy = etch::best_build<policy_functions>(limit);
        if (&policy == last) continue;  // not compiled for this one, or the processor lacks it
        float action[6];
        const double time = time_per_call(policy, action);
        last = &policy;
        chosen = names[static_cast<int>(limit)];
        std::printf("%-9s  %7.1f ns per call, first output %.7f\n", chosen, time, static_cast<double>(action[0]));
    }
    if (&etch::best_build<policy_functions>() != last) return std::puts("another build was chosen"), 1;
    std::printf("chosen on this machine: %s\n", chosen);
}
