// What is a person doing? The accelerometer of a watch, 25 times a second, says whether its owner sits, walks, runs or
// climbs stairs. A network of convolutions learns it from windows of 64 samples, and is judged by people that it has
// never met. With the same weights and the same bits it then runs as a stream, one sample after the other, which costs
// a twentieth of the arithmetic; examples/microcontroller runs this network on a Cortex-M.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <etch/etch.hpp>
#include <etch/report/metrics_text.hpp>
#include <span>
#include <vector>

namespace {

constexpr std::size_t axes = 3, length = 64, activities = 4, rate = 25;  // samples per second
constexpr double pi = 3.14159265358979323846;
constexpr std::array<char, activities> letters{'-', 'w', 'R', '/'};  // sitting, walking, running, climbing stairs

/// Sees a window. The last convolution sees 4 positions 16 apart, each of which has seen 16 samples: 64 in all.
using window_network = etch::network<etch::input<axes, length>, etch::conv_1d<8, 4>, etch::relu,  //
                                     etch::conv_1d<8, 4, etch::dilation<4>>, etch::relu,          //
                                     etch::conv_1d<16, 4, etch::dilation<16>>, etch::relu,        //
                                     etch::flatten, etch::dense<activities>, etch::softmax>;

/// The same layers as a stream: sees a sample, and carries the inputs that its convolutions still need as its state.
using stream_network = etch::network<etch::input<axes>, etch::causal_conv_1d<8, 4>, etch::relu,    //
                                     etch::causal_conv_1d<8, 4, etch::dilation<4>>, etch::relu,    //
                                     etch::causal_conv_1d<16, 4, etch::dilation<16>>, etch::relu,  //
                                     etch::dense<activities>, etch::softmax>;
static_assert(stream_network::parameter_count == window_network::parameter_count);

using sample = std::array<float, axes>;  // in units of gravity: forward, sideways, up

/// How somebody moves. Nobody walks like somebody else, and one's stairs resemble another's walking.
class person {
public:
    explicit person(etch::seed from)
        : random_{from},
          speed_{any(0.88, 1.12)},
          strength_{any(0.7, 1.3)},
          lean_{any(-0.15, 0.15)},
          tilt_{any(-0.15, 0.15)},
          limp_{any(0, 0.25)} {
        for (double& p : phase_) p = any(-0.6, 0.6);
    }

    /// Some seconds of an activity, from an instant of the step that chance decides.
    std::vector<sample> record(std::size_t activity, std::size_t samples) {
        constexpr struct {
            double steps_per_second, up, forward, sideways, impact, lean;
        } gaits[activities]{{0, 0, 0, 0, 0, 0},
                            {1.85, 0.28, 0.16, 0.08, 0.12, 0},
                            {2.7, 0.95, 0.35, 0.2, 0.4, 0.08},
                            {1.4, 0.24, 0.1, 0.16, 0.04, 0.12}};
        const auto& gait = gaits[activity];
        const double speed = gait.steps_per_second * speed_ * any(0.93, 1.07), strength = strength_ * any(0.85, 1.15);
        const double noise = activity == 0 ? 0.015 : 0.05;
        double step = any(0, 2), drift = 0;
        std::vector<sample> made(samples);
        for (sample& s : made) {
            step += speed / rate * any(0.9, 1.1);
            drift += 0.05 * (any(-0.2, 0.2) - drift);
            const double left = std::sin(pi * step), beat = 2 * pi * step;
            const double force = strength * (1 + limp_ * left);
            const double forward = gait.forward * force * std::sin(beat + 1 + phase_[0]) + gait.lean + lean_ + drift;
            const double sideways = gait.sideways * strength * std::sin(beat / 2 + phase_[1]) + tilt_;
            const double up =
                1 + gait.up * force * std::sin(beat) + gait.impact * force * std::sin(2 * beat + phase_[2]);
            for (std::size_t axis = 0; axis < axes; ++axis) {
                const double value = axis == 0 ? forward : axis == 1 ? sideways : up;
                s[axis] = static_cast<float>(value + noise * (any(-1, 1) + any(-1, 1)));
            }
        }
        return made;
    }

private:
    double any(double low, double high) {
        return static_cast<double>(etch::uniform(random_, static_cast<float>(low), static_cast<float>(high)));
    }

    etch::random_generator random_;
    double speed_, strength_, lean_, tilt_, limp_;
    std::array<double, 3> phase_{};
};

using window = std::span<const float, window_network::inputs>;
using windows = etch::data_set<window_network::inputs, activities>;

/// The window that begins with this sample.
window window_at(const std::vector<sample>& signal, std::size_t at) {
    return window{signal[at].data(), window_network::inputs};
}

/// Half a minute of each activity of each of these people, in windows that begin every 16 samples.
windows record(std::size_t people, std::uint64_t first) {
    windows made;
    for (std::uint64_t who = first; who < first + people; ++who) {
        person somebody{etch::seed{who}};
        for (std::size_t activity = 0; activity < activities; ++activity) {
            const std::vector<sample> signal = somebody.record(activity, 30 * rate);
            std::array<float, activities> target{};
            target[activity] = 1;
            for (std::size_t at = 0; at + length <= signal.size(); at += 16)
                made.push_back(window_at(signal, at), target);
        }
    }
    return made;
}

/// Follows somebody through all activities, sample by sample, and prints the answer once a second. Returns whether each
/// answer has the bits of the window network's for the window that ends there.
bool follow(const window_network& net, const stream_network& stream, person somebody) {
    constexpr std::size_t seconds = 15;
    std::vector<sample> signal;
    for (std::size_t activity = 0; activity < activities; ++activity) {
        const std::vector<sample> part = somebody.record(activity, seconds * rate);
        signal.insert(signal.end(), part.begin(), part.end());
    }
    stream_network::state watch{};
    bool same = true;
    std::printf("a minute of somebody, %zu seconds of each activity:\n  ", seconds);
    for (std::size_t t = 0; t < signal.size(); ++t) {
        const auto answer = stream(signal[t], watch);
        if (t + 1 >= length) same = same && answer == net(window_at(signal, t + 1 - length));
        if (t % rate == rate - 1) std::printf("%c", letters[etch::argmax(answer)]);
        if (t % (seconds * rate) == seconds * rate - 1) std::printf(" ");
    }
    std::printf("\n");
    return same;
}

}  // namespace

int main() {
    const windows training = record(60, 100), validation = record(10, 200), test = record(25, 300);
    window_network net{etch::seed{1}};
    using trainer_type = etch::trainer<window_network, etch::cross_entropy, etch::adam, 32, etch::cosine_decay>;
    static trainer_type trainer{{.learning_rate = 5e-3}};
    const auto result = trainer.fit(net, training, {.epochs = 12, .validation = validation}, etch::progress_bar{});
    if (!result) return std::puts(result.message().c_str()), 1;
    const auto report = etch::evaluate(net, test);
    etch::print(report);

    stream_network stream;
    std::copy(net.parameters().begin(), net.parameters().end(), stream.parameters().begin());
    std::printf("multiply-adds per answer: %zu for a window, %zu in the stream, with %zu bytes of state\n",
                etch::summary<window_network>.multiply_adds, etch::summary<stream_network>.multiply_adds,
                sizeof(stream_network::state));
    const bool same = follow(net, stream, person{etch::seed{400}});
    std::printf("stream and window: %s\n", same ? "same bits" : "differ");
    std::printf("accuracy for people who were not met before: %.4f\n", report.accuracy());
    return same ? 0 : 1;
}
