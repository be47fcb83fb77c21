#include <etch/layer/last_step.hpp>

#include <etch/layer/dense.hpp>
#include <etch/layer/flatten.hpp>
#include <etch/network/network.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"

using namespace etch;

TEST_CASE("last_step takes the last position, and its gradient is zero at all others") {
    static_assert(Layer<last_step> && last_step::output(shape{3, 4}) == shape{3});
    const network<input<2, 3>, last_step> net;
    CHECK(net({1, 2, 3, 4, 5, 6}) == vector<float, 2>{5, 6});
    support::passes<float, shape{2, 3}, 2, last_step> layer;
    layer.run();
    for (std::size_t j = 0; j < 2; ++j)
        for (std::size_t i = 0; i < 6; ++i) CHECK(layer.grad_input(i, j) == (i < 4 ? 0 : layer.grad_output(i - 4, j)));
}

TEST_CASE("gradients through last_step match finite differences, also of sequences of one position") {
    CHECK(support::worst_gradient<shape{3, 4}, last_step, dense<2>>() < support::gradient_tolerance);
    CHECK(support::worst_gradient<shape{3, 1}, last_step, dense<2>>() < support::gradient_tolerance);
}
