#include <etch/core/result.hpp>
#include <etch/data/split.hpp>
#include <etch/io/checkpoint_files.hpp>
#include <etch/layer/dense.hpp>
#include <etch/training/metrics.hpp>
#include <etch/training/search.hpp>
#include <etch/training/sequence_stepper.hpp>

#include "support/catch.hpp"

namespace {

using net = etch::network<etch::input<1>, etch::dense<1>>;

static_assert(etch::Result<etch::problem>);
static_assert(etch::Result<etch::parse_result>);
static_assert(etch::Result<etch::read_result<int>>);
static_assert(etch::Result<etch::data_split<1, 1>>);
static_assert(etch::Result<etch::fit_result<float>>);
static_assert(etch::Result<etch::sequence_result<float>>);
static_assert(etch::Result<etch::classification_report<2>>);
static_assert(etch::Result<etch::regression_report<1>>);
static_assert(etch::Result<etch::search_trial<float>>);
static_assert(etch::Result<etch::search_result<etch::candidates<net>>>);
static_assert(etch::Result<etch::load_result>);
static_assert(etch::Result<etch::save_result>);
static_assert(etch::Result<etch::golden_result>);
static_assert(etch::Result<etch::file_result>);

static_assert(!etch::Result<etch::status>);
static_assert(!etch::Result<etch::option_error>);

}  // namespace

TEST_CASE("a result that is ok is true and says so") {
    CHECK(etch::problem{});
    CHECK(etch::file_result{}.message() == "ok");
    CHECK(etch::read_result<int>{}.message() == "ok");
    CHECK(etch::load_result{}.message() == "ok");
}

TEST_CASE("a result that is not ok is false and names what it knows") {
    CHECK(etch::parse_result{etch::status::truncated, 9}.message() == "byte 9: the data ends too early");
    const etch::save_result no_room{.code = etch::status::no_room, .size = 808};
    CHECK_FALSE(no_room);
    CHECK(no_room.message() == "the buffer is too small: the file needs 808 bytes");

    const etch::fit_result<float> constant{.code = etch::status::constant_column, .column = 3};
    CHECK_FALSE(constant);
    CHECK(constant.message() == "training data: column 3 is constant, so it cannot be scaled");
    const etch::fit_result<float> infinite{
        .code = etch::status::non_finite_target, .sample = 12, .in_validation = true};
    CHECK(infinite.message() == "validation data: sample 12: a target is NaN or infinite");

    etch::load_result wrong{.code = etch::status::wrong_shape, .key = "0.weight\n", .expected = {4u, 3u}};
    wrong.found.rank = 2;
    wrong.found.extent[0] = 3;
    wrong.found.extent[1] = 4;
    CHECK(std::string_view{wrong.message()}.starts_with(
        "0.weight? has the shape [3, 4] in the file, [4, 3] in the network; this looks transposed"));

    const etch::golden_result away{
        .code = etch::status::golden_mismatch, .count = 4, .largest = 0.5, .scale = 2, .vector = 3};
    CHECK(std::string_view{away.message()}.ends_with(": golden vector 3 differs by 0.25 of the largest output"));
}
