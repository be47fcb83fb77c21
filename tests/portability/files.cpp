// Files in memory: the bytes that are saved, and what is read from them, whatever the order of bytes in a number.
#include <array>
#include <cstddef>
#include <span>

#include <etch/io/checkpoint.hpp>
#include <etch/io/golden.hpp>
#include <etch/io/load.hpp>
#include <etch/io/save.hpp>
#include <etch/layer/dense.hpp>

#include "items.hpp"

namespace golden {

namespace {

std::array<std::byte, 4096> memory;

/// The bytes themselves.
digest of_bytes(std::size_t count) {
    digest d;
    for (std::size_t i = 0; i < count; ++i) d.add(static_cast<float>(std::to_integer<int>(memory[i])));
    return d;
}

}  // namespace

void files() {
    using namespace etch;
    using exact = network<input<5>, dense<7>, etch::tanh, dense<3>>;
    using short_numbers = network<input<5>, dense<7, bf16>, etch::tanh, dense<3, bf16>>;
    static exact net, loaded;
    static short_numbers brief;
    net = exact{seed{8}};
    std::array<float, 10> samples{};
    draw(samples, 9);

    const save_result saved = save(net, memory, {.golden = samples});
    report("saved", saved.ok() ? of_bytes(saved.size) : digest{});
    const std::span file{memory.data(), saved.size};
    digest read;
    const golden_result agrees = load(loaded, file).ok() ? verify(loaded, file) : golden_result{};
    read.add(static_cast<float>(agrees.count));
    read.add(agrees.ok() ? 1.0f : 0.0f);
    read.add_all(loaded.parameters());
    report("loaded", read);
    digest rounded;
    if (load(brief, file).ok()) rounded.add_all(brief(std::span<const float, 5>{samples.data(), 5}));
    const save_result saved_again = save(brief, memory);
    report("loaded as bf16", rounded);
    report("saved as bf16", saved_again.ok() ? of_bytes(saved_again.size) : digest{});

    static small_network pupil;
    pupil = small_network{seed{10}};
    using teacher = stepper<small_network, mean_squared_error, adam, 4>;
    static teacher step, other;
    step = teacher{};
    static matrix<float, 3, 4> x;
    static matrix<float, 2, 4> y;
    draw(x, 11);
    draw(y, 12);
    (void)step.step(pupil, x, y, 10);
    const save_result kept = save_checkpoint(step, pupil, memory);
    report("checkpoint", kept.ok() ? of_bytes(kept.size) : digest{});
    static small_network again;
    digest resumed;
    if (load_checkpoint(other, again, std::span{memory.data(), kept.size}).ok()) {
        resumed.add(other.step(again, x, y, 10));
        resumed.add_all(again.parameters());
    }
    report("resumed", resumed);
}

}  // namespace golden
