#include <etch/io/safetensors.hpp>

#include <limits>
#include <string>
#include <vector>

#include "io/file_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;

etch::parse_result opened(const std::vector<std::byte>& bytes) {
    etch::safetensors_view file;
    const etch::parse_result found = file.open(bytes);
    std::size_t tensors = 0;
    for (const etch::file_tensor& tensor : file.tensors()) tensors += tensor.key.size() < 1000 ? 1 : 0;
    if (!found.ok()) {
        CHECK(tensors == 0);
        CHECK_FALSE(file.metadata("format"));
    }
    return found;
}
status code(std::string_view header, std::size_t data_size = 0) { return opened(file_bytes(header, data_size)).code; }

/// A header of one tensor.
std::string one(const std::string& fields) { return "{\"a\":{" + fields + "}}"; }

}  // namespace

TEST_CASE("tensors and metadata of a file are found where they lie") {
    const std::vector<std::byte> bytes = float_file{}
                                             .metadata("format", "pt")
                                             .metadata("x", "a \\\"b\\\"")
                                             .tensor("0.weight", {2, 3})
                                             .tensor("s", {})
                                             .tensor("e", {4, 0})
                                             .tensor("0.bias", {2})
                                             .bytes();
    etch::safetensors_view file;
    REQUIRE(file.open(bytes).ok());
    std::string keys;
    for (const etch::file_tensor& t : file.tensors()) {
        keys += std::string{t.key} + ":" + std::to_string(t.extents.rank) + ":" + std::to_string(t.size()) + " ";
        CHECK(t.type == etch::number_type::float32);
        CHECK(t.bytes.size() == 4 * t.size());
        CHECK((t.bytes.empty() || (t.bytes.data() > bytes.data() && &t.bytes.back() <= &bytes.back())));
    }
    CHECK(keys == "0.weight:2:6 s:0:1 e:2:0 0.bias:1:2 ");
    CHECK(file.metadata("format") == "pt");
    CHECK(file.metadata("x") == "a \\\"b\\\"");
    CHECK_FALSE(file.metadata("y"));
    auto last = file.tensors().begin();
    for (int i = 0; i < 3; ++i) last++;
    CHECK(last->number<float>(1) == 9);
}

TEST_CASE("a header may be spelled in any way that JSON allows") {
    CHECK(code("{}") == status::ok);
    CHECK(code("{ }  \n") == status::ok);
    CHECK(code("{\"__metadata__\":{}}") == status::ok);
    CHECK(code("{\"__metadata__\" : { \"a\" : \"\\u0041\" } }") == status::ok);
    CHECK(code(one(" \"data_offsets\" : [ 0 , 4 ] , \"shape\" : [ 1 ] , \"dtype\" : \"F32\" "), 4) == status::ok);
    CHECK(code("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},\"__metadata__\":{}}", 4) == status::ok);
    // in another order than they lie
    CHECK(code("{\"b\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[2,6]},\"a\":{\"dtype\":\"I16\",\"shape\":[1],"
               "\"data_offsets\":[0,2]}}",
               6) == status::ok);
}

TEST_CASE("a file that ends too early is truncated") {
    const std::vector<std::byte> whole = float_file{}.metadata("a", "b").tensor("w", {2, 3}).bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(opened(part).code == status::truncated);
    }
    CHECK(opened(whole).ok());
}

TEST_CASE("a length of the header that nothing of its size follows is refused before it is used") {
    std::vector<std::byte> bytes = file_bytes("{}");
    bytes[7] = std::byte{0x80};  // 2^63: also what a big-endian writer would give
    CHECK(opened(bytes).code == status::too_large);
    bytes = file_bytes("{}");
    for (std::size_t b = 0; b < 8; ++b) bytes[b] = std::byte{0xff};
    CHECK(opened(bytes).code == status::too_large);
    bytes = file_bytes("{}");
    bytes[0] = std::byte{3};
    CHECK(opened(bytes).code == status::truncated);
    CHECK(opened(std::vector<std::byte>(100'000'000, std::byte{'{'})).code == status::too_large);
}

TEST_CASE("what is no header of safetensors is malformed") {
    for (const std::string_view header :
         {"", "[]", "null", " {}", "{", "{}x", "{}{}", "{\"a\"}", "{\"a\":1}", "{\"a\":{}}", "{,}", "{\"a\":{}},",
          "{\"__metadata__\":[]}", "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}",
          "{\"__metadata__\":{\"a\":\"b\",}}", "{\"__metadata__\":{\"a\":\"b\"}", "{\"__metadata__\":{\"a\" \"b\"}}"}) {
        INFO(header);
        CHECK(code(header) == status::malformed);
    }
    CHECK(code("{\"__metadata__\":{},}") == status::malformed);
    CHECK(code("{\"a\\n\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4) == status::malformed);
    std::string deep(100'000, '[');
    CHECK(code("{\"a\":" + deep) == status::malformed);
    CHECK(code("{\"__metadata__\":{\"a\":" + deep) == status::malformed);
}

TEST_CASE("fields of a tensor that are missing, doubled, unknown or lies are malformed") {
    const std::string type = "\"dtype\":\"F32\"", extents = "\"shape\":[2]", offsets = "\"data_offsets\":[0,8]";
    CHECK(code(one(type + "," + extents + "," + offsets), 8) == status::ok);
    for (const std::string& fields : {type + "," + extents,
                                      type + "," + offsets,
                                      extents + "," + offsets,
                                      type + "," + type + "," + extents + "," + offsets,
                                      type + "," + extents + "," + extents + "," + offsets,
                                      type + "," + extents + "," + offsets + "," + offsets,
                                      type + "," + extents + "," + offsets + ",\"x\":1",
                                      type + "," + extents + "," + offsets + ",",
                                      type + ",\"shape\":[3]," + offsets,
                                      type + ",\"shape\":[2,]," + offsets,
                                      type + ",\"shape\":[-2]," + offsets,
                                      type + ",\"shape\":[2.0]," + offsets,
                                      type + ",\"shape\":2," + offsets,
                                      type + ",\"shape\":[0]," + offsets,
                                      type + ",\"shape\":[1,1,1,1,1,1,1,1,2]," + offsets,
                                      type + "," + extents + ",\"data_offsets\":[8,0]",
                                      type + "," + extents + ",\"data_offsets\":[0,8,8]",
                                      type + "," + extents + ",\"data_offsets\":[0]",
                                      type + "," + extents + ",\"data_offsets\":[0,7]",
                                      std::string{"\"dtype\":4,\"shape\":[2],"} + offsets}) {
        INFO(fields);
        CHECK(code(one(fields), 8) == status::malformed);
    }
    CHECK(code(one("\"dtype\":\"F31\"," + extents + "," + offsets), 8) == status::wrong_type);
    CHECK(code(one(type + "," + extents + ",\"data_offsets\":[0,18446744073709551615]"), 8) == status::truncated);
    CHECK(code(one(type + "," + extents + ",\"data_offsets\":[0,12]"), 12) ==
          status::malformed);  // three numbers for two
    // Eight bytes from before the data on: in arithmetic modulo 2^64 a tensor like any other.
    CHECK(code(one(type + "," + extents + ",\"data_offsets\":[18446744073709551612,4]"), 8) == status::malformed);
    CHECK(code("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],"
               "\"data_offsets\":[18446744073709551612,0]}}",
               8) == status::malformed);
}

TEST_CASE("products of extents that overflow are refused") {
    // 2^32 * 2^32 * 4 = 2^66, which is 0 in 64 bits; 2^62 * 4 + ...; 2^16 * 2^16, which is 0 in 32 bits ...
    for (const std::string_view extents :
         {"[4294967296,4294967296]", "[4611686018427387904,4]", "[9223372036854775808,2]",
          "[18446744073709551615,18446744073709551615]", "[18446744073709551616]", "[65536,65536]", "[1073741824,4]",
          "[2147483648,2]", "[4294967295,4294967295]", "[4294967296]"})
        CHECK(code(one("\"dtype\":\"F32\",\"shape\":" + std::string{extents} + ",\"data_offsets\":[0,0]")) ==
              status::malformed);
    // With a 0 among them they are 0 numbers.
    const std::string most = std::to_string(std::numeric_limits<std::size_t>::max());
    CHECK(code(one("\"dtype\":\"F32\",\"shape\":[" + most + ",0," + most + "],\"data_offsets\":[0,0]")) == status::ok);
}

TEST_CASE("tensors may lie in any order") {
    const auto entry = [](const char* key, const char* offsets) {
        return "\"" + std::string{key} + "\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[" + offsets + "]}";
    };
    CHECK(code("{" + entry("a", "0,2") + "," + entry("b", "4,6") + "," + entry("c", "2,4") + "}", 6) == status::ok);
    CHECK(code("{" + entry("a", "4,6") + "," + entry("b", "2,4") + "," + entry("c", "0,2") + "}", 6) == status::ok);
}

TEST_CASE("tensors that overlap or leave a gap are malformed") {
    const auto two = [](const std::string& a, const std::string& b) {
        return "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[" + a +
               "]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[" + b + "]}}";
    };
    CHECK(code(two("0,4", "4,8"), 8) == status::ok);
    CHECK(code(two("4,8", "0,4"), 8) == status::ok);
    CHECK(code(two("0,4", "4,8"), 9) == status::malformed);  // bytes that belong to nothing
    CHECK(code(two("0,4", "5,9"), 9) == status::malformed);
    CHECK(code(two("1,5", "5,9"), 9) == status::malformed);
    CHECK(code(two("0,4", "0,4"), 8) == status::malformed);
    CHECK(code(two("0,4", "2,6"), 8) == status::malformed);
    CHECK(code(two("2,6", "0,4"), 8) == status::malformed);
    CHECK(code(two("0,4", "2,6"), 6) == status::malformed);
}

TEST_CASE("a key that is there twice is refused, and said where") {
    const std::string entry = "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    const std::string header = "{\"a\":" + entry + ",\"b\":" + entry + ",\"a\":" + entry + "}";
    const etch::parse_result found = opened(file_bytes(header));
    CHECK(found == status::duplicate_key);
    CHECK(found.byte > 8 + header.rfind("\"a\""));
    CHECK(code("{\"__metadata__\":{\"a\":\"\",\"b\":\"\",\"a\":\"\"}}") == status::duplicate_key);
    CHECK(code("{\"__metadata__\":{},\"__metadata__\":{}}") == status::duplicate_key);
}

TEST_CASE("more entries than anybody needs are too large") {
    const auto entries = [](std::size_t count) {
        std::string header = "{";
        for (std::size_t i = 0; i < count; ++i)
            header += (i == 0 ? "\"" : ",\"") + std::to_string(i) +
                      "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
        return header + "}";
    };
    CHECK(code(entries(1024)) == status::ok);
    CHECK(code(entries(1025)) == status::too_large);
    std::string metadata;
    for (std::size_t i = 0; i < 1025; ++i) metadata += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"\"";
    CHECK(code("{\"__metadata__\":{" + metadata + "}}") == status::too_large);
}

TEST_CASE("the first bytes of a file state how long it is") {
    const auto stated = [](std::vector<std::byte> bytes, std::size_t known) {
        bytes.resize(known);
        return etch::safetensors_view::stated_size(bytes);
    };
    const std::vector<std::byte> good = float_file{}.metadata("x", "y").tensor("a", {2, 3}).tensor("b", {4}).bytes();
    const std::size_t header = good.size() - 40;
    for (const std::size_t known : {0u, 7u}) CHECK(stated(good, known) == 8);
    for (const std::size_t known : {std::size_t{8}, header - 1}) CHECK(stated(good, known) == header);
    for (const std::size_t known : {header, header + 1, good.size()}) CHECK(stated(good, known) == good.size());
    CHECK(stated(file_bytes("{}"), 10) == 10);
    CHECK(stated(std::vector<std::byte>(8, std::byte{0xff}), 8) == 8);
    const auto stated_by = [&](const std::string& header_text) {
        const auto bytes = file_bytes(header_text);
        return stated(bytes, bytes.size()) - bytes.size();
    };
    const std::string entry = "{\"dtype\":\"F64\",\"shape\":[4000000000],\"data_offsets\":[", end = ",32000000001]}";
    CHECK(stated_by("{\"a\":" + entry + "1" + end + "}") == 32000000001);
    CHECK(stated_by("{\"a\":" + entry + "0" + end + "}") == 0);  // what is refused states nothing
    CHECK(stated_by(
              one("\"dtype\":\"U8\",\"shape\":[18446744073709551615],\"data_offsets\":[0,18446744073709551615]")) == 0);
    std::string metadata = "{\"__metadata__\":{}";
    for (int i = 0; i < 50'000; ++i) metadata += ",\"__metadata__\":{}";  // deep, were it read by recursion
    CHECK(stated_by(metadata + "}") == 0);
}
