// All losses in one table, so that one compilation serves them all.
#include <cmath>
#include <limits>
#include <string_view>

#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_absolute_error.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>

#include "reference/losses.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// A batch of predictions and targets, and what a loss makes of it.
template <class Loss, class T, std::size_t Outputs, std::size_t Samples = 4>
struct judged {
    matrix<T, Outputs, Samples> prediction, target, gradient;
    tensor<T, 1, Samples> value;

    ETCH_NO_INLINE void run() {
        value = Loss::value(prediction.view(), target.view());
        gradient = Loss::gradient(prediction.view(), target.view());
    }
    double mean() const {
        double sum = 0;
        for (T x : value) sum += static_cast<double>(x);
        return sum / Samples;
    }
};

/// One reference case: PyTorch's mean over the batch is the mean of etch's values, so its gradients are a fourth of
/// etch's.
struct torch_case {
    const float *prediction, *target;
    double value;
    const double* gradient;
};

/// Relative to the larger of the number and 1: a difference, an exponential or a logarithm, each within 1 or 2 ulp, and
/// a sum of five.
constexpr double float_tolerance = 4e-7;
constexpr double double_tolerance = 2e-15;

template <class Loss, std::size_t Outputs, class T>
void check_torch(const torch_case& torch, double tolerance) {
    judged<Loss, T, Outputs> batch;
    std::copy_n(torch.prediction, Outputs * 4, batch.prediction.begin());
    std::copy_n(torch.target, Outputs * 4, batch.target.begin());
    batch.run();
    CHECK(support::distance(batch.mean(), torch.value) < tolerance);
    for (std::size_t i = 0; i < Outputs * 4; ++i) {
        INFO("output " << i % Outputs << " of sample " << i / Outputs);
        CHECK(support::distance(static_cast<double>(batch.gradient[i]) / 4, torch.gradient[i]) < tolerance);
    }
}
template <class Loss, std::size_t Outputs>
void check_torch(const torch_case& torch) {
    INFO(Loss::name);
    check_torch<Loss, Outputs, float>(torch, float_tolerance);
    check_torch<Loss, Outputs, double>(torch, double_tolerance);
}

template <class Loss, std::size_t Outputs = 3>
double worst_gradient() {
    judged<Loss, double, Outputs> batch;
    support::scatter_numbers(batch.prediction, seed{1}, 2);
    support::scatter_numbers(batch.target,
                             seed{2});  // of both signs: a gradient must be that of the value for any target
    batch.run();
    const auto gradient = batch.gradient;
    return support::worst_gradient(gradient.data(), batch.prediction.data(), Outputs * 4, [&] {
        batch.run();
        return batch.value[0] + batch.value[1] + batch.value[2] + batch.value[3];
    });
}

/// The loss of one sample of two outputs, and its gradient.
struct two {
    float value, first, second;
};
template <class Loss>
two of(vector<float, 2> prediction, vector<float, 2> target) {
    judged<Loss, float, 2, 1> sample;
    for (std::size_t i = 0; i < 2; ++i) sample.prediction[i] = prediction[i], sample.target[i] = target[i];
    sample.run();
    return {sample.value[0], sample.gradient[0], sample.gradient[1]};
}

void close(two got, double value, double first, double second) {
    CHECK(static_cast<double>(got.value) == Approx(value).epsilon(2.4e-7));
    CHECK(static_cast<double>(got.first) == Approx(first).epsilon(2.4e-7));
    CHECK(static_cast<double>(got.second) == Approx(second).epsilon(2.4e-7));
}

template <class Loss, std::size_t Outputs = 3>
void check_nan() {
    INFO(Loss::name);
    for (std::size_t at : {std::size_t{0}, Outputs - 1}) {
        judged<Loss, float, Outputs> batch;
        batch.prediction(at, 1) = std::numeric_limits<float>::quiet_NaN();
        batch.target(at, 2) = std::numeric_limits<float>::quiet_NaN();
        batch.run();
        for (std::size_t j = 0; j < 4; ++j) {
            CHECK(std::isnan(batch.value[j]) == (j == 1 || j == 2));
            CHECK(std::isnan(batch.gradient(at, j)) == (j == 1 || j == 2));
        }
    }
}

/// Cross-entropy of one batch of three samples against the formula in double.
template <std::size_t Size>
double cross_entropy_from_loops() {
    judged<cross_entropy, float, Size, 3> batch;
    support::scatter_numbers(batch.prediction, seed{Size}, 3);
    for (std::size_t j = 0; j < 3; ++j) batch.target(j * 5 % Size, j) = 1;
    batch.run();
    double worst = 0;
    for (std::size_t j = 0; j < 3; ++j) {
        double total = 0;
        for (std::size_t i = 0; i < Size; ++i) total += std::exp(static_cast<double>(batch.prediction(i, j)));
        const double value = std::log(total) - batch.prediction(j * 5 % Size, j);
        worst = std::max(worst, support::distance(batch.value[j], value));
        for (std::size_t i = 0; i < Size; ++i) {
            const double gradient = std::exp(static_cast<double>(batch.prediction(i, j))) / total - batch.target(i, j);
            worst = std::max(worst, support::distance(batch.gradient(i, j), gradient));
        }
    }
    return worst;
}

/// Squared error of one batch of three samples against the formula in double.
template <std::size_t Size>
double squared_from_loops() {
    judged<mean_squared_error, float, Size, 3> batch;
    support::scatter_numbers(batch.prediction, seed{Size}, 2);
    support::scatter_numbers(batch.target, seed{Size + 1}, 2);
    batch.run();
    double worst = 0;
    for (std::size_t j = 0; j < 3; ++j) {
        double value = 0;
        for (std::size_t i = 0; i < Size; ++i) {
            const double error = static_cast<double>(batch.prediction(i, j)) - batch.target(i, j);
            value += error * error / Size;
            worst = std::max(worst, support::distance(batch.gradient(i, j), 2 * error / Size));
        }
        worst = std::max(worst, support::distance(batch.value[j], value));
    }
    return worst;
}

}  // namespace

TEST_CASE("a loss gives one number a sample, and a gradient in the shape of the prediction") {
    const auto check = []<class L>(L) {
        static_assert(Loss<L>);
        using batch = matrix<float, 5, 3>;
        using value = decltype(L::value(batch{}, batch{}));
        using gradient = decltype(L::gradient(batch{}, batch{}));
        static_assert(value::rows == 1 && value::columns == 3);
        CHECK(gradient::rows == 5);
        CHECK(gradient::columns == 3);
    };
    check(mean_squared_error{});
    check(mean_absolute_error{});
    check(huber<>{});
    check(binary_cross_entropy{});
    check(cross_entropy{});
    CHECK_FALSE(Loss<identity>);
}

namespace {

/// A user's layer that happens to have the name of one of etch's.
struct namesake : identity {
    static constexpr const char* name = "softmax";
};

}  // namespace

TEST_CASE("cross_entropy is fused with softmax, binary_cross_entropy with the sigmoids, and the others with nothing") {
    using internal::is_fused;
    static_assert(is_fused<cross_entropy, softmax>());
    static_assert(is_fused<cross_entropy, log_softmax>());
    static_assert(!is_fused<cross_entropy, sigmoid>());
    static_assert(is_fused<sparse_cross_entropy, softmax>());
    static_assert(is_fused<binary_cross_entropy, sigmoid>());
    static_assert(is_fused<binary_cross_entropy, fast_sigmoid>());
    static_assert(!is_fused<binary_cross_entropy, softmax>());
    static_assert(!is_fused<mean_squared_error, softmax>());
    static_assert(std::string_view{namesake::name} == softmax::name);
    CHECK_FALSE(is_fused<cross_entropy, namesake>());
}

TEST_CASE("a target has as many numbers as there are outputs, unless the loss says otherwise") {
    using internal::target_count;
    CHECK(target_count<mean_squared_error>(7) == 7);
    CHECK(target_count<cross_entropy>(7) == 7);
    CHECK(target_count<sparse_cross_entropy>(7) == 1);
    static_assert(Loss<sparse_cross_entropy>);
}

TEST_CASE("losses have the values and gradients that a person works out by hand") {
    const double ln2 = 0.6931471805599453;
    const float ln3 = 1.09861229f;
    const vector<float, 2> prediction{1.0f, 2.0f}, target{0.0f, 4.0f};  // errors 1 and -2
    close(of<mean_squared_error>(prediction, target), 2.5, 1, -2);
    close(of<mean_absolute_error>(prediction, target), 1.5, 0.5, -0.5);
    close(of<mean_absolute_error>(target, target), 0, 0, 0);
    close(of<huber<>>(prediction, target), 1, 0.5, -0.5);            // 1/2 and 3/2
    close(of<huber<1, 2>>(prediction, target), 0.625, 0.25, -0.25);  // 3/8 and 7/8
    close(of<huber<3>>(prediction, target), 1.25, 0.5, -1);          // 1/2 and 2: inside of δ a half of the square
    close(of<binary_cross_entropy>({0.0f, ln3}, {1.0f, 0.0f}), 1.5 * ln2, -0.25, 0.375);  // log 2 and log 4
    close(of<cross_entropy>({0.0f, ln3}, {1.0f, 0.0f}), 2 * ln2, -0.75, 0.75);            // softmax: 1/4 and 3/4
    close(of<cross_entropy>({0.0f, ln3}, {0.5f, 0.5f}), 2 * ln2 - 0.5 * 1.0986122886681098, -0.25, 0.25);
}

TEST_CASE("losses match PyTorch, also where logits are 1e4 or targets are soft") {
    namespace torch = reference;
    check_torch<mean_squared_error, 3>(
        {torch::mse::prediction, torch::mse::target, torch::mse::value, torch::mse::gradient});
    check_torch<mean_absolute_error, 3>(
        {torch::l1::prediction, torch::l1::target, torch::l1::value, torch::l1::gradient});
    check_torch<huber<>, 3>(
        {torch::huber::prediction, torch::huber::target, torch::huber::value, torch::huber::gradient});
    check_torch<binary_cross_entropy, 3>(
        {torch::bce::prediction, torch::bce::target, torch::bce::value, torch::bce::gradient});
    check_torch<cross_entropy, 5>({torch::cross_entropy::prediction, torch::cross_entropy::target,
                                   torch::cross_entropy::value, torch::cross_entropy::gradient});
    check_torch<cross_entropy, 5>({torch::cross_entropy_soft::prediction, torch::cross_entropy_soft::target,
                                   torch::cross_entropy_soft::value, torch::cross_entropy_soft::gradient});
}

TEST_CASE("losses of logits of 1e4 are finite and exact") {
    for (float logit : {1e4f, 1e30f}) {
        const two right = of<cross_entropy>({logit, -logit}, {1.0f, 0.0f});
        CHECK(right.value == 0);
        CHECK(right.first == 0);
        CHECK(right.second == 0);
        const two wrong = of<cross_entropy>({logit, -logit}, {0.0f, 1.0f});
        CHECK(wrong.value == 2 * logit);
        CHECK(wrong.first == 1);
        CHECK(wrong.second == -1);
        const two sure = of<binary_cross_entropy>({logit, -logit}, {1.0f, 0.0f});
        CHECK(sure.value == 0);
        CHECK(sure.first == 0);
        CHECK(sure.second == 0);
        const two mistaken = of<binary_cross_entropy>({logit, -logit}, {0.0f, 1.0f});
        CHECK(mistaken.value == logit);
        CHECK(mistaken.first == 0.5f);
        CHECK(mistaken.second == -0.5f);
    }
}

TEST_CASE("small losses keep their relative precision") {
    // log(1 + e⁻²⁰) is 2.06e-9: it would vanish in 20 + that. 4 ulp.
    const double small = std::log1p(std::exp(-20.0));
    CHECK(support::distance(of<binary_cross_entropy>({20.0f, 20.0f}, {1.0f, 1.0f}).value, small, 0) < 4.8e-7);
    // The gradient of an answer that is wrong and was thought unlikely: e⁻²⁰ / (1 + e⁻²⁰).
    const two unlikely = of<cross_entropy>({20.0f, 0.0f}, {1.0f, 0.0f});
    CHECK(support::distance(unlikely.second, std::exp(-20.0) / (1 + std::exp(-20.0)), 0) < 4.8e-7);
}

TEST_CASE("gradients of losses match finite differences of their values") {
    CHECK(worst_gradient<mean_squared_error>() < support::gradient_tolerance);
    CHECK(worst_gradient<mean_absolute_error>() < support::gradient_tolerance);
    CHECK(worst_gradient<huber<>>() < support::gradient_tolerance);
    CHECK(worst_gradient<huber<1, 4>>() < support::gradient_tolerance);
    CHECK(worst_gradient<binary_cross_entropy>() < support::gradient_tolerance);
    CHECK(worst_gradient<cross_entropy, 5>() < support::gradient_tolerance);
}

namespace {

/// Whether sparse_cross_entropy has the bits of cross_entropy of one-hot targets, in a batch and alone.
template <std::size_t Classes, class T>
bool has_bits_of_one_hot() {
    constexpr std::size_t samples = 5;
    random_generator generator{seed{Classes}};
    judged<cross_entropy, T, Classes, samples> dense;
    matrix<T, 1, samples> classes;
    for (T& z : dense.prediction) z = static_cast<T>(40) * generator.uniform<T>() - 20;
    for (std::size_t j = 0; j < samples; ++j) {
        const std::size_t right = j * 7 % Classes;
        classes[j] = static_cast<T>(right);
        dense.target(right, j) = 1;
    }
    dense.run();
    const tensor<T, 1, samples> value = sparse_cross_entropy::value(dense.prediction.view(), classes.view());
    const matrix<T, Classes, samples> gradient =
        sparse_cross_entropy::gradient(dense.prediction.view(), classes.view());
    const vector<T, Classes> alone =
        sparse_cross_entropy::gradient(dense.prediction.column(1), tensor_view<T, 1>{&classes[1]});
    return std::ranges::equal(value, dense.value) && std::ranges::equal(gradient, dense.gradient) &&
           std::ranges::equal(alone, dense.gradient.column(1));
}

}  // namespace

TEST_CASE("sparse_cross_entropy has the bits of cross_entropy of one-hot targets") {
    CHECK(has_bits_of_one_hot<2, float>());
    CHECK(has_bits_of_one_hot<3, double>());
    CHECK(has_bits_of_one_hot<15, float>());
    CHECK(has_bits_of_one_hot<17, float>());
    CHECK(has_bits_of_one_hot<100, float>());
    constexpr vector<float, 2> logits{0.0f, 1.0f};
    constexpr float value = sparse_cross_entropy::value(logits, vector<float, 1>{1.0f})[0];
    CHECK(value == cross_entropy::value(logits, vector<float, 2>{0.0f, 1.0f})[0]);
}

TEST_CASE("a loss of NaN is NaN in its sample, and only there") {
    check_nan<mean_squared_error>();
    check_nan<mean_absolute_error>();
    check_nan<huber<>>();
    check_nan<binary_cross_entropy>();
    check_nan<cross_entropy, 5>();
}

TEST_CASE("losses at sizes around the lanes match plain loops") {
    CHECK(cross_entropy_from_loops<1>() < float_tolerance);
    CHECK(cross_entropy_from_loops<15>() < float_tolerance);
    CHECK(cross_entropy_from_loops<16>() < float_tolerance);
    CHECK(cross_entropy_from_loops<17>() < float_tolerance);
    CHECK(cross_entropy_from_loops<33>() < float_tolerance);
    CHECK(squared_from_loops<17>() < float_tolerance);
    CHECK(squared_from_loops<33>() < float_tolerance);
}
