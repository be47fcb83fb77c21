#include <etch/optimizer/adagrad.hpp>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("adagrad divides by the root of all squares so far") {
    // s = 9, p = 1 - 0.5 * 3 / 3; s = 9 + 16, p = 0.5 - 0.5 * 4 / 5
    constexpr auto moved = trajectory::two_updates(etch::adagrad{.learning_rate = 0.5, .epsilon = 0}, 1, 3, 4);
    static_assert(moved[0] == 0.5f);
    CHECK(moved[1] == Approx(0.1f));
    // learning_rate / (1 + 1 * 3) in the second update
    constexpr etch::adagrad slower{.learning_rate = 0.5, .learning_rate_decay = 3, .epsilon = 0};
    CHECK(trajectory::two_updates(slower, 1, 3, 4)[1] == Approx(0.4f));
    CHECK(etch::adagrad{}.learning_rate == 1e-2);
    CHECK(etch::adagrad{}.epsilon == 1e-10);
}

TEST_CASE("adagrad leaves a parameter without gradient alone") {
    static_assert(trajectory::two_updates(etch::adagrad{}, 2, 0, 0)[1] == 2);
    CHECK(trajectory::two_updates(etch::adagrad{}, 2, 0, 0)[1] == 2);
}

TEST_CASE("adagrad follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::adagrad{}, known::adagrad) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::adagrad{}, known::adagrad) < trajectory::double_tolerance);
    const etch::adagrad options{
        .learning_rate = 0.1, .learning_rate_decay = 0.01, .epsilon = 1e-6, .weight_decay = 0.1};
    CHECK(deviation<float>(options, known::adagrad_options) < trajectory::float_tolerance);
    CHECK(deviation<double>(options, known::adagrad_options) < trajectory::double_tolerance);
}
