// A network that is trained at compile time. All that is left in the program is 17 floats in read-only memory, and the
// very existence of the executable proves that the training succeeded:
//
//   nm -C compile_time_xor | grep exclusive_or          the letter R: read-only data
//   objdump -s -j .rodata compile_time_xor              the weights
//
// It takes 2 to 2.5 s to compile, most of it for parsing the headers, and no compiler limit has to be raised: clang
// allows 1,048,576 steps in a constant expression, and this one takes 670,000. `-fconstexpr-steps=` (clang) and
// `-fconstexpr-ops-limit=` (g++) raise the limits.
#include <cstdio>

#include <etch/layer/dense.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/tanh.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/network/constant_cost.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/training/stepper.hpp>

using gate = etch::network<etch::input<2>, etch::dense<4>, etch::tanh, etch::dense<1>, etch::sigmoid>;

struct training {
    gate net{etch::seed{108}};
    float loss = 0;  // before the last update
};

template <int Updates>
constexpr training train() {
    etch::check_constant_training<gate, Updates, 4>();                   // a readable error if this is too much
    constexpr etch::matrix<float, 2, 4> inputs{0, 0, 0, 1, 1, 0, 1, 1};  // one sample per column
    constexpr etch::matrix<float, 1, 4> targets{0, 1, 1, 0};
    training result;
    etch::stepper<gate, etch::binary_cross_entropy, etch::momentum, 4> stepper{{.learning_rate = 1}};
    for (int i = 0; i < Updates; ++i) result.loss = stepper.step(result.net, inputs, targets);
    return result;
}

constexpr training trained = train<25>();

// Declared as in a header, so that it becomes an object that other files can use by name.
extern const gate exclusive_or;
constexpr gate exclusive_or = trained.net;

static_assert(trained.loss < 0.01f);
static_assert(exclusive_or({0, 0})[0] < 0.02f);
static_assert(exclusive_or({0, 1})[0] > 0.98f);
static_assert(exclusive_or({1, 0})[0] > 0.98f);
static_assert(exclusive_or({1, 1})[0] < 0.02f);

int main() {
    for (const float a : {0.0f, 1.0f})
        for (const float b : {0.0f, 1.0f})
            std::printf("%g xor %g = %.4f\n", static_cast<double>(a), static_cast<double>(b),
                        static_cast<double>(exclusive_or({a, b})[0]));
}
