#include <etch/data/csv.hpp>

#include <clocale>
#include <cstdlib>
#include <fstream>
#include <string>

#include "data/temporary_folder.hpp"
#include "support/catch.hpp"

namespace {

using etch::status;

/// Reads two inputs and one target from text, as the file "t.csv".
auto read(const std::string& text, const etch::csv_options& options = {}) {
    return etch::parse_csv<2, 1>(text, options, "t.csv");
}
/// Reads two inputs and a label of three classes.
auto read_classes(const std::string& text, const etch::csv_options& options) {
    return etch::parse_csv<2, 3>(text, options, "t.csv");
}

/// What a person is told, after the whole of it was found to be refused.
template <class Reading>
std::string told(const Reading& reading, status expected) {
    CHECK(reading.code == expected);
    CHECK_FALSE(reading);
    CHECK(reading.value.samples.empty());
    return reading.message();
}

}  // namespace

TEST_CASE("a table of numbers becomes samples", "[data]") {
    const auto table = read("1,2,3\n-4.5,+5e-1,.25\n");
    REQUIRE(table);
    CHECK(table.message() == "ok");
    const auto& samples = table.value.samples;
    REQUIRE(samples.size() == 2);
    CHECK(samples.input(0)[0] == 1);
    CHECK(samples.input(0)[1] == 2);
    CHECK(samples.target(0)[0] == 3);
    CHECK(samples.input(1)[0] == -4.5f);
    CHECK(samples.input(1)[1] == 0.5f);
    CHECK(samples.target(1)[0] == 0.25f);
}

TEST_CASE("every way to end a line is understood, and blank lines are skipped", "[data]") {
    for (const char* const text : {"1,2,3\n4,5,6", "1,2,3\r\n4,5,6\r\n", "1,2,3\r4,5,6\r", "\n\n1,2,3\n\n  \n4,5,6\n\n",
                                   "\xef\xbb\xbf"
                                   "1,2,3\n4,5,6\n",
                                   " 1 ,\t2 , 3\n4,5,6\n", "\"1\",\"2\",3\n4,5,\"6\""}) {
        INFO(text);
        const auto table = read(text);
        REQUIRE(table);
        REQUIRE(table.value.samples.size() == 2);
        CHECK(table.value.samples.input(0)[1] == 2);
        CHECK(table.value.samples.target(1)[0] == 6);
    }
}

TEST_CASE("other delimiters are a choice", "[data]") {
    CHECK(read("1;2;3\n", {.delimiter = ';'}).value.samples.target(0)[0] == 3);
    CHECK(read("1\t2\t3\n", {.delimiter = '\t'}).value.samples.target(0)[0] == 3);
    CHECK(told(read("1,2,3\n", {.delimiter = '"'}), status::invalid_option) ==
          "t.csv: a quote or a line break cannot be the delimiter");
}

TEST_CASE("columns are chosen by index or by name, in any order", "[data]") {
    const std::string text = "t,\"a, b\",skip,c\n1,2,x,3\n4,5,y,6\n";
    const auto by_name = read(text, {.inputs = {"c", "a, b"}, .targets = {"t"}, .header = true});
    REQUIRE(by_name);
    CHECK(by_name.value.header == std::vector<std::string>{"t", "a, b", "skip", "c"});
    CHECK(by_name.value.samples.input(1)[0] == 6);
    CHECK(by_name.value.samples.input(1)[1] == 5);
    CHECK(by_name.value.samples.target(1)[0] == 4);
    const auto by_index = read(text, {.inputs = {3, 1}, .targets = {0}, .header = true});
    REQUIRE(by_index);
    CHECK(by_index.value.samples.input(0)[0] == 3);
    const auto rest = read("9,8,7\n", {.targets = {0}});
    REQUIRE(rest);
    CHECK(rest.value.samples.input(0)[0] == 8);
    CHECK(rest.value.samples.input(0)[1] == 7);
    CHECK(rest.value.samples.target(0)[0] == 9);
}

TEST_CASE("labels become one-hot columns, sorted or in a given order", "[data]") {
    const std::string text = "pear,1,2\n\"ap\"\"ple\",3,4\nfig,5,6\npear,7,8\n";
    const auto sorted = read_classes(text, {.label = 0});
    REQUIRE(sorted);
    REQUIRE(sorted.value.schema.classes.size() == 3);
    CHECK(sorted.value.schema.classes[0] == "ap\"ple");
    CHECK(etch::class_of(sorted.value.samples.target(0)) == 2);
    CHECK(etch::class_of(sorted.value.samples.target(1)) == 0);
    CHECK(etch::class_of(sorted.value.samples.target(2)) == 1);
    CHECK(etch::class_of(sorted.value.samples.target(3)) == 2);
    CHECK(sorted.value.samples.input(2)[1] == 6);
    const auto given = read_classes(text, {.label = 0, .classes = {"pear", "ap\"ple", "fig"}});
    REQUIRE(given);
    CHECK(etch::class_of(given.value.samples.target(0)) == 0);
    CHECK(etch::class_of(given.value.samples.target(2)) == 2);
    const auto binary = read("1,2,no\n3,4,yes\n", {.label = 2});
    REQUIRE(binary);
    CHECK(binary.value.samples.target(0)[0] == 0);
    CHECK(binary.value.samples.target(1)[0] == 1);
}

TEST_CASE("what is no number is named by file, line and column", "[data]") {
    CHECK(told(read("1,2,3\n4,5,6\n7,abc,9\n"), status::malformed) ==
          "t.csv:3:2: \"abc\" is not a number (a category? then .one_hot = {1})");
    CHECK(told(read("1,2,3\n\n\n4,5,\n"), status::missing_value) ==
          "t.csv:4:3: the cell is empty (.missing = etch::missing::drop_row leaves such rows out)");
    CHECK(told(read("1,2,3\r\n1,2,3x\r\n"), status::malformed) == "t.csv:2:3: \"3x\" is not a number");
    CHECK(told(read("1,2,3\n1,+-2,3\n"), status::malformed) == "t.csv:2:2: \"+-2\" is not a number");
    CHECK(told(read("1,2,3\n1,\"0,5\",3\n"), status::malformed) ==
          "t.csv:2:2: \"0,5\" is not a number (a decimal comma? then .decimal = ',')");
    CHECK(told(read("1,2,3\n1,0x10,3\n"), status::malformed) == "t.csv:2:2: \"0x10\" is not a number");
    CHECK(told(read("1,2,3\n1,an endless cell of more than thirty-two characters,3\n"), status::malformed) ==
          "t.csv:2:2: \"an endless cell of more than thi...\" is not a number (a category? then .one_hot = {1})");
    CHECK(told(read("a,b,c\n1,2,3\n"), status::malformed) ==
          "t.csv:1:1: \"a\" is not a number (is this row a header? then set .header)");
}

TEST_CASE("a cell over several lines counts where it begins, and what follows counts on", "[data]") {
    CHECK(told(read("1,2,3\n\"4\n4\",5,6\n"), status::malformed) == "t.csv:2:1: \"4 4\" is not a number");
    CHECK(told(read_classes("\"a\nb\r\nc\",1,2\nd,1,0x\n", {.label = 0}), status::malformed) ==
          "t.csv:4:3: \"0x\" is not a number");
    CHECK(told(read_classes("\"a\nb\r\nc\",1,x\n", {.label = 0}), status::malformed) ==
          "t.csv:3:3: \"x\" is not a number (is this row a header? then set .header)");
    const auto labels = read_classes("1,2,\"a\nb\"\n1,2,c\n1,2,d\n", {.label = 2});
    REQUIRE(labels);
    CHECK(labels.value.schema.classes[0] == "a\nb");
}

TEST_CASE("NaN, infinities and numbers out of range are refused by what they stand for", "[data]") {
    CHECK(told(read("1,2,3\n1,-nan,3\n"), status::non_finite_input) == "t.csv:2:2: \"-nan\" is not a finite number");
    CHECK(told(read("-inf,2,3\n"), status::non_finite_input) == "t.csv:1:1: \"-inf\" is not a finite number");
    CHECK(told(read("1,2,3\n1,2,infinity\n"), status::non_finite_target) ==
          "t.csv:2:3: \"infinity\" is not a finite number");
    CHECK(told(read("1,1e39,3\n"), status::non_finite_input) == "t.csv:1:2: \"1e39\" is out of range");
    CHECK(told(read("1,-1e39,3\n"), status::non_finite_input) == "t.csv:1:2: \"-1e39\" is out of range");
    CHECK(told(read("1,-1e999,3\n"), status::non_finite_input) == "t.csv:1:2: \"-1e999\" is out of range");
    CHECK(etch::parse_csv<1, 1, double>("1e39,1e-50\n").value.samples.input(0)[0] == 1e39);
    CHECK(etch::parse_csv<1, 1>("1e-50,3e38\n").value.samples.input(0)[0] == 0);  // too small is 0
}

TEST_CASE("ragged rows are refused where they end or go on", "[data]") {
    CHECK(told(read("1,2,3\n4,5\n"), status::malformed) == "t.csv:2:3: the row has 2 columns, the first one has 3");
    CHECK(told(read("1,2,3\n4,5,6,7\n"), status::malformed) == "t.csv:2:4: the row has 4 columns, the first one has 3");
    CHECK(told(read("a,b,c\n4,5\n", {.header = true}), status::malformed) ==
          "t.csv:2:3: the row has 2 columns, the first one has 3");
}

TEST_CASE("misplaced quotes are refused where they begin", "[data]") {
    CHECK(told(read("1,2,3\n4,\"5,6\n7,8,9\n"), status::truncated) ==
          "t.csv:2:2: the quote that begins here does not end");
    CHECK(told(read("1,2,3\n4,5\"5,6\n"), status::malformed) ==
          "t.csv:2:2: a quote inside a cell; write it twice, in a cell in quotes");
    CHECK(told(read("1,2,3\n4,\"5\"5,6\n"), status::malformed) ==
          "t.csv:2:2: a quote inside a cell; write it twice, in a cell in quotes");
    CHECK(told(read("\"a,b,c\n", {.header = true}), status::truncated) ==
          "t.csv:1:1: the quote that begins here does not end");
}

TEST_CASE("an empty table is refused", "[data]") {
    CHECK(told(read(""), status::empty_set) == "t.csv: the data set has no samples");
    CHECK(told(read("\n\n"), status::empty_set) == "t.csv: the data set has no samples");
    CHECK(told(read("", {.header = true}), status::empty_set) == "t.csv: the file is empty");
    CHECK(told(read("a,b,c\n", {.header = true}), status::empty_set) == "t.csv: the data set has no samples");
}

TEST_CASE("labels that do not fit the outputs are refused", "[data]") {
    CHECK(told(read_classes("1,2,a\n1,2,b\n1,2,c\n1,2,d\n", {.label = 2}), status::unknown_class) ==
          "t.csv:4:3: \"d\" is one class more than the 3 expected");
    CHECK(told(read_classes("1,2,a\n1,2,b\n", {.label = 2}), status::missing_class) ==
          "t.csv: 2 classes (\"a\", \"b\") in column 3, 3 expected; name them all by .classes = {...} if the "
          "table lacks some");
    CHECK(told(read_classes("1,2,a\n1,2,x\n", {.label = 2, .classes = {"a", "b", "c"}}), status::unknown_class) ==
          "t.csv:2:3: \"x\" is not among the classes \"a\", \"b\", \"c\"");
}

TEST_CASE("options that fit neither the table nor the sample are refused", "[data]") {
    const std::string text = "1,2,3\n";
    CHECK(told(read(text, {.inputs = {0}}), status::invalid_option) ==
          "t.csv: 1 input column is named, a sample has 2");
    CHECK(told(read(text, {.targets = {0, 1}}), status::invalid_option) ==
          "t.csv: 2 target columns are named, a sample has 1");
    CHECK(told(read_classes("1,2,a\n", {.inputs = {0, 2}, .label = 2}), status::invalid_option) ==
          "t.csv:1:3: the column of index 2 is chosen twice");
    CHECK(told(read(text, {.targets = {0}, .label = 1}), status::invalid_option) ==
          "t.csv: either target columns or a label column, not both");
    CHECK(told(read(text, {.label = 1, .classes = {"a", "b", "c"}}), status::invalid_option) ==
          "t.csv: 3 classes are named, 1 output tells 2 apart");
    CHECK(told(read(text, {.targets = {"c"}}), status::invalid_option) ==
          "t.csv: the column \"c\" is named, but no header is read (set .header)");
    CHECK(told(read("a,b,c\n1,2,3\n", {.targets = {"d"}, .header = true}), status::invalid_option) ==
          "t.csv:1:1: no column is named \"d\", only \"a\", \"b\", \"c\"");
    CHECK(told(read(text, {.targets = {3}}), status::invalid_option) ==
          "t.csv:1:1: there is no column of index 3, only 3 columns");
    CHECK(told(read(text, {.targets = {-1}}), status::invalid_option) ==
          "t.csv:1:1: there is no column of index -1, only 3 columns");
    CHECK(
        told(read("1,2\n"), status::size_mismatch) ==
        "t.csv:1:1: 2 columns for 2 inputs and 1 target; name those that are meant (.inputs = {...}) or those that are "
        "not (.ignored = {...})");
    CHECK(told(read(text, {.classes = {"a", "b"}}), status::invalid_option) ==
          "t.csv: classes are named, but no label column (.label = ...)");
    CHECK(told(read(text, {.decimal = ';'}), status::invalid_option) == "t.csv: .decimal must be '.' or ','");
    CHECK(told(read(text, {.decimal = ','}), status::invalid_option) ==
          "t.csv: ',' cannot be the delimiter and the decimal sign");
}

TEST_CASE("numbers do not depend on the locale", "[data]") {
    for (const char* const name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) {
        if (std::setlocale(LC_ALL, name) != nullptr) break;
    }
    const auto table = read("1.5,2.25,3\n");
    std::setlocale(LC_ALL, "C");
    REQUIRE(table);
    CHECK(table.value.samples.input(0)[0] == 1.5f);
}

TEST_CASE("a file is read, and messages carry its name", "[data]") {
    const temporary_folder folder;
    const std::string file = folder / "points.csv";
    std::ofstream{file, std::ios::binary} << "1,2,3\n4,5,six\n";
    const auto table = etch::read_csv<2, 1>(file);
    CHECK(table.message() == file + ":2:3: \"six\" is not a number");
    std::ofstream{file, std::ios::binary} << "1,2,3\n4,5,6\n";
    CHECK(etch::read_csv<2, 1>(file).value.samples.target(1)[0] == 6);
    const auto missing = etch::read_csv<2, 1>(folder / "none.csv");
    CHECK(missing.code == status::cannot_open);
    CHECK(missing.message().starts_with((folder / "none.csv") + ": the file cannot be opened: "));
    CHECK(etch::read_csv<2, 1>(folder.path()).code == status::cannot_open);  // a folder is no file
}

TEST_CASE("a file without line breaks is no table", "[data]") {
    std::string text(etch::internal::csv_rows::max_row, '1');
    text.replace(0, 6, "1,2,3\n");
    CHECK(read(text + std::string(6, '1')).code != status::too_large);
    const auto refused = read(text + std::string(7, '1'));
    CHECK(refused.code == status::too_large);
    CHECK(refused.message() == "t.csv:2:1: a row of more than 16777216 characters");
    CHECK(read(std::string(etch::internal::csv_rows::max_row + 1, ',')).code == status::too_large);
}

TEST_CASE("a text with zeros, as UTF-16 has them, is refused", "[data]") {
    const temporary_folder folder;
    const std::string file = folder / "a.csv";
    using namespace std::string_literals;
    std::ofstream{file, std::ios::binary} << "\xff\xfe\x31\0,\0"s;
    CHECK(etch::read_csv<2, 1>(file).message() ==
          file + ": byte 3 is zero, so this is not UTF-8 text (UTF-16 is not supported)");
}

TEST_CASE("a long table is read whole", "[data]") {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += std::to_string(i) + ",\"" + std::to_string(i) + ".5\",1\n";
    const auto table = read(text);
    REQUIRE(table);
    REQUIRE(table.value.samples.size() == 20000);
    CHECK(table.value.samples.input(19999)[1] == 19999.5f);
}

TEST_CASE("iris is read from its file", "[data]") {
    const char* const folder = std::getenv("ETCH_DATA_DIR");
    if (folder == nullptr) {
        WARN("skipped: ETCH_DATA_DIR is not set");
        return;
    }
    const auto iris = etch::read_csv<4, 3>(std::string{folder} + "/iris/iris.csv", {.label = 4});
    INFO(iris.message());
    REQUIRE(iris);
    REQUIRE(iris.value.samples.size() == 150);
    CHECK(iris.value.schema.classes[1] == "Iris-versicolor");
    CHECK(iris.value.samples.input(0)[0] == 5.1f);
    CHECK(iris.value.samples.input(149)[3] == 1.8f);
    for (std::size_t i = 0; i < 150; ++i) REQUIRE(etch::class_of(iris.value.samples.target(i)) == i / 50);
}
