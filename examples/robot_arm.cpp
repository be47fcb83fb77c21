// A planar arm of three joints learns its inverse kinematics: which joint angles bring the hand to a target?
//
// The inputs are the target (position and direction of the hand) and the present pose of the arm, which shows
// whether the elbow bends to the left or to the right; the outputs are the three joint angles. There is also an exact
// formula, so the example can measure how good the network is. No files, no arguments, a few seconds.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <etch/etch.hpp>
#include <memory>
#include <new>
#include <numbers>
#include <vector>

// Counts every allocation of the program.
namespace {
std::size_t allocations = 0;
}
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
// Not inlined: otherwise g++ 14 sees std::free of memory from operator new, and warns of a mismatch.
ETCH_NO_INLINE void operator delete(void* memory) noexcept { std::free(memory); }
ETCH_NO_INLINE void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

// ---- the arm --------------------------------------------------------------------------------------------------------

constexpr double link[] = {300, 250, 150};  // millimetres, shoulder to elbow to wrist to hand
constexpr double arm_length = link[0] + link[1] + link[2];

using angles = std::array<double, 3>;  // radians, each joint relative to the previous link

struct hand {
    double x, y, direction;
};

hand forward_kinematics(const angles& q) {
    const double a = q[0], b = a + q[1], c = b + q[2];
    return {link[0] * std::cos(a) + link[1] * std::cos(b) + link[2] * std::cos(c),
            link[0] * std::sin(a) + link[1] * std::sin(b) + link[2] * std::sin(c), c};
}

/// The exact formula: the wrist is one link behind the hand, and the law of cosines gives the elbow, which stays on its
/// present side.
angles inverse_kinematics(const hand& target, const angles& now) {
    const double x = target.x - link[2] * std::cos(target.direction),
                 y = target.y - link[2] * std::sin(target.direction);
    const double cosine = (x * x + y * y - link[0] * link[0] - link[1] * link[1]) / (2 * link[0] * link[1]);
    const double elbow = std::copysign(std::acos(std::clamp(cosine, -1.0, 1.0)), now[1]);
    const double shoulder =
        std::atan2(y, x) - std::atan2(link[1] * std::sin(elbow), link[0] + link[1] * std::cos(elbow));
    return {shoulder, elbow, target.direction - shoulder - elbow};
}

double reach_error(const angles& q, const hand& target) {
    const hand reached = forward_kinematics(q);
    return std::hypot(reached.x - target.x, reached.y - target.y);
}

// ---- what the network sees ------------------------------------------------------------------------------------------

constexpr std::size_t inputs = 7, outputs = 3;

std::array<float, inputs> features(const hand& target, const angles& now) {
    return {static_cast<float>(target.x / arm_length),
            static_cast<float>(target.y / arm_length),
            static_cast<float>(std::cos(target.direction)),
            static_cast<float>(std::sin(target.direction)),
            static_cast<float>(now[0]),
            static_cast<float>(now[1]),
            static_cast<float>(now[2])};
}

struct task {
    hand target;
    angles now;
};

using poses = etch::data_set<inputs, outputs>;

/// Random poses and, for each of them, a present pose nearby: up to 30 degrees away in each joint.
struct generated {
    poses set;
    std::vector<task> tasks;
};
generated generate(std::size_t count, etch::seed seed) {
    constexpr double degree = std::numbers::pi / 180;
    etch::random_generator random{seed};
    const auto between = [&](double low, double high) { return etch::uniform(random, low, high); };
    generated result;
    while (result.set.size() < count) {
        const double side = random.below(2) == 0 ? 1 : -1;
        const angles q{between(-90, 90) * degree, side * between(30, 150) * degree, between(-90, 90) * degree};
        angles now = q;
        for (double& joint : now) joint += between(-30, 30) * degree;
        if (now[1] * side < 10 * degree) continue;  // the elbow is about to change sides
        const hand target = forward_kinematics(q);
        const std::array<float, outputs> joints{static_cast<float>(q[0]), static_cast<float>(q[1]),
                                                static_cast<float>(q[2])};
        result.set.push_back(features(target, now), joints);
        result.tasks.push_back({target, now});
    }
    return result;
}

struct reach {
    double median, worst_of_95;
};
template <class Solver>
reach measure(const std::vector<task>& tasks, const Solver& solve) {
    std::vector<double> errors;
    for (const task& t : tasks) errors.push_back(reach_error(solve(t), t.target));
    std::sort(errors.begin(), errors.end());
    return {errors[errors.size() / 2], errors[errors.size() * 95 / 100]};
}
template <class Network>
angles solve_by(const Network& net, const task& t) {
    const auto q = net(features(t.target, t.now));
    return {static_cast<double>(q[0]), static_cast<double>(q[1]), static_cast<double>(q[2])};
}

}  // namespace

int main() {
    using kinematics = etch::network<etch::input<inputs>, etch::standardize,  //
                                     etch::dense<64>, etch::silu,             //
                                     etch::dense<64>, etch::silu,             //
                                     etch::dense<outputs>>;
    using linear = etch::network<etch::input<inputs>, etch::standardize, etch::dense<outputs>>;

    const generated training = generate(20'000, etch::seed{1}), validation = generate(2'000, etch::seed{2}),
                    test = generate(5'000, etch::seed{3});
    std::printf("%zu poses for training, %zu for validation, %zu held out\n\n", training.set.size(),
                validation.set.size(), test.set.size());
    etch::print(etch::summary<kinematics>);
    std::printf("\n");

    kinematics net{etch::seed{1}};
    static etch::trainer<kinematics, etch::mean_squared_error, etch::adam, 32, etch::cosine_decay> trainer{
        {.learning_rate = 6e-3}, {.warmup_steps = 200}};
    const std::size_t before = allocations;
    const auto begin = std::chrono::steady_clock::now();
    const auto result =
        trainer.fit(net, training.set, {.epochs = 100, .validation = validation.set}, etch::progress_bar{});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const std::size_t during_training = allocations - before;
    if (!result) {
        std::fprintf(stderr, "robot_arm: %s\n", result.message().c_str());
        return 1;
    }

    // A linear fit to the same data, for comparison: the same training without the hidden layers.
    linear line{etch::seed{1}};
    static etch::trainer<linear, etch::mean_squared_error, etch::adam, 32, etch::cosine_decay> line_trainer{
        {.learning_rate = 1e-2}};
    if (const auto fitted = line_trainer.fit(line, training.set, {.epochs = 10}); !fitted) return 1;

    // The time of one call, each for a different pose; the outputs are summed so that no call can be optimized away.
    std::vector<std::array<float, inputs>> questions;
    for (const task& t : test.tasks) questions.push_back(features(t.target, t.now));
    const std::size_t before_calls = allocations;
    double best = 1e9;
    float sum = 0;
    for (int round = 0; round < 50; ++round) {
        const auto start = std::chrono::steady_clock::now();
        for (const auto& question : questions) sum += net(question)[0];
        const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
        best = std::min(best, passed.count() / static_cast<double>(questions.size()));
    }
    const std::size_t during_calls = allocations - before_calls;

    const reach network = measure(test.tasks, [&](const task& t) { return solve_by(net, t); });
    const reach fit = measure(test.tasks, [&](const task& t) { return solve_by(line, t); });
    const reach formula = measure(test.tasks, [](const task& t) { return inverse_kinematics(t.target, t.now); });
    std::printf("\ntrained in %.2f s; a training pass over %zu poses takes %.0f ms\n", took.count(),
                training.set.size(), 1e3 * took.count() / static_cast<double>(result.epochs));
    std::printf("one call: %.0f ns (checksum %g); heap allocations: %zu in training, %zu in %zu calls\n\n", best,
                static_cast<double>(sum), during_training, during_calls, 50 * questions.size());
    std::printf("reach error on held-out poses, arm of %.0f mm    median     95 %% below\n", arm_length);
    std::printf("  the formula                                 %9.2f mm %9.2f mm\n", formula.median,
                formula.worst_of_95);
    std::printf("  the network                                 %9.2f mm %9.2f mm\n", network.median,
                network.worst_of_95);
    std::printf("  a linear fit                                %9.2f mm %9.2f mm\n", fit.median, fit.worst_of_95);
    std::printf("median reach error: %.2f mm\n", network.median);
    return during_training + during_calls == 0 && network.median < arm_length / 100 ? 0 : 1;
}
