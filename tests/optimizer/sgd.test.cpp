#include <etch/optimizer/sgd.hpp>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("sgd steps against the gradient") {
    // 1 - 0.5 * 0.25, then - 0.5 * -0.75
    static_assert(trajectory::two_updates(etch::sgd{.learning_rate = 0.5}, 1, 0.25f, -0.75f)[0] == 0.875f);
    static_assert(trajectory::two_updates(etch::sgd{.learning_rate = 0.5}, 1, 0.25f, -0.75f)[1] == 1.25f);
    // the gradient of weight_decay / 2 * p^2 comes on top: 1 - 0.5 * (0.25 + 0.25 * 1)
    static_assert(trajectory::two_updates(etch::sgd{0.5, 0.25}, 1, 0.25f, 0)[0] == 0.75f);
    static_assert(etch::sgd::state_slots == 0);
    CHECK(etch::sgd{}.learning_rate == 1e-3);
}

TEST_CASE("sgd follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::sgd{}, known::sgd) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::sgd{}, known::sgd) < trajectory::double_tolerance);
    const etch::sgd decay{.weight_decay = 0.1};
    CHECK(deviation<float>(decay, known::sgd_decay) < trajectory::float_tolerance);
    CHECK(deviation<double>(decay, known::sgd_decay) < trajectory::double_tolerance);
}
