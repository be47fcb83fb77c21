// Every loss: a value by hand, PyTorch's value and gradient, and its own gradient against central differences.
#include <cmath>
#include <cstddef>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/huber.hpp>
#include <etch/loss/mean_absolute_error.hpp>
#include <etch/loss/mean_squared_error.hpp>

#include "reference/losses.hpp"
#include "support/catch.hpp"

namespace {

// What float arithmetic may add to references computed in float64 from the same inputs: some roundings of 2^-24 each,
// in terms as large as the largest logit, 1e4, so relative to the value or to 1.
constexpr double tolerance = 1e-6;

bool near(double found, double wanted) { return std::abs(found - wanted) <= tolerance * std::max(1.0, std::abs(wanted)); }

template <class Loss, class T, std::size_t Outputs>
bool as_pytorch(const float* prediction, const float* target, double value, const double* gradient) {
    constexpr std::size_t samples = reference::samples;
    etch::matrix<T, Outputs, samples> p, y;
    for (std::size_t i = 0; i < p.size(); ++i) {
        p[i] = static_cast<T>(prediction[i]);
        y[i] = static_cast<T>(target[i]);
    }
    const etch::tensor<T, 1, samples> losses = Loss::value(p, y);
    const etch::matrix<T, Outputs, samples> grad = Loss::gradient(p, y);
    double mean = 0;
    for (const T loss : losses) mean += static_cast<double>(loss) / samples;
    bool good = near(mean, value);
    for (std::size_t i = 0; i < grad.size(); ++i) good = good && near(static_cast<double>(grad[i]) / samples, gradient[i]);
    return good;
}

template <class Loss, class Case>
void check_as_pytorch(Case) {
    CHECK(as_pytorch<Loss, float, Case::outputs>(Case::prediction(), Case::target(), Case::value(), Case::gradient()));
    CHECK(as_pytorch<Loss, double, Case::outputs>(Case::prediction(), Case::target(), Case::value(), Case::gradient()));
}

#define REFERENCE(NAME)                                                               \
    struct NAME##_case {                                                              \
        static constexpr std::size_t outputs = reference::NAME::outputs;              \
        static const float* prediction() { return reference::NAME::prediction; }      \
        static const float* target() { return reference::NAME::target; }              \
        static double value() { return reference::NAME::value; }                      \
        static const double* gradient() { return reference::NAME::gradient; }         \
    }
REFERENCE(mse);
REFERENCE(l1);
REFERENCE(huber);
REFERENCE(bce);
REFERENCE(cross_entropy);
REFERENCE(cross_entropy_soft);

/// The largest error of the gradient of one sample against central differences, relative to it or to 1e-3.
template <class Loss, std::size_t N>
double worst_gradient(etch::vector<double, N> p, const etch::vector<double, N>& y) {
    const etch::vector<double, N> grad = Loss::gradient(p, y);
    double worst = 0;
    for (std::size_t i = 0; i < N; ++i) {
        constexpr double h = 1e-5;
        const double kept = p[i];
        p[i] = kept + h;
        const double above = Loss::value(p, y)[0];
        p[i] = kept - h;
        const double below = Loss::value(p, y)[0];
        p[i] = kept;
        const double found = (above - below) / (2 * h);
        worst = std::max(worst, std::abs(found - grad[i]) / std::max({1e-3, std::abs(found), std::abs(grad[i])}));
    }
    return worst;
}

template <class Loss>
double worst_of_sizes() {
    double worst = 0;
    const auto at = [&]<std::size_t N>() {
        etch::vector<double, N> p, y;
        for (std::size_t i = 0; i < N; ++i) {
            p[i] = std::sin(3.0 * static_cast<double>(i)) * 2 + 0.1;
            y[i] = (1 + std::cos(5.0 * static_cast<double>(i))) / 2;
        }
        worst = std::max(worst, worst_gradient<Loss, N>(p, y));
    };
    at.template operator()<1>();
    at.template operator()<3>();
    at.template operator()<16>();
    at.template operator()<17>();
    at.template operator()<33>();
    return worst;
}

}  // namespace

TEST_CASE("losses by hand") {
    const etch::vector<float, 2> p{3.0f, 1.0f}, y{1.0f, 1.5f};
    CHECK(etch::mean_squared_error::value(p, y)[0] == 2.125f);       // (4 + 1/4) / 2
    CHECK(etch::mean_absolute_error::value(p, y)[0] == 1.25f);       // (2 + 1/2) / 2
    CHECK(etch::huber<>::value(p, y)[0] == 0.8125f);                 // (1 (2 - 1/2) + 1/8) / 2
    CHECK(etch::huber<1, 2>::value(p, y)[0] == 0.5f);                // (1/2 (2 - 1/4) + 1/8) / 2
    const etch::vector<float, 2> even{7.0f, 7.0f}, first{1.0f, 0.0f};
    CHECK(etch::cross_entropy::value(even, first)[0] == 0.693147182f);         // log 2
    CHECK(etch::binary_cross_entropy::value(etch::vector<float, 2>{}, first)[0] == 0.693147182f);
}

TEST_CASE("losses have PyTorch's values and gradients") {
    check_as_pytorch<etch::mean_squared_error>(mse_case{});
    check_as_pytorch<etch::mean_absolute_error>(l1_case{});
    check_as_pytorch<etch::huber<>>(huber_case{});
    check_as_pytorch<etch::binary_cross_entropy>(bce_case{});
    check_as_pytorch<etch::cross_entropy>(cross_entropy_case{});
    check_as_pytorch<etch::cross_entropy>(cross_entropy_soft_case{});
}

TEST_CASE("loss gradients match finite differences") {
    constexpr double bound = 1e-6;  // central differences with h = 1e-5 err by about 1e-8 here
    CHECK(worst_of_sizes<etch::mean_squared_error>() < bound);
    CHECK(worst_of_sizes<etch::mean_absolute_error>() < bound);
    CHECK(worst_of_sizes<etch::huber<>>() < bound);
    CHECK(worst_of_sizes<etch::binary_cross_entropy>() < bound);
    CHECK(worst_of_sizes<etch::cross_entropy>() < bound);
}

TEST_CASE("logits of 1e4 give finite losses and gradients") {
    const etch::vector<float, 3> z{1e4f, -1e4f, 0.0f};
    for (std::size_t right = 0; right < 3; ++right) {
        etch::vector<float, 3> y;
        y[right] = 1;
        CHECK(etch::cross_entropy::value(z, y)[0] == (right == 0 ? 0.0f : right == 1 ? 2e4f : 1e4f));
        const etch::vector<float, 3> softmax_less_target = etch::cross_entropy::gradient(z, y);
        CHECK(softmax_less_target[0] == (right == 0 ? 0.0f : 1.0f));
        CHECK(std::isfinite(etch::binary_cross_entropy::value(z, y)[0]));
        const etch::vector<float, 3> grad = etch::binary_cross_entropy::gradient(z, y);
        for (const float g : grad) CHECK(std::isfinite(g));
    }
}

TEST_CASE("NaN in a prediction makes the loss NaN") {
    const etch::vector<float, 2> p{std::nanf(""), 1.0f}, y{0.0f, 1.0f};
    CHECK(std::isnan(etch::mean_squared_error::value(p, y)[0]));
    CHECK(std::isnan(etch::mean_absolute_error::value(p, y)[0]));
    CHECK(std::isnan(etch::huber<>::value(p, y)[0]));
    CHECK(std::isnan(etch::binary_cross_entropy::value(p, y)[0]));
    CHECK(std::isnan(etch::cross_entropy::value(p, y)[0]));
}

TEST_CASE("the mean absolute error has no gradient at the target") {
    const etch::vector<float, 2> p{1.0f, 2.0f};
    const etch::vector<float, 2> grad = etch::mean_absolute_error::gradient(p, p);
    CHECK(grad == etch::vector<float, 2>{0.0f, 0.0f});
}
