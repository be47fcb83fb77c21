// An agent that has to remember. It walks along a corridor: the sign at the entrance shows one of four doors, pictures
// on the walls show doors too, any of them, and 20 steps after the sign it stands before the doors and has to choose
// the one of the sign. Whoever sees only the present is right one time in four. This policy has a GRU, and learns by
// backpropagation through the whole walk. Then a thousand agents walk, each with a state of its own, and a snapshot of
// their states lets them try out another way and go back.
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <etch/etch.hpp>
#include <memory>
#include <span>
#include <vector>

namespace {

constexpr std::size_t doors = 4, walk_length = 21;  // steps: the sign, 19 pictures, the doors

/// Sees a door, if one is shown, and whether it stands before the doors; answers with a probability for each door.
using policy = etch::network<etch::input<doors + 1>, etch::gru<24>, etch::dense<doors>, etch::softmax>;

/// What `Agents` agents see in each step, one column per agent, and the door of the sign of each.
template <std::size_t Agents>
struct walks {
    std::vector<etch::matrix<float, policy::inputs, Agents>> seen;
    std::array<std::size_t, Agents> right{};

    walks(std::size_t steps, etch::random_generator& random) : seen(steps) {
        for (std::size_t agent = 0; agent < Agents; ++agent) {
            for (std::size_t step = 0; step + 1 < steps; ++step) {
                const auto shown = static_cast<std::size_t>(etch::uniform(random, 0.0f, float{doors})) % doors;
                if (step == 0) right[agent] = shown;
                seen[step](shown, agent) = 1;
            }
            seen[steps - 1](doors, agent) = 1;
        }
    }
};

template <std::size_t Agents>
using answers = etch::matrix<float, doors, Agents>;

/// How many agents choose the door of their sign.
template <std::size_t Agents>
std::size_t count_right(const answers<Agents>& chosen, const walks<Agents>& on) {
    std::size_t count = 0;
    for (std::size_t agent = 0; agent < Agents; ++agent)
        count += etch::argmax(chosen.column(agent)) == on.right[agent] ? 1 : 0;
    return count;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    });
}

/// Updates from 32 walks at a time until the loss is low. Only the answer before the doors counts.
bool train(policy& net) {
    constexpr std::size_t together = 32, steps = walk_length, last = (steps - 1) * together;
    using stepper_type = etch::sequence_stepper<policy, etch::cross_entropy, etch::adam, steps, together>;
    const auto stepper = etch::on_heap<stepper_type>({.learning_rate = 1e-2}, {}, {.norm = 1});
    std::vector<float> x(steps * together * policy::inputs), y(steps * together * doors), counts(steps * together);
    std::fill(counts.begin() + last, counts.end(), 1.0f);

    etch::random_generator random{etch::seed{2}};
    for (int update = 1; update <= 6000; ++update) {
        const walks<together> on(steps, random);
        auto at = x.begin();
        for (const auto& seen : on.seen) at = std::copy(seen.begin(), seen.end(), at);
        std::fill(y.begin(), y.end(), 0.0f);
        for (std::size_t j = 0; j < together; ++j) y[(last + j) * doors + on.right[j]] = 1;

        policy::states<together> entrance{};
        const auto result = stepper->step(net, x, y, entrance, {.mask = counts});
        if (!result) return std::puts(result.message().c_str()), false;
        const bool learned = result.loss < 5e-4f;
        if (learned || update % 300 == 0)
            std::printf("%d updates, loss %.4f\n", update, static_cast<double>(result.loss));
        if (learned) return true;
    }
    return false;
}

}  // namespace

int main() {
    policy net{etch::seed{1}};
    if (!train(net)) return 1;

    // A thousand agents on walks that nobody has seen, all in one call per step.
    constexpr std::size_t agents = 1000, halfway = 10;
    using crowd = policy::states<agents>;
    etch::random_generator random{etch::seed{3}};
    const walks<agents> on(walk_length, random), other_way(walk_length, random);
    const auto now = std::make_unique<crowd>(), before = std::make_unique<crowd>(), after = std::make_unique<crowd>();
    std::vector<answers<agents>> chosen(walk_length);
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t step = 0; step < walk_length; ++step) {
        if (step == halfway) *before = *now;  // a snapshot
        chosen[step] = net(on.seen[step], *now);
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    *after = *now;
    std::printf("%zu agents of %zu bytes each, %.0f ns per agent and step\n", agents, sizeof(policy::state),
                took.count() / (agents * walk_length));

    // Back to the snapshot; an imagined rest of the way; back again, and the rest of the way as it was.
    *now = *before;
    for (std::size_t step = halfway; step < walk_length; ++step) (void)net(other_way.seen[step], *now);
    const bool differs = !same_bits(now->numbers, after->numbers);
    *now = *before;
    bool same = true;
    for (std::size_t step = halfway; step < walk_length; ++step)
        same = same_bits(net(on.seen[step], *now), chosen[step]) && same;
    same = same && differs && same_bits(now->numbers, after->numbers);

    // One agent alone, step by step, gets the bits that it had among the others.
    bool same_alone = true;
    for (std::size_t agent = 0; agent < agents; agent += 100) {
        policy::state alone{};
        for (std::size_t step = 0; step < walk_length; ++step) {
            const auto answer = net(on.seen[step].column(agent), alone);
            same_alone = same_bits(answer, chosen[step].column(agent)) && same_alone;
        }
    }

    std::printf("after a rollback: %s; alone: %s\n", same ? "same bits" : "differs",
                same_alone ? "same bits" : "differs");
    std::printf("the right door: %zu of %zu\n", count_right(chosen.back(), on), agents);
    return same && same_alone ? 0 : 1;
}
