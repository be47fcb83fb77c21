#include <etch/io/golden_vectors.hpp>

#include <limits>

#include <etch/inference.hpp>

#include "support/catch.hpp"

TEST_CASE("golden vectors do not agree with another network, nor with one that is not a number") {
    constexpr etch::golden_vectors<2, 2, 1> golden{.inputs = {{0, 1}, {1, 0}}, .outputs = {{-8}, {1}}};
    static_assert(golden.scale() == 8);
    using sum = etch::network<etch::input<2>, etch::dense<1>>;
    constexpr auto with = [](float a, float b) { return sum{sum::storage{.numbers = {a, b, 0}}}; };
    static_assert(golden.agree(with(1, -8), 0) && golden.agree(with(1, -8), 1));
    static_assert(golden.agree(with(1 + 0x1p-14f, -8), 1));  // 6.1e-5 of 8
    static_assert(!golden.agree(with(1 + 0x1p-13f, -8), 1));
    static_assert(!golden.agree(with(1, 8), 0) && golden.agree(with(1, 8), 0, 2));
    CHECK_FALSE(golden.agree(with(std::numeric_limits<float>::quiet_NaN(), 0), 0));
    CHECK_FALSE(golden.agree(with(0, std::numeric_limits<float>::infinity()), 0));
}
