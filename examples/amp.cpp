// An amplifier as a neural network: an LSTM learns a distortion from what goes in and what comes out, by truncated
// backpropagation through time, and is judged by a signal that it has not heard. Then it runs as an audio program runs
// it: in blocks of 64 samples, without allocating, locking or waiting.
//
//   amp [--seconds N] [--epochs N] [--picture FILE.svg] [--in FILE.wav] [--out FILE.wav]
//
// Without --in it plays a signal of its own. WAV files need libsndfile (Debian: libsndfile1-dev).
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <etch/etch.hpp>
#include <etch/report/plot.hpp>
#include <span>
#include <string>
#include <vector>

#include "count_allocations.hpp"
#include "flush_to_zero.hpp"
#include "wav_file.hpp"

namespace {

using amp = etch::network<etch::input<1>, etch::lstm<16>, etch::dense<1>>;
using samples = std::vector<float>;

constexpr std::size_t rate = 48000, block = 64, tone = 200;  // Hz, samples, Hz
constexpr double pi = 3.14159265358979323846;

/// Plucked strings: notes over three octaves, loud and soft, of eight partials that fade, the higher the faster.
samples play(std::size_t count, etch::seed from) {
    etch::random_generator random{from};
    const auto any = [&random](float low, float high) { return static_cast<double>(etch::uniform(random, low, high)); };
    std::vector<double> sum(count);
    for (std::size_t start = 0; start < count;) {
        const double pitch = 82.4 * std::exp2(any(0, 3)), level = 0.6 * std::pow(10, any(-1.2f, 0)), fade = any(1, 3);
        for (std::size_t i = 0; i < rate && start + i < count; ++i) {
            const double t = static_cast<double>(i) / rate;
            double string = 0;
            for (int partial = 1; partial <= 8; ++partial)
                string += std::sin(2 * pi * partial * pitch * t) * std::exp(-fade * partial * t) / partial;
            sum[start + i] += level * string * (1 - std::exp(-t / 0.002));
        }
        start += static_cast<std::size_t>(any(0.05f, 0.5f) * rate);
    }
    samples signal(count);
    std::transform(sum.begin(), sum.end(), signal.begin(),
                   [](double s) { return static_cast<float>(std::clamp(s, -1.0, 1.0)); });
    return signal;
}

/// The amplifier to be learned, a tube stage between two filters:
///
///     low'  = low + a (x - low)        v = 6 (x - low')           high-pass, 120 Hz
///     w     = tanh(v + 1/2) - tanh(1/2)                           one side clips before the other
///     y'    = y + b (w - y)            the output is 0.6 y'       low-pass, 5 kHz
///
/// with 1 - e^(-2 pi f / rate) for a and b.
samples distort(std::span<const float> signal) {
    const double a = 1 - std::exp(-2 * pi * 120 / rate), b = 1 - std::exp(-2 * pi * 5000 / rate);
    double low = 0, y = 0;
    samples out;
    out.reserve(signal.size());
    for (const float x : signal) {
        low += a * (static_cast<double>(x) - low);
        const double v = 6 * (static_cast<double>(x) - low);
        y += b * (std::tanh(v + 0.5) - std::tanh(0.5) - y);
        out.push_back(static_cast<float>(0.6 * y));
    }
    return out;
}

/// What an audio host owns and calls for each block, in a thread that must neither wait nor allocate.
class effect {
public:
    explicit effect(const amp& net) noexcept : net_{&net} {}

    void process(std::span<const float> in, std::span<float> out) noexcept {
        const flush_to_zero mode;
        (void)(*net_)(in, out, voice_);  // the spans have the same size, so this cannot fail
    }

private:
    const amp* net_;
    amp::state voice_{};
};

samples through(const amp& net, std::span<const float> signal) {
    samples out(signal.size());
    effect{net}.process(signal, out);
    return out;
}

/// The error-to-signal ratio: the power of the error as a share of the power of the signal.
double error_to_signal(std::span<const float> out, std::span<const float> target) {
    double error = 0, power = 0;
    for (std::size_t t = 0; t < out.size(); ++t) {
        error += std::pow(out[t] - target[t], 2);
        power += std::pow(target[t], 2);
    }
    return error / power;
}

/// Cuts a recording into 16 strips that are learned at the same time, 128 samples per update. The state of each passes
/// from piece to piece.
bool train(amp& net, std::size_t epochs, std::span<const float> heard) {
    constexpr std::size_t strips = 16, steps = 128, length = 16 * rate / strips / steps * steps;
    const samples signal = play(strips * length, etch::seed{1}), target = distort(signal), test = distort(heard);
    using stepper_type =
        etch::sequence_stepper<amp, etch::mean_squared_error, etch::adam, steps, strips, etch::cosine_decay>;
    const auto stepper = etch::on_heap<stepper_type>({.learning_rate = 1e-2}, {}, {.norm = 1});
    samples x(steps * strips), y(steps * strips);
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        amp::states<strips> voices{};
        for (std::size_t start = 0; start < length; start += steps) {
            for (std::size_t i = 0; i < x.size(); ++i) {  // step after step, within a step strip after strip
                x[i] = signal[i % strips * length + start + i / strips];
                y[i] = target[i % strips * length + start + i / strips];
            }
            const auto result = stepper->step(net, x, y, voices, {.total_steps = epochs * (length / steps)});
            if (!result) return std::puts(result.message().c_str()), false;
        }
        if (epoch % 4 == 0 || epoch == epochs)
            std::printf("epoch %2zu: error-to-signal ratio %.3f %%\n", epoch,
                        100 * error_to_signal(through(net, heard), test));
    }
    return true;
}

/// Lets the effect play a signal in blocks, as fast as it can, and prints how long the blocks took and whether anything
/// was allocated meanwhile. The last block may be shorter.
bool run_in_blocks(const amp& net, std::span<const float> in, std::span<float> out) {
    using clock = std::chrono::steady_clock;
    effect voice{net};
    std::vector<double> took;
    took.reserve(in.size() / block + 1);
    const std::size_t before = allocations;
    double sum = 0;
    for (std::size_t at = 0; at < in.size(); at += block) {
        const std::size_t count = std::min(block, in.size() - at);
        const auto begin = clock::now();
        voice.process(in.subspan(at, count), out.subspan(at, count));
        took.push_back(std::chrono::duration<double, std::micro>(clock::now() - begin).count());
        sum += took.back();
    }
    const std::size_t allocated = allocations - before;
    std::sort(took.begin(), took.end());
    std::printf("%.1f s in blocks of %zu at %zu Hz: real-time factor %.4f (%.0f times as fast as the signal)\n",
                static_cast<double>(in.size()) / rate, block, rate, sum * 1e-6 * rate / static_cast<double>(in.size()),
                static_cast<double>(in.size()) / (sum * 1e-6 * rate));
    std::printf("a block lasts %.0f us and takes %.1f us in the median, %.1f us at worst; allocations: %zu\n",
                1e6 * block / rate, took[took.size() / 2], took.back(), allocated);
    return allocated == 0;
}

/// The levels of a tone's harmonics up to 3 kHz: a Fourier transform of whole periods.
etch::chart_series harmonics(const char* name, std::span<const float> signal, std::size_t style, bool line) {
    etch::chart_series drawn{.name = name, .points = {}, .line = line, .style = style};
    for (std::size_t frequency = tone; frequency <= 3000; frequency += tone) {
        double re = 0, im = 0;
        for (std::size_t i = 0; i < signal.size(); ++i) {
            const double phase = 2 * pi * static_cast<double>(frequency * i % rate) / rate;
            re += static_cast<double>(signal[i]) * std::cos(phase);
            im += static_cast<double>(signal[i]) * std::sin(phase);
        }
        const double level = 2 * std::hypot(re, im) / static_cast<double>(signal.size());
        drawn.points.push_back({static_cast<double>(frequency), 20 * std::log10(level)});
    }
    return drawn;
}

etch::chart_series waveform(const char* name, std::span<const float> signal, std::size_t style, std::size_t every = 1) {
    etch::chart_series drawn{.name = name, .points = {}, .line = every == 1, .style = style};
    for (std::size_t i = 0; i < signal.size(); i += every)
        drawn.points.push_back({1e3 * static_cast<double>(i) / rate, static_cast<double>(signal[i])});
    return drawn;
}

/// A tone before and after: 12 ms of it, and its harmonics.
bool draw(const amp& net, const std::string& file) {
    samples in(rate / 2);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<float>(0.3 * std::sin(2 * pi * static_cast<double>(tone * i % rate) / rate));
    const samples wanted = distort(in), learned = through(net, in);
    const auto end = [](const samples& of, std::size_t count) { return std::span{of}.last(count); };
    constexpr std::size_t shown = rate * 12 / 1000, transformed = 20 * rate / tone;
    const etch::chart picture{
        {{.title = "A tone of 200 Hz, before and after",
          .x_label = "ms",
          .y_label = "amplitude",
          .series = {waveform("in", end(in, shown), 0), waveform("out of the amplifier", end(wanted, shown), 1),
                     waveform("out of the network", end(learned, shown), 2, 12)}},
         {.title = "Its harmonics",
          .x_label = "Hz",
          .y_label = "dB",
          .series = {harmonics("in", end(in, transformed), 0, false),
                     harmonics("out of the amplifier", end(wanted, transformed), 1, true),
                     harmonics("out of the network", end(learned, transformed), 2, false)},
          .low = {0, -100},
          .high = {3000, 0}}}};
    const auto written = etch::write_svg(file, picture);
    if (!written) std::fprintf(stderr, "amp: %s\n", written.message().c_str());
    return static_cast<bool>(written);
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 60;
    std::size_t epochs = 20;
    std::string in, out, picture;
    CLI::App options{"An LSTM learns the sound of an amplifier"};
    options.add_option("--seconds", seconds, "length of the signal that is played in blocks")
        ->check(CLI::Range(0.01, 3600.0));
    options.add_option("--epochs", epochs, "number of passes over the 16 s that it learns from")
        ->check(CLI::Range(1, 1000));
    options.add_option("--picture", picture, "an SVG file: a tone before and after");
    options.add_option("--in", in, "a WAV file at 48 kHz to play, instead of the signal of its own");
    options.add_option("--out", out, "the WAV file of what comes out");
    CLI11_PARSE(options, argc, argv);
    if (!has_wav_files) {
        std::printf("built without libsndfile (Debian: libsndfile1-dev), so WAV files are left out\n");
        if (!in.empty()) return 2;
    }

    samples played;
    if (in.empty()) {
        played = play(static_cast<std::size_t>(seconds * rate), etch::seed{3});
    } else if (const std::string problem = read_wav(in, rate, played); !problem.empty()) {
        std::fprintf(stderr, "amp: %s: %s\n", in.c_str(), problem.c_str());
        return 1;
    }

    amp net{etch::seed{1}};
    const samples unheard = play(5 * rate, etch::seed{2});
    if (!train(net, epochs, unheard)) return 1;

    samples result(played.size());
    if (!run_in_blocks(net, played, result)) return 1;
    if (has_wav_files && !out.empty()) {
        if (const std::string problem = write_wav(out, rate, result); !problem.empty()) {
            std::fprintf(stderr, "amp: %s: %s\n", out.c_str(), problem.c_str());
            return 1;
        }
    }
    if (!picture.empty() && !draw(net, picture)) return 1;
    std::printf("error-to-signal ratio of the signal that was played: %.4f %%\n",
                100 * error_to_signal(result, distort(played)));
}
