#pragma once
// The world of game_agents: agents on a plane that follow a moving target and avoid pillars and each other. Each agent
// senses 17 values, and the network that they share computes two: push forward or brake, turn left or right.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include <etch/inference.hpp>

namespace flocking {

using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh, etch::dense<64>, etch::tanh, etch::dense<2>,
                             etch::tanh>;

constexpr float frame_seconds = 1.0f / 60, side = 100, sight = 4;  // seconds, metres, metres
constexpr float top_speed = 8, acceleration = 12, turn_rate = 5;   // m/s, m/s², rad/s

struct vec {
    float x = 0, y = 0;
};
constexpr vec operator+(vec a, vec b) { return {a.x + b.x, a.y + b.y}; }
constexpr vec operator-(vec a, vec b) { return {a.x - b.x, a.y - b.y}; }
constexpr vec operator*(float s, vec a) { return {s * a.x, s * a.y}; }
constexpr float dot(vec a, vec b) { return a.x * b.x + a.y * b.y; }
inline float length(vec a) { return std::sqrt(dot(a, a)); }

struct agent {
    vec place, heading;                   // heading: of length 1
    float speed = 0, push = 0, turn = 0;  // push and turn: the network's outputs, -1 to 1
};

struct pillar {
    vec place;
    float radius;
};

/// What an agent senses, relative to its heading: x is forward, y to the left.
///
///     0, 1     direction of the target      3      speed, 1: top speed
///     2        closeness of the target      4      how it turned in the last frame
///     5 - 10   closeness of the nearest other agent in each of six sectors, beginning ahead, counter-clockwise
///     11 - 16  likewise for pillars         closeness is 1 at contact, 0 if nothing is in sight
using senses = etch::vector_view<float, policy::inputs>;
constexpr std::size_t sectors = 6, others_at = 5, pillars_at = 11;

/// The sector, 60 degrees wide, that a direction is in.
constexpr std::size_t sector_of(vec seen) {
    constexpr float tangent = 0.57735027f;  // of half a sector
    const float across = std::max(seen.y, -seen.y);
    if (across <= tangent * seen.x) return 0;
    if (across <= -tangent * seen.x) return 3;
    if (seen.y > 0) return seen.x > 0 ? 1 : 2;
    return seen.x > 0 ? 5 : 4;
}

/// How a frame calls the network: for one agent at a time, or for 32 of them in one call.
enum class calls { single, batched };

/// A frame is one call of `begin_frame`, then `play` for parts of the agents, in any order and on any number of
/// threads: an agent sees the others in a copy that begin_frame has made.
class world {
public:
    static constexpr std::size_t block = policy::batch_columns;  // agents per call

    world(std::size_t agents, etch::seed from) : agents_(agents), in_cells_(agents), senses_(blocks() * block * 17) {
        etch::random_generator random{from};
        for (agent& a : agents_) {
            a.place = {etch::uniform(random, 0.0f, side), etch::uniform(random, 0.0f, side)};
            const float angle = etch::uniform(random, 0.0f, 2 * std::numbers::pi_v<float>);
            a.heading = {std::cos(angle), std::sin(angle)};
        }
        for (pillar& p : pillars_)
            p = {{etch::uniform(random, 15.0f, side - 15), etch::uniform(random, 15.0f, side - 15)},
                 etch::uniform(random, 1.0f, 4.0f)};
    }

    [[nodiscard]] std::size_t blocks() const { return (agents_.size() + block - 1) / block; }
    [[nodiscard]] const std::vector<agent>& agents() const { return agents_; }
    [[nodiscard]] const std::array<pillar, 12>& pillars() const { return pillars_; }
    [[nodiscard]] vec target() const { return target_; }

    /// Moves the target, and sorts the agents' places into square cells, as wide as the agents can see, row by row.
    void begin_frame() {
        const float t = 0.4f * frame_seconds * static_cast<float>(frame_++);
        target_ = {side / 2 + 35 * std::cos(t), side / 2 + 25 * std::sin(2 * t)};
        std::array<std::size_t, cells * cells + 1> next{};  // index of the next free place of each cell
        for (const agent& a : agents_) ++next[cell_of(a.place) + 1];
        for (std::size_t c = 1; c < next.size(); ++c) next[c] += next[c - 1];
        starts_ = next;
        for (const agent& a : agents_) in_cells_[next[cell_of(a.place)]++] = a.place;
    }

    /// Plays the frame for the agents of some blocks: they sense, the network decides, they move. Returns the
    /// microseconds that the network took.
    double play(const policy& net, calls way, std::size_t first_block, std::size_t last_block) {
        const std::size_t first = first_block * block, last = std::min(last_block * block, agents_.size());
        for (std::size_t i = first; i < last; ++i) sense(agents_[i], column(i));
        const auto begin = std::chrono::steady_clock::now();
        if (way == calls::single) {
            for (std::size_t i = first; i < last; ++i) {
                const auto output = net(column(i));
                agents_[i].push = output[0];
                agents_[i].turn = output[1];
            }
        } else {
            // The senses are stored agent by agent, so those of a block already are a matrix. The last block's
            // columns without an agent are zero, and their outputs are ignored.
            for (std::size_t b = first; b < last; b += block) {
                const auto outputs = net(etch::matrix_view<const float, 17, block>{column(b).data()});
                for (std::size_t i = b; i < std::min(b + block, last); ++i) {
                    agents_[i].push = outputs(0, i - b);
                    agents_[i].turn = outputs(1, i - b);
                }
            }
        }
        const std::chrono::duration<double, std::micro> decided = std::chrono::steady_clock::now() - begin;
        for (std::size_t i = first; i < last; ++i) move(agents_[i]);
        return decided.count();
    }

    /// FNV-1a over all bits of all agents. Source: G. Fowler, L. C. Noll, K.-P. Vo, 1991.
    [[nodiscard]] std::uint64_t checksum() const {
        std::uint64_t sum = 0xcbf29ce484222325;
        for (const agent& a : agents_)
            for (const float x : {a.place.x, a.place.y, a.heading.x, a.heading.y, a.speed, a.push, a.turn})
                sum = (sum ^ etch::bit_cast<std::uint32_t>(x)) * 0x100000001b3;
        return sum;
    }

private:
    static constexpr std::size_t cells = static_cast<std::size_t>(side / sight);

    static std::size_t cell_along(float x) { return std::min(static_cast<std::size_t>(x / sight), cells - 1); }
    static std::size_t cell_of(vec place) { return cell_along(place.y) * cells + cell_along(place.x); }
    senses column(std::size_t i) { return senses{senses_.data() + 17 * i}; }

    static vec seen_from(const agent& me, vec there) {
        const vec way = there - me.place;
        return {dot(way, me.heading), dot(way, {-me.heading.y, me.heading.x})};
    }

    void sense(const agent& me, senses to) const {
        to.fill(0);
        const vec target = seen_from(me, target_);
        const float distance = length(target);
        const vec direction = 1 / (distance + 1e-6f) * target;
        to[0] = direction.x;
        to[1] = direction.y;
        to[2] = 1 / (1 + 0.1f * distance);
        to[3] = me.speed / top_speed;
        to[4] = me.turn;
        const auto see = [&to](std::size_t what, vec seen, float closeness) {
            float& nearest = to[what + sector_of(seen)];
            nearest = std::max(nearest, closeness);
        };
        // The neighbouring cells are three runs in memory, one per row.
        const std::size_t x = cell_along(me.place.x), y = cell_along(me.place.y);
        for (std::size_t row = y - (y > 0); row <= std::min(y + 1, cells - 1); ++row) {
            const std::size_t begin = starts_[row * cells + x - (x > 0)];
            const std::size_t end = starts_[row * cells + std::min(x + 1, cells - 1) + 1];
            for (std::size_t i = begin; i < end; ++i) {
                const vec way = in_cells_[i] - me.place;
                const float squared = dot(way, way);
                if (squared >= sight * sight || squared == 0) continue;  // 0: itself
                see(others_at, seen_from(me, in_cells_[i]), 1 - std::sqrt(squared) / sight);
            }
        }
        for (const pillar& p : pillars_) {
            const float gap = length(p.place - me.place) - p.radius;
            if (gap < sight) see(pillars_at, seen_from(me, p.place), std::min(1.0f, 1 - gap / sight));
        }
    }

    void move(agent& me) const {
        me.speed = std::clamp(me.speed + acceleration * frame_seconds * me.push, 0.0f, top_speed);
        const float turned = turn_rate * me.turn * frame_seconds;
        me.heading = me.heading + turned * vec{-me.heading.y, me.heading.x};
        me.heading = 1 / length(me.heading) * me.heading;
        me.place = me.place + me.speed * frame_seconds * me.heading;
        for (const pillar& p : pillars_) {  // nobody walks into a pillar
            const vec out = me.place - p.place;
            const float distance = length(out);
            if (distance < p.radius && distance > 0) me.place = p.place + p.radius / distance * out;
        }
        me.place = {std::clamp(me.place.x, 0.0f, side), std::clamp(me.place.y, 0.0f, side)};
    }

    std::vector<agent> agents_;
    std::array<pillar, 12> pillars_{};
    vec target_{};
    std::size_t frame_ = 0;
    std::vector<vec> in_cells_;                            // the agents' places, cell by cell
    std::array<std::size_t, cells * cells + 1> starts_{};  // the index in it at which each cell begins
    std::vector<float> senses_;                            // 17 per agent, agent by agent
};

/// The behaviour that the network learns to imitate: towards the target, away from anything close, and slow unless it
/// faces its goal. `shyness` is the weight of what is close.
inline std::array<float, 2> teacher(const std::array<float, policy::inputs>& sensed, float shyness) {
    constexpr std::array<vec, sectors> direction{
        {{1, 0}, {0.5f, 0.8660254f}, {-0.5f, 0.8660254f}, {-1, 0}, {-0.5f, -0.8660254f}, {0.5f, -0.8660254f}}};
    vec wish{sensed[0], sensed[1]};
    for (std::size_t s = 0; s < sectors; ++s) {
        const float other = sensed[others_at + s], wall = sensed[pillars_at + s];
        wish = wish - shyness * (other * other + 2 * wall * wall) * direction[s];
    }
    const float size = length(wish) + 0.1f;
    const float left = std::clamp(2 * wish.y / size, -1.0f, 1.0f);
    const float speed = std::clamp(wish.x, 0.0f, 1.0f) * (1 - 0.5f * sensed[2]);
    return {std::clamp(3 * (speed - sensed[3]), -1.0f, 1.0f), wish.x < 0 ? std::copysign(1.0f, wish.y) : left};
}

}  // namespace flocking
