#include <etch/optimizer/rmsprop.hpp>

#include <bit>
#include <cstdint>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("rmsprop divides by the root of the mean square") {
    // s = 0.25 * 4, p = 0 - 0.5 * 2 / (1 + 1); s = 0.75 * 1 + 0.25 * 1, p = -0.5 - 0.5 * 1 / (1 + 1)
    constexpr auto moved =
        trajectory::two_updates(etch::rmsprop{.learning_rate = 0.5, .alpha = 0.75, .epsilon = 1}, 0, 2, 1);
    static_assert(moved[0] == -0.5f && moved[1] == -0.75f);
    CHECK(etch::rmsprop{}.learning_rate == 1e-2);
    CHECK(etch::rmsprop{}.alpha == 0.99);
    CHECK(etch::rmsprop{}.epsilon == 1e-8);
}

TEST_CASE("rmsprop follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::rmsprop{}, known::rmsprop) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::rmsprop{}, known::rmsprop) < trajectory::double_tolerance);
    const etch::rmsprop options{.learning_rate = 1e-3, .alpha = 0.9, .epsilon = 1e-4, .weight_decay = 0.1};
    CHECK(deviation<float>(options, known::rmsprop_options) < trajectory::float_tolerance);
    CHECK(deviation<double>(options, known::rmsprop_options) < trajectory::double_tolerance);
}

TEST_CASE("rmsprop_extended follows PyTorch with momentum, centered, and with everything") {
    using trajectory::deviation;
    const etch::rmsprop_extended plain{};
    CHECK(deviation<float>(plain, known::rmsprop) < trajectory::float_tolerance);
    CHECK(deviation<double>(plain, known::rmsprop) < trajectory::double_tolerance);
    const etch::rmsprop_extended momentum{.learning_rate = 1e-3, .momentum = 0.9};
    CHECK(deviation<float>(momentum, known::rmsprop_momentum) < trajectory::float_tolerance);
    CHECK(deviation<double>(momentum, known::rmsprop_momentum) < trajectory::double_tolerance);
    const etch::rmsprop_extended centered{.learning_rate = 1e-3, .centered = true};
    CHECK(deviation<float>(centered, known::rmsprop_centered) < trajectory::float_tolerance);
    CHECK(deviation<double>(centered, known::rmsprop_centered) < trajectory::double_tolerance);
    const etch::rmsprop_extended everything{
        .learning_rate = 1e-3, .weight_decay = 0.1, .momentum = 0.9, .centered = true};
    CHECK(deviation<float>(everything, known::rmsprop_everything) < trajectory::float_tolerance);
    CHECK(deviation<double>(everything, known::rmsprop_everything) < trajectory::double_tolerance);
}

TEST_CASE("rmsprop_extended stays finite where a constant gradient leaves no variance") {
    // After many equal gradients s and m^2 are equal but for their rounding, which here takes s - m^2 below zero.
    const etch::rmsprop_extended rule{.learning_rate = 1e-6, .alpha = 0.5, .centered = true};
    for (float gradient : {0.1f, 0.3f, 0.7f, 1.1f, 3.3f}) {
        float parameter = 0, state[3] = {};
        for (std::uint64_t t = 1; t <= 200; ++t)
            etch::apply_update(rule, rule.at(t, 1e-6f), std::span<float>(&parameter, 1),
                               std::span<const float>(&gradient, 1), state);
        INFO("gradient " << gradient);
        CHECK(parameter - parameter == 0);
        CHECK(parameter < 0);
    }
}
