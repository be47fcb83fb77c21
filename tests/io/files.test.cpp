#include <etch/io/files.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <etch/inference.hpp>

#include "data/temporary_folder.hpp"
#include "io/file_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;

using net_type = etch::network<etch::input<3>, etch::dense<2>, etch::tanh, etch::dense<1>>;

float_file whole(const std::string& prefix = {}) {
    return float_file{}
        .tensor(prefix + "0.weight", {2, 3})
        .tensor(prefix + "0.bias", {2})
        .tensor(prefix + "2.weight", {1, 2})
        .tensor(prefix + "2.bias", {1});
}

std::string told(const std::vector<std::byte>& bytes, const etch::key_map& keys = {}) {
    const temporary_folder folder;
    REQUIRE(etch::replace_file(folder / "a", bytes));
    net_type net{etch::seed{7}};
    const net_type before = net;
    const etch::file_result result = etch::load_file(net, folder / "a", keys);
    CHECK_FALSE(result);
    CHECK(net == before);
    CHECK(result.message().starts_with((folder / "a") + ": "));
    return result.message().substr((folder / "a").size() + 2);
}

}  // namespace

TEST_CASE("a network goes through a file") {
    const temporary_folder folder;
    const net_type net{etch::seed{7}};
    constexpr float golden[] = {1, 2, 3};
    REQUIRE(etch::save_file(net, folder / "n.safetensors", {.golden = golden}));
    net_type back;
    REQUIRE(etch::load_file(back, folder / "n.safetensors").ok());
    CHECK(back == net);
    CHECK_FALSE(std::filesystem::exists(folder / "n.safetensors.new"));
}

TEST_CASE("a file that cannot be read or written is said so") {
    const temporary_folder folder;
    net_type net;
    CHECK(etch::load_file(net, folder / "none").code == status::cannot_open);
    CHECK(etch::save_file(net, folder / "none/n").code == status::cannot_write);
    CHECK(etch::save_file(net, folder / "none/n")
              .message()
              .starts_with((folder / "none/n") + ": the file cannot be written: "));
    CHECK(etch::save_file(net, folder / "n", {.golden = std::span<const float>{net.parameters()}.first(1)}).code ==
          status::size_mismatch);
    CHECK_FALSE(std::filesystem::exists(folder / "n"));
    std::filesystem::create_directory(folder / "directory");
    std::ofstream{folder / "directory/file"} << 'x';
    CHECK(etch::save_file(net, folder / "directory").code == status::cannot_write);
    CHECK(etch::save_file(net, folder / "directory").message() ==
          (folder / "directory") +
              ": the file cannot be written: it is a folder, a device, a pipe or a link, not a regular file");
    CHECK(std::filesystem::exists(folder / "directory/file"));
    CHECK_FALSE(std::filesystem::exists(folder / "directory.new"));
}

TEST_CASE("no more is read of a file than its header states") {
    const temporary_folder folder;
    constexpr std::uintmax_t huge = 5'000'000'000;  // zeros take no room on the disk
    net_type net{etch::seed{7}};
    const net_type before = net;
    const auto complaint = [&](const std::vector<std::byte>& bytes, std::uintmax_t size) {
        std::ofstream{folder / "n", std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                            static_cast<std::streamsize>(bytes.size()));
        std::filesystem::resize_file(folder / "n", size);
        const etch::file_result result = etch::load_file(net, folder / "n");
        CHECK(net == before);
        return result.message().substr(std::min((folder / "n").size() + 2, result.message().size()));
    };
    const std::vector<std::byte> good = whole().bytes();
    const std::string past = "byte " + std::to_string(good.size()) + ": the data does not have the expected form";
    CHECK(complaint(good, good.size() + 1) == past);
    CHECK(complaint(good, huge) == past);
    CHECK(etch::internal::read_safetensors(folder / "n").value.size() == good.size() + 1);
    CHECK(complaint({}, huge) == "byte 8: the data does not have the expected form");
    const auto large = file_bytes("{\"a\":{\"dtype\":\"U8\",\"shape\":[4999999000],\"data_offsets\":[0,4999999000]}}");
    const bool fits = sizeof(std::size_t) == 8;  // else so many numbers are none
    CHECK(complaint(large, huge) == (fits ? "5000000000 bytes, at most 2147483647 are read"
                                          : "byte 46: the data does not have the expected form"));
    CHECK(
        complaint(large, 200).ends_with(fits ? "the data ends too early" : "the data does not have the expected form"));
}

#if defined(__unix__) || defined(__APPLE__)

TEST_CASE("a device that never ends is no network") {
    net_type net;
    CHECK(etch::load_file(net, "/dev/zero").message() == "/dev/zero: byte 8: the data does not have the expected form");
}

#endif

TEST_CASE("every mistake has a sentence of its own") {
    CHECK(told(whole("module.").bytes()) ==
          "0.weight [2, 3] is not in the file; the nearest of its keys is module.0.weight");
    CHECK(told(whole().bytes(), {.prefix = "modul."}) ==
          "modul.0.weight [2, 3] is not in the file; the nearest of its keys is 0.weight");
    CHECK(told(float_file{}.bytes()) == "0.weight [2, 3] is not in the file, which holds no tensor");
    CHECK(told(whole().tensor("critic.0", {4, 5}).bytes()) ==
          "critic.0 [4, 5] is not used by the network; if that is intended, add it to `ignored`");
    CHECK(told(float_file{}.tensor("0.weight", {3, 2}).bytes()) ==
          "0.weight has the shape [3, 2] in the file, [2, 3] in the network; this looks transposed: if the framework "
          "keeps [inputs, outputs], pass its key map, or set `inputs_first`");
    CHECK(told(float_file{}.tensor("0.weight", {6}).bytes()) ==
          "0.weight has the shape [6] in the file, [2, 3] in the network");
    CHECK(told(file_bytes("{\"0.weight\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8)) ==
          "0.weight has an element type that cannot be read as weights, which are F64, F32, F16 or BF16");
    CHECK(told(file_bytes("{\"0.weight\":{\"dtype\":\"X64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8)) ==
          "byte 34: an unknown element type");
    float_file infinite = whole();
    infinite.number(5) = std::numeric_limits<float>::infinity();
    CHECK(told(infinite.bytes()) == "0.weight: element 5 is NaN, infinite or too large for the network");
    CHECK(told(whole().metadata("etch.topology", "input<3>, dense<2>, relu, dense<1>").bytes()) ==
          "the file is for a network with different layers: input<3>, dense<2>, relu, dense<1>; the network's are "
          "input<3>, dense<2>, tanh, dense<1>");
    CHECK(told(whole().metadata("etch.version", "9").bytes()) ==
          "the file was written in a later version of the format");
    CHECK(told(whole().bytes(), {.layers = {"0", "0"}}) ==
          "0.weight has the shape [2, 3] in the file, [1, 2] in the network");
    CHECK(told(file_bytes("{]")) == "byte 9: the data does not have the expected form");
    CHECK(told({}) == "byte 0: the data ends too early");
    CHECK(told(std::vector<std::byte>(99, std::byte{'P'})) ==
          "this is not a safetensors file, which begins with the length of its header, at most 1 MiB; other files of "
          "weights (PyTorch's .pt, .onnx) are converted by etch_export");
}

TEST_CASE("a file whose golden vectors are not met is refused") {
    CHECK(
        told(whole()
                 .metadata("etch.golden.count", "1")
                 .metadata("etch.golden.inputs", "000000000000000000000000")
                 .metadata("etch.golden.outputs", "00004040")
                 .bytes())
            .starts_with("the network's outputs do not match the golden vectors of the original model: golden vector 0 "
                         "differs by "));
    CHECK(told(whole()
                   .metadata("etch.golden.count", "1")
                   .metadata("etch.golden.inputs", "000000000000000000000000")
                   .metadata("etch.golden.outputs", "0000c07f")
                   .bytes()) ==
          "the network's outputs do not match the golden vectors of the original model: golden vector 0, or the output "
          "for it, is not finite");
    CHECK(told(whole()
                   .metadata("etch.golden.count", "1")
                   .metadata("etch.golden.inputs", "000000000000000000000000")
                   .metadata("etch.golden.outputs", "00000000")
                   .bytes())
              .ends_with(", where all outputs are 0"));
    CHECK(told(whole().metadata("etch.golden.count", "1").bytes()) ==
          "the golden vectors are malformed (see docs/weights.md, Metadata)");
}

TEST_CASE("a network of bf16 is loaded from a file of floats within a tolerance that is said") {
    const temporary_folder folder;
    const etch::network<etch::input<3>, etch::dense<2>> exact{etch::seed{7}};
    constexpr float golden[] = {1, 2, 3};
    REQUIRE(etch::save_file(exact, folder / "n", {.golden = golden}));
    etch::network<etch::input<3>, etch::dense<2, etch::bf16>> rounded;
    CHECK(etch::load_file(rounded, folder / "n").code == status::golden_mismatch);
    CHECK(rounded == decltype(rounded){});
    CHECK(etch::load_file(rounded, folder / "n", {}, 0.01));
    CHECK_FALSE(rounded == decltype(rounded){});
}

TEST_CASE("what a message shows of a file can be shown") {
    CHECK(told(whole().tensor("a\x1b[2J\x7f" + std::string(200, 'b'), {1}).bytes()).find('\x1b') == std::string::npos);
    CHECK(etch::internal::printable("a\x01\nb", 10) == "a??b");
    CHECK(etch::internal::printable("abcdef", 3) == "abc...");
}

TEST_CASE("the nearest key is the one with the fewest edits") {
    CHECK(etch::internal::edit_distance("", "abc") == 3);
    CHECK(etch::internal::edit_distance("kitten", "sitting") == 3);
    CHECK(etch::internal::edit_distance("abc", "abc") == 0);
}
