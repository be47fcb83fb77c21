// A thousand agents share one network in a game at 60 frames per second, and the network is replaced while they play.
//
//   game_agents [--agents N] [--frames N] [--threads N]
//
// First it measures the time of a frame, on one thread and on several, with the network called for each agent or for
// batches of 32. Then it plays the game at 60 frames per second: a watcher notices that the file of weights has
// changed, loads and verifies the new network next to the old one, on a thread of its own, and the game switches
// between two frames. A broken file is rejected with a message, and the game continues as before. At the end the game
// is replayed from a recording, to check that all worlds agree bit for bit.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <etch/etch.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "flock.hpp"

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using flocking::calls, flocking::policy;

// ---- a network that is replaced while it is used --------------------------------------------------------------------

/// Two networks: the game plays with one while the other is loaded. One thread plays, one loads; there is no lock and
/// no heap, and nothing is copied when the game switches.
class replaceable_policy {
public:
    explicit replaceable_policy(const policy& first) : nets_{first, first} {}

    /// The network that was loaded last; it does not change until the next call. Call it between two frames.
    const policy& newest() {
        playing_.store(newest_.load(std::memory_order_acquire), std::memory_order_release);
        return nets_[playing_.load(std::memory_order_relaxed)];
    }

    /// Whether the game has switched to the network that was loaded last, so that the other one is free.
    [[nodiscard]] bool is_free() const {
        return playing_.load(std::memory_order_acquire) == newest_.load(std::memory_order_relaxed);
    }
    /// Loads a file and checks its golden vectors; the game sees the network only if both succeed. Requires
    /// `is_free()`.
    etch::file_result load(const std::string& path) {
        const std::size_t other = 1 - newest_.load(std::memory_order_relaxed);
        etch::file_result result = etch::load_file(nets_[other], path);
        if (result) newest_.store(other, std::memory_order_release);
        return result;
    }

private:
    std::array<policy, 2> nets_;
    std::atomic<std::size_t> newest_{0}, playing_{0};
};

/// Checks every few milliseconds whether a file has been modified, and loads it if so.
class watcher {
public:
    watcher(replaceable_policy& net, std::string path, const std::atomic<std::size_t>& frame)
        : net_{net},
          path_{std::move(path)},
          frame_{frame},
          known_{std::filesystem::last_write_time(path_)},
          thread_{[this] { run(); }} {}
    ~watcher() {
        ended_ = true;
        thread_.join();
    }
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    [[nodiscard]] std::size_t taken() const { return taken_; }
    [[nodiscard]] std::size_t refused() const { return refused_; }

private:
    void run() {
        std::error_code failed;
        for (; !ended_; std::this_thread::sleep_for(2ms)) {
            const auto now = std::filesystem::last_write_time(path_, failed);
            if (failed || now == known_ || !net_.is_free()) continue;
            known_ = now;  // before reading: a file saved in the meantime is read next
            const auto begin = clock_type::now();
            const etch::file_result result = net_.load(path_);
            const std::chrono::duration<double, std::micro> took = clock_type::now() - begin;
            if (result)
                std::printf("  frame %4zu: new weights, loaded and verified in %.0f us during the game\n",
                            frame_.load(), took.count());
            else
                std::printf("  frame %4zu: refused: %s\n", frame_.load(), result.message().c_str());
            ++(result ? taken_ : refused_);
        }
    }

    replaceable_policy& net_;
    std::string path_;
    const std::atomic<std::size_t>& frame_;
    std::filesystem::file_time_type known_;
    std::atomic<std::size_t> taken_{0}, refused_{0};
    std::atomic<bool> ended_{false};
    std::thread thread_;  // the last member, since it uses the others
};

// ---- threads that play a frame together -----------------------------------------------------------------------------

/// Runs a job in `size` parts, one of them on the calling thread. The threads are kept; between frames they wait.
class crew {
public:
    explicit crew(std::size_t size) : size_{size}, gate_{static_cast<std::ptrdiff_t>(size)} {
        for (std::size_t part = 1; part < size; ++part)
            threads_.emplace_back([this, part] {
                for (gate_.arrive_and_wait(); job_ != nullptr; gate_.arrive_and_wait()) {
                    (*job_)(part);
                    gate_.arrive_and_wait();
                }
            });
    }
    ~crew() {
        job_ = nullptr;
        gate_.arrive_and_wait();
        for (std::thread& thread : threads_) thread.join();
    }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    [[nodiscard]] std::size_t size() const { return size_; }
    void run(const std::function<void(std::size_t)>& job) {
        job_ = &job;
        gate_.arrive_and_wait();
        job(0);
        gate_.arrive_and_wait();
    }

private:
    std::size_t size_;
    std::barrier<> gate_;
    const std::function<void(std::size_t)>* job_ = nullptr;
    std::vector<std::thread> threads_;
};

// ---- frames ---------------------------------------------------------------------------------------------------------

struct times {
    std::vector<double> frames, decisions;  // microseconds; decisions: those of the first thread

    [[nodiscard]] static double median(std::vector<double> of) {
        std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
        return of[of.size() / 2];
    }
    void print(const char* name) const {
        std::printf("  %-32s %8.0f %8.0f %12.0f\n", name, median(frames),
                    *std::max_element(frames.begin(), frames.end()), median(decisions));
    }
};

/// A world and the threads that compute it.
class game {
public:
    game(std::size_t agents, std::size_t threads, calls way)
        : world_{agents, etch::seed{1}}, crew_{threads}, way_{way}, decided_(threads) {}

    void play_frame(const policy& net) {
        const auto begin = clock_type::now();
        net_ = &net;
        world_.begin_frame();
        crew_.run(part_of_frame_);
        const std::chrono::duration<double, std::micro> took = clock_type::now() - begin;
        times_.frames.push_back(took.count());
        times_.decisions.push_back(decided_[0]);
    }
    void reserve(std::size_t frames) {
        times_.frames.reserve(frames);
        times_.decisions.reserve(frames);
    }
    [[nodiscard]] const flocking::world& world() const { return world_; }
    [[nodiscard]] const times& measured() const { return times_; }

private:
    flocking::world world_;
    crew crew_;
    calls way_;
    std::vector<double> decided_;
    times times_;
    const policy* net_ = nullptr;
    const std::function<void(std::size_t)> part_of_frame_ = [this](std::size_t part) {
        const std::size_t blocks = world_.blocks(), parts = crew_.size();
        decided_[part] = world_.play(*net_, way_, blocks * part / parts, blocks * (part + 1) / parts);
    };
};

// ---- weights --------------------------------------------------------------------------------------------------------

/// Trains a network to steer like the teacher, in a fraction of a second.
std::unique_ptr<policy> train(float shyness) {
    etch::random_generator random{etch::seed{2}};
    etch::data_set<policy::inputs, policy::outputs> lessons;
    while (lessons.size() < 20'000) {
        std::array<float, policy::inputs> sensed{};
        const float angle = etch::uniform(random, -3.1415927f, 3.1415927f);
        sensed[0] = std::cos(angle);
        sensed[1] = std::sin(angle);
        sensed[2] = random.uniform<float>();
        sensed[3] = random.uniform<float>();
        sensed[4] = etch::uniform(random, -1.0f, 1.0f);
        for (std::size_t i = flocking::others_at; i < sensed.size(); ++i)
            sensed[i] = std::max(0.0f, etch::uniform(random, -1.0f, 1.0f));
        lessons.push_back(sensed, flocking::teacher(sensed, shyness));
    }
    auto net = std::make_unique<policy>(etch::seed{3});
    static etch::trainer<policy, etch::mean_squared_error, etch::adam, 32> trainer{{.learning_rate = 2e-3}};
    if (const auto result = trainer.fit(*net, lessons, {.epochs = 4}); !result) std::puts(result.message().c_str());
    return net;
}

/// Saves the weights with golden vectors: eight samples and the network's outputs for them.
etch::file_result save(const policy& net, const std::string& path, const char* source) {
    std::array<float, 8 * policy::inputs> samples{};
    etch::random_generator random{etch::seed{4}};
    for (float& x : samples) x = etch::uniform(random, -1.0f, 1.0f);
    return etch::save_file(net, path, {.golden = samples, .source = source});
}

/// What can go wrong with files: only half of one, one weight changed, a different network.
etch::file_result save_half(const std::string& path, std::span<const std::uint8_t> whole) {
    return etch::replace_file(path, std::as_bytes(whole.first(whole.size() / 2)));
}
etch::file_result save_changed(const std::string& path, std::vector<std::uint8_t> bytes) {
    bytes[bytes.size() - 2] ^= 0x40;  // of the last bias
    return etch::replace_file(path, std::as_bytes(std::span{bytes}));
}
etch::file_result save_other(const std::string& path) {
    using smaller = etch::network<etch::input<17>, etch::dense<32>, etch::tanh, etch::dense<2>, etch::tanh>;
    return etch::save_file(smaller{etch::seed{5}}, path);
}

// ---- what is seen ---------------------------------------------------------------------------------------------------

/// The plane from above: pillars, the target, and the density of the agents.
void show(const flocking::world& world) {
    constexpr std::size_t rows = 20, columns = 60;
    constexpr float width = flocking::side / columns, height = flocking::side / rows;
    std::array<std::array<int, columns>, rows> count{};
    const auto cell = [](float x, float size, std::size_t cells) {
        return std::min(static_cast<std::size_t>(x / size), cells - 1);
    };
    for (const flocking::agent& a : world.agents())
        ++count[cell(a.place.y, height, rows)][cell(a.place.x, width, columns)];
    for (std::size_t r = rows; r-- > 0;) {
        std::printf("    ");
        for (std::size_t c = 0; c < columns; ++c) {
            const flocking::vec here{(static_cast<float>(c) + 0.5f) * width, (static_cast<float>(r) + 0.5f) * height};
            char shown = " .:+*#"[std::min(count[r][c], 5)];
            for (const flocking::pillar& p : world.pillars())
                if (flocking::length(here - p.place) < p.radius) shown = 'O';
            if (cell(world.target().y, height, rows) == r && cell(world.target().x, width, columns) == c) shown = 'X';
            std::putchar(shown);
        }
        std::putchar('\n');
    }
}

// ---- the game -------------------------------------------------------------------------------------------------------

/// From this frame on the game was played with this network.
struct change {
    std::size_t frame;
    policy net;
};

struct outcome {
    std::vector<change> changes;
    std::size_t frames = 0, late = 0, taken = 0, refused = 0;
};

/// Plays the part of a training program that runs during the game: saves a file from time to time, the next one when
/// the watcher has seen the last. Some of the files are broken.
void save_from_time_to_time(const std::string& path, const policy& shy, const policy& bold, std::size_t frames,
                            const std::atomic<std::size_t>& frame, const watcher& watch) {
    const auto whole = etch::read_file(path);
    const std::function<etch::file_result()> saves[] = {
        [&] { return save(bold, path, "game_agents: bold"); },  //
        [&] { return save_half(path, whole.value); },           //
        [&] { return save_other(path); },                       //
        [&] { return save_changed(path, whole.value); },        //
        [&] { return save(shy, path, "game_agents: shy"); },
    };
    for (std::size_t i = 0; i < std::size(saves); ++i) {
        while (frame < frames * (i + 1) / 6) std::this_thread::sleep_for(1ms);
        if (const etch::file_result saved = saves[i](); !saved) return (void)std::puts(saved.message().c_str());
        while (watch.taken() + watch.refused() <= i) std::this_thread::sleep_for(1ms);
    }
}

/// Plays 60 frames per second, at least `frames` of them, until the last file was seen.
outcome play(game& live, std::size_t frames, const std::string& path, const policy& shy, const policy& bold) {
    replaceable_policy net{shy};
    std::atomic<std::size_t> frame{0};
    std::atomic<bool> all_saved{false};
    watcher watch{net, path, frame};
    std::thread trainer{[&] {
        save_from_time_to_time(path, shy, bold, frames, frame, watch);
        all_saved = true;
    }};
    outcome result;
    result.changes.reserve(8);
    live.reserve(2 * frames);
    const policy* before = nullptr;
    auto next_frame = clock_type::now();
    for (bool enough = false; !enough; ++frame) {
        enough = all_saved && frame + 1 >= frames;  // checked first, so that the last network is still picked up below
        const policy& now = net.newest();
        if (&now != before) result.changes.push_back({frame, now});
        before = &now;
        live.play_frame(now);
        next_frame += 16'666'667ns;
        if (const auto end = clock_type::now(); end > next_frame) {
            ++result.late;
            next_frame = end;
        }
        std::this_thread::sleep_until(next_frame);
    }
    trainer.join();
    result.frames = frame;
    result.taken = watch.taken();
    result.refused = watch.refused();
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t agents = 1000, frames = 300, threads = std::clamp(std::thread::hardware_concurrency(), 2u, 8u);
    CLI::App options{"A thousand agents share one network, which is replaced while they play"};
    options.add_option("--agents", agents, "number of agents")->check(CLI::Range(1, 100'000));
    options.add_option("--frames", frames, "frames of each part; the game has 60 per second")
        ->check(CLI::Range(60, 1'000'000));
    options.add_option("--threads", threads, "threads that share the work of a frame")->check(CLI::Range(1, 256));
    CLI11_PARSE(options, argc, argv);

    const std::unique_ptr<policy> shy = train(3), bold = train(1);
    std::printf("%zu agents, %zu frames, a network of %zu weights\n\n", agents, frames, policy::parameter_count);

    // As fast as possible, to see what a frame costs.
    constexpr const char* heading = "microseconds per frame               median    worst  the network's part\n";
    std::printf("%s", heading);
    std::vector<std::uint64_t> worlds;
    const auto measure = [&](const std::string& name, std::size_t size, calls way) {
        game g{agents, size, way};
        g.reserve(frames);
        for (std::size_t f = 0; f < frames; ++f) g.play_frame(*shy);
        g.measured().print(name.c_str());
        worlds.push_back(g.world().checksum());
    };
    const std::string many = std::to_string(threads) + " threads, ";
    measure("1 thread, agent by agent", 1, calls::single);
    measure("1 thread, batches of 32", 1, calls::batched);
    measure(many + "agent by agent", threads, calls::single);
    measure(many + "batches of 32", threads, calls::batched);

    // The game, with a file of weights that changes.
    const auto folder = std::filesystem::temp_directory_path() /
                        ("game_agents_" + std::to_string(clock_type::now().time_since_epoch().count()));
    std::filesystem::create_directory(folder);
    const std::string path = (folder / "steering.safetensors").string();
    if (const etch::file_result saved = save(*shy, path, "game_agents: shy"); !saved) {
        std::fprintf(stderr, "game_agents: %s\n", saved.message().c_str());
        return 1;
    }
    std::printf("\nthe game, 60 frames per second, %zu threads, batches of 32\n", threads);
    game live{agents, threads, calls::batched};
    const outcome played = play(live, frames, path, *shy, *bold);
    std::filesystem::remove_all(folder);
    std::printf("\n%s", heading);
    live.measured().print("the game");
    std::printf("  %zu of %zu frames took longer than 1/60 s\n\n", played.late, played.frames);
    show(live.world());

    // Replayed from the recording, in the simplest way.
    game replay{agents, 1, calls::single};
    std::size_t next = 0;
    for (std::size_t f = 0; f < played.frames; ++f) {
        if (next < played.changes.size() && played.changes[next].frame == f) ++next;
        replay.play_frame(played.changes[next - 1].net);
    }
    const auto hexadecimal = [](std::uint64_t sum) { return static_cast<unsigned long long>(sum); };
    std::printf("\nworlds:");
    for (const std::uint64_t w : worlds) std::printf(" %016llx", hexadecimal(w));
    std::printf("\nthe game: %016llx, replayed on one thread: %016llx\n", hexadecimal(live.world().checksum()),
                hexadecimal(replay.world().checksum()));
    const bool agree = std::count(worlds.begin(), worlds.end(), worlds[0]) == std::ssize(worlds) &&
                       replay.world().checksum() == live.world().checksum();
    std::printf("reloads: %zu taken, %zu refused; worlds agree: %s\n", played.taken, played.refused,
                agree ? "yes" : "no");
    return agree && played.changes.size() == played.taken + 1 ? 0 : 1;
}
