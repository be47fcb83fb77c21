// A custom layer (the struct in snake.hpp), trained on the task that it is made for: continuing a periodic signal
// beyond the data.
#include <cmath>
#include <cstdio>
#include <etch/etch.hpp>
#include <vector>

#include "snake.hpp"

template <class Activation>
using predictor = etch::network<etch::input<1>, etch::dense<16>, Activation, etch::dense<1>>;

float signal(float x) { return 0.25f * x + std::sin(x); }

/// The root mean square error between `from` and `to`.
template <class Network>
double error(const Network& net, float from, float to) {
    constexpr int points = 1000;
    double sum = 0;
    for (int i = 0; i < points; ++i) {
        const float x = from + (to - from) * static_cast<float>(i) / points;
        const double away = static_cast<double>(net({x})[0] - signal(x));
        sum += away * away;
    }
    return std::sqrt(sum / points);
}

template <class Activation>
void learn(const char* name) {
    std::vector<float> inputs, targets;
    for (int i = 0; i < 1024; ++i) {
        inputs.push_back(static_cast<float>(i - 512) / 64);  // from -8 to 8
        targets.push_back(signal(inputs.back()));
    }
    predictor<Activation> net{etch::seed{1}};
    static etch::trainer<predictor<Activation>, etch::mean_squared_error, etch::adam, 32, etch::cosine_decay> trainer{
        {.learning_rate = 1e-2}};
    const auto result = trainer.fit(net, {inputs, targets}, {.epochs = 300});
    if (!result) std::puts(result.message().c_str());
    std::printf("%-6s %15.4f %18.4f\n", name, error(net, -8, 8), error(net, 8, 24));
}

int main() {
    std::puts("rms error on -8 ... 8, training   on 8 ... 24, never seen");
    learn<etch::tanh>("tanh");
    learn<snake>("snake");
}
