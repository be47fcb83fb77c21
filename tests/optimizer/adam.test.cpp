#include <etch/optimizer/adam.hpp>

#include <cmath>
#include <cstdint>

#include "optimizer/trajectory.hpp"
#include "support/catch.hpp"

namespace known = reference::given_gradients;

TEST_CASE("adam moves by the learning rate in its first update, whatever the size of the gradient") {
    // m / (1 - beta1) = g and v / (1 - beta2) = g^2, so the step is learning_rate * g / |g|. A few roundings remain.
    for (float gradient : {1e-3f, -0.5f, 20.0f, -1e6f}) {
        const float moved = trajectory::two_updates(etch::adam{}, 0, gradient, 0)[0];
        CHECK(moved == Approx(gradient > 0 ? -1e-3f : 1e-3f).epsilon(1.1e-5));  // epsilon / |g| is 1e-5 for the first
    }
    CHECK(etch::adam{}.beta1 == 0.9);
    CHECK(etch::adam{}.beta2 == 0.999);
    CHECK(etch::adam{}.epsilon == 1e-8);
    CHECK(etch::adam{}.weight_decay == 0);
}

TEST_CASE("adam's epsilon is added after the correction of the root") {
    // sqrt(v / (1 - beta2)) + epsilon = 1 + 1
    CHECK(trajectory::two_updates(etch::adam{.learning_rate = 1, .epsilon = 1}, 0, 1, 0)[0] == Approx(-0.5f));
}

TEST_CASE("adam's bias correction equals 1 - beta^t") {
    for (double beta : {0.0, 0.5, 0.9, 0.999, 0.9999}) {
        for (std::uint64_t t : {1u, 2u, 10u, 1000u, 100000u, 100000000u}) {
            // In float 1 - beta is rounded to 2^-24 of itself; expm1 and log1p add at most 2 ulp each.
            const float complement = static_cast<float>(1 - beta);
            const double exact = 1 - std::pow(1 - static_cast<double>(complement), static_cast<double>(t));
            INFO("beta " << beta << ", t " << t);
            CHECK(etch::internal::bias_correction(complement, t) == Approx(exact).epsilon(6e-7));
            CHECK(etch::internal::bias_correction(1 - beta, t) ==
                  Approx(1 - std::pow(beta, static_cast<double>(t))).epsilon(1e-12));
        }
    }
}

TEST_CASE("adam with both betas at zero steps by the sign of the gradient") {
    static_assert(etch::internal::bias_correction(1.0f, 3) == 1);
    const auto moved = trajectory::two_updates(etch::adam{.beta1 = 0, .beta2 = 0}, 0, 4, -0.5f);
    CHECK(moved[0] == Approx(-1e-3f));
    CHECK(std::abs(moved[1]) < 1e-9f);
}

TEST_CASE("adam follows PyTorch's trajectory for 100 updates") {
    using trajectory::deviation;
    CHECK(deviation<float>(etch::adam{}, known::adam) < trajectory::float_tolerance);
    CHECK(deviation<double>(etch::adam{}, known::adam) < trajectory::double_tolerance);
    const etch::adam options{.learning_rate = 1e-2, .beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-6, .weight_decay = 0.1};
    CHECK(deviation<float>(options, known::adam_options) < trajectory::float_tolerance);
    CHECK(deviation<double>(options, known::adam_options) < trajectory::double_tolerance);
}
