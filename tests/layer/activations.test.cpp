// All activations in one table, so that one compilation serves them all.
#include <cmath>
#include <limits>
#include <type_traits>

#include <etch/layer/elu.hpp>
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/gelu.hpp>
#include <etch/layer/hard_sigmoid.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/relu.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/silu.hpp>
#include <etch/layer/softplus.hpp>
#include <etch/layer/tanh.hpp>

#include "reference/layers.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// The textbook's formulas in double, and PyTorch's numbers.
struct formula {
    const reference::activation* torch;
    double (*value)(double);
    double (*slope)(double);
};

double logistic(double z) { return 1 / (1 + std::exp(-z)); }
double ramp(double z) { return std::min(std::max(z / 6 + 0.5, 0.0), 1.0); }
double bell(double z) { return std::exp(-z * z / 2) * 0.3989422804014327; }
double below(double z) { return 0.5 * std::erfc(-z * 0.7071067811865476); }
constexpr double lambda = 1.0507009873554805, lambda_alpha = lambda * 1.6732632423543773;

/// Calls f<Activation>(formula) for each.
template <class F>
void for_each_activation(F f) {
    f.template operator()<identity>({&reference::identity, [](double z) { return z; }, [](double) { return 1.0; }});
    f.template operator()<relu>(
        {&reference::relu, [](double z) { return z > 0 ? z : 0; }, [](double z) { return z > 0 ? 1.0 : 0.0; }});
    f.template operator()<leaky_relu<>>({&reference::leaky_relu, [](double z) { return z > 0 ? z : 0.01 * z; },
                                         [](double z) { return z > 0 ? 1.0 : 0.01; }});
    f.template operator()<elu<>>({&reference::elu, [](double z) { return z > 0 ? z : std::expm1(z); },
                                  [](double z) { return z > 0 ? 1 : std::exp(z); }});
    f.template operator()<selu>({&reference::selu,
                                 [](double z) { return z > 0 ? lambda * z : lambda_alpha * std::expm1(z); },
                                 [](double z) { return z > 0 ? lambda : lambda_alpha * std::exp(z); }});
    f.template operator()<gelu>(
        {&reference::gelu, [](double z) { return z * below(z); }, [](double z) { return below(z) + z * bell(z); }});
    f.template operator()<silu>({&reference::silu, [](double z) { return z * logistic(z); },
                                 [](double z) { return logistic(z) * (1 + z * logistic(-z)); }});
    f.template operator()<softplus>({&reference::softplus, [](double z) { return std::log1p(std::exp(z)); }, logistic});
    f.template operator()<etch::tanh>({&reference::tanh, [](double z) { return std::tanh(z); },
                                       [](double z) { return 1 - std::tanh(z) * std::tanh(z); }});
    f.template operator()<sigmoid>(
        {&reference::sigmoid, logistic, [](double z) { return logistic(z) * logistic(-z); }});
    f.template operator()<hard_tanh>({&reference::hard_tanh, [](double z) { return z < -1  ? -1
                                                                                   : z > 1 ? 1
                                                                                           : z; },
                                      [](double z) { return z > -1 && z < 1 ? 1.0 : 0.0; }});
    f.template operator()<clamp<3, 2>>({&reference::clamp, [](double z) { return z < -1.5  ? -1.5
                                                                                 : z > 1.5 ? 1.5
                                                                                           : z; },
                                        [](double z) { return z > -1.5 && z < 1.5 ? 1.0 : 0.0; }});
    f.template operator()<hard_sigmoid>(
        {&reference::hard_sigmoid, ramp, [](double z) { return z > -3 && z < 3 ? 1.0 / 6 : 0.0; }});
    f.template operator()<hard_swish>({&reference::hard_swish, [](double z) { return z * ramp(z); },
                                       [](double z) { return z <= -3  ? 0
                                                             : z >= 3 ? 1
                                                                      : z / 3 + 0.5; }});
}

/// An activation on a batch of a certain size. Compiled once for each size, since each costs the compiler half a
/// second.
template <class Activation, class T, std::size_t Rows, std::size_t Columns>
struct batch {
    matrix<T, Rows, Columns> z, a, da, dz;

    ETCH_NO_INLINE void run() {
        a = Activation::forward(0, z.view());
        dz = Activation::backward(0, z.view(), a.view(), da.view());
    }
};

/// 33 numbers, two registers of 16 and one number at most; all activations are asked in this size.
template <class Activation>
using float_batch = batch<Activation, float, 33, 1>;

struct value_and_slope {
    float value, slope;
};

/// g(z) and g'(z); the first number of the batch and the last, which is alone, must agree to the bit.
template <class Activation>
value_and_slope at(float z) {
    float_batch<Activation> numbers;
    numbers.z.fill(z);
    numbers.da.fill(1);
    numbers.run();
    CHECK(numbers.a[0] == numbers.a[32]);
    CHECK(numbers.dz[0] == numbers.dz[32]);
    return {numbers.a[0], numbers.dz[0]};
}

template <class Batch>
Batch torch_batch() {
    Batch numbers;
    for (std::size_t i = 0; i < 33; ++i) {
        numbers.z[i] = reference::activation_input[i];
        numbers.da[i] = reference::activation_grad_output[i];
    }
    return numbers;
}

/// Between float and the exact value, relative to the larger of the value and 1. An activation's own error is a few
/// ulp; gelu and the slopes of gelu and silu subtract numbers around 1, which leaves an absolute error: 2.1e-7 at most.
constexpr double float_tolerance = 3e-7;
/// In double the two differ by roundings of numbers up to 30: 5e-16 measured.
constexpr double double_tolerance = 2e-15;

/// The farthest of three samples from the formulas, number by number.
template <class Activation, std::size_t Size>
double farthest_at_size(const formula& textbook) {
    batch<Activation, float, Size, 3> numbers;
    support::scatter_numbers(numbers.z, seed{Size}, 3);
    support::scatter_numbers(numbers.da, seed{Size + 1});
    numbers.run();
    double worst = 0;
    for (std::size_t i = 0; i < numbers.z.size(); ++i) {
        const double z = numbers.z[i], da = numbers.da[i];
        worst = std::max(worst, support::distance(numbers.a[i], textbook.value(z)));
        worst = std::max(worst, support::distance(numbers.dz[i], da * textbook.slope(z)));
    }
    return worst;
}

template <class Activation>
double worst_gradient() {
    batch<Activation, double, 11, 3> numbers;
    support::scatter_numbers(numbers.z, seed{1},
                             2);  // none of them within 0.02 of the kink at 0, nor 1e-5 of those at 1
    support::scatter_numbers(numbers.da, seed{2});
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

TEST_CASE("an activation keeps the shape, joins the expression before it, and holds nothing") {
    for_each_activation([]<class Activation>(formula) {
        static_assert(Layer<Activation>);
        static_assert(Activation::template parameters<shape{2, 3, 4}>().size() == 0);
        CHECK(Activation::output(shape{2, 3, 4}) == shape{2, 3, 4});
        CHECK(Activation::elementwise);
    });
}

TEST_CASE("activations have the values and slopes that a person works out by hand") {
    const float ln2 = 0.69314718f, ln3 = 1.09861229f;
    const auto close = [](value_and_slope got, double value, double slope) {  // 2 ulp, and 4 for the slope
        CHECK(static_cast<double>(got.value) == Approx(value).epsilon(2.4e-7));
        CHECK(static_cast<double>(got.slope) == Approx(slope).epsilon(4.8e-7));
    };
    const auto exactly = [](value_and_slope got, float value, float slope) {
        CHECK(got.value == value);
        CHECK(got.slope == slope);
    };
    exactly(at<identity>(-2.5f), -2.5f, 1);
    exactly(at<relu>(-2), 0, 0);
    exactly(at<relu>(0), 0, 0);
    exactly(at<relu>(3), 3, 1);
    exactly(at<leaky_relu<>>(-2), -0.02f, 0.01f);
    exactly(at<leaky_relu<>>(0), 0, 0.01f);
    exactly(at<leaky_relu<1, 4>>(-2), -0.5f, 0.25f);
    exactly(at<leaky_relu<1, 4>>(2), 2, 1);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    exactly(at<leaky_relu<0, 1>>(infinity), infinity, 1);  // whose product with the slope is NaN
    close(at<elu<>>(-ln2), -0.5, 0.5);
    exactly(at<elu<>>(4), 4, 1);
    exactly(at<elu<1, 2>>(0), 0, 0.5f);
    // 1 - a a with one rounding under the first contract, near 1 where it shows.
    using one = lanes<float, 1>;
    constexpr float slope = fused_multiply_add ? 0x1p-12f - 0x1p-26f : 0x1p-12f;
    CHECK(etch::tanh::derivative(one(1 - 0x1p-13f)).value == slope);
    CHECK(fast_tanh::derivative(one(1 - 0x1p-13f)).value == slope);
    close(at<elu<1, 2>>(-ln2), -0.25, 0.25);
    exactly(at<elu<1, 2>>(4), 4, 1);
    close(at<selu>(1), lambda, lambda);
    close(at<selu>(-ln2), -lambda_alpha / 2, lambda_alpha / 2);
    close(at<gelu>(1), 0.8413447460685429, 0.8413447460685429 + 0.24197072451914337);  // Φ(1) and φ(1)
    close(at<gelu>(0), 0, 0.5);
    close(at<silu>(ln3), 0.75 * 1.0986122886681098, 0.75 * (1 + 1.0986122886681098 * 0.25));
    close(at<silu>(0), 0, 0.5);
    close(at<softplus>(0), 0.6931471805599453, 0.5);
    close(at<softplus>(ln3), 1.3862943611198906, 0.75);  // log(1 + 3)
    close(at<etch::tanh>(ln2), 0.6, 0.64);
    close(at<sigmoid>(ln3), 0.75, 0.1875);
    close(at<sigmoid>(-ln3), 0.25, 0.1875);
    exactly(at<hard_tanh>(-3), -1, 0);
    exactly(at<hard_tanh>(0.25f), 0.25f, 1);
    exactly(at<hard_tanh>(1.5f), 1, 0);
    constexpr float sixth = 1.0f / 6;
    exactly(at<hard_sigmoid>(-3), 0, 0);
    exactly(at<hard_sigmoid>(0), 0.5f, sixth);
    exactly(at<hard_sigmoid>(1.5f), 0.75f, sixth);
    exactly(at<hard_sigmoid>(3), 1, 0);
    exactly(at<hard_swish>(-3), 0, 0);
    exactly(at<hard_swish>(-1.5f), -0.375f, 0);
    exactly(at<hard_swish>(1.5f), 1.125f, 1);
    exactly(at<hard_swish>(3), 3, 1);
    exactly(at<clamp<>>(-3), -1, 0);
    exactly(at<clamp<10>>(-3), -3, 1);
    exactly(at<clamp<10>>(12), 10, 0);
    exactly(at<clamp<3, 2>>(-1.5f), -1.5f, 0);
}

TEST_CASE("activations forward and backward match PyTorch") {
    for_each_activation([]<class Activation>(formula textbook) {
        INFO(Activation::name);
        auto single = torch_batch<float_batch<Activation>>();
        single.run();
        CHECK(support::farthest(single.a, textbook.torch->output) < float_tolerance);
        CHECK(support::farthest(single.dz, textbook.torch->grad_input) < float_tolerance);
        auto twice = torch_batch<batch<Activation, double, 11, 3>>();
        twice.run();
        CHECK(support::farthest(twice.a, textbook.torch->output) < double_tolerance);
        CHECK(support::farthest(twice.dz, textbook.torch->grad_input) < double_tolerance);
    });
}

TEST_CASE("activations backward match finite differences") {
    for_each_activation([]<class Activation>(formula) {
        INFO(Activation::name);
        CHECK(worst_gradient<Activation>() < support::gradient_tolerance);
    });
    CHECK(worst_gradient<leaky_relu<1, 4>>() < support::gradient_tolerance);
    CHECK(worst_gradient<elu<1, 2>>() < support::gradient_tolerance);
}

TEST_CASE("activations at sizes around the lanes match plain loops") {
    // 15 takes one register of each size below 16. Of the others each size is seen with both kinds of derivative.
    for_each_activation([]<class Activation>(formula textbook) {
        INFO(Activation::name);
        CHECK(farthest_at_size<Activation, 15>(textbook) < float_tolerance);
        if constexpr (std::is_same_v<Activation, relu> || std::is_same_v<Activation, silu>) {
            CHECK(farthest_at_size<Activation, 1>(textbook) < float_tolerance);
            CHECK(farthest_at_size<Activation, 16>(textbook) < float_tolerance);
            CHECK(farthest_at_size<Activation, 17>(textbook) < float_tolerance);
            CHECK(farthest_at_size<Activation, 33>(textbook) < float_tolerance);
        }
    });
}

TEST_CASE("an activation of NaN is NaN, forward and backward, and stays in its element") {
    for_each_activation([]<class Activation>(formula textbook) {
        INFO(Activation::name);
        auto numbers = torch_batch<float_batch<Activation>>();
        const auto lost = [](std::size_t i) { return i == 0 || i == 7 || i == 20 || i == 32; };
        const auto lost_gradient = [](std::size_t i) { return i == 3 || i == 16; };
        for (std::size_t i = 0; i < 33; ++i) {
            if (lost(i)) numbers.z[i] = std::numeric_limits<float>::quiet_NaN();
            if (lost_gradient(i)) numbers.da[i] = std::numeric_limits<float>::quiet_NaN();
        }
        numbers.run();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < 33; ++i) {
            wrong += std::isnan(numbers.a[i]) != lost(i);
            if (lost_gradient(i))
                wrong += !std::isnan(numbers.dz[i]);
            else if (!lost(i))
                wrong += !(support::distance(numbers.dz[i], textbook.torch->grad_input[i]) < float_tolerance);
        }
        CHECK(wrong == 0);
    });
}

TEST_CASE("activations of huge numbers do not overflow on the way") {
    for (float z : {200.0f, 1e30f, 3e38f}) {
        CHECK(at<relu>(z).value == z);
        CHECK(at<elu<>>(z).value == z);
        CHECK(at<gelu>(z).value == z);
        CHECK(at<gelu>(z).slope == 1);
        CHECK(at<silu>(z).value == z);
        CHECK(at<silu>(z).slope == 1);
        CHECK(at<softplus>(z).value == z);
        CHECK(at<softplus>(z).slope == 1);
        CHECK(at<etch::tanh>(z).value == 1);
        CHECK(at<sigmoid>(z).value == 1);
        CHECK(at<hard_sigmoid>(z).value == 1);
        CHECK(at<hard_swish>(z).value == z);
        CHECK(at<hard_swish>(z).slope == 1);
        CHECK(at<relu>(-z).value == 0);
        CHECK(at<elu<>>(-z).value == -1);
        CHECK(at<elu<>>(-z).slope == 0);
        CHECK(at<gelu>(-z).value == 0);
        CHECK(at<gelu>(-z).slope == 0);
        CHECK(at<silu>(-z).value == 0);
        CHECK(at<silu>(-z).slope == 0);
        CHECK(at<softplus>(-z).value == 0);
        CHECK(at<etch::tanh>(-z).value == -1);
        CHECK(at<sigmoid>(-z).value == 0);
        CHECK(at<hard_sigmoid>(-z).value == 0);
        CHECK(at<hard_swish>(-z).value == 0);
        CHECK(at<hard_swish>(-z).slope == 0);
    }
}

TEST_CASE("activations of tiny numbers keep their relative precision") {
    // Near 0, g(z) is z times the slope there; the next term is below 1e-10 of it. 2 ulp.
    for (float z : {1e-12f, -1e-12f, 1e-20f, -1e-20f, 1e-35f, -1e-35f}) {
        CHECK(at<elu<>>(z).value == z);
        CHECK(at<etch::tanh>(z).value == z);
        CHECK(support::distance(at<gelu>(z).value, 0.5 * static_cast<double>(z), 0) < 2.4e-7);
        CHECK(support::distance(at<silu>(z).value, 0.5 * static_cast<double>(z), 0) < 2.4e-7);
    }
}
