#include <set>
#include <string>

#include <etch/core/status.hpp>

#include "support/catch.hpp"

TEST_CASE("every status has a sentence of its own") {
    constexpr int count = static_cast<int>(etch::status::non_finite_state) + 1;
    std::set<std::string> sentences;
    for (int i = 0; i < count; ++i) {
        const std::string sentence = etch::describe(static_cast<etch::status>(i));
        CHECK(sentence != "unknown status");
        sentences.insert(sentence);
    }
    CHECK(sentences.size() == count);
}

TEST_CASE("a number that is no status is called unknown") {
    CHECK(etch::describe(static_cast<etch::status>(200)) == std::string("unknown status"));
}
