#include <etch/network/loss_fusion.hpp>

#include <etch/layer/dense.hpp>
#include <etch/layer/fast_tanh.hpp>
#include <etch/layer/identity.hpp>
#include <etch/layer/normalize.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/layer/standardize.hpp>
#include <etch/layer/unstandardize.hpp>
#include <etch/loss/binary_cross_entropy.hpp>
#include <etch/loss/cross_entropy.hpp>
#include <etch/loss/mean_squared_error.hpp>
#include <etch/loss/sparse_cross_entropy.hpp>

#include "support/catch.hpp"

namespace {

using namespace etch;
template <class... Last>
using ending_in = network<input<2>, dense<3>, Last...>;
template <class Loss, class... Last>
constexpr std::size_t layers_before = internal::loss_fusion<ending_in<Last...>, Loss>::layers_before_loss;

/// A layer of the user's with the name of one of etch's, and one that gives probabilities in its own way.
struct namesake : identity {
    static constexpr const char* name = "standardize";
};
struct probabilities : identity {
    static constexpr const char* name = "probabilities";
    static constexpr output_kind predicts = output_kind::class_probabilities;
};

}  // namespace

TEST_CASE("the last layer does not run where the loss is fused with it or it only changes the units") {
    CHECK(layers_before<mean_squared_error> == 1);
    CHECK(layers_before<mean_squared_error, softmax> == 2);
    CHECK(layers_before<cross_entropy, softmax> == 1);
    CHECK(layers_before<sparse_cross_entropy, softmax> == 1);
    CHECK(layers_before<binary_cross_entropy, sigmoid> == 1);
    CHECK(layers_before<binary_cross_entropy, fast_sigmoid> == 1);
    CHECK(layers_before<mean_squared_error, unstandardize> == 1);
    CHECK(layers_before<mean_squared_error, probabilities> == 2);
}

TEST_CASE("a target is as large as its loss says") {
    CHECK(internal::loss_fusion<ending_in<softmax>, cross_entropy>::targets == 3);
    CHECK(internal::loss_fusion<ending_in<softmax>, sparse_cross_entropy>::targets == 1);
}

TEST_CASE("what the outputs mean is a fact of the layer, not its name") {
    CHECK(softmax::predicts == output_kind::class_probabilities);
    CHECK(probabilities::predicts == output_kind::class_probabilities);
    CHECK(sigmoid::predicts == output_kind::label_probabilities);
    CHECK(fast_sigmoid::predicts == output_kind::label_probabilities);
    CHECK(dense<3>::predicts == output_kind::numbers);
    CHECK(internal::ends_in_normalizer<ending_in<standardize>>);
    CHECK(internal::ends_in_normalizer<ending_in<normalize<>>>);
    CHECK_FALSE(internal::ends_in_normalizer<ending_in<unstandardize>>);
    CHECK_FALSE(internal::ends_in_normalizer<ending_in<namesake>>);
}
