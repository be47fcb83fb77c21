// What the layers and the transformations of data share.
#include <etch/tensor/column_statistics.hpp>

#include <array>
#include <cmath>
#include <cstddef>

#include "support/catch.hpp"

using namespace etch::internal;

namespace {

/// Three samples of two columns.
constexpr std::array<std::array<float, 2>, 3> rows{{{0.001f, 4}, {0.3f, 4}, {50.0f, 4}}};
constexpr auto sample = [](std::size_t i) { return rows[i]; };

template <class Number>
struct fitted {
    std::array<column_range<Number>, 2> ranges = column_ranges<Number, 2>(3, sample);
    std::array<Number, 2> mean{}, deviation{};
    constexpr fitted() { find_mean_and_deviation(ranges, 3, sample, mean, deviation); }
};

}  // namespace

TEST_CASE("ranges, and the first constant column") {
    constexpr auto ranges = column_ranges<float, 2>(3, sample);
    static_assert(ranges[0].least == 0.001f && ranges[0].most == 50);
    static_assert(ranges[1].least == 4 && ranges[1].most == 4);
    CHECK(find_constant_column(ranges) == etch::problem{.code = etch::status::constant_column, .column = 1});
    CHECK(find_constant_column(std::array{ranges[0]}).ok());
}

TEST_CASE("mean and deviation in float have the bits that a network carries, also in a constant expression") {
    constexpr fitted<float> constant;
    static_assert(constant.mean[0] == 0x1.0c45a2p+4f && constant.deviation[0] == 0x1.77fe5ap+4f);
    const fitted<float> now;
    CHECK(now.mean[0] == 0x1.0c45a2p+4f);
    CHECK(now.deviation[0] == 0x1.77fe5ap+4f);
}

TEST_CASE("mean and deviation in double follow the formula to the last bit but two") {
    const fitted<double> now;
    double sum = 0, squares = 0;
    for (const auto& row : rows) sum += static_cast<double>(row[0]);
    CHECK(now.mean[0] == sum / 3);
    for (const auto& row : rows) squares += std::pow(static_cast<double>(row[0]) - now.mean[0], 2);
    CHECK(std::abs(now.deviation[0] - std::sqrt(squares / 3)) <= 4 * 0x1p-49);  // ulps of numbers between 16 and 32
}

TEST_CASE("a constant column has a deviation of 0") {
    CHECK(fitted<float>{}.deviation[1] == 0);
    CHECK(fitted<double>{}.deviation[1] == 0);
    CHECK(fitted<double>{}.mean[1] == 4);
}
