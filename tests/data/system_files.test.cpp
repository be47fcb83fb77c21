#include <etch/data/system_files.hpp>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/sysmacros.h>
#endif
#include <unistd.h>

#include <csignal>
#endif

namespace {

std::string replace(const std::string& path, const std::string& text) {
    return etch::internal::replace_bytes(path, std::as_bytes(std::span{text}));
}
std::string text_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}
std::ptrdiff_t entries(const temporary_folder& folder) {
    return std::distance(std::filesystem::directory_iterator{folder.path()}, {});
}

}  // namespace

TEST_CASE("a file is replaced whole, and nothing else in its folder is touched") {
    const temporary_folder folder;
    const std::string path = folder / "weights", neighbour = folder / "weights.new";
    std::ofstream{neighbour} << "the user's own";
    CHECK(replace(path, "first") == "");
    CHECK(text_of(path) == "first");
    CHECK(replace(path, "") == "");
    CHECK(text_of(path).empty());
    CHECK(text_of(neighbour) == "the user's own");
    CHECK(entries(folder) == 2);
    CHECK(replace(folder / "no/such/folder", "x") != "");
    CHECK(replace("", "x") != "");
    CHECK(entries(folder) == 2);
}

TEST_CASE("a folder is not replaced") {
    const temporary_folder folder;
    std::filesystem::create_directory(folder / "inner");
    CHECK(replace(folder / "inner", "x") != "");
    CHECK(std::filesystem::is_directory(folder / "inner"));
    CHECK(entries(folder) == 1);
}

TEST_CASE("a path with a zero is not cut there, and nothing is written") {
    const temporary_folder folder;
    CHECK(replace(folder / "a" + '\0' + "b", "x") != "");
    CHECK(entries(folder) == 0);
}

TEST_CASE("what is created is new") {
    using system = etch::internal::system_files;
    const temporary_folder folder;
    std::ofstream{folder / "a"} << "old";
    CHECK(system::create(folder / "a", {}) == system::none);
    CHECK(text_of(folder / "a") == "old");
    CHECK(etch::internal::unique_name() != etch::internal::unique_name());
}

TEST_CASE("two writers never tear each other's file", "[threads]") {
    const temporary_folder folder;
    const std::string path = folder / "shared";
    REQUIRE(replace(path, std::string(200'000, 'a')) == "");
    std::atomic<int> ready{0}, writing{2}, failed{0};
    const auto write = [&](char letter) {
        const std::string text(200'000, letter);
        for (++ready; ready < 2;) std::this_thread::yield();
        for (int i = 0; i < 100; ++i) failed += replace(path, text).empty() ? 0 : 1;
        --writing;
    };
    std::thread one{write, 'a'}, other{write, 'b'};
    int torn = 0, read = 0;
    while (writing > 0) {
        std::ifstream file{path, std::ios::binary};
#if defined(_WIN32)  // there one that is just being replaced cannot be opened
        if (!file) continue;
#endif
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        torn += text.size() == 200'000 && text.find_first_not_of(text[0]) == text.npos ? 0 : 1;
        ++read;
    }
    one.join();
    other.join();
    CHECK(torn == 0);
    CHECK(read > 0);
#if !defined(_WIN32)  // there a file that somebody reads cannot be replaced
    CHECK(failed == 0);
#endif
    CHECK(entries(folder) == 1);
}

#if defined(__unix__) || defined(__APPLE__)

TEST_CASE("a file keeps its mode, and a new one has that of the process") {
    const temporary_folder folder;
    const auto mode_of = [](const std::string& path) {
        struct stat found{};
        return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777u : 0u;
    };
    const std::string path = folder / "a";
    const auto before = ::umask(027);
    CHECK(replace(path, "1") == "");
    ::umask(before);
    CHECK(mode_of(path) == 0640u);
    for (const unsigned mode : {0600u, 0666u, 0755u, 0200u}) {
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        CHECK(replace(path, "2") == "");
        CHECK(mode_of(path) == mode);
    }
    REQUIRE(::chmod(path.c_str(), 0444) == 0);
    if (::geteuid() == 0) {
        WARN("skipped: nothing is read-only for root");
        if (::chown(path.c_str(), 1, 1) != 0) return;
        CHECK(replace(path, "3") == "");
        struct stat found{};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK(found.st_uid == 1);
        CHECK(found.st_gid == 1);
    } else {
        CHECK(replace(path, "3") != "");
        CHECK(entries(folder) == 1);
    }
}

TEST_CASE("a symbolic link stays, and what it leads to is replaced") {
    const temporary_folder folder;
    std::filesystem::create_directory(folder / "inner");
    std::ofstream{folder / "inner/target"} << "old";
    const auto link = [&](const char* to, const char* name) { std::filesystem::create_symlink(to, folder / name); };
    link("inner/target", "one");
    link("one", "two");                    // a link to a link
    link("../inner/new", "inner/absent");  // to a file that is not there yet
    link((folder / "one").c_str(), "absolute");
    link("round", "round");
    CHECK(replace(folder / "two", "1") == "");
    CHECK(text_of(folder / "inner/target") == "1");
    CHECK(replace(folder / "absolute", "2") == "");
    CHECK(text_of(folder / "inner/target") == "2");
    CHECK(replace(folder / "inner/absent", "3") == "");
    CHECK(text_of(folder / "inner/new") == "3");
    CHECK(replace(folder / "round", "4") != "");
    for (const char* name : {"one", "two", "inner/absent", "absolute", "round"})
        CHECK(std::filesystem::is_symlink(folder / name));
    CHECK(entries(folder) == 5);
}

TEST_CASE("a pipe or a device stays what it is") {
    const temporary_folder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(replace(folder / "pipe", "x") == "it is a folder, a device, a pipe or a link, not a regular file");
    CHECK(std::filesystem::is_fifo(folder / "pipe"));
    std::filesystem::create_symlink("pipe", folder / "link");
    CHECK(replace(folder / "link", "x") == "it is a folder, a device, a pipe or a link, not a regular file");
    CHECK(std::filesystem::is_fifo(folder / "link"));
    CHECK(entries(folder) == 2);
    if (::mknod((folder / "null").c_str(), S_IFCHR | 0600, ::makedev(1, 3)) != 0) return;  // only root may
    CHECK(replace(folder / "null", "x") == "it is a folder, a device, a pipe or a link, not a regular file");
    CHECK(std::filesystem::is_character_file(folder / "null"));
}

TEST_CASE("a disk that is full leaves the old file") {
    const temporary_folder folder;
    const std::string path = folder / "a";
    REQUIRE(replace(path, "old") == "");
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit{}, few{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    few = limit;
    few.rlim_cur = 1000;  // bytes a file may have: as good as a full disk
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &few) == 0);
    const std::string whole = replace(path, std::string(1000, 'x')), beyond = replace(path, std::string(1001, 'y')),
                      far_beyond = replace(path, std::string(1'000'000, 'z'));
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, before);
    CHECK(whole == "");
    CHECK(beyond == std::generic_category().message(EFBIG));
    CHECK(far_beyond == beyond);
    CHECK(text_of(path) == std::string(1000, 'x'));
    CHECK(entries(folder) == 1);
}

#endif
