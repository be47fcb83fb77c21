#include <cmath>

#include <etch/layer/fast_tanh.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// 33 numbers: registers of each size and one number alone.
template <class Activation, class T>
struct batch {
    matrix<T, 33, 1> z, a, da, dz;

    batch() {
        for (std::size_t i = 0; i < 33; ++i) {
            z[i] = static_cast<T>(reference::activation_input[i]);
            da[i] = static_cast<T>(reference::activation_grad_output[i]);
        }
    }
    ETCH_NO_INLINE void run() {
        a = Activation::forward(0, z.view());
        dz = Activation::backward(0, z.view(), a.view(), da.view());
    }
};

/// Forward the stated error. The slope moves by no more than twice that, and is multiplied by gradients up to 3.
template <class Activation>
void check_against_torch(const reference::activation& torch, double stated_error) {
    INFO(Activation::name);
    batch<Activation, float> numbers;
    numbers.run();
    CHECK(support::farthest(numbers.a, torch.output) < stated_error);
    CHECK(support::farthest(numbers.dz, torch.grad_input) < 6 * stated_error);
}

/// In double the activation is the exact function: this checks the formula of the slope.
template <class Activation>
double worst_gradient() {
    batch<Activation, double> numbers;
    numbers.run();
    const auto dz = numbers.dz;
    return support::worst_gradient(dz.data(), numbers.z.data(), 33, [&] {
        numbers.run();
        double sum = 0;
        for (std::size_t i = 0; i < 33; ++i) sum += numbers.a[i] * numbers.da[i];
        return sum;
    });
}

}  // namespace

TEST_CASE("fast_tanh and fast_sigmoid are activations that hold nothing") {
    static_assert(Layer<fast_tanh> && Layer<fast_sigmoid>);
    static_assert(fast_tanh::parameters<shape{2, 3, 4}>().size() == 0);
    CHECK(fast_tanh::output(shape{2, 3, 4}) == shape{2, 3, 4});
}

TEST_CASE("fast_tanh and fast_sigmoid are PyTorch's functions but for the error that they state") {
    check_against_torch<fast_tanh>(reference::tanh, 5e-5);
    check_against_torch<fast_sigmoid>(reference::sigmoid, 2.5e-5);
}

TEST_CASE("fast_tanh and fast_sigmoid backward match finite differences") {
    CHECK(worst_gradient<fast_tanh>() < support::gradient_tolerance);
    CHECK(worst_gradient<fast_sigmoid>() < support::gradient_tolerance);
}
