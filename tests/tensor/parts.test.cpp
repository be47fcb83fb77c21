#include <etch/tensor/parts.hpp>

#include "support/catch.hpp"

using namespace etch;

namespace {

using heads = parts<part<"mean", 3>, part<"value", 1>>;

}  // namespace

TEST_CASE("parts name the rows of a vector or of a batch") {
    static_assert(heads::size == 4 && heads::first<"value"> == 3 && heads::count<"mean"> == 3);
    vector<float, 4> y{1, 2, 3, 4};
    CHECK(heads::of<"mean">(y)[2] == 3);
    CHECK(heads::of<"value">(y)[0] == 4);
    heads::of<"value">(y) = 2 * heads::of<"value">(y);
    CHECK(y[3] == 8);
    matrix<float, 4, 2> batch{};
    batch(3, 1) = 5;
    const matrix<float, 1, 2> values(heads::of<"value">(batch));
    CHECK(values(0, 0) == 0);
    CHECK(values(0, 1) == 5);
}
