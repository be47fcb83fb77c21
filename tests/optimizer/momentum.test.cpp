#include <etch/optimizer/momentum.hpp>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("momentum adds the decayed velocity") {
    // v = 1, p = 0 - 0.5 * 1; v = 0.5 * 1 + 2, p = -0.5 - 0.5 * 2.5
    constexpr auto moved = trajectory::two_updates(etch::momentum{.learning_rate = 0.5, .momentum = 0.5}, 0, 1, 2);
    static_assert(moved[0] == -0.5f && moved[1] == -1.75f);
    CHECK(etch::momentum{}.momentum == 0.9);
    CHECK(etch::momentum{}.dampening == 0);
}

TEST_CASE("momentum does not dampen the first gradient") {
    // v = 1; then v = 0.5 * 1 + (1 - 0.75) * 2
    constexpr etch::momentum rule{.learning_rate = 0.5, .momentum = 0.5, .dampening = 0.75};
    constexpr auto moved = trajectory::two_updates(rule, 0, 1, 2);
    static_assert(moved[0] == -0.5f && moved[1] == -1.0f);
    CHECK(moved[1] == -1.0f);
}

TEST_CASE("momentum follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::momentum{}, known::momentum) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::momentum{}, known::momentum) < trajectory::double_tolerance);
    const etch::momentum options{.momentum = 0.8, .dampening = 0.3, .weight_decay = 0.1};
    CHECK(deviation<float>(options, known::momentum_options) < trajectory::float_tolerance);
    CHECK(deviation<double>(options, known::momentum_options) < trajectory::double_tolerance);
}
