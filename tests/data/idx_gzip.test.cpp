#include <etch/data/idx_gzip.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;
using bytes = std::vector<unsigned char>;

/// Packs with zlib's own gzip format.
bytes pack(const bytes& data) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    bytes packed(deflateBound(&stream, static_cast<uLong>(data.size())) + 32);
    bytes copy = data;
    stream.next_in = copy.data();
    stream.avail_in = static_cast<unsigned>(copy.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<unsigned>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(packed.size() - stream.avail_out);
    deflateEnd(&stream);
    return packed;
}

bytes count_up(std::size_t size) {
    bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<unsigned char>(i * i >> 3);
    return data;
}

}  // namespace

TEST_CASE("what was packed comes back, around the size of zlib's pieces too", "[data]") {
    for (const std::size_t size : {0u, 1u, 1000u, 65535u, 65536u, 65537u, 131072u, 300000u}) {
        INFO(size);
        const bytes data = count_up(size);
        const auto unpacked = etch::gunzip(pack(data));
        INFO(unpacked.message());
        REQUIRE(unpacked);
        CHECK(unpacked.value == data);
    }
}

TEST_CASE("several members in one file are one after the other", "[data]") {
    const bytes first = count_up(70000), second{1, 2, 3};
    bytes packed = pack(first);
    const bytes more = pack(second);
    packed.insert(packed.end(), more.begin(), more.end());
    const auto unpacked = etch::gunzip(packed);
    REQUIRE(unpacked);
    bytes expected = first;
    expected.insert(expected.end(), second.begin(), second.end());
    CHECK(unpacked.value == expected);
}

TEST_CASE("cut anywhere, packed data is truncated", "[data]") {
    const bytes packed = pack(count_up(1000));
    for (std::size_t length = 0; length < packed.size(); ++length) {
        INFO(length);
        const auto unpacked = etch::gunzip(std::span{packed}.first(length), "t.gz");
        REQUIRE(unpacked.code == status::truncated);
        REQUIRE(unpacked.value.empty());
    }
    CHECK(etch::gunzip(bytes{}, "t.gz").message() == "t.gz: the data ends too early");
}

TEST_CASE("data that is no gzip or was changed is malformed", "[data]") {
    CHECK(etch::gunzip(bytes{0, 0, 8, 1, 0, 0, 0, 2}, "t.gz").message() == "t.gz: incorrect header check");
    bytes packed = pack(count_up(1000));
    packed[packed.size() - 8] ^= 1;  // the checksum
    const auto changed = etch::gunzip(packed, "t.gz");
    CHECK(changed.code == status::malformed);
    CHECK(changed.value.empty());
    CHECK(changed.message() == "t.gz: incorrect data check");
    packed = pack({1, 2, 3});
    packed.push_back(7);  // what follows a member must be another
    CHECK(etch::gunzip(packed).code != status::ok);
}

TEST_CASE("a small file that unpacks to a huge one stops at the limit", "[data]") {
    const bytes packed = pack(bytes(10'000'000));
    CHECK(packed.size() < 20000);
    const auto unpacked = etch::gunzip(packed, "t.gz", 1'000'000);
    CHECK(unpacked.code == status::too_large);
    CHECK(unpacked.message() == "t.gz: more than 1000000 bytes when unpacked");
    CHECK(etch::gunzip(packed, "t.gz", 10'000'000));
}

TEST_CASE("packed images and labels are read from files", "[data]") {
    const temporary_folder folder;
    const std::string x = folder / "images.gz", y = folder / "labels.gz";
    const auto write = [](const std::string& file, const bytes& data) {
        std::ofstream stream{file, std::ios::binary};
        for (const unsigned char byte : data) stream.put(static_cast<char>(byte));
    };
    write(x, pack({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 51, 255}));
    write(y, pack({0, 0, 8, 1, 0, 0, 0, 2, 1, 0}));
    const auto set = etch::read_idx_gzip<1, 2>(x, y);
    INFO(set.message());
    REQUIRE(set);
    CHECK(set.value.input(0)[0] == 0.2f);
    CHECK(set.value.input(1)[0] == 1);
    CHECK(etch::class_of(set.value.target(0)) == 1);
    CHECK(etch::read_idx_gzip<1, 2>(x, y + "?").message().starts_with(y + "?: the file cannot be opened: "));
    CHECK(etch::read_idx_gzip<1, 2>(x + "?", y).code == status::cannot_open);
    write(y, pack({0, 0, 8, 1, 0, 0, 0, 2, 1}));
    CHECK(etch::read_idx_gzip<1, 2>(x, y).message() == y + ": byte 9: 1 bytes of elements, the header promises 2");
    bytes bomb(50'000'000);
    std::copy_n(bytes{0, 0, 8, 1, 0, 0, 0, 2}.begin(), 8, bomb.begin());
    write(y, pack(bomb));
    CHECK(etch::read_idx_gzip<1, 2>(x, y).message() ==
          y + ": byte 10: more than the 2 bytes of elements that the header promises");
    CHECK(etch::internal::gunzip(pack(bomb), y, bomb.size(), etch::internal::wanted_of_idx).value.size() == 65536);
    std::filesystem::resize_file(y, 5'000'000'000);  // zeros, which take no room on the disk
    CHECK(etch::read_idx_gzip<1, 2>(x, y).message() == y + ": 5000000000 bytes, at most 2147483647 are read");
    write(y, {1, 2, 3});
    CHECK(etch::read_idx_gzip<1, 2>(x, y).code == status::malformed);
}

TEST_CASE("the digits are read from their files", "[data]") {
    const char* const root = std::getenv("ETCH_DATA_DIR");
    if (root == nullptr) {
        WARN("skipped: ETCH_DATA_DIR is not set");
        return;
    }
    const std::string folder = std::string{root} + "/mnist/t10k-";
    const auto digits = etch::read_idx_gzip<784, 10>(folder + "images-idx3-ubyte.gz", folder + "labels-idx1-ubyte.gz");
    INFO(digits.message());
    REQUIRE(digits);
    const auto& set = digits.value;
    REQUIRE(set.size() == 10000);
    CHECK(set.check().ok());
    CHECK(etch::check_classes(set).ok());
    CHECK(etch::class_of(set.target(0)) == 7);  // as the first picture shows
    CHECK(*std::min_element(set.inputs().begin(), set.inputs().end()) == 0);
    CHECK(*std::max_element(set.inputs().begin(), set.inputs().end()) == 1);
}
