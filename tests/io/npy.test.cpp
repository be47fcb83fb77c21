#include <etch/io/npy.hpp>

#include <limits>
#include <string>
#include <vector>

#include "io/npy_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::number_type;
using etch::status;

/// A file, and the tensor that lies in it.
struct array {
    explicit array(const std::string& text) : file{to_bytes(text)}, tensor{etch::internal::read_npy(file, "a.npy")} {}

    [[nodiscard]] std::vector<double> numbers() const {
        std::vector<double> all;
        for (std::size_t i = 0; i < tensor.value.size(); ++i) all.push_back(tensor.value.number<double>(i));
        return all;
    }
    [[nodiscard]] std::vector<std::size_t> extents() const {
        const etch::file_shape& found = tensor.value.extents;
        return {found.extent, found.extent + found.rank};
    }

    std::vector<std::byte> file;
    etch::read_result<etch::file_tensor> tensor;
};

const std::vector<float> six{1, 2, 3, 4, 5, 6};
const std::string six_bytes = number_bytes(six);

void check_refused(const std::string& text, status code, const std::string& message) {
    INFO(text);
    const array read{text};
    CHECK(read.tensor.code == code);
    CHECK(read.tensor.message() == "a.npy: " + message);
    CHECK(read.tensor.value.bytes.empty());
}
void check_header_refused(const std::string& header, std::size_t byte, const std::string& message) {
    check_refused(npy_bytes(header, six_bytes), status::malformed, "byte " + std::to_string(byte) + ": " + message);
}

}  // namespace

TEST_CASE("an array of each float type and byte order has its numbers", "[io]") {
    const std::vector<double> want{1.5, -2, 0.25};
    const std::vector<std::uint16_t> halves{0x3e00, 0xc000, 0x3400};
    for (const bool big : {false, true}) {
        const std::string order = big ? ">" : "<";
        const auto read = [&](const std::string& type, const std::string& bytes) {
            return array{npy_bytes(npy_header(order + type, "(3,)"), bytes)};
        };
        const array doubles = read("f8", number_bytes(want, big));
        const array floats = read("f4", number_bytes(std::vector<float>{1.5f, -2, 0.25f}, big));
        const array half = read("f2", number_bytes(halves, big));
        CHECK(doubles.tensor.value.type == number_type::float64);
        CHECK(floats.tensor.value.type == number_type::float32);
        CHECK(half.tensor.value.type == number_type::float16);
        CHECK(floats.tensor.value.type_name == order + "f4");
        for (const array* all : {&doubles, &floats, &half}) {
            INFO(all->tensor.message());
            CHECK(all->numbers() == want);
            CHECK(all->extents() == std::vector<std::size_t>{3});
        }
    }
}

TEST_CASE("the versions 1.0, 2.0 and 3.0 of the format are read, and headers however they are spelled", "[io]") {
    for (const char version : {'\1', '\2', '\3'}) {
        CHECK(array{npy_bytes(npy_header("<f4", "(2, 3)"), six_bytes, version)}.numbers().size() == 6);
    }
    for (const char* header : {"{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}",
                               " {'descr' : '<f4' , 'fortran_order' : False,\n 'shape' : ( 2 , 3 , ) , } "}) {
        INFO(header);
        CHECK(array{npy_bytes(header, six_bytes)}.extents() == std::vector<std::size_t>{2, 3});
    }
}

TEST_CASE("an array whose first index runs fastest is put row by row", "[io]") {
    // Element (i, j) is 10 i + j.
    const std::vector<float> columns{0, 10, 1, 11, 2, 12};
    const array read{npy_bytes(npy_header("<f4", "(2, 3)", true), number_bytes(columns))};
    CHECK(read.numbers() == std::vector<double>{0, 1, 2, 10, 11, 12});
    const array big{npy_bytes(npy_header(">f4", "(2, 3)", true), number_bytes(columns, true))};
    CHECK(big.numbers() == std::vector<double>{0, 1, 2, 10, 11, 12});
    CHECK(array{npy_bytes(npy_header("<f4", "(6,)", true), six_bytes)}.numbers() ==
          std::vector<double>{1, 2, 3, 4, 5, 6});
    // Element (i, j, k) of 2 x 3 x 2 is 100 i + 10 j + k.
    std::vector<double> three;
    for (int k = 0; k < 2; ++k)
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < 2; ++i) three.push_back(100 * i + 10 * j + k);
    const array cube{npy_bytes(npy_header("<f8", "(2, 3, 2)", true), number_bytes(three))};
    CHECK(cube.numbers() == std::vector<double>{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121});
}

TEST_CASE("scalars and empty arrays are tensors", "[io]") {
    const array scalar{npy_bytes(npy_header("<f4", "()"), number_bytes(std::vector<float>{7}))};
    CHECK(scalar.numbers() == std::vector<double>{7});
    CHECK(scalar.extents().empty());
    const std::string most = std::to_string(std::numeric_limits<std::size_t>::max());
    const array empty{npy_bytes(npy_header("<f4", "(0, " + most + ", 2)", true), "")};
    CHECK(empty.tensor);
    CHECK(empty.numbers().empty());
}

TEST_CASE("integers and bools are tensors of another type, which nothing loads", "[io]") {
    for (const auto& [type, width] : {std::pair{"<i8", 8}, {">u4", 4}, {"<i2", 2}, {"|u1", 1}, {"|b1", 1}}) {
        INFO(type);
        const std::string bytes(static_cast<std::size_t>(2 * width), '\1');
        const array read{npy_bytes(npy_header(type, "(2,)"), bytes)};
        CHECK(read.tensor.value.type == number_type::other);
        CHECK(read.tensor.value.type_name == type);
    }
}

TEST_CASE("other types are refused by name, and Python's objects are never read", "[io]") {
    const auto refused = [](const std::string& type, const std::string& complaint) {
        check_refused(npy_bytes(npy_header(type, "(2, 3)"), six_bytes), status::wrong_type,
                      "byte 10: \"" + type + "\" " + complaint);
    };
    refused("|O", "are Python's objects; pickled objects are never read");
    for (const char* type : {"<c8", "<U6", "|S4", "|V4", "<f3", "<f16", "f4", "=f4", "|f4", "<u1", "<f4<", "<", ""}) {
        refused(type, "is not a supported type of numbers");
    }
    check_header_refused("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (6,)}", 20,
                         "descr is not the name of one type");
}

TEST_CASE("what is no .npy file, or one of another version, is refused", "[io]") {
    const std::string whole = npy_bytes(npy_header("<f4", "(2, 3)"), six_bytes);
    check_refused("", status::malformed, "byte 0: a .npy file begins with \\x93NUMPY");
    check_refused("\x93NUMPX", status::malformed, "byte 0: a .npy file begins with \\x93NUMPY");
    check_refused("\x93NUMPY\1", status::truncated, "byte 7: the header ends too early");
    check_refused(whole.substr(0, 9), status::truncated, "byte 9: the header ends too early");
    check_refused(whole.substr(0, 30), status::truncated, "byte 30: the header ends too early");
    check_refused(npy_bytes("", "", 2).substr(0, 11), status::truncated, "byte 11: the header ends too early");
    check_refused(npy_bytes("", "", 2).substr(0, 8) + "\xff\xff\xff\xff", status::truncated,
                  "byte 12: the header ends too early");
    check_refused(npy_bytes("", "", 4), status::wrong_version, "byte 6: version 4.0 of the format is not supported");
    check_refused(npy_bytes("", "", 0), status::wrong_version, "byte 6: version 0.0 of the format is not supported");
    std::string minor = whole;
    minor[7] = 1;
    check_refused(minor, status::wrong_version, "byte 6: version 1.1 of the format is not supported");
}

TEST_CASE("a header has its three fields, each once, and nothing else", "[io]") {
    const char* once = "a header has descr, fortran_order and shape, each once, and nothing else";
    check_header_refused("", 10, "the header does not begin with {");
    check_header_refused("[]", 10, "the header does not begin with {");
    check_header_refused("{}", 12, "descr, fortran_order or shape is missing");
    check_header_refused("{'descr': '<f4', 'shape': (6,)}", 41, "descr, fortran_order or shape is missing");
    check_header_refused("{'descr': '<f4', 'descr': '<f4'", 35, once);
    check_header_refused("{'shape': (6,), 'shape'", 33, "expected a key and a colon");
    check_header_refused("{'shape': (6,), 'shape': ", 34, once);
    check_header_refused("{'fortran_order': True, 'fortran_order': True}", 50, once);
    check_header_refused("{'order': 'C'}", 19, once);
    check_header_refused("{descr: '<f4'}", 11, "expected a key and a colon");
    check_header_refused("{'descr '<f4'", 19, "expected a key and a colon");
    check_header_refused("{'descr': '<f4' 'shape'", 26, "expected a comma");
    check_header_refused("{'descr': '<\\x664'", 28, "descr is not the name of one type");
    check_header_refused("{'descr': '<f4", 20, "descr is not the name of one type");
    check_header_refused("{'fortran_order': false}", 28, "fortran_order is neither True nor False");
    check_header_refused(npy_header("<f4", "(6,)") + "}", 10 + npy_header("<f4", "(6,)").size(),
                         "something follows the header's }");
}

TEST_CASE("a shape that is none is refused", "[io]") {
    for (const char* shape : {"6", "[6]", "(6)", "(-6,)", "(2 3)", "(,)", "(2,,3)", "(2L, 3)", "(6,",
                              "(18446744073709551616,)", "(1, 1, 1, 1, 1, 1, 1, 1, 6)", "(0x6,)"}) {
        INFO(shape);
        const array read{npy_bytes("{'shape': " + std::string{shape} + ", 'descr': '<f4'}", six_bytes)};
        CHECK(read.tensor.code == status::malformed);
        CHECK(read.tensor.message().ends_with(": shape is not a tuple of at most 8 extents"));
    }
}

TEST_CASE("extents that do not agree with the bytes are refused", "[io]") {
    const std::string header = npy_header("<f4", "(2, 3)");
    const std::string file = npy_bytes(header, six_bytes);
    check_refused(file.substr(0, file.size() - 1), status::truncated,
                  "byte " + std::to_string(file.size() - 1) + ": 23 bytes of numbers, the header promises 24");
    check_refused(file + "1", status::malformed,
                  "byte " + std::to_string(file.size()) + ": 25 bytes of numbers, the header promises 24");
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    const std::string root = std::to_string(std::size_t{1} << 4 * sizeof most), half = std::to_string(most / 2 + 1);
    for (const std::string& shape :
         {"(" + root + ", " + root + ")", "(" + half + ", 2)", "(" + std::to_string(most) + ",)"}) {
        check_refused(npy_bytes(npy_header("<f4", shape), ""), status::too_large,
                      "byte 10: the product of the extents is too large");
    }
}
