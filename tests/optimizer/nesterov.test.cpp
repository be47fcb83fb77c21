#include <etch/optimizer/nesterov.hpp>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("nesterov steps by the gradient and the velocity to come") {
    // v = 1, p = 0 - 0.5 * (1 + 0.5 * 1); v = 0.5 * 1 + 2, p = -0.75 - 0.5 * (2 + 0.5 * 2.5)
    constexpr auto moved = trajectory::two_updates(etch::nesterov{.learning_rate = 0.5, .momentum = 0.5}, 0, 1, 2);
    static_assert(moved[0] == -0.75f && moved[1] == -2.375f);
    CHECK(etch::nesterov{}.momentum == 0.9);
}

TEST_CASE("nesterov follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::nesterov{}, known::nesterov) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::nesterov{}, known::nesterov) < trajectory::double_tolerance);
    const etch::nesterov decay{.weight_decay = 0.1};
    CHECK(deviation<float>(decay, known::nesterov_decay) < trajectory::float_tolerance);
    CHECK(deviation<double>(decay, known::nesterov_decay) < trajectory::double_tolerance);
}
