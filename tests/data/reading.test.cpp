#include <etch/data/reading.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <etch/data/idx.hpp>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"
#include "support/sanitizer_hooks.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/stat.h>
#endif

namespace {

using etch::status;
using namespace std::string_literals;

constexpr std::uintmax_t huge = 5'000'000'000;
constexpr bool tells_size = sizeof(std::size_t) == 8;  // a system of 32 bits may not tell that of a huge file

/// A file that begins with `text` and goes on with zeros, which take no room on the disk.
void write(const std::string& path, const std::string& text, std::uintmax_t size = 0) {
    std::ofstream{path, std::ios::binary} << text;
    if (size > 0) std::filesystem::resize_file(path, size);
}

}  // namespace

TEST_CASE("a file of any size up to the limit is read whole") {
    const temporary_folder folder;
    for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 200000u}) {
        const std::string text(size, 'x');
        write(folder / "a", text);
        const auto read = etch::read_file(folder / "a", size);
        REQUIRE(read);
        CHECK(std::string(read.value.begin(), read.value.end()) == text);
    }
}

TEST_CASE("a path with a zero is not cut there") {
    const temporary_folder folder;
    const std::string path = folder / "a";
    std::ofstream{path} << "x";
    CHECK(etch::read_file(path).ok());
    CHECK(etch::read_file(path + '\0' + "b").code == status::cannot_open);
}

TEST_CASE("a file that is too large is refused before it is read") {
    const temporary_folder folder;
    if constexpr (tells_size) {
        write(folder / "a", "", huge);
        const auto read = etch::read_file(folder / "a");
        CHECK(read.code == status::too_large);
        CHECK(read.message() == (folder / "a") + ": 5000000000 bytes, at most 2147483647 are read");
    }
    write(folder / "b", "12345");
    CHECK(etch::read_file(folder / "b", 5));
    CHECK(etch::read_file(folder / "b", 4).message() == (folder / "b") + ": 5 bytes, at most 4 are read");
    CHECK(etch::read_file(folder.path()).code == status::cannot_open);
    CHECK(etch::read_file(folder / "none").code == status::cannot_open);
}

TEST_CASE("memory that is not there is a result, no exception") {
    std::vector<unsigned char> bytes(3);
#if !defined(ETCH_TEST_SANITIZER_COUNTS)  // whose allocator ends the program instead
    if constexpr (sizeof(std::size_t) == 8) CHECK_FALSE(etch::internal::resize(bytes, bytes.max_size()));
#endif
    CHECK_FALSE(etch::internal::resize(bytes, static_cast<std::size_t>(-1)));
    CHECK(bytes.size() == 3);
}

TEST_CASE("of an IDX file no more is read than its header states") {
    const temporary_folder folder;
    const std::string path = folder / "a", header = "\0\0\x08\x01\0\0\0\x02"s;
    write(path, header + "xy", huge);
    CHECK(etch::read_idx(path).message() ==
          path + ": byte 10: more than the 2 bytes of elements that the header promises");
    write(path, "", huge);
    CHECK(etch::read_idx(path).message() == path + ": byte 2: 0 is not an element type of IDX");
    write(path, "\0\0\x08\x01\xff\xff\xff\xff"s, 8);
    CHECK(etch::read_idx(path).code == status::truncated);
    if constexpr (tells_size) {
        write(path, "\0\0\x08\x01\xff\xff\xff\xff"s, huge);
        CHECK(etch::read_idx(path).message() == path + ": 5000000000 bytes, at most 2147483647 are read");
    }
    write(path, "\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s, 100);
    CHECK(etch::read_idx(path).code == status::size_mismatch);
    using etch::internal::wanted_of_idx;
    const auto wanted = [](const std::string& start) {
        return wanted_of_idx({reinterpret_cast<const unsigned char*>(start.data()), start.size()});
    };
    CHECK(wanted("") == 4);
    CHECK(wanted("\0\0\x0d\x02"s) == 12);
    CHECK(wanted("\0\0\x0d\x02\0\0\0\x03\0\0\1\0"s) == 12 + 4 * 3 * 256 + 1);
    CHECK(wanted("\0\0\x0d\x02\0\0\0\0\xff\xff\xff\xff"s) == 13);
}

TEST_CASE("a text with a zero in it is no text") {
    const temporary_folder folder;
    write(folder / "a", "1,2\n", huge);
    const auto read = etch::internal::read_text(folder / "a");
    CHECK(read.code == (tells_size ? status::too_large : status::malformed));
    write(folder / "b", "1,2\n3", 1'000'000'000);
    CHECK(etch::internal::read_text(folder / "b").message() ==
          (folder / "b") + ": byte 5 is zero, so this is not UTF-8 text (UTF-16 is not supported)");
    write(folder / "c", std::string(200'000, '1'));
    CHECK(etch::internal::read_text(folder / "c").value.size() == 200'000);
}

#if defined(__unix__) || defined(__APPLE__)

TEST_CASE("a device that never ends is refused") {
    CHECK(etch::internal::read_text("/dev/zero").message() ==
          "/dev/zero: byte 0 is zero, so this is not UTF-8 text (UTF-16 is not supported)");
    CHECK(etch::read_idx("/dev/zero").code == status::malformed);
    CHECK(etch::read_file("/dev/zero", 1'000'000).message() == "/dev/zero: more than the 1000000 bytes that are read");
}

TEST_CASE("a pipe is read to its end or to the limit") {
    const temporary_folder folder;
    const std::string pipe = folder / "pipe", text(100'000, 'x');
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const std::size_t limit : {100'000u, 99'999u}) {
        std::thread writer{[&] { write(pipe, text); }};
        const auto read = etch::read_file(pipe, limit);
        writer.join();
        CHECK(read.code == (limit < text.size() ? status::too_large : status::ok));
        CHECK(read.value.size() == (limit < text.size() ? 0 : text.size()));
    }
    std::thread writer{[&] { write(pipe, "\0\0\x08\x01\0\0\0\x02xy"s); }};
    CHECK(etch::read_idx(pipe));
    writer.join();
}

#endif
