#include <etch/optimizer/adamw.hpp>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("adamw shrinks a parameter without gradient by learning_rate * weight_decay") {
    // 8 * (1 - 0.5 * 0.25), twice; adam, for which a gradient of 0.25 * p is like any other, would move by 0.5
    constexpr auto shrunk = trajectory::two_updates(etch::adamw{.learning_rate = 0.5, .weight_decay = 0.25}, 8, 0, 0);
    static_assert(shrunk[0] == 7 && shrunk[1] == 6.125f);
    CHECK(etch::adamw{}.weight_decay == 1e-2);
}

TEST_CASE("adamw without weight decay is adam") {
    const auto without = trajectory::two_updates(etch::adamw{.weight_decay = 0}, 0.3f, 0.7f, -0.2f);
    CHECK(without == trajectory::two_updates(etch::adam{}, 0.3f, 0.7f, -0.2f));
}

TEST_CASE("adamw follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::adamw{}, known::adamw) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::adamw{}, known::adamw) < trajectory::double_tolerance);
    const etch::adamw options{.learning_rate = 1e-2, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-6, .weight_decay = 0.1};
    CHECK(deviation<float>(options, known::adamw_options) < trajectory::float_tolerance);
    CHECK(deviation<double>(options, known::adamw_options) < trajectory::double_tolerance);
}
