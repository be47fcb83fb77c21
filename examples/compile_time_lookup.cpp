// A curve known at a few points, learned at compile time, and used in place of a table: the amount of light that
// a pixel value of the sRGB standard represents. The program does not compile if the network misses a point by more
// than 1 % of the full scale.
//
// It takes 2.5 to 4 s to compile. clang needs 1.9 million steps but allows 1,048,576 by default, so CMakeLists.txt
// raises the limit (-fconstexpr-steps); g++ stays within its limits and takes 460 MB.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <etch/layer/dense.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/training/stepper.hpp>

using curve = etch::network<etch::input<1>, etch::dense<2>, etch::tanh, etch::dense<1>>;

// The standard's formula, x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055)^2.4, at nine points.
constexpr std::size_t points = 9;
constexpr etch::matrix<float, 1, points> value{0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1};
constexpr etch::matrix<float, 1, points> light{0, 0.0143, 0.0509, 0.1160, 0.2140, 0.3485, 0.5225, 0.7388, 1};

constexpr curve fit(etch::seed seed, std::uint64_t updates) {
    curve net{seed};
    etch::stepper<curve, etch::mean_squared_error, etch::momentum, points, etch::cosine_decay> stepper{
        {.learning_rate = 0.5}};
    for (std::uint64_t i = 0; i < updates; ++i) stepper.step(net, value, light, updates);
    return net;
}

constexpr float largest_error(const curve& net) {
    float largest = 0;
    for (std::size_t i = 0; i < points; ++i) {
        const float error = net({value[i]})[0] - light[i];
        largest = std::max({largest, error, -error});
    }
    return largest;
}

// Declared as in a header, so that it becomes an object that other files can use by name.
extern const curve linear_light;
constexpr curve linear_light = fit(etch::seed{59}, 80);

static_assert(largest_error(linear_light) < 0.01f);

int main() {
    std::printf("value  light  learned\n");
    for (std::size_t i = 0; i < points; ++i)
        std::printf("%5.3f  %.3f  %7.3f\n", static_cast<double>(value[i]), static_cast<double>(light[i]),
                    static_cast<double>(linear_light({value[i]})[0]));
    std::printf("largest error: %.4f\n", static_cast<double>(largest_error(linear_light)));
}
