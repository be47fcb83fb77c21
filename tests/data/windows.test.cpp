#include <etch/data/windows.hpp>

#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace etch;
static_assert(SampleSource<windows<3, 2>>);
static_assert(SampleSource<data_view<3, 2>>);

// Eight frames of two numbers, 10 f and 10 f + 1, whose targets are f.
std::vector<float> signal_of(std::size_t frames) {
    std::vector<float> signal;
    for (std::size_t f = 0; f < frames; ++f) {
        const float first = 10 * static_cast<float>(f);
        signal.insert(signal.end(), {first, first + 1});
    }
    return signal;
}
const std::vector<float> signal = signal_of(8), targets{0, 1, 2, 3, 4, 5, 6, 7};

}  // namespace

TEST_CASE("a window is frames that follow one another, and its target that of the last") {
    const windows<3, 2> all{signal, targets};
    CHECK(all.size() == 6);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const float frame = static_cast<float>(i);
        CHECK(all.input(i)[0] == 10 * frame);
        CHECK(all.input(i)[5] == 10 * (frame + 2) + 1);
        CHECK(all.target(i)[0] == frame + 2);
    }
    CHECK((all.check)().ok());
}

TEST_CASE("windows begin a stride apart, and a target may lie ahead") {
    const windows<3, 2> apart{signal, targets, {.stride = 2, .ahead = 1}};
    REQUIRE(apart.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        const float frame = 2 * static_cast<float>(i);
        CHECK(apart.input(i)[0] == 10 * frame);
        CHECK(apart.frame_of_target(i) == 2 * i + 3);
        CHECK(apart.target(i)[0] == frame + 3);
    }
    CHECK(windows<3, 2>{signal, targets, {.ahead = 5}}.size() == 1);
    CHECK(windows<3, 2>{signal, targets, {.stride = 100}}.size() == 1);
}

TEST_CASE("a signal is checked where windows look at it") {
    CHECK((windows<9, 2>{signal, targets}.check)() == status::empty_set);
    CHECK((windows<3, 2>{signal, targets, {.ahead = 6}}.check)() == status::empty_set);
    CHECK((windows<3, 2>{{}, {}}.check)() == status::empty_set);
    const problem none = (windows<3, 2>{signal, targets, {.stride = 0}}.check)();
    CHECK(std::string(none.message()) == "stride is 0, but must be at least 1");
    CHECK(windows<3, 2>{signal, targets, {.stride = 0}}.empty());
    const problem short_targets = (windows<3, 2>{signal, std::span{targets}.first(7)}.check)();
    CHECK(short_targets.code == status::size_mismatch);
    CHECK(short_targets.sample == 7);
    CHECK(windows<3, 2>{signal, std::span{targets}.first(7)}.empty());
    CHECK((windows<3, 2>{std::span{signal}.first(15), targets}.check)() == status::size_mismatch);

    for (const std::size_t bad : {0u, 5u, 7u, 15u}) {
        auto broken = signal;
        broken[bad] = std::numeric_limits<float>::quiet_NaN();
        const problem p = (windows<3, 2>{broken, targets}.check)();
        CHECK(p.code == status::non_finite_input);
        CHECK(2 * p.sample + p.column == bad);
        CHECK(p.sample == (bad < 6 ? 0 : bad / 2 - 2));  // the first window that has it
        // Frames between windows that are far apart are in none.
        CHECK((windows<1, 2>{broken, targets, {.stride = 3}}.check)().ok() == (bad / 2 % 3 != 0));
    }
    auto broken = targets;
    broken[1] = std::numeric_limits<float>::infinity();
    CHECK((windows<3, 2>{signal, broken}.check)().ok());  // no window ends there
    broken[4] = std::numeric_limits<float>::infinity();
    const problem p = (windows<3, 2>{signal, broken}.check)();
    CHECK(p.code == status::non_finite_target);
    CHECK(p.sample == 2);
}
