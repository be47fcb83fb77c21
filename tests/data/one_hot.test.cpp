#include <etch/data/one_hot.hpp>

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <etch/data/class_list.hpp>
#include <etch/data/data_set.hpp>
#include <etch/layer/sigmoid.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/network/network.hpp>
#include <etch/network/predict.hpp>
#include <etch/tensor/argmax.hpp>
#include <etch/tensor/tensor.hpp>

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

TEST_CASE("names that are all numbers are sorted by value, others as text", "[data]") {
    const auto sorted = [](std::vector<std::string> names) { return etch::class_list::of(std::move(names)).names(); };
    using list = std::vector<std::string>;
    CHECK(sorted({"10", "9", "1", "0", "11", "2"}) == list{"0", "1", "2", "9", "10", "11"});
    CHECK(sorted({"1.5", "10", "-2", "0.25"}) == list{"-2", "0.25", "1.5", "10"});
    CHECK(sorted({"1,5", "10", "0,25"}) == list{"0,25", "1,5", "10"});
    CHECK(sorted({"10", "9", "b"}) == list{"10", "9", "b"});  // mixed: text
    CHECK(sorted({"10", "9", ""}) == list{"", "10", "9"});
    CHECK(sorted({"12345678901234567891", "12345678901234567890"}) ==
          list{"12345678901234567890", "12345678901234567891"});  // the same double
    CHECK(sorted({"1.0", "1", "0"}) == list{"0", "1", "1.0"});
    CHECK(sorted({"01", "1", "0"}) == list{"0", "1", "01"});  // the shorter of equal numbers first, not the text
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
    CHECK(etch::check_classes(set) == etch::problem{.code = etch::status::missing_class, .column = 1});
    set.push_back({0}, {0, 1, 0});
    CHECK(etch::check_classes(set).ok());
    etch::data_set<1, 1> binary;
    binary.push_back({0}, {0});
    CHECK(etch::check_classes(binary) == etch::problem{.code = etch::status::missing_class, .column = 1});
}

TEST_CASE("argmax takes arrays, spans, vectors and tensors", "[data]") {
    const float numbers[] = {1, 5, 5, -2};
    CHECK(etch::argmax(numbers) == 1);
    CHECK(etch::argmax(std::span{numbers}.last<2>()) == 0);
    CHECK(etch::argmax(std::vector<int>{3, 4, 9}) == 2);
    CHECK(etch::argmax(std::array<float, 1>{0.2f}) == 0);
    etch::vector<float, 3> tensor;
    tensor[2] = 1;
    CHECK(etch::argmax(tensor) == 2);
    static_assert(etch::argmax(std::array<float, 3>{-3, -2, -1}) == 2);
}

TEST_CASE("a network predicts a class, by its index or its name", "[data]") {
    using pass = etch::network<etch::input<3>, etch::softmax>;
    constexpr pass three;
    static_assert(etch::predict(three, {1.0f, 3.0f, 2.0f}) == 1);
    static_assert(etch::predict(three, {1, 3, 2}) == 1 && etch::predict(three, {1.0, 2.0, 3.0}) == 2);
    static_assert(etch::predict(three, {1, 2.5f, 2.0}) == 1);
    const double numbers[] = {3, 2, 1};
    CHECK(etch::predict(three, numbers) == 0);
    const std::array<float, 3> sample{0, 1, 2};
    CHECK(etch::predict(three, sample) == 2);
    const etch::class_list names{"red", "green", "blue"};
    CHECK(etch::predict(three, sample, names) == "blue");
    CHECK(etch::predict(three, {3.0f, 2.0f, 1.0f}, names) == "red");
    CHECK(etch::predict(three, {1, 2, 3}, names) == "blue");
    CHECK(etch::predict(three, {1, 2.5f, 2}, names) == "green");
    CHECK(etch::predict(three, sample, {"red"}).empty());  // no name for it
    const etch::network<etch::input<1>, etch::sigmoid> gate;
    CHECK(etch::predict(gate, {-0.1f}) == 0);
    CHECK(etch::predict(gate, {0.1f}, {"no", "yes"}) == "yes");
}
