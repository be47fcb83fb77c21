// Options that are out of their range: every rule and every schedule says which.
#include <limits>
#include <string_view>

#include <etch/optimizer/adagrad.hpp>
#include <etch/optimizer/adam.hpp>
#include <etch/optimizer/adamw.hpp>
#include <etch/optimizer/clip.hpp>
#include <etch/optimizer/momentum.hpp>
#include <etch/optimizer/nesterov.hpp>
#include <etch/optimizer/rmsprop.hpp>
#include <etch/optimizer/schedule.hpp>
#include <etch/optimizer/sgd.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr bool names(option_error found, std::string_view name) { return !found.ok() && found.name == name; }

static_assert(sgd{}.check().ok() && momentum{}.check().ok() && nesterov{}.check().ok() && adagrad{}.check().ok());
static_assert(rmsprop{}.check().ok() && rmsprop_extended{}.check().ok() && adam{}.check().ok() && adamw{}.check().ok());
static_assert(step_decay{}.check().ok() && exponential_decay{}.check().ok() && cosine_decay{}.check().ok());
static_assert(gradient_clip{}.check().ok() && internal::check_options(constant_rate{}).ok());
static_assert(adam{.beta1 = 0, .beta2 = 0, .epsilon = 0}.check().ok());

static_assert(names(sgd{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(sgd{.weight_decay = nan}.check(), "weight_decay"));
static_assert(names(momentum{.momentum = 1}.check(), "momentum"));
static_assert(names(momentum{.dampening = -0.1}.check(), "dampening"));
static_assert(names(momentum{.weight_decay = infinity}.check(), "weight_decay"));
static_assert(names(nesterov{.momentum = -1}.check(), "momentum"));
static_assert(names(nesterov{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(adagrad{.learning_rate_decay = -1}.check(), "learning_rate_decay"));
static_assert(names(adagrad{.epsilon = -1}.check(), "epsilon"));
static_assert(names(adagrad{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(rmsprop{.alpha = 1}.check(), "alpha"));
static_assert(names(rmsprop{.epsilon = nan}.check(), "epsilon"));
static_assert(names(rmsprop{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(rmsprop_extended{.alpha = -1}.check(), "alpha"));
static_assert(names(rmsprop_extended{.epsilon = -1}.check(), "epsilon"));
static_assert(names(rmsprop_extended{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(rmsprop_extended{.momentum = 2}.check(), "momentum"));
static_assert(names(adam{.beta1 = 2}.check(), "beta1"));
static_assert(names(adam{.beta2 = 1}.check(), "beta2"));
static_assert(names(adam{.epsilon = -1}.check(), "epsilon"));
static_assert(names(adam{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(adamw{.beta1 = nan}.check(), "beta1"));
static_assert(names(adamw{.beta2 = -1}.check(), "beta2"));
static_assert(names(adamw{.epsilon = -1}.check(), "epsilon"));
static_assert(names(adamw{.weight_decay = -1}.check(), "weight_decay"));
static_assert(names(step_decay{.gamma = -1}.check(), "gamma"));
static_assert(names(exponential_decay{.gamma = 0}.check(), "gamma"));
static_assert(names(cosine_decay{.minimum = nan}.check(), "minimum"));
static_assert(names(gradient_clip{.norm = infinity}.check(), "norm"));
static_assert(names(gradient_clip{.value = -1}.check(), "value"));

}  // namespace

TEST_CASE("the first option that is out of its range is told with its value and its range") {
    CHECK(adam{.beta2 = 1.5, .epsilon = -1}.check().message() == "beta2 is 1.5, but must be at least 0 and below 1");
    CHECK(exponential_decay{.gamma = -1}.check().message() == "gamma is -1, but must be positive and finite");
    CHECK(internal::check_learning_rate<float>(1e-3).ok());
    CHECK(internal::check_learning_rate<double>(1e-60).ok());
    CHECK(internal::check_learning_rate<float>(1e-60).message() ==
          "learning_rate is 1e-60, but must be positive and finite, as a float too");
    CHECK_FALSE(internal::check_learning_rate<double>(infinity).ok());
    CHECK_FALSE(internal::check_learning_rate<double>(-1).ok());
}
