#include <etch/data/data_set.hpp>

#include <array>
#include <vector>

#include "support/catch.hpp"

namespace {

template <std::size_t Inputs, std::size_t Outputs>
std::size_t samples_of(etch::data_view<Inputs, Outputs> samples) {  // as trainer::fit takes them
    return samples.size();
}

}  // namespace

TEST_CASE("a data set gives back what was put in, however often it grows", "[data]") {
    etch::data_set<2, 1> set;
    CHECK(set.empty());
    for (std::size_t i = 0; i < 1000; ++i) {
        const auto x = static_cast<float>(i);
        set.push_back({x, x + 0.5f}, {-x});
    }
    REQUIRE(set.size() == 1000);
    bool same = true;
    for (std::size_t i = 0; i < 1000; ++i) {
        const auto x = static_cast<float>(i);
        same &= set.input(i)[0] == x && set.input(i)[1] == x + 0.5f && set.target(i)[0] == -x;
    }
    CHECK(same);
}

TEST_CASE("a sample of the set itself may be added to it", "[data]") {
    etch::data_set<2, 1> set;
    set.push_back({1, 2}, {3});
    for (int i = 0; i < 200; ++i) set.push_back(std::as_const(set).input(0), std::as_const(set).target(0));
    REQUIRE(set.size() == 201);
    bool same = true;
    for (std::size_t i = 0; i < set.size(); ++i) {
        same &= set.input(i)[0] == 1 && set.input(i)[1] == 2 && set.target(i)[0] == 3;
    }
    CHECK(same);
}

TEST_CASE("a data set stands wherever a view is taken", "[data]") {
    etch::data_set<3, 2> set;
    set.push_back({1, 2, 3}, {4, 5});
    CHECK(samples_of<3, 2>(set) == 1);
    const etch::data_view<3, 2> view = set;
    CHECK(view.input(0).data() == set.inputs().data());
    CHECK(set.check().ok());
    set.input(0)[2] = 9;
    CHECK(view.input(0)[2] == 9);
    static_assert(etch::Samples<etch::data_set<3, 2>> && etch::Samples<etch::data_view<3, 2>>);
    static_assert(!etch::Samples<std::vector<float>>);
}

TEST_CASE("a copy of a view owns its numbers; of a mismatched view nothing is taken", "[data]") {
    std::array<float, 4> inputs{1, 2, 3, 4};
    std::array<float, 2> targets{5, 6};
    const etch::data_set<2, 1> copy{etch::data_view<2, 1>{inputs, targets}};
    inputs[3] = 0;
    REQUIRE(copy.size() == 2);
    CHECK(copy.input(1)[1] == 4);
    CHECK(copy.target(1)[0] == 6);
    const etch::data_set<2, 1> none{etch::data_view<2, 1>{inputs, std::span{targets}.first(1)}};
    CHECK(none.empty());
    CHECK(none.check().code == etch::status::empty_set);
}

TEST_CASE("a cleared data set is empty and can be filled again", "[data]") {
    etch::data_set<1, 1, double> set;
    set.reserve(3);
    set.push_back({0.25}, {1});
    set.clear();
    CHECK(set.size() == 0);
    set.push_back({0.75}, {2});
    REQUIRE(set.size() == 1);
    CHECK(set.input(0)[0] == 0.75);
}
