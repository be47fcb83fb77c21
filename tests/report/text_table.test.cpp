#include <etch/report/text_table.hpp>

#include "support/catch.hpp"

TEST_CASE("columns are aligned by characters, not by bytes", "[text_table]") {
    etch::internal::text_table table;
    table.row({"name", "n"});
    table.rule();
    table.row({"Käse", "1"});
    table.row({"x", "234"});
    CHECK(table.text() == "name    n\n---------\nKäse    1\nx     234\n");
    CHECK(etch::internal::text_table{}.text().empty());
}
