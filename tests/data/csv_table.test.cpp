// Tables as people have them: delimiters, missing cells, categories, and later tables that are read like the first.
#include <etch/data/csv.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using etch::missing;
using etch::status;

/// A table of two inputs and one target, as the file "t.csv".
auto read(const std::string& text, const etch::csv_options& options = {}) {
    return etch::parse_csv<2, 1>(text, options, "t.csv");
}
template <class Reading>
std::string told(const Reading& reading, status expected) {
    CHECK(reading.code == expected);
    return reading.message();
}
std::vector<float> inputs_of(const etch::read_result<etch::csv_table<2, 1>>& table) {
    INFO(table.message());
    CHECK(table);
    const auto numbers = table.value.samples.inputs();
    return {numbers.begin(), numbers.end()};
}
using numbers = std::vector<float>;

const std::string trees = "height,kind,age\n3.5,Birch,12\n7,Oak,40\n4,Birch,15\n6.5,Ash,33\n";

auto read_trees(const std::string& text, etch::csv_options options) {
    options.header = true;
    options.one_hot = {"kind"};
    return etch::parse_csv<4, 1>(text, options, "trees.csv");
}

}  // namespace

TEST_CASE("labels that are numbers become outputs in the order of their values", "[data]") {
    std::string text;
    for (int label = 11; label >= 0; --label) text += "0.5," + std::to_string(label) + "\n";
    const auto table = etch::parse_csv<1, 12>(text, {.label = 1});
    REQUIRE(table);
    for (std::size_t row = 0; row < 12; ++row) CHECK(etch::class_of(table.value.samples.target(row)) == 11 - row);
    CHECK(table.value.schema.classes[10] == "10");
}

TEST_CASE("columns that nobody named are never dropped", "[data]") {
    const std::string indexed = ",speed,angle,torque\n0,5,0.1,10\n1,6,0.2,20\n";
    CHECK(told(read(indexed, {.header = true}), status::size_mismatch) ==
          "t.csv:1:1: 4 columns for 2 inputs and 1 target: \"\", \"speed\", \"angle\", \"torque\"; name those that are "
          "meant (.inputs = {...}) or those that are not (.ignored = {...}); the first has no name: are these "
          "numbers of rows, as pandas and R write them? then .ignored = {0}");
    CHECK(inputs_of(read(indexed, {.ignored = {0}, .header = true})) == numbers{5, 0.1f, 6, 0.2f});
    CHECK(inputs_of(read(indexed, {.inputs = {"speed", "angle"}, .targets = {"torque"}, .header = true})) ==
          numbers{5, 0.1f, 6, 0.2f});
    CHECK(
        told(read("1,2,3,4\n", {.targets = {3}}), status::size_mismatch) ==
        "t.csv:1:1: 3 columns are left for 2 inputs; name those that are meant (.inputs = {...}) or those that are not "
        "(.ignored = {...})");
    CHECK(told(read("1,2,3,4\n", {.inputs = {3, 2}}), status::size_mismatch).find("2 columns are left for 1 target;") !=
          std::string::npos);
    CHECK(told(read("1,2,3,no\n1,2,3,yes\n", {.label = 3}), status::size_mismatch)
              .find("3 columns are left for 2 inputs") != std::string::npos);
    CHECK(told(read("1,2,3,4\n", {.ignored = {4}}), status::invalid_option).find("no column of index 4") !=
          std::string::npos);
    CHECK(told(read("1,2,3,4\n", {.targets = {1}, .ignored = {1}}), status::invalid_option).find("chosen twice") !=
          std::string::npos);
    CHECK(told(read("a,b,a\n1,2,3\n", {.targets = {"a"}, .header = true}), status::invalid_option) ==
          "t.csv:1:3: a second column is named \"a\": choose by index");
    CHECK(told(read("a,b,c\n0,1,2,3\n", {.header = true}), status::malformed).find("as R writes them?") !=
          std::string::npos);
}

TEST_CASE("another delimiter than the one that was asked for is named", "[data]") {
    const std::string semicolons = "way;time;force\n1,5;2,25;-0,75\n0,5;1,125;0,5\n";
    const std::string hint =
        "; its lines have 3 columns with the delimiter ';' (.delimiter = ';', and .decimal = ',' for a decimal comma)";
    CHECK(told(read(semicolons), status::size_mismatch) == "t.csv:1:1: 1 column for 2 inputs and 1 target" + hint);
    CHECK(told(read("1,5;2,25;3\n"), status::malformed) == "t.csv:1:2: \"5;2\" is not a number" + hint);
    CHECK(told(read("1,5;2,25;3,0\n0,5;1,125;2,0\n"), status::size_mismatch) ==
          "t.csv:1:1: 4 columns for 2 inputs and 1 target; name those that are meant (.inputs = {...}) or those that "
          "are not (.ignored = {...})" +
              hint);
    CHECK(told(read("1,5;2,25;3,0;1,5\n"), status::size_mismatch).find("delimiter") == std::string::npos);
    CHECK(told(read("x\ty\tz\n1\t2\t3\n"), status::size_mismatch).find("(.delimiter = '\\t')") != std::string::npos);
    CHECK(told(read("\"x;y\",2\n\"z;w\",5\n"), status::size_mismatch).find("delimiter") ==
          std::string::npos);  // what is in quotes does not count
    CHECK(told(read("1|2|3\n"), status::size_mismatch).find("(.delimiter = '|')") != std::string::npos);
    CHECK(told(read(" 1  2 3\n40 5  6\n"), status::size_mismatch).find("3 columns with the delimiter ' '") !=
          std::string::npos);
    CHECK(told(read("1,2,3\n", {.delimiter = ';'}), status::size_mismatch).find("(.delimiter = ',')") !=
          std::string::npos);
    CHECK(told(read("a;b;c\n1;2;3\n", {.targets = {"c"}, .header = true}), status::invalid_option)
              .find("(.delimiter = ';')") != std::string::npos);
    CHECK(told(read(semicolons, {.header = true, .delimiter = ';'}), status::malformed) ==
          "t.csv:2:1: \"1,5\" is not a number (a decimal comma? then .decimal = ',')");
    CHECK(inputs_of(read(semicolons, {.header = true, .delimiter = ';', .decimal = ','})) ==
          numbers{1.5f, 2.25f, 0.5f, 1.125f});
    CHECK(inputs_of(read("sep=;\n1;2;3\n")) == numbers{1, 2});  // as Excel is told it
    CHECK(inputs_of(read("\xef\xbb\xbfsep=;\r\na;b;c\r\n1;2;3\r\n", {.header = true})) == numbers{1, 2});
    CHECK(told(read("sep=;\n1;2;x\n"), status::malformed).substr(0, 9) == "t.csv:2:3");
    CHECK(told(read("\xff\xfe"
                    "1,2,3"),
               status::malformed) == "t.csv: the text is UTF-16; save it as UTF-8");
}

TEST_CASE("groups of thousands and the other decimal sign are refused with a hint", "[data]") {
    const auto complaint = [](const std::string& cell, char decimal) {
        const auto table = read(cell + ";2;3\n", {.delimiter = ';', .decimal = decimal});
        CHECK(table.code == status::malformed);
        return table.message().substr(table.message().find(" is not a number") + 16);
    };
    const std::string thousands = " (thousands separators are not read)";
    CHECK(complaint("1,234.5", '.') == thousands);
    CHECK(complaint("1.234,5", ',') == thousands);
    CHECK(complaint("1,234,567", '.') == thousands);
    CHECK(complaint("1'234", '.') == thousands);
    CHECK(complaint("1 234", '.') == thousands);
    CHECK(complaint("1,234", '.') == " (thousands separators are not read; if it is a decimal comma: .decimal = ',')");
    CHECK(complaint("1.5", ',') == " (a decimal point? then .decimal = '.')");
}

TEST_CASE("a run of blanks is one delimiter", "[data]") {
    const etch::csv_options blanks{.delimiter = ' '};
    CHECK(inputs_of(read("  1   2   3\n 10  20  30\n100 200 300  \n", blanks)) == numbers{1, 2, 10, 20, 100, 200});
    CHECK(inputs_of(read("1 \t 2\t3\r\n\r\n   \n4 5 6", blanks)) == numbers{1, 2, 4, 5});
    const auto quoted = etch::parse_csv<1, 2>("\"a  b\"  1\n 2 \t 2\n", {.label = 0, .delimiter = ' '});
    REQUIRE(quoted);
    CHECK(quoted.value.schema.classes.names() == std::vector<std::string>{"2", "a  b"});
    CHECK(told(read("1  2 3\n4  5\n", blanks), status::malformed) ==
          "t.csv:2:3: the row has 2 columns, the first one has 3");
}

TEST_CASE("missing cells are refused by default, with line and column", "[data]") {
    const std::string way = " (.missing = etch::missing::drop_row, mean or median is a way to go on)";
    CHECK(told(read("1,2,3\n,5,6\n"), status::missing_value) == "t.csv:2:1: the cell is empty" + way);
    for (const char* const cell : {"NA", "N/A", "nan", "NULL", "?", "-", "#N/A", "None"})
        CHECK(told(read("1,2,3\n4," + std::string{cell} + ",6\n"), status::missing_value) ==
              "t.csv:2:2: \"" + std::string{cell} + "\" is a missing value" + way);
    CHECK(told(read("1,2,3\n4,-999,6\n", {.missing_cells = {"-999"}}), status::missing_value).substr(0, 9) ==
          "t.csv:2:2");
    CHECK(told(read("1,2,3\n4,5,?\n"), status::missing_value) ==
          "t.csv:2:3: \"?\" is a missing value (.missing = etch::missing::drop_row leaves such rows out)");
}

TEST_CASE("a named policy drops rows with missing cells, or fills them in", "[data]") {
    const std::string holes = "a,b,y\n1,2,3\n,5,6\n7,NA,9\n10,?,12\n4,20,1\n";
    const auto dropped = read(holes, {.header = true, .missing = missing::drop_row});
    CHECK(inputs_of(dropped) == numbers{1, 2, 4, 20});
    CHECK(dropped.value.dropped == 3);
    const auto mean = read(holes, {.header = true, .missing = missing::mean});
    CHECK(inputs_of(mean) == numbers{1, 2, 5.5f, 5, 7, 9, 10, 9, 4, 20});
    CHECK(mean.value.filled == 3);
    CHECK(mean.value.dropped == 0);
    CHECK(mean.value.schema.inputs[1].fill == std::vector<double>{9});
    CHECK(inputs_of(read(holes, {.header = true, .missing = missing::median})) ==
          numbers{1, 2, 5.5f, 5, 7, 5, 10, 5, 4, 20});
    CHECK(
        told(read("1,2,3\n4,5,\n", {.missing = missing::mean}), status::missing_value) ==
        "t.csv:2:3: the cell is empty (targets and labels are not filled in; .missing = etch::missing::drop_row leaves "
        "such rows out)");
    CHECK(told(read("1,,3\n4,,5\n", {.missing = missing::median}), status::missing_value) ==
          "t.csv: the column 1 has no value from which to fill its missing cells");
    CHECK(told(read("1,,3\n", {.missing = missing::drop_row}), status::empty_set) ==
          "t.csv: every row has a missing cell");
}

TEST_CASE("a class may be called what a missing cell is called, if it is named", "[data]") {
    const std::string signs = "1,2,+\n3,4,-\n";
    CHECK(told(read(signs, {.label = 2}), status::missing_value).find("a class of this name: .classes = {...}") !=
          std::string::npos);
    const auto table = read(signs, {.label = 2, .classes = {"+", "-"}});
    REQUIRE(table);
    CHECK(table.value.samples.target(1)[0] == 1);
}

TEST_CASE("a column of text becomes an input per category", "[data]") {
    CHECK(told(read(trees, {.header = true}), status::malformed) ==
          "t.csv:2:2: \"Birch\" is not a number (a category? then .one_hot = {\"kind\"})");
    const auto table = read_trees(trees, {});
    INFO(table.message());
    REQUIRE(table);
    const auto x = table.value.samples.inputs();
    CHECK(numbers(x.begin(), x.end()) == numbers{3.5f, 0, 1, 0, 7, 0, 0, 1, 4, 0, 1, 0, 6.5f, 1, 0, 0});
    CHECK(table.value.samples.target(1)[0] == 40);
    CHECK(table.value.schema.input_names().names() ==
          std::vector<std::string>{"height", "kind=Ash", "kind=Birch", "kind=Oak"});
    CHECK(table.value.schema.output_names().names() == std::vector<std::string>{"age"});
    CHECK(
        told(etch::parse_csv<5, 1>(trees, {.one_hot = {"kind"}, .header = true}, "trees.csv"), status::size_mismatch) ==
        "trees.csv: the columns give 4 inputs, a sample has 5: \"height\" 1 + \"kind\" 3 "
        "(\"Ash\", \"Birch\", \"Oak\")");
    CHECK(told(read(trees, {.one_hot = {"kind"}, .header = true}), status::size_mismatch) ==
          "t.csv:5:2: \"Ash\" is one category more than the 2 inputs of a sample");
    CHECK(told(read_trees(trees, {.targets = {"kind"}}), status::invalid_option) ==
          "trees.csv:1:2: the column \"kind\" of .one_hot is not among the inputs");
}

TEST_CASE("a missing category is filled in by the shares of all, or by the most frequent one", "[data]") {
    const std::string text = trees + "5,?,20\n";
    const auto mean = read_trees(text, {.missing = missing::mean});
    REQUIRE(mean);
    const auto x = mean.value.samples.input(4);
    CHECK(numbers(x.begin(), x.end()) == numbers{5, 0.25f, 0.5f, 0.25f});
    const auto median = read_trees(text + "1,Birch,2\n", {.missing = missing::median});
    REQUIRE(median);
    CHECK(median.value.schema.inputs[1].fill == std::vector<double>{0, 1, 0});
    CHECK(told(read_trees(text, {}), status::missing_value).substr(0, 13) == "trees.csv:6:2");
}

TEST_CASE("later tables and rows are read as the first one", "[data]") {
    const auto first = read_trees(trees, {.missing = missing::mean});
    REQUIRE(first);
    const etch::table_schema& schema = first.value.schema;
    // Other columns, in another order, and none of the ashes.
    const std::string later = "id,kind,age,height\n1,Oak,10,2\n2,,11,NA\n";
    const auto table = etch::parse_csv<4, 1>(later, {.header = true}, schema, "later.csv");
    INFO(table.message());
    REQUIRE(table);
    const auto x = table.value.samples.inputs();
    CHECK(numbers(x.begin(), x.end()) == numbers{2, 0, 0, 1, 5.25f, 0.25f, 0.5f, 0.25f});
    CHECK(table.value.samples.target(1)[0] == 11);
    CHECK(told(etch::parse_csv<4, 1>("height,kind,age\n1,Elm,2\n", {.header = true}, schema, "later.csv"),
               status::unknown_class) ==
          "later.csv:2:2: \"Elm\" is not among the categories \"Ash\", \"Birch\", \"Oak\" (.unknown = "
          "etch::unknown_category::zeros takes it as none of them)");
    const auto row = [&](const std::string& text, const etch::csv_options& options = {}) {
        return etch::parse_csv_inputs<4>(text, schema, options, "row");
    };
    using sample = std::array<float, 4>;
    CHECK(row("3,Birch,12").value.at(0) == sample{3, 0, 1, 0});  // the table's columns
    CHECK(row("3,Birch").value.at(0) == sample{3, 0, 1, 0});     // the inputs and nothing else
    CHECK(row("3,Birch\n,Oak\n").value.at(1) == sample{5.25f, 0, 0, 1});
    CHECK(row("kind,height\nAsh,8\n", {.header = true}).value.at(0) == sample{8, 1, 0, 0});
    CHECK(row("3,Elm", {.unknown = etch::unknown_category::zeros}).value.at(0) == sample{3, 0, 0, 0});
    CHECK(row("3,0;Oak", {.delimiter = ';', .decimal = ','}).value.at(0) == sample{3, 0, 0, 1});
    CHECK(told(row("3"), status::size_mismatch) ==
          "row:1:1: 1 column for a schema of 2 columns, learnt from a table of 3");
    CHECK(told(row("height\n3\n", {.header = true}), status::invalid_option) ==
          "row:1:1: no column is named \"kind\", only \"height\"");
    CHECK(told(row("3,Oak", {.missing = missing::mean}), status::invalid_option).find("comes from the schema") !=
          std::string::npos);
    CHECK(told(etch::parse_csv_inputs<3>("3,Oak", schema), status::size_mismatch) ==
          "csv: the schema has 4 inputs, a sample has 3");
    etch::table_schema without = schema;
    for (auto& column : without.inputs) column.fill.clear();
    CHECK(told(etch::parse_csv_inputs<4>("NA,Oak", without), status::missing_value).substr(0, 7) == "csv:1:1");
}

TEST_CASE("labels of a later table have the classes of the first", "[data]") {
    const auto first = read("1,2,b\n3,4,a\n", {.label = 2});
    REQUIRE(first);
    const auto later = etch::parse_csv<2, 1>("5,6,b\n", {}, first.value.schema);
    REQUIRE(later);
    CHECK(later.value.samples.target(0)[0] == 1);
    CHECK(told(etch::parse_csv<2, 1>("5,6,c\n", {}, first.value.schema), status::unknown_class) ==
          "csv:1:3: \"c\" is not among the classes \"a\", \"b\"");
    CHECK(told(etch::parse_csv<2, 3>("5,6,c\n", {}, first.value.schema), status::size_mismatch)
              .find("are not those of a sample with 3 outputs") != std::string::npos);
}

TEST_CASE("a table that is split while it is read fills missing cells from its training part", "[data]") {
    std::string text;
    for (int i = 0; i < 40; ++i)
        text += (i == 7 ? std::string{"NA"} : std::to_string(i)) + ",1," + std::to_string(i % 2) + "\n";
    const auto parts = etch::parse_csv_split<2, 1>(text, {.label = 2, .missing = missing::mean},
                                                   {.training = 0.5, .validation = 0.25, .test = 0.25});
    INFO(parts.message());
    REQUIRE(parts);
    CHECK(parts.value.training.size() == 20);
    CHECK(parts.value.validation.size() == 10);
    CHECK(parts.value.test.size() == 10);
    CHECK(parts.value.filled == 1);
    const double fill = parts.value.schema.inputs[0].fill[0];
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        const double x = static_cast<double>(parts.value.training.input(i)[0]);
        if (x == static_cast<double>(static_cast<float>(fill))) continue;  // the cell that was missing
        sum += x;
        ++count;
    }
    CHECK(fill == sum / count);
    const auto whole = read(text, {.label = 2, .missing = missing::mean});
    CHECK(fill != whole.value.schema.inputs[0].fill[0]);
    CHECK(told(etch::parse_csv_split<2, 1>(text, {.label = 2, .missing = missing::mean}, {.training = 2}),
               status::invalid_option)
              .substr(0, 4) == "csv:");
}
