#include <etch/data/generators.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "support/catch.hpp"

#include <etch/data/one_hot.hpp>

namespace {

template <class Set>
bool same(const Set& a, const Set& b) {
    return std::equal(a.inputs().begin(), a.inputs().end(), b.inputs().begin(), b.inputs().end()) &&
           std::equal(a.targets().begin(), a.targets().end(), b.targets().begin(), b.targets().end());
}

bool near(double value, double expected, double tolerance) { return std::abs(value - expected) <= tolerance; }

}  // namespace

TEST_CASE("the same seed makes the same samples, another seed others", "[data]") {
    const auto check = [](auto make) {
        const auto first = make(etch::generator_options{.samples = 50, .seed = etch::seed{4}});
        CHECK(first.size() == 50);
        CHECK(first.check().ok());
        CHECK(same(first, make(etch::generator_options{.samples = 50, .seed = etch::seed{4}})));
        CHECK_FALSE(same(first, make(etch::generator_options{.samples = 50, .seed = etch::seed{5}})));
        CHECK(make(etch::generator_options{.samples = 0}).empty());
    };
    check([](const auto& o) { return etch::make_xor(o); });
    check([](const auto& o) { return etch::make_spirals(o); });
    check([](const auto& o) { return etch::make_moons(o); });
    check([](const auto& o) { return etch::make_blobs<3, 4>(o); });
    check([](const auto& o) { return etch::make_sine(o); });
    check([](const auto& o) { return etch::make_linear<2>({1, 2}, 3, o); });
}

TEST_CASE("noise has the deviation that was asked for", "[data]") {
    const auto set = etch::make_linear<1, double>({2}, 1, {.samples = 20000, .noise = 0.5});
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const double residual = set.target(i)[0] - (2 * set.input(i)[0] + 1);
        sum += residual;
        squares += residual * residual;
    }
    // Four standard errors: 0.5 / sqrt(20000) = 0.0035 for the mean, 0.0025 for the deviation.
    CHECK(std::abs(sum / 20000) < 0.0141);
    CHECK(std::abs(std::sqrt(squares / 20000) - 0.5) < 0.01);
}

TEST_CASE("without noise the samples lie on their figures", "[data]") {
    const auto corners = etch::make_xor<>({.samples = 4, .noise = 0});
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(corners.target(i)[0] == (corners.input(i)[0] != corners.input(i)[1] ? 1.0f : 0.0f));
    }
    CHECK(corners.input(3)[0] == 1);
    CHECK(corners.input(3)[1] == 1);

    const auto moons = etch::make_moons<double>({.noise = 0});
    for (std::size_t i = 0; i < moons.size(); ++i) {
        const bool lower = etch::class_of(moons.target(i)) == 1;
        const double x = lower ? 1 - moons.input(i)[0] : moons.input(i)[0];
        const double y = lower ? 0.5 - moons.input(i)[1] : moons.input(i)[1];
        CHECK(near(std::hypot(x, y), 1, 1e-12));
        CHECK(y >= 0);
    }

    const auto spirals = etch::make_spirals<double>({.noise = 0});
    for (std::size_t i = 0; i < spirals.size(); ++i) {
        const double radius = std::hypot(spirals.input(i)[0], spirals.input(i)[1]);
        CHECK(radius >= 0.1 * (1 - 1e-12));
        CHECK(radius < 1);
        const double angle =
            std::numbers::pi * (3 * (radius - 0.1) / 0.9 + (etch::class_of(spirals.target(i)) == 1 ? 1 : 0));
        CHECK(near(spirals.input(i)[0], radius * std::cos(angle), 1e-12));
    }

    const auto sine = etch::make_sine<double>({.samples = 8, .noise = 0}, 2);
    CHECK(near(sine.input(1)[0], std::numbers::pi / 2, 1e-15 * std::numbers::pi / 2));
    CHECK(near(sine.target(1)[0], 1, 1e-15));
    CHECK(near(sine.target(3)[0], -1, 1e-15));

    const auto line = etch::make_linear<2>({3, -2}, 0.5f, {.noise = 0});
    for (std::size_t i = 0; i < line.size(); ++i) {
        const double exact = 3 * double{line.input(i)[0]} - 2 * double{line.input(i)[1]} + 0.5;
        CHECK(line.target(i)[0] == static_cast<float>(exact));
        CHECK(std::abs(line.input(i)[0]) <= 1);
    }
}

TEST_CASE("blobs stay around the same centres, however many samples there are", "[data]") {
    const auto few = etch::make_blobs<2, 3>({.samples = 3, .noise = 0});
    const auto many = etch::make_blobs<2, 3>({.samples = 300, .noise = 0.05});
    for (std::size_t i = 0; i < many.size(); ++i) {
        CHECK(etch::class_of(many.target(i)) == i % 3);
        // Six deviations.
        CHECK(std::abs(many.input(i)[0] - few.input(i % 3)[0]) < 0.3f);
        CHECK(std::abs(many.input(i)[1] - few.input(i % 3)[1]) < 0.3f);
    }
    // Another seed moves the centres, and scatters the points around them in another way.
    const auto offset = [](etch::seed seed) {
        const auto noisy = etch::make_blobs<2, 3, double>({.samples = 3, .noise = 1, .seed = seed});
        const auto centre = etch::make_blobs<2, 3, double>({.samples = 3, .noise = 0, .seed = seed});
        return noisy.input(1)[0] - centre.input(1)[0];
    };
    CHECK(std::abs(offset(etch::seed{1}) - offset(etch::seed{2})) > 1e-6);
}
