#include <etch/io/npz.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <etch/io/files.hpp>
#include <etch/io/key_map.hpp>
#include <etch/io/load.hpp>
#include <etch/layer/dense.hpp>
#include <etch/layer/relu.hpp>
#include <etch/network/network.hpp>

#include "data/temporary_folder.hpp"
#include "io/npy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;

/// One file in an archive, and what the archive says of it.
struct zip_entry {
    std::string name;
    std::string content;
    unsigned method = 0;  // stored
    unsigned flags = 0;   // 1: encrypted
    std::size_t promised = static_cast<std::size_t>(-1);
};

std::uint32_t crc32_of(const std::string& text) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/// An archive by hand: each entry behind a header of its own, then the directory, then where it is.
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 4.3.
std::vector<std::byte> zip_bytes(const std::vector<zip_entry>& entries) {
    std::string file, directory;
    const auto two = [](std::size_t n) { return std::string{static_cast<char>(n), static_cast<char>(n >> 8)}; };
    const auto four = [&](std::size_t n) { return two(n & 0xffff) + two(n >> 16); };
    for (const auto& [name, content, method, flags, promised] : entries) {
        const std::size_t size = promised == static_cast<std::size_t>(-1) ? content.size() : promised;
        const std::string facts = two(20) + two(flags) + two(method) + four(0x00210000) + four(crc32_of(content)) +
                                  four(content.size()) + four(size) + two(name.size()) + two(0);
        directory += "PK\1\2" + two(20) + facts + two(0) + two(0) + two(0) + four(0) + four(file.size()) + name;
        file += "PK\3\4" + facts + name + content;
    }
    const std::string end = "PK\5\6" + two(0) + two(0) + two(entries.size()) + two(entries.size()) +
                            four(directory.size()) + four(file.size()) + two(0);
    return to_bytes(file + directory + end);
}

std::string floats(const std::string& shape, const std::vector<float>& numbers, bool fortran_order = false) {
    return npy_bytes(npy_header("<f4", shape, fortran_order), number_bytes(numbers));
}

/// What the network of the tests holds.
std::vector<zip_entry> weights() {
    return {{"0.weight.npy", floats("(2, 3)", {1, 2, 3, 4, 5, 6})}, {"0.bias.npy", floats("(2,)", {7, 8})}};
}
using network_type = etch::network<etch::input<3>, etch::dense<2>, etch::relu>;

void check_refused(const std::vector<std::byte>& file, status code, const std::string& message,
                   std::size_t limit = etch::npz_archive::default_limit) {
    const auto read = etch::parse_npz(file, "w.npz", limit);
    CHECK(read.code == code);
    CHECK(read.message() == "w.npz: " + message);
    CHECK(read.value.tensors().empty());
}

}  // namespace

static_assert(etch::TensorSource<etch::npz_archive>);

TEST_CASE("the arrays of an archive are tensors under their names", "[io]") {
    auto read = etch::parse_npz(zip_bytes(weights()));
    INFO(read.message());
    REQUIRE(read);
    const etch::npz_archive archive = std::move(read.value);  // moved, the tensors stay where they were
    REQUIRE(archive.tensors().size() == 2);
    CHECK(archive.tensors()[0].key == "0.weight");
    CHECK(archive.tensors()[0].extents == etch::shape{std::size_t{2}, std::size_t{3}});
    CHECK(archive.tensors()[0].number<float>(5) == 6);
    CHECK(archive.tensors()[1].key == "0.bias");
    CHECK(archive.tensors()[1].type_name == "<f4");
    CHECK(archive.tensors()[1].number<float>(0) == 7);
}

TEST_CASE("an archive that libzip has packed is read", "[io]") {
    zip_error_t error{};
    zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 1, &error);
    REQUIRE(target != nullptr);
    zip_source_keep(target);
    zip_t* const archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
    REQUIRE(archive != nullptr);
    const std::vector<float> zeros(1000);
    const std::string content = floats("(10, 100)", zeros);
    zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
    REQUIRE(zip_file_add(archive, "fc/zeros.npy", source, ZIP_FL_ENC_UTF_8) == 0);
    REQUIRE(zip_set_file_compression(archive, 0, ZIP_CM_DEFLATE, 9) == 0);
    REQUIRE(zip_close(archive) == 0);
    REQUIRE(zip_source_open(target) == 0);
    std::vector<std::byte> file(content.size());
    file.resize(static_cast<std::size_t>(zip_source_read(target, file.data(), file.size())));
    zip_source_close(target);
    zip_source_free(target);
    CHECK(file.size() < 300);

    const auto read = etch::parse_npz(file);
    INFO(read.message());
    REQUIRE(read);
    REQUIRE(read.value.tensors().size() == 1);
    CHECK(read.value.tensors()[0].key == "fc/zeros");
    CHECK(read.value.tensors()[0].size() == 1000);
}

TEST_CASE("a network is loaded from an archive", "[io]") {
    network_type net;
    const auto read = etch::parse_npz(zip_bytes(weights()));
    REQUIRE(read);
    REQUIRE(etch::load(net, read.value).ok());
    const auto answer = net({1, 10, 100});
    CHECK(answer[0] == 1 + 20 + 300 + 7);
    CHECK(answer[1] == 4 + 50 + 600 + 8);

    SECTION("in scikit-learn's names, transposed, in Fortran's order") {
        // Element (i, j) of coefs is element (j, i) of the weight, so Fortran's order of one is C's of the other.
        const auto other = etch::parse_npz(zip_bytes({{"coefs_0.npy", floats("(3, 2)", {1, 2, 3, 4, 5, 6}, true)},
                                                      {"intercepts_0.npy", floats("(2,)", {7, 8})}}));
        REQUIRE(other);
        network_type again;
        REQUIRE(etch::load(again, other.value, etch::scikit_learn).ok());
        CHECK(again == net);
    }
    SECTION("an integer in the file has to be ignored by name") {
        auto entries = weights();
        entries.push_back({"step.npy", npy_bytes(npy_header("<i8", "()"), std::string(8, '\0'))});
        const auto more = etch::parse_npz(zip_bytes(entries));
        REQUIRE(more);
        network_type again;
        const etch::load_result refused = etch::load(again, more.value);
        CHECK(refused.code == status::unused_tensor);
        CHECK(refused.key == "step");
        CHECK(etch::load(again, more.value, {.ignored = {"step"}}).ok());
        CHECK(again == net);
    }
    SECTION("integers are no weights") {
        auto entries = weights();
        entries[1].content = npy_bytes(npy_header("<i4", "(2,)"), std::string(8, '\1'));
        const auto integers = etch::parse_npz(zip_bytes(entries));
        REQUIRE(integers);
        network_type again;
        const etch::load_result refused = etch::load(again, integers.value);
        CHECK(refused.code == status::wrong_type);
        CHECK(refused.key == "0.bias");
    }
}

TEST_CASE("an archive of nothing has no tensors", "[io]") {
    const auto read = etch::parse_npz(zip_bytes({}));
    INFO(read.message());
    CHECK(read);
    CHECK(read.value.tensors().empty());
}

TEST_CASE("what is no archive is refused", "[io]") {
    const std::string junk(1000, 'x');
    const auto no_archive = [](const std::vector<std::byte>& file) {
        const auto read = etch::parse_npz(file, "w.npz");
        CHECK(read.code == status::malformed);
        CHECK(read.message().starts_with("w.npz: not a zip archive: "));
        CHECK(!read.message().ends_with(": "));
    };
    check_refused({}, status::truncated, "the data ends too early");
    no_archive(to_bytes("PK"));
    no_archive(to_bytes(junk));
    const auto whole = zip_bytes(weights());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto read = etch::parse_npz(std::span{whole}.first(size), "w.npz");
        CHECK(read.code != status::ok);
        CHECK(read.value.tensors().empty());
    }
}

TEST_CASE("an entry that is no array of numbers is refused by name", "[io]") {
    check_refused(zip_bytes({{"readme.txt", "text"}}), status::malformed, "\"readme.txt\" is not an array (.npy)");
    check_refused(zip_bytes({{"weights/", ""}}), status::malformed, "\"weights/\" is not an array (.npy)");
    check_refused(zip_bytes({{"a\nb.npy", "text"}}), status::malformed,
                  "\"a b.npy\": byte 0: a .npy file begins with \\x93NUMPY");
    check_refused(zip_bytes({{"a.npy", npy_bytes(npy_header("|O", "(1,)"), "pickle")}}), status::wrong_type,
                  "\"a.npy\": byte 10: \"|O\" are Python's objects; pickled objects are never read");
}

TEST_CASE("an entry that is encrypted, or packed as numpy never does, is refused", "[io]") {
    const std::string content = floats("(1,)", {1});
    check_refused(zip_bytes({{"a.npy", content, 0, 1}}), status::malformed, "\"a.npy\" is encrypted");
    check_refused(zip_bytes({{"a.npy", content, 14}}), status::malformed,
                  "\"a.npy\" is packed by method 14, neither stored nor deflated");
}

TEST_CASE("a name that is there twice is refused", "[io]") {
    auto entries = weights();
    entries.push_back(entries[0]);
    check_refused(zip_bytes(entries), status::duplicate_key, "\"0.weight.npy\" is there twice");
}

TEST_CASE("an entry whose size or checksum is another than promised is refused", "[io]") {
    auto file = zip_bytes({{"a.npy", floats("(1,)", {1})}});
    file[30 + 5 + 10 + npy_header("<f4", "(1,)").size()] ^= std::byte{1};
    check_refused(file, status::malformed, "\"a.npy\": CRC error");
    const std::string content = floats("(1,)", {1});
    for (const std::size_t promised : {content.size() - 1, content.size() + 1, std::size_t{1000000}}) {
        INFO(promised);
        const auto read = etch::parse_npz(zip_bytes({{"a.npy", content, 0, 0, promised}}), "w.npz");
        CHECK(read.code == status::malformed);
        CHECK(read.message().starts_with("w.npz: \"a.npy\": "));
    }
    const auto no_deflate = etch::parse_npz(zip_bytes({{"a.npy", "no deflated data", 8}}), "w.npz");
    CHECK(no_deflate.code == status::malformed);
    CHECK(no_deflate.message().starts_with("w.npz: \"a.npy\": Zlib error"));
}

TEST_CASE("more than the limit is refused before it is unpacked", "[io]") {
    const auto file = zip_bytes(weights());
    const std::size_t size = floats("(2, 3)", {1, 2, 3, 4, 5, 6}).size() + floats("(2,)", {7, 8}).size();
    CHECK(etch::parse_npz(file, "w.npz", size));
    check_refused(file, status::too_large,
                  "\"0.bias.npy\" exceeds the limit of " + std::to_string(size - 1) + " bytes when unpacked", size - 1);
    check_refused(zip_bytes({{"a.npy", "", 0, 0, 0xfffffff0}}), status::too_large,
                  "\"a.npy\" exceeds the limit of 268435456 bytes when unpacked");
    std::vector<zip_entry> many;
    for (int i = 0; i < 1025; ++i) many.push_back({std::to_string(i) + ".npy", ""});
    check_refused(zip_bytes(many), status::too_large, "1025 entries, more than 1024");
}

TEST_CASE("an archive is read from a file", "[io]") {
    const temporary_folder folder;
    const auto bytes = zip_bytes(weights());
    std::ofstream{folder / "w.npz", std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                            static_cast<std::streamsize>(bytes.size()));
    CHECK(etch::read_npz(folder / "w.npz").value.tensors().size() == 2);
    const auto limited = etch::read_npz(folder / "w.npz", 10);
    CHECK(limited.code == status::too_large);
    CHECK(limited.message().starts_with((folder / "w.npz") + ": \"0.weight.npy\" exceeds"));
    network_type net;
    REQUIRE(etch::load_npz(net, folder / "w.npz"));
    CHECK(net({1, 10, 100})[0] == 328);
    const auto refused = etch::load_npz(net, folder / "w.npz", etch::scikit_learn);
    CHECK(refused.code == status::missing_tensor);
    CHECK(refused.message().starts_with((folder / "w.npz") + ": coefs_0 "));
    CHECK(etch::load_npz(net, folder / "none.npz").code == status::cannot_open);
    CHECK(etch::read_npz(folder / "none.npz").code == status::cannot_open);
    std::filesystem::resize_file(folder / "w.npz", 0);
    CHECK(etch::read_npz(folder / "w.npz").code == status::truncated);
    std::filesystem::resize_file(folder / "w.npz", 5'000'000'000);  // zeros, which take no room on the disk
    CHECK(etch::read_npz(folder / "w.npz").message().starts_with((folder / "w.npz") + ": not a zip archive: "));
    std::ofstream{folder / "w.npz", std::ios::binary} << "PK";
    std::filesystem::resize_file(folder / "w.npz", 5'000'000'000);
    CHECK(etch::read_npz(folder / "w.npz").message() ==
          (folder / "w.npz") + ": 5000000000 bytes, at most 2147483647 are read");
}
