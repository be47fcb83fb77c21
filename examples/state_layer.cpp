// A custom layer that carries a state from step to step (the struct in low_pass.hpp). The network is const and shared;
// each robot owns its state, so a copy is a snapshot and an assignment a rollback.
#include <array>
#include <cstdio>
#include <etch/etch.hpp>

#include "low_pass.hpp"

using policy = etch::network<etch::input<2>, low_pass, etch::dense<16>, etch::tanh, etch::dense<1>>;

int main() {
    static const policy net{etch::seed{1}};
    etch::random_generator noise{etch::seed{2}};
    std::array<float, 2 * 50> readings{};  // of two sensors, 50 steps
    for (float& reading : readings) reading = 1 + etch::uniform(noise, -0.5f, 0.5f);

    // One step per call.
    policy::state robot{};  // zero at the start
    std::array<float, 50> actions{};
    policy::state after_20{};
    for (std::size_t step = 0; step < actions.size(); ++step) {
        if (step == 20) after_20 = robot;  // a snapshot
        actions[step] = net({readings[2 * step], readings[2 * step + 1]}, robot)[0];
    }

    // All steps in one call give the same bits.
    policy::state other_robot{};
    std::array<float, 50> in_one_call{};
    const etch::status done = net(readings, in_one_call, other_robot);
    const bool same = done == etch::status::ok && in_one_call == actions && other_robot == robot;

    // Back to step 20, and forward again.
    robot = after_20;
    bool again = true;
    for (std::size_t step = 20; step < actions.size(); ++step)
        again = again && net({readings[2 * step], readings[2 * step + 1]}, robot)[0] == actions[step];

    std::printf("first action %.4f, last action %.4f\n", static_cast<double>(actions.front()),
                static_cast<double>(actions.back()));
    std::printf("one call for all steps: %s; after a rollback: %s\n", same ? "same bits" : "differs",
                again ? "same bits" : "differs");
    return same && again ? 0 : 1;
}
