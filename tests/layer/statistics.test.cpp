// standardize, normalize and clip: layers whose numbers are fitted on the training data.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <etch/layer/clip.hpp>
#include <etch/layer/normalize.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/network/network.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

namespace {

/// A layer on N features, and what a chain hands it.
template <class T, class Layer, std::size_t N>
struct fitted_passes : support::passes<T, shape{N}, 3, Layer> {
    auto pass() {
        return fitted_passes::chain::template context_of<0, 1>(
            parameter_memory<T>{this->parameters.data(), this->statistics.data()}, static_cast<T*>(nullptr),
            etch::seed{});
    }
    bool fitted() { return Layer::fitted(pass()); }
    /// On the first samples of the matrix.
    template <std::size_t Count>
    problem fit(const matrix<T, N, Count>& samples, std::size_t first = Count) {
        return Layer::fit(pass(), first, [&](std::size_t i) { return samples.column(i); });
    }
};

/// Two features of four samples: 1, 2, 3, 4 and -10, 10, -10, 10.
template <class T>
matrix<T, 2, 4> samples{1, -10, 2, 10, 3, -10, 4, 10};

/// A subtraction and a division, each rounded once: 2^-23 of values below 4.
constexpr double float_tolerance = 2.4e-7;

template <class Layer, std::size_t Size, class Formula>
double farthest_from_loops(Formula formula) {
    fitted_passes<float, Layer, Size> layer;
    for (std::size_t i = 0; i < Size; ++i) {
        layer.statistics[i] = -1 + 0.1f * static_cast<float>(i);
        layer.statistics[Size + i] = 4 + 0.25f * static_cast<float>(i);
    }
    layer.run();
    double worst = 0;
    for (std::size_t i = 0; i < layer.input.size(); ++i) {
        const double first = layer.statistics[i % Size], second = layer.statistics[Size + i % Size];
        const auto [y, slope] = formula(static_cast<double>(layer.input[i]), first, second);
        worst = std::max(worst, support::distance(layer.output[i], y));
        worst = std::max(worst, support::distance(layer.grad_input[i], slope * layer.grad_output[i]));
    }
    return worst;
}

template <class Layer>
double worst_gradient() {
    fitted_passes<double, Layer, 11> layer;
    for (std::size_t i = 0; i < 11; ++i) {
        layer.statistics[i] = 0.1 * static_cast<double>(i);
        layer.statistics[11 + i] = 2 + 0.2 * static_cast<double>(i);
    }
    return support::worst_gradient(layer);
}

template <class Layer>
void check_constant_column() {
    fitted_passes<float, Layer, 2> layer;
    const auto before = layer.statistics;
    CHECK(layer.fit(matrix<float, 2, 3>{1, 5, 2, 5, 3, 5}) == status::constant_column);
    CHECK(layer.statistics == before);
    CHECK(layer.fit(samples<float>, 1) == status::constant_column);  // a single sample does not vary
    CHECK_FALSE(layer.fitted());
    REQUIRE(layer.fit(samples<float>) == status::ok);
    const auto good = layer.statistics;
    CHECK(layer.fit(matrix<float, 2, 3>{1, 5, 2, 5, 3, 5}) == status::constant_column);
    CHECK(layer.statistics == good);
    CHECK(layer.fitted());
}

template <class Layer>
void check_shape(const char* first, const char* second) {
    static_assert(etch::Layer<Layer>);
    static_assert(Layer::output(shape{2, 3}) == shape{2, 3});
    static_assert(chain<float, shape{2, 3}, Layer>::totals.trained == 0);
    static_assert(chain<float, shape{2, 3}, Layer>::totals.fitted == 12);
    const auto held = Layer::template parameters<shape{2, 3}>();
    CHECK(std::string(held[0].name.text) == first);
    CHECK(std::string(held[1].name.text) == second);
    CHECK(held[0].role == parameter_role::fitted);
    CHECK(held[1].role == parameter_role::fitted);
}

template <class Layer>
void check_unfitted() {
    fitted_passes<float, Layer, 2> layer;
    CHECK_FALSE(layer.fitted());
    layer.run();
    for (float y : layer.output) CHECK_FALSE(std::isfinite(y));
}

}  // namespace

TEST_CASE("standardize, normalize and clip keep the shape and hold two statistics per feature") {
    check_shape<standardize>("mean", "deviation");
    check_shape<normalize<>>("minimum", "maximum");
    check_shape<clip>("minimum", "maximum");
}

TEST_CASE("standardize has the statistics and values that a person works out by hand") {
    fitted_passes<float, standardize, 2> layer;
    REQUIRE(layer.fit(samples<float>) == status::ok);
    CHECK(layer.fitted());
    CHECK(layer.statistics[0] == 2.5f);
    CHECK(layer.statistics[1] == 0);
    CHECK(layer.statistics[2] == std::sqrt(1.25f));  // of the population: (2.25 + 0.25 + 0.25 + 2.25) / 4
    CHECK(layer.statistics[3] == 10);
    // Each distance from the mean is rounded to a float, so that its square in double is exact, fused or not.
    fitted_passes<float, standardize, 1> rounded;
    REQUIRE(rounded.fit(matrix<float, 1, 3>{0.001f, 0.3f, 50.0f}) == status::ok);
    CHECK(rounded.statistics == std::array{0x1.0c45a2p+4f, 0x1.77fe5ap+4f});
    layer.input.column(2) = vector<float, 2>{4, -15};
    layer.grad_output.column(2) = vector<float, 2>{1, 5};
    layer.run();
    CHECK(vector<float, 2>(layer.output.column(2)) == vector<float, 2>{1.5f / std::sqrt(1.25f), -1.5f});
    CHECK(vector<float, 2>(layer.grad_input.column(2)) == vector<float, 2>{1 / std::sqrt(1.25f), 0.5f});
}

TEST_CASE("normalize has the statistics and values that a person works out by hand") {
    fitted_passes<float, normalize<>, 2> layer;
    REQUIRE(layer.fit(samples<float>) == status::ok);
    CHECK(layer.fitted());
    CHECK(layer.statistics == std::array<float, 4>{1, -10, 4, 10});
    layer.input.column(2) = vector<float, 2>{2.5f, 20};
    layer.grad_output.column(2) = vector<float, 2>{6, 5};
    layer.run();
    CHECK(vector<float, 2>(layer.output.column(2)) ==
          vector<float, 2>{0.5f, 1.5f});  // what lies outside of the range stays outside
    CHECK(vector<float, 2>(layer.grad_input.column(2)) == vector<float, 2>{2, 0.25f});

    fitted_passes<float, normalize<-1, 1>, 2> both;
    REQUIRE(both.fit(samples<float>) == status::ok);
    both.input.column(2) = vector<float, 2>{1, 10};
    both.run();
    CHECK(both.output(0, 2) == -1);
    CHECK(both.output(1, 2) == Approx(1).epsilon(1.2e-7));
    REQUIRE(both.fit(matrix<float, 2, 4>{5, 1, 2, 9, 4, 4, 3, -2}) == status::ok);
    CHECK(both.statistics == std::array<float, 4>{2, -2, 5, 9});  // wherever they stand
    both.statistics = {4, -10, 1, 10};  // the other way round, which weights from elsewhere may bring
    CHECK(both.fitted());
}

TEST_CASE("clip keeps each feature between its own bounds, and passes the gradient only between them") {
    fitted_passes<float, clip, 2> layer;
    REQUIRE(layer.fit(samples<float>) == status::ok);
    CHECK(layer.fitted());
    CHECK(layer.statistics == std::array<float, 4>{1, -10, 4, 10});
    layer.input = matrix<float, 2, 3>{0.5f, 11, 2.5f, -9, 4, -10.5f};
    layer.grad_output = matrix<float, 2, 3>{1, 2, 3, 4, 5, 6};
    layer.run();
    CHECK(layer.output == matrix<float, 2, 3>{1, 10, 2.5f, -9, 4, -10});
    CHECK(layer.grad_input == matrix<float, 2, 3>{0, 0, 3, 4, 0, 0});
    layer.statistics = {4, -10, 1, 10};  // a minimum above its maximum
    layer.run();
    CHECK(std::isnan(layer.output[0]));
    CHECK(layer.output[1] == 10);
}

TEST_CASE("clip is a constant expression") {
    constexpr auto answer = [] {
        network<input<3>, clip> net;
        for (std::size_t i = 0; i < 6; ++i) net.statistics()[i] = i < 3 ? -1.0f : 0.5f * static_cast<float>(i);
        return net({-2, 1, 9});
    }();
    static_assert(answer[0] == -1 && answer[1] == 1 && answer[2] == 2.5f);
    CHECK(answer[2] == 2.5f);
}

TEST_CASE("a constant column is refused, and nothing is changed then") {
    check_constant_column<standardize>();
    check_constant_column<normalize<>>();
    check_constant_column<clip>();
}

TEST_CASE("what was not fitted cannot be overlooked") {
    check_unfitted<standardize>();
    check_unfitted<normalize<>>();
    check_unfitted<clip>();
}

TEST_CASE("standardize fits features whose squares no float can hold") {
    // The masses of stars and of protons in kilograms.
    for (float unit : {1e30f, 1e-27f}) {
        fitted_passes<float, standardize, 1> layer;
        INFO("unit " << unit);
        REQUIRE(layer.fit(matrix<float, 1, 2>{1 * unit, 3 * unit}) == status::ok);
        CHECK(layer.fitted());
        CHECK(layer.statistics[0] == Approx(2 * unit).epsilon(2.4e-7));
        CHECK(layer.statistics[1] == Approx(unit).epsilon(2.4e-7));
    }
}

TEST_CASE("standardize ends its fit where a feature is infinite") {
    // A data set is refused before that; what the layers before make of it is not looked at.
    fitted_passes<float, standardize, 1> layer;
    REQUIRE(layer.fit(matrix<float, 1, 2>{1, std::numeric_limits<float>::infinity()}) == status::ok);
    CHECK_FALSE(std::isfinite(layer.statistics[1]));
}

TEST_CASE("standardize, normalize and clip of NaN are NaN") {
    fitted_passes<float, clip, 2> bounds;
    REQUIRE(bounds.fit(samples<float>) == status::ok);
    bounds.input[1] = std::numeric_limits<float>::quiet_NaN();
    bounds.run();
    CHECK(std::isnan(bounds.output[1]));
    CHECK(std::isfinite(bounds.output[0]));
    fitted_passes<float, standardize, 2> mean;
    fitted_passes<float, normalize<>, 2> range;
    REQUIRE(mean.fit(samples<float>) == status::ok);
    REQUIRE(range.fit(samples<float>) == status::ok);
    mean.input[1] = range.input[1] = std::numeric_limits<float>::quiet_NaN();
    mean.run(), range.run();
    CHECK(std::isnan(mean.output[1]));
    CHECK(std::isfinite(mean.output[0]));
    CHECK(std::isnan(range.output[1]));
    CHECK(std::isfinite(range.output[0]));
}

TEST_CASE("standardize, normalize and clip backward match finite differences") {
    CHECK(worst_gradient<standardize>() < support::gradient_tolerance);
    CHECK(worst_gradient<normalize<-1, 3>>() < support::gradient_tolerance);
    CHECK(worst_gradient<clip>() < support::gradient_tolerance);
}

TEST_CASE("standardize and normalize at sizes around the lanes match plain loops") {
    // PyTorch has neither as a layer; the formula in double is the reference.
    const auto standard = [](double x, double mean, double deviation) {
        return std::pair{(x - mean) / deviation, 1 / deviation};
    };
    CHECK(farthest_from_loops<standardize, 1>(standard) < float_tolerance);
    CHECK(farthest_from_loops<standardize, 15>(standard) < float_tolerance);
    CHECK(farthest_from_loops<standardize, 16>(standard) < float_tolerance);
    CHECK(farthest_from_loops<standardize, 17>(standard) < float_tolerance);
    CHECK(farthest_from_loops<standardize, 33>(standard) < float_tolerance);
    const auto normal = [](double x, double least, double most) {
        const double s = 4 / (most - least);
        return std::pair{(x - least) * s - 1, s};
    };
    CHECK(farthest_from_loops<normalize<-1, 3>, 1>(normal) < float_tolerance);
    CHECK(farthest_from_loops<normalize<-1, 3>, 15>(normal) < float_tolerance);
    CHECK(farthest_from_loops<normalize<-1, 3>, 16>(normal) < float_tolerance);
    CHECK(farthest_from_loops<normalize<-1, 3>, 17>(normal) < float_tolerance);
    CHECK(farthest_from_loops<normalize<-1, 3>, 33>(normal) < float_tolerance);
    const auto between = [](double x, double least, double most) {
        return std::pair{std::clamp(x, least, most), x > least && x < most ? 1.0 : 0.0};
    };
    CHECK(farthest_from_loops<clip, 1>(between) == 0);
    CHECK(farthest_from_loops<clip, 15>(between) == 0);
    CHECK(farthest_from_loops<clip, 33>(between) == 0);
}

TEST_CASE("unstandardize answers in the units of the targets that it was fitted on") {
    check_shape<unstandardize>("mean", "deviation");
    fitted_passes<float, unstandardize, 2> layer;
    CHECK(layer.fit(matrix<float, 2, 3>{1, 5, 2, 5, 3, 5}) == problem{.code = status::constant_target, .column = 1});
    CHECK_FALSE(layer.fitted());
    REQUIRE(layer.fit(samples<float>) == status::ok);
    CHECK(layer.fitted());
    layer.input.column(2) = vector<float, 2>{2, -1.5f};
    layer.grad_output.column(2) = vector<float, 2>{1, 5};
    layer.run();
    const float deviation = std::sqrt(1.25f);
    CHECK(layer.output[4] == std::fma(2.0f, deviation, 2.5f));
    CHECK(layer.output[5] == -15);
    CHECK(layer.grad_input[4] == deviation);
    CHECK(layer.grad_input[5] == 50);
    // and the targets that it is trained with are those that standardize makes
    const vector<float, 2> target{4, -15};
    const vector<float, 2> scaled{unstandardize::targets(layer.pass(), target)};
    CHECK(scaled[0] == 1.5f / deviation);
    CHECK(scaled[1] == -1.5f);
}

TEST_CASE("the gradient of unstandardize is that of central differences") {
    CHECK(worst_gradient<unstandardize>() < 1e-6);
}
