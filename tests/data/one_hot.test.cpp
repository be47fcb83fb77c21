#include <etch/data/one_hot.hpp>

#include <array>

#include "support/catch.hpp"

#include <etch/data/data_set.hpp>

TEST_CASE("a label becomes a column and comes back", "[data]") {
    std::array<float, 4> target{9, 9, 9, 9};
    for (std::size_t label = 0; label < 4; ++label) {
        REQUIRE(etch::one_hot(label, std::span{target}) == etch::status::ok);
        for (std::size_t c = 0; c < 4; ++c) CHECK(target[c] == (c == label ? 1.0f : 0.0f));
        CHECK(etch::class_of(target) == label);
    }
}

TEST_CASE("a single output tells two classes apart", "[data]") {
    static_assert(etch::class_count<1> == 2 && etch::class_count<2> == 2 && etch::class_count<10> == 10);
    std::array<double, 1> target{5};
    REQUIRE(etch::one_hot(1, std::span{target}) == etch::status::ok);
    CHECK(target[0] == 1);
    REQUIRE(etch::one_hot(0, std::span{target}) == etch::status::ok);
    CHECK(target[0] == 0);
    CHECK(etch::one_hot(2, std::span{target}) == etch::status::unknown_class);
    CHECK(etch::class_of(std::array<float, 1>{0.49f}) == 0);
    CHECK(etch::class_of(std::array<float, 1>{0.5f}) == 1);
}

TEST_CASE("a label beyond the classes leaves the target as it was", "[data]") {
    std::array<float, 3> target{1, 2, 3};
    CHECK(etch::one_hot(3, std::span{target}) == etch::status::unknown_class);
    CHECK(target == std::array<float, 3>{1, 2, 3});
}

TEST_CASE("of equal columns the first is the class", "[data]") {
    CHECK(etch::class_of(std::array<float, 4>{0.1f, 0.4f, 0.4f, 0.1f}) == 1);
    static_assert(etch::class_of(std::array<float, 3>{-3, -2, -1}) == 2);
}

TEST_CASE("names become columns in sorted order, whatever order they came in", "[data]") {
    const auto classes = etch::class_list::of({"pear", "apple", "pear", "fig", "apple"});
    REQUIRE(classes.size() == 3);
    CHECK(classes[0] == "apple");
    CHECK(classes[1] == "fig");
    CHECK(classes[2] == "pear");
    CHECK(classes.find("fig").value() == 1);
    CHECK_FALSE(classes.find("Fig").has_value());
    std::array<float, 3> target{7, 7, 7};
    CHECK(classes.encode("plum", std::span{target}) == etch::status::unknown_class);
    CHECK(target == std::array<float, 3>{7, 7, 7});
    CHECK(classes.encode("pear", std::span{target}) == etch::status::ok);
    CHECK(target == std::array<float, 3>{0, 0, 1});
    CHECK(classes.decode(target) == "pear");
    CHECK(classes.decode(std::array<float, 5>{0, 0, 0, 0, 1}).empty());
}

TEST_CASE("a class without a sample is named", "[data]") {
    etch::data_set<1, 3> set;
    set.push_back({0}, {1, 0, 0});
    set.push_back({0}, {0, 0, 1});
    CHECK(etch::check_classes(set) == etch::problem{etch::status::missing_class, 1});
    set.push_back({0}, {0, 1, 0});
    CHECK(etch::check_classes(set).ok());
    etch::data_set<1, 1> binary;
    binary.push_back({0}, {0});
    CHECK(etch::check_classes(binary) == etch::problem{etch::status::missing_class, 1});
}
