#include <etch/data/idx.hpp>

#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;
using bytes = std::vector<unsigned char>;

/// Two images of 2 x 2 and their labels.
const bytes images{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 102, 153, 204, 255, 1, 2};
const bytes labels{0, 0, 8, 1, 0, 0, 0, 2, 1, 0};

std::string told(const bytes& data, status expected) {
    const auto array = etch::parse_idx(data, "t.idx");
    CHECK(array.code == expected);
    CHECK(array.value.bytes.empty());
    CHECK(array.value.extents.empty());
    return array.message();
}

void write(const std::string& file, const bytes& data) {
    std::ofstream stream{file, std::ios::binary};
    for (const unsigned char byte : data) stream.put(static_cast<char>(byte));
}

}  // namespace

TEST_CASE("extents and elements are read, the most significant byte first", "[data]") {
    const auto array = etch::parse_idx(images);
    REQUIRE(array);
    CHECK(array.value.type == etch::idx_type::uint8);
    CHECK(array.value.extents == std::vector<std::size_t>{2, 2, 2});
    CHECK(array.value.size() == 8);
    CHECK(array.value[5] == 255);
    const auto long_one = etch::parse_idx(bytes{0, 0, 9, 2, 0, 0, 1, 1, 0, 0, 0, 0});
    REQUIRE(long_one);
    CHECK(long_one.value.extents == std::vector<std::size_t>{257, 0});
    CHECK(long_one.value.size() == 0);
}

TEST_CASE("every element type is understood", "[data]") {
    const auto only = [](unsigned char type, std::initializer_list<unsigned char> element) {
        bytes data{0, 0, type, 1, 0, 0, 0, 1};
        data.insert(data.end(), element);
        const auto array = etch::parse_idx(data);
        REQUIRE(array);
        REQUIRE(array.value.size() == 1);
        return array.value[0];
    };
    CHECK(only(0x08, {200}) == 200);
    CHECK(only(0x09, {200}) == -56);
    CHECK(only(0x0b, {0x01, 0x02}) == 258);
    CHECK(only(0x0b, {0xff, 0xfe}) == -2);
    CHECK(only(0x0c, {0x01, 0x02, 0x03, 0x04}) == 16909060);
    CHECK(only(0x0c, {0xff, 0xff, 0xff, 0xfd}) == -3);
    CHECK(only(0x0d, {0xc0, 0x20, 0x00, 0x00}) == -2.5);
    CHECK(only(0x0e, {0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18}) == 3.141592653589793);
}

TEST_CASE("a header that is none is refused by the byte", "[data]") {
    CHECK(told({}, status::truncated) == "t.idx: byte 0: the header of 4 bytes ends too early");
    CHECK(told({0, 0, 8}, status::truncated) == "t.idx: byte 3: the header of 4 bytes ends too early");
    CHECK(told({0x1f, 0x8b, 8, 1, 0, 0, 0, 0}, status::malformed) ==
          "t.idx: byte 0: an IDX file begins with two zeros");
    CHECK(told({0, 0, 10, 1, 0, 0, 0, 0}, status::malformed) == "t.idx: byte 2: 10 is not an element type of IDX");
    CHECK(told({0, 0, 8, 0}, status::malformed) == "t.idx: byte 3: an array has at least one extent");
    CHECK(told({0, 0, 8, 2, 0, 0, 0, 1, 0, 0}, status::truncated) ==
          "t.idx: byte 10: the list of 2 extents ends too early");
}

TEST_CASE("a file too short or too long is refused", "[data]") {
    bytes data = images;
    data.pop_back();
    CHECK(told(data, status::truncated) == "t.idx: byte 23: 7 bytes of elements, the header promises 8");
    data = images;
    data.push_back(0);
    CHECK(told(data, status::malformed) ==
          "t.idx: byte 24: more than the 8 bytes of elements that the header promises");
}

TEST_CASE("extents whose product overflows are refused", "[data]") {
    bytes data{0, 0, 8, 5};
    for (int i = 0; i < 5; ++i) data.insert(data.end(), {0xff, 0xff, 0xff, 0xff});
    CHECK(told(data, status::size_mismatch) == (sizeof(std::size_t) == 8
                                                    ? "t.idx: byte 12: the product of the extents is too large"
                                                    : "t.idx: byte 8: the product of the extents is too large"));
    // 2^32 * 2^32 elements would wrap around to none.
    data = {0, 0, 8, 4, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2};
    CHECK(told(data, status::size_mismatch).ends_with("the product of the extents is too large"));
}

TEST_CASE("images and labels become samples from 0 to 1 and one-hot targets", "[data]") {
    const auto x = etch::parse_idx(images), y = etch::parse_idx(labels);
    const auto set = etch::to_data_set<4, 3>(x.value, y.value);
    REQUIRE(set);
    REQUIRE(set.value.size() == 2);
    CHECK(set.value.input(0)[0] == 0);
    CHECK(set.value.input(0)[1] == 0.2f);
    CHECK(set.value.input(1)[0] == 0.8f);
    CHECK(set.value.input(1)[1] == 1);
    CHECK(etch::class_of(set.value.target(0)) == 1);
    CHECK(etch::class_of(set.value.target(1)) == 0);
}

TEST_CASE("images and labels that do not fit each other or the sample are refused", "[data]") {
    const auto x = etch::parse_idx(images).value, y = etch::parse_idx(labels).value;
    const auto refused = [](const auto& set, status expected) {
        CHECK(set.code == expected);
        CHECK(set.value.empty());
        return set.message();
    };
    CHECK(refused(etch::to_data_set<5, 3>(x, y), status::size_mismatch) ==
          "images: an image has 4 pixels, a sample 5 inputs");
    etch::idx_array other = y;
    other.bytes = other.bytes = {0, 1, 1};
    other.extents = {3};
    CHECK(refused(etch::to_data_set<4, 3>(x, other), status::size_mismatch) == "labels: 3 labels for 2 images");
    other.bytes = {0, 3};
    CHECK(refused(etch::to_data_set<4, 3>(x, other), status::unknown_class) ==
          "labels: label 3 of sample 1 is not below 3");
    other.type = etch::idx_type::int8;
    CHECK(refused(etch::to_data_set<4, 3>(x, other), status::malformed) == "labels: the elements are not bytes");
    CHECK(refused(etch::to_data_set<4, 3>({}, y), status::empty_set) == "images: the data set has no samples");
}

TEST_CASE("IDX files are read, and messages carry their names", "[data]") {
    const temporary_folder folder;
    const std::string x = folder / "images", y = folder / "labels";
    write(x, images);
    write(y, labels);
    const auto set = etch::read_idx<4, 2>(x, y);
    INFO(set.message());
    REQUIRE(set);
    CHECK(set.value.size() == 2);
    CHECK(etch::read_idx<4, 2>(x, x + "?").message().starts_with(x + "?: the file cannot be opened: "));
    CHECK(etch::read_idx<4, 2>(y + "?", y).code == status::cannot_open);
    write(y, {0, 0, 8, 1, 0, 0, 0, 2, 1});
    CHECK(etch::read_idx<4, 2>(x, y).message() == y + ": byte 9: 1 bytes of elements, the header promises 2");
}
