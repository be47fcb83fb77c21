#include <etch/data/split.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace {

/// Sample i has the input i, so that it can be recognized, and the class i % Classes.
template <std::size_t Classes>
etch::data_set<1, Classes> numbered(std::size_t count) {
    etch::data_set<1, Classes> set;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<float, Classes> target{};
        target[i % Classes] = 1;
        set.push_back(std::array<float, 1>{static_cast<float>(i)}, target);
    }
    return set;
}

template <class Split>
std::vector<float> everything(const Split& parts) {
    std::vector<float> all;
    for (const auto* part : {&parts.training, &parts.validation, &parts.test}) {
        all.insert(all.end(), part->inputs().begin(), part->inputs().end());
    }
    return all;
}

template <class Set>
std::size_t count_of(const Set& set, std::size_t label) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < set.size(); ++i) count += etch::class_of(set.target(i)) == label ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("every sample lands in exactly one part, with its own target", "[data]") {
    const auto set = numbered<2>(1003);
    for (const bool stratified : {false, true}) {
        const auto parts = stratified ? etch::stratified_split(set) : etch::split(set);
        REQUIRE(parts);
        auto all = everything(parts);
        CHECK_FALSE(std::is_sorted(all.begin(), all.end()));
        std::sort(all.begin(), all.end());
        CHECK(std::equal(all.begin(), all.end(), set.inputs().begin(), set.inputs().end()));
        bool own = true;
        for (std::size_t i = 0; i < parts.training.size(); ++i) {
            own &= etch::class_of(parts.training.target(i)) == static_cast<std::size_t>(parts.training.input(i)[0]) % 2;
        }
        CHECK(own);
    }
}

TEST_CASE("shares are met exactly where they can be, and to within one sample elsewhere", "[data]") {
    const auto tenths = etch::split(numbered<2>(10000));
    CHECK(tenths.training.size() == 8000);
    CHECK(tenths.validation.size() == 1000);
    CHECK(tenths.test.size() == 1000);
    const auto few = etch::split(numbered<2>(7), {.training = 0.5, .validation = 0.25, .test = 0.25});
    CHECK(few.training.size() == 3);  // 3.5, 1.75, 1.75: the two that lost most are rounded up
    CHECK(few.validation.size() == 2);
    CHECK(few.test.size() == 2);
    const auto two = etch::split(numbered<2>(100), {.training = 0.71, .validation = 0, .test = 0.29});
    CHECK(two.training.size() == 71);
    CHECK(two.validation.empty());
    CHECK(two.test.size() == 29);  // although 0.29 * 100 is 28.999999999999996
    const auto one = etch::split(numbered<2>(1), {.training = 0.1, .validation = 0.1, .test = 0.8});
    CHECK(one.training.size() == 1);
}

TEST_CASE("a part without a share gets no sample, whatever the classes round to", "[data]") {
    for (const bool validates : {false, true})
        for (std::size_t size = 1; size <= 10; ++size) {
            etch::data_set<1, 3> set;
            for (std::size_t i = 0; i < 6 * size; ++i) {  // classes of size, 2 size and 3 size
                std::array<float, 3> target{};
                target[i < size ? 0 : i < 3 * size ? 1 : 2] = 1;
                set.push_back(std::array<float, 1>{}, target);
            }
            const auto parts = etch::stratified_split(
                set, {.training = 0.3, .validation = validates ? 0.7 : 0, .test = validates ? 0 : 0.7});
            REQUIRE(parts);
            CHECK((validates ? parts.test : parts.validation).empty());
        }
}

TEST_CASE("the same seed gives the same parts, another seed others", "[data]") {
    const auto set = numbered<2>(200);
    const auto first = everything(etch::split(set, {.seed = etch::seed{7}}));
    CHECK(first == everything(etch::split(set, {.seed = etch::seed{7}})));
    CHECK(first != everything(etch::split(set, {.seed = etch::seed{8}})));
}

TEST_CASE("a stratified split has every class in every part in proportion", "[data]") {
    const auto iris = etch::stratified_split(numbered<3>(150));
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(count_of(iris.training, c) == 40);
        CHECK(count_of(iris.validation, c) == 5);
        CHECK(count_of(iris.test, c) == 5);
    }
    // 15 a class: 12, 1.5 and 1.5 each; what validation gains with one class, it gives back with the next.
    const auto small = etch::stratified_split(numbered<3>(45));
    CHECK(small.training.size() == 36);
    CHECK(small.validation.size() == 5);
    CHECK(small.test.size() == 4);
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(count_of(small.training, c) == 12);
        CHECK(count_of(small.validation, c) >= 1);
        CHECK(count_of(small.test, c) >= 1);
    }
    // Of 7 training is owed 5.6 and gets 5; of 6 then 5.4, and gets one of the two that are left, not both.
    const auto uneven = etch::stratified_split(numbered<2>(13));
    CHECK(count_of(uneven.training, 0) == 5);
    CHECK(count_of(uneven.training, 1) == 5);
    CHECK(count_of(uneven.validation, 1) == 1);
}

TEST_CASE("a rare class is learned before it is judged", "[data]") {
    etch::data_set<1, 2> set = numbered<2>(0);
    for (int i = 0; i < 99; ++i) set.push_back({0}, {1, 0});
    set.push_back({1}, {0, 1});
    const auto parts = etch::stratified_split(set, {.training = 0.2, .validation = 0.4, .test = 0.4});
    REQUIRE(parts);
    CHECK(count_of(parts.training, 1) == 1);
}

TEST_CASE("a class of which there is no sample is named, and nothing is split", "[data]") {
    etch::data_set<1, 3> set;
    for (int i = 0; i < 10; ++i) set.push_back({0}, {1, 0, 0});
    for (int i = 0; i < 10; ++i) set.push_back({0}, {0, 0, 1});
    const auto parts = etch::stratified_split(set);
    CHECK_FALSE(parts);
    CHECK(parts.code == etch::status::missing_class);
    CHECK(parts.column == 1);
    CHECK(parts.message() == "class 1 has no sample in the training part");
    CHECK(everything(parts).empty());
    CHECK(etch::split(set));
}

TEST_CASE("a split refuses bad shares and bad data", "[data]") {
    auto set = numbered<2>(10);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const etch::split_options& bad :
         {etch::split_options{.training = 0.7}, etch::split_options{.training = 0, .validation = 0.5, .test = 0.5},
          etch::split_options{.training = 1.1, .validation = -0.1, .test = 0},
          etch::split_options{.training = nan, .validation = 0.5, .test = 0.5},
          etch::split_options{.training = 0.9, .validation = nan, .test = 0.1}}) {
        CHECK(etch::split(set, bad).code == etch::status::invalid_option);
        CHECK(etch::stratified_split(set, bad).code == etch::status::invalid_option);
    }
    CHECK(etch::split(numbered<2>(0)).code == etch::status::empty_set);
    CHECK(etch::split(etch::data_view<1, 2>{set.inputs(), set.targets().first(3)}).code == etch::status::size_mismatch);
    set.target(4)[0] = std::numeric_limits<float>::infinity();
    CHECK(etch::split(set).message() == "sample 4: target 0 is NaN or infinite");
    CHECK(everything(etch::split(set)).empty());
}
