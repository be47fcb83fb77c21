#include <etch/data/data_view.hpp>

#include <array>
#include <limits>

#include "support/catch.hpp"

using view = etch::data_view<2, 1>;

TEST_CASE("a view finds each sample's numbers and its target", "[data]") {
    static constexpr std::array<float, 6> inputs{1, 2, 3, 4, 5, 6};
    static constexpr std::array<float, 3> targets{10, 20, 30};
    constexpr view samples{inputs, targets};
    static_assert(samples.size() == 3);
    static_assert(samples.input(1)[0] == 3 && samples.input(2)[1] == 6 && samples.target(2)[0] == 30);
    static_assert(samples.check().ok());
    CHECK(samples.input(1).data() == inputs.data() + 2);
    CHECK(samples.target(1).data() == targets.data() + 1);
    CHECK_FALSE(samples.empty());
}

TEST_CASE("a slice ends where the set ends", "[data]") {
    const std::array<float, 6> inputs{1, 2, 3, 4, 5, 6};
    const std::array<float, 3> targets{10, 20, 30};
    const view samples{inputs, targets};
    CHECK(samples.slice(1, 1).size() == 1);
    CHECK(samples.slice(1, 1).input(0)[1] == 4);
    CHECK(samples.slice(1, 100).size() == 2);
    CHECK(samples.slice(1, 100).target(1)[0] == 30);
    CHECK(samples.slice(1, std::numeric_limits<std::size_t>::max()).size() == 2);
    CHECK(samples.slice(3, 1).size() == 0);
    CHECK(samples.slice(100, 1).size() == 0);
}

TEST_CASE("a view whose sizes do not fit holds no sample, and says so", "[data]") {
    const std::array<float, 6> inputs{};
    const std::array<float, 3> targets{};
    const std::span<const float> all{inputs};
    CHECK(view{}.check() == etch::problem{etch::status::empty_set});
    CHECK(view{all.first(5), targets}.check().code == etch::status::size_mismatch);
    CHECK(view{all.first(5), targets}.size() == 0);
    CHECK(view{all.first(4), targets}.check() == etch::problem{etch::status::size_mismatch, 2});
    CHECK(view{all.first(4), targets}.slice(0, 2).size() == 0);
    CHECK(view{{}, targets}.check() == etch::problem{etch::status::size_mismatch, 0});
    CHECK(view{all.first(1), {}}.size() == 0);
    CHECK(view{all.first(1), {}}.check().code == etch::status::size_mismatch);
}

TEST_CASE("the first sample that is not finite is named", "[data]") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinity = std::numeric_limits<float>::infinity();
    std::array<float, 8> inputs{1, 2, 3, 4, 5, 6, 7, std::numeric_limits<float>::max()};
    std::array<float, 4> targets{1, 2, 3, std::numeric_limits<float>::denorm_min()};
    const view samples{inputs, targets};
    CHECK(samples.check().ok());
    for (const float bad : {nan, infinity, -infinity}) {
        inputs[7] = bad;
        CHECK(samples.check() == etch::problem{etch::status::non_finite_input, 3, 1});
        targets[2] = bad;
        CHECK(samples.check() == etch::problem{etch::status::non_finite_target, 2, 0});
        inputs[4] = bad;  // the input comes before its target
        CHECK(samples.check() == etch::problem{etch::status::non_finite_input, 2, 0});
        inputs[4] = inputs[7] = targets[2] = 0;
    }
}
