// The effect of compiler options: prints the time of one call and of one sample of training, in tenths of a nanosecond.
// options.cmake compiles this file with each set of options.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/training/stepper.hpp>

using policy = etch::network<etch::input<17>, etch::dense<64>, etch::tanh,  //
                             etch::dense<64>, etch::tanh,                   //
                             etch::dense<6>, etch::tanh>;
constexpr std::size_t batch = 32;

policy net{etch::seed{42}};
etch::stepper<policy, etch::mean_squared_error, etch::adam, batch> training{{.learning_rate = 1e-3}};
etch::matrix<float, policy::inputs, batch> inputs;
etch::matrix<float, policy::outputs, batch> targets;

// The processor's time for one of `count` repetitions, each of `samples` samples.
template <class Function>
double tenths(long count, double samples, Function&& function) {
    const std::clock_t begin = std::clock();
    for (long i = 0; i < count; ++i) function();
    return static_cast<double>(std::clock() - begin) * 1e10 / CLOCKS_PER_SEC / (static_cast<double>(count) * samples);
}

int main(int, char** arguments) {
    const long calls = std::atol(arguments[1]), steps = std::atol(arguments[2]);
    std::array<float, policy::inputs> x{};
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.1f * static_cast<float>(i);
    for (std::size_t j = 0; j < batch; ++j) {
        for (std::size_t i = 0; i < policy::inputs; ++i) inputs(i, j) = 0.01f * static_cast<float>(i * j % 37);
        for (std::size_t i = 0; i < policy::outputs; ++i) targets(i, j) = 0.02f * static_cast<float>(i * j % 31);
    }
    // Each call waits for the one before it, as in a control loop; the first call loads everything into the cache.
    const auto call = [&x] { x[0] = net(x)[0]; };
    const auto step = [] { (void)training.step(net, inputs, targets); };
    call(), step();
    const double time = tenths(calls, 1, call), learning = tenths(steps, batch, step);
    std::printf("%.0f;%.0f;%.9g\n", time, learning, static_cast<double>(x[0]));
}
