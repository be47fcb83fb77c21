#include <etch/io/schema.hpp>

#include <string>
#include <vector>

#include <etch/layer/dense.hpp>
#include <etch/layer/softmax.hpp>
#include <etch/network/network.hpp>

#include "data/temporary_folder.hpp"
#include "io/file_bytes.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;
using net_type = etch::network<etch::input<5>, etch::dense<3>, etch::softmax>;

etch::table_schema trees() {
    return {
        .inputs = {{.name = "height \"m\"", .position = 1, .fill = {0.1}},
                   {.name = "", .position = 2},
                   {.name = "kind", .position = 4, .categories = {"Ash", "\\B\n", "Öl"}, .fill = {0.25, 0.5, 0.25}}},
        .targets = {{.name = "wood", .position = 3}},
        .classes = {"soft", "hard", "\xf0\x9f\x8c\xb3"},
        .columns = 5};
}

/// The schema of a file with this metadata, as it stands between its quotes.
etch::read_result<etch::table_schema> read(const std::string& key, const std::string& json) {
    const auto bytes = float_file{}.metadata(key, json).bytes();
    etch::safetensors_view file;
    REQUIRE(file.open(bytes).ok());
    return etch::schema_of(file, "f");
}

}  // namespace

TEST_CASE("names, categories, fill values and classes travel with a saved network") {
    const temporary_folder folder;
    const net_type net{etch::seed{3}};
    const std::vector<etch::metadata_entry> more{{"licence", "none"}};
    const auto saved = etch::save_file(net, folder / "n", trees(), {.source = "a test", .metadata = more});
    INFO(saved.message());
    REQUIRE(saved);
    const auto schema = etch::read_schema(folder / "n");
    REQUIRE(schema);
    CHECK(schema.value == trees());
    CHECK(schema.value.classes.name(etch::predict(net, {1.0f, 0.0f, 0.0f, 0.0f, 1.0f})) ==
          etch::predict(net, {1.0f, 0.0f, 0.0f, 0.0f, 1.0f}, schema.value.classes));
    net_type back;
    CHECK(etch::load_file(back, folder / "n"));  // which does not mind
    CHECK(back == net);

    const etch::table_schema only_classes{.classes = {"a", "b", "c"}};
    REQUIRE(etch::save_file(net, folder / "n", only_classes));
    CHECK(etch::read_schema(folder / "n").value == only_classes);
}

TEST_CASE("a schema of another network is refused, and names that are not UTF-8") {
    const temporary_folder folder;
    const net_type net{etch::seed{3}};
    const auto told = [&](const etch::table_schema& schema, status expected) {
        const auto result = etch::save_file(net, folder / "n", schema);
        CHECK(result.code == expected);
        return result.message().substr((folder / "n").size());
    };
    etch::table_schema schema = trees();
    schema.inputs.pop_back();
    CHECK(told(schema, status::size_mismatch) == ": the schema has 2 inputs, the network 5");
    CHECK(told({.classes = {"a", "b"}}, status::size_mismatch) ==
          ": the schema has 2 classes, the network tells 3 apart");
    CHECK(told({.targets = {{.name = "y"}}}, status::size_mismatch) == ": the schema has 1 targets, the network 3");
    CHECK(told({.classes = {"a", "b", "gr\xf6n"}}, status::invalid_option) ==
          ": a name of etch.class.names is not UTF-8: save the table as UTF-8");
    CHECK(etch::read_schema(folder / "n").code == status::cannot_open);  // nothing was written
    REQUIRE(etch::save_file(net, folder / "n"));
    CHECK(etch::read_schema(folder / "n").message() ==
          (folder / "n") + ": the file has no names of columns or classes");
}

TEST_CASE("a schema is read as other programs write JSON, and what is none is refused") {
    const auto inputs = [](const std::string& json) { return read("etch.input.columns", json); };
    const auto spaced =
        inputs(R"( [ {\"column\" : 2 , \"name\":\"\\u00d6\\ud83c\\udf33\\/\\t\", \"fill\":[ -1.5e2 ]} ] )");
    INFO(spaced.message());
    REQUIRE(spaced);
    CHECK(spaced.value.inputs[0].name == "Ö\xf0\x9f\x8c\xb3/\t");
    CHECK(spaced.value.inputs[0].position == 2);
    CHECK(spaced.value.inputs[0].fill == std::vector<double>{-150});
    for (const char* const json :
         {"", "{}", R"([{\"name\":\"a\"}])", R"([{\"column\":1}])", R"([{\"name\":1,\"column\":1}])",
          R"([{\"name\":\"a\",\"column\":1},])", R"([{\"name\":\"a\",\"column\":1}] 2)",
          R"([{\"name\":\"a\",\"name\":\"a\",\"column\":1}])", R"([{\"name\":\"a\",\"column\":1,\"more\":1}])",
          R"([{\"name\":\"a\",\"column\":1,\"fill\":[1,2]}])", R"([{\"name\":\"a\",\"column\":1,\"fill\":[1e999]}])",
          R"([{\"name\":\"a\",\"column\":1,\"fill\":[nan]}])", R"([{\"name\":\"\\ud83c\",\"column\":1}])",
          R"([{\"name\":\"\\udf33\",\"column\":1}])", R"([{\"name\":\"\\ud83c\\u0041\",\"column\":1}])",
          R"([{\"name\":\"a\",\"column\":1,\"categories\":[\"b\",\"b\"]}])"}) {
        INFO(json);
        const auto schema = inputs(json);
        CHECK(schema.code == status::malformed);
        CHECK(schema.value == etch::table_schema{});
        CHECK(schema.message() == "f: etch.input.columns is not as etch writes it");
    }
    CHECK(read("etch.class.names", R"([\"a\",\"a\"])").code == status::malformed);
    CHECK(read("etch.table.columns", "-1").code == status::malformed);
}
