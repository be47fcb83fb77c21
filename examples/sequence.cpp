// A network with memory learns an audio effect from a recording of what goes in and what comes out: a low-pass filter
// that is driven into saturation. Trained by truncated backpropagation through time, judged on a signal that it has not
// seen.
#include <cmath>
#include <cstdio>
#include <etch/etch.hpp>
#include <span>
#include <vector>

using amp = etch::network<etch::input<1>, etch::gru<8>, etch::dense<1>>;

struct recording {
    std::vector<float> in, out;
};

recording record(std::size_t samples, etch::seed from) {
    etch::random_generator random{from};
    recording made{std::vector<float>(samples), std::vector<float>(samples)};
    float low = 0;
    for (std::size_t t = 0; t < samples; ++t) {
        made.in[t] = etch::uniform(random, -1.0f, 1.0f);
        low += 0.2f * (made.in[t] - low);  // remembers about five samples
        made.out[t] = std::tanh(4 * low);
    }
    return made;
}

/// The mean squared error of the network over a recording, as a share of the signal's own power.
double error_of(const amp& net, const recording& on) {
    std::vector<float> out(on.in.size());
    amp::state voice{};
    if (net(on.in, out, voice) != etch::status::ok) return INFINITY;
    double error = 0, power = 0;
    for (std::size_t t = 0; t < out.size(); ++t) {
        error += std::pow(out[t] - on.out[t], 2);
        power += std::pow(on.out[t], 2);
    }
    return error / power;
}

int main() {
    constexpr std::size_t steps = 64, epochs = 6;
    const recording training = record(500 * steps, etch::seed{1}), test = record(100 * steps, etch::seed{2});
    amp net{etch::seed{3}};
    using training_type = etch::sequence_stepper<amp, etch::mean_squared_error, etch::adam, steps>;
    const auto stepper = etch::on_heap<training_type>({.learning_rate = 5e-3});

    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        amp::state voice{};  // the beginning of the recording
        double loss = 0;
        for (std::size_t at = 0; at < training.in.size(); at += steps) {
            const auto result = stepper->step(net, std::span{training.in}.subspan(at, steps),
                                              std::span{training.out}.subspan(at, steps), voice);
            if (!result) return std::puts(result.message().c_str()), 1;
            loss += static_cast<double>(result.loss) * steps / static_cast<double>(training.in.size());
        }
        std::printf("epoch %zu: training loss %.5f, error on the test signal %.2f %%\n", epoch, loss,
                    100 * error_of(net, test));
    }
    std::printf("error on the test signal: %.2f %%\n", 100 * error_of(net, test));
}
