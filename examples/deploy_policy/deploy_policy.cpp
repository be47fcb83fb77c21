// A policy that was trained in PyTorch runs on a robot's computer, as a part of the program: no file to ship, no library, no
// heap. The build ends where it does not answer what PyTorch answered.
//
//   deploy_policy [SECONDS]     how long to run at 1 kHz, 2 where it is not said
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "walk.hpp"  // by etch_embed, from the file that policy.py writes

using observation = std::array<float, walk_network::inputs>;
using clock_type = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

/// Stands for the robot: what its sensors say after an action.
observation sense(observation before, const auto& action) {
    for (std::size_t i = 0; i < before.size(); ++i)
        before[i] = 0.9f * before[i] + 0.1f * action[i % walk_network::outputs];
    return before;
}

/// How long each of 100,000 calls takes, one after another.
void measure() {
    static std::array<double, 100'000> took;
    observation x{};
    for (double& t : took) {
        const auto begin = clock_type::now();
        const auto action = walk(x);
        t = microseconds{clock_type::now() - begin}.count();
        x = sense(x, action);
    }
    std::sort(took.begin(), took.end());
    std::printf("%zu calls: minimum %.2f us, median %.2f us, 99.9 %% below %.2f us, worst %.2f us\n", took.size(),
                took.front(), took[took.size() / 2], took[took.size() / 1000 * 999], took.back());
}

/// Acts at each tick of a fixed rate. The answer is late where the next tick is there before it.
void control(std::size_t ticks) {
    constexpr auto period = std::chrono::milliseconds{1};
    observation x{};
    std::size_t missed = 0;
    microseconds worst{0};
    auto tick = clock_type::now();
    for (std::size_t i = 0; i < ticks; ++i) {
        std::this_thread::sleep_until(tick);
        const auto action = walk(x);
        x = sense(x, action);
        const auto ready = clock_type::now();
        worst = std::max(worst, microseconds{ready - tick});
        tick += period;
        if (ready >= tick) {
            ++missed;
            tick = ready;  // begins again from here, instead of hurrying after what is past
        }
    }
    std::printf("the latest answer came %.0f us after its tick\n", worst.count());
    std::printf("missed deadlines at 1 kHz: %zu of %zu\n", missed, ticks);
}

int main(int count, char** arguments) {
    const double seconds = count > 1 ? std::strtod(arguments[1], nullptr) : 2;
    std::printf("%zu weights, %zu bytes in read-only memory\n", walk_network::parameter_count, sizeof walk);
    for (std::size_t v = 0; v < walk_golden.count; ++v)
        if (!walk_golden.agree(walk, v)) return 1;  // cannot be: the build has checked it
    std::printf("agrees with its source on all %zu golden vectors\n", walk_golden.count);
    measure();
    control(static_cast<std::size_t>(std::max(seconds, 0.0) * 1000));
}
